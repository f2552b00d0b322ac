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
    List<String> command = new ArrayList<>(List.of(SluiceHome.launcher().toString(), "run"));
    add(command, options, "--manifests", options.manifests().toString());
    add(command, options, "--node-name", node.name());
    add(command, options, "--pin-dir", node.bpffs().resolve("sluice").toString());
    add(command, options, "--instance", node.name() + "-" + node.bpffs().getParent().getParent().getFileName());
    add(command, options, "--cgroup", node.cgroupTree().toString());
    command.addAll(options.arguments());
    return command;
  }

  private static void add(List<String> command, AgentOptions options, String name, String value) {
    boolean given =
        options.arguments().stream()
            .anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "="));
    if (!given) {
      command.addAll(List.of(name, value));
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
