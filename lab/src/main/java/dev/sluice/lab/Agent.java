// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A running {@code sluice run} on a node. */
public final class Agent {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final LabProcess process;

  private Agent(LabProcess process) {
    this.process = process;
  }

  static Agent start(NodeHost node, AgentOptions options) {
    Path cgroup =
        switch (options.cgroup()) {
          case OUTSIDE -> node.cgroupTree().resolveSibling("agent-" + node.name());
          case HOST -> node.cgroup();
        };
    Cgroups.create(cgroup);
    LabProcess process = node.start("agent", command(node, options), options.environment(), cgroup);
    Pattern ready = Pattern.compile(options.readyPattern());
    try {
      Host.await(
          "the agent on " + node,
          process,
          options.readyTimeout(),
          () -> ready.matcher(process.log()).find());
    } catch (LabException failure) {
      process.kill();
      throw failure;
    }
    return new Agent(process);
  }

  private static List<String> command(NodeHost node, AgentOptions options) {
    List<String> command = new ArrayList<>(List.of(options.launcher().toString(), "run"));
    if (!given(options, "--api-server")) {
      add(command, options, "--manifests", options.manifests().toString());
    }
    add(command, options, "--node-name", node.name());
    add(command, options, "--pin-dir", node.bpffs().resolve("sluice").toString());
    add(command, options, "--instance", instance(node));
    add(command, options, "--run-dir", runDirectory(node).toString());
    add(command, options, "--cgroup", node.cgroupTree().toString());
    command.addAll(options.arguments());
    assertInsideLab(node, valueOf("--cgroup", command));
    return command;
  }

  /** The name of a node's instance, unique on this machine. */
  public static String instance(NodeHost node) {
    return String.valueOf(node.namespace().getFileName());
  }

  /** Where a node's agent has its admin socket; goes with the lab. */
  public static Path runDirectory(NodeHost node) {
    return node.directory().resolve("run");
  }

  private static void add(List<String> command, AgentOptions options, String name, String value) {
    if (!given(options, name)) {
      command.addAll(List.of(name, value));
    }
  }

  private static boolean given(AgentOptions options, String name) {
    return options.arguments().stream()
        .anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "="));
  }

  private static Path valueOf(String option, List<String> command) {
    int place = command.indexOf(option);
    if (place >= 0 && place + 1 < command.size()) {
      return Path.of(command.get(place + 1));
    }
    return command.stream()
        .filter(argument -> argument.startsWith(option + "="))
        .map(argument -> Path.of(argument.substring(option.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new LabException("the agent needs a value for " + option));
  }

  /** The root cgroup is every process of the machine: no agent of a lab may attach there. */
  private static void assertInsideLab(NodeHost node, Path cgroup) {
    Path lab = node.cgroupTree().getParent();
    if (!cgroup.normalize().startsWith(lab)) {
      throw new LabException("--cgroup %s is outside of the lab's %s".formatted(cgroup, lab));
    }
  }

  /** The id of the launcher's process. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** All it has printed so far, standard output and error together. */
  public String log() {
    return process.log();
  }

  /** Sends SIGTERM, waits, and returns the exit status. */
  public int terminate() {
    return process.terminate(STOP_TIMEOUT);
  }

  /** Sends SIGKILL and waits until it is gone. */
  public void kill() {
    process.kill();
  }
}
