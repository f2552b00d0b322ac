// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start an agent.
 *
 * @param manifests the directory of Services and EndpointSlices, unless the arguments name an
 *     {@code --api-server}
 * @param arguments further arguments of {@code sluice run}; an option that is given here is not set
 *     by the lab
 * @param environment further environment variables
 * @param readyPattern regular expression that is found in the log once the agent is ready
 * @param cgroup whether the agent's own process is covered by the hooks it attaches
 * @param launcher what is run with {@code run} and the arguments
 */
public record AgentOptions(
    Path manifests,
    List<String> arguments,
    Map<String, String> environment,
    String readyPattern,
    Duration readyTimeout,
    Placement cgroup,
    Path launcher) {

  /** The cgroup of the agent's own process. */
  public enum Placement {
    /** In a cgroup of its own, outside of the node's tree. */
    OUTSIDE,
    /** With the node's own processes, below the tree that the agent is given. */
    HOST
  }

  public AgentOptions {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  public static AgentOptions of(Path manifests) {
    return new AgentOptions(
        manifests,
        List.of(),
        Map.of(),
        "(?i)\\bready\\b",
        Duration.ofSeconds(30),
        Placement.OUTSIDE,
        SluiceHome.launcher());
  }

  public AgentOptions withArguments(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new AgentOptions(
        manifests, all, environment, readyPattern, readyTimeout, cgroup, launcher);
  }

  /**
   * With XDP on the node's uplink, or without.
   *
   * @param use what {@code sluice run --xdp} takes: {@code auto}, {@code off} or {@code require}. A
   *     lab's uplinks are veth, so nothing less than {@code require} puts XDP on them
   */
  public AgentOptions xdp(String use) {
    return withArguments("--xdp=" + use);
  }

  public AgentOptions withEnvironment(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put(name, value);
    return new AgentOptions(
        manifests, arguments, all, readyPattern, readyTimeout, cgroup, launcher);
  }

  public AgentOptions withReady(String pattern, Duration timeout) {
    return new AgentOptions(manifests, arguments, environment, pattern, timeout, cgroup, launcher);
  }

  public AgentOptions withCgroup(Placement placement) {
    return new AgentOptions(
        manifests, arguments, environment, readyPattern, readyTimeout, placement, launcher);
  }

  /** Runs another program in place of this checkout's. */
  public AgentOptions withLauncher(Path other) {
    return new AgentOptions(
        manifests, arguments, environment, readyPattern, readyTimeout, cgroup, other);
  }
}
