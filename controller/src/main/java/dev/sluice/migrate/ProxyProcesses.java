// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.NodeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A kube-proxy that runs: it would write its rules again. */
final class ProxyProcesses implements Trace {
  private static final String NAME = "kube-proxy";

  /** The PID namespace that the machine began with always has this number. */
  private static final String INITIAL_PID_NAMESPACE = "pid:[4026531836]";

  private final Path proc;

  /**
   * @param root the root of the file system, below which {@code /proc} is read
   */
  ProxyProcesses(Path root) {
    this.proc = root.resolve("proc");
  }

  /** One process of kube-proxy, in a container or not. */
  record ProxyProcess(long pid, String commandLine, boolean inPod) {}

  @Override
  public String where() {
    return "processes";
  }

  @Override
  public List<Finding> find() {
    List<ProxyProcess> running = running();
    if (!running.isEmpty()) {
      ProxyProcess first = running.getFirst();
      return List.of(
          Finding.todo(
              where(),
              running.size(),
              "kube-proxy runs: pid %d%s, %s"
                  .formatted(first.pid(), first.inPod() ? " in a pod" : "", first.commandLine()),
              first.inPod()
                  ? "take its DaemonSet off this node (docs/operations.md, Migrate from kube-proxy)"
                  : "stop its service, and keep it from starting again"));
    }
    return List.of(
        seesTheNode()
            ? Finding.clear(where(), "no kube-proxy runs in this network namespace")
            : Finding.unknown(
                where(),
                "this container does not see the node's processes",
                "run it on the node itself, or in a pod with hostPID: true"));
  }

  /** Processes in the network namespace of this one, as another one's write other rules. */
  List<ProxyProcess> running() {
    List<ProxyProcess> found = new ArrayList<>();
    for (Path process : processes()) {
      List<String> commandLine = commandLine(process);
      if (isKubeProxy(process, commandLine) && isInThisNetwork(process)) {
        found.add(
            new ProxyProcess(
                Long.parseLong(process.getFileName().toString()),
                String.join(" ", commandLine),
                read(process.resolve("cgroup")).contains("kubepods")));
      }
    }
    return found;
  }

  /** Whether what is not found does not run. Within kind, the node is a container itself. */
  boolean seesTheNode() {
    return link(proc.resolve("self/ns/pid")).equals(INITIAL_PID_NAMESPACE)
        || processes().stream()
            .anyMatch(process -> read(process.resolve("comm")).strip().equals("kubelet"));
  }

  private static boolean isKubeProxy(Path process, List<String> commandLine) {
    if (read(process.resolve("comm")).strip().equals(NAME)) {
      return true;
    }
    if (commandLine.isEmpty()) {
      return false;
    }
    String program = fileName(commandLine.getFirst());
    // One binary for all of Kubernetes, with the part to play as its first argument.
    boolean all = program.equals("hyperkube") && commandLine.size() > 1;
    return program.equals(NAME)
        || (all && List.of("proxy", NAME).contains(fileName(commandLine.get(1))));
  }

  private boolean isInThisNetwork(Path process) {
    String own = link(proc.resolve("self/ns/net"));
    String its = link(process.resolve("ns/net"));
    return own.isEmpty() || its.isEmpty() || own.equals(its);
  }

  private List<Path> processes() {
    try (Stream<Path> entries = Files.list(proc)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new NodeException("cannot list /proc: " + e.getMessage(), e);
    }
  }

  private static List<String> commandLine(Path process) {
    String text = read(process.resolve("cmdline"));
    return text.isEmpty() ? List.of() : Arrays.asList(text.split("\0"));
  }

  private static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The content of a file; "" if the process has ended meanwhile or does not let us. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
