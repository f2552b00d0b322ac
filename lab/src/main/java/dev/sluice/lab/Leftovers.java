// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What exists of a lab on this machine. All of it can be found by the lab's id, so that a lab can
 * be removed by any later process.
 *
 * @param devices devices in this process's network namespace which have the id in their name; a lab
 *     never makes one
 */
public record Leftovers(
    List<String> namespaces,
    List<Path> cgroups,
    List<Path> mounts,
    List<String> devices,
    List<Long> processes,
    List<Path> directories) {

  private static final int STRAGGLER_TRIES = 100;
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Path DEVICES = Path.of("/sys/class/net");

  public static Leftovers find(String id) {
    Path directory = LabState.directory(id);
    return new Leftovers(
        namespaces(id),
        existing(Cgroups.root(id)),
        Mounts.below(directory),
        names(DEVICES).filter(name -> name.contains(id)).toList(),
        processes(id),
        existing(directory));
  }

  public boolean isEmpty() {
    return namespaces.isEmpty()
        && cgroups.isEmpty()
        && mounts.isEmpty()
        && devices.isEmpty()
        && processes.isEmpty()
        && directories.isEmpty();
  }

  /** Removes everything that {@link #find} finds, in the order that works; may be repeated. */
  static void remove(String id) {
    Cgroups.remove(Cgroups.root(id));
    endStragglers(id);
    NetworkScript script = new NetworkScript();
    namespaces(id).forEach(script::deleteNamespace);
    script.run();
    Path directory = LabState.directory(id);
    Mounts.unmountBelow(directory);
    delete(directory);
  }

  /** Ends what was started so late that it has never entered the cgroup. */
  private static void endStragglers(String id) {
    List<Long> stragglers = processes(id);
    for (int tries = 0; tries < STRAGGLER_TRIES && !stragglers.isEmpty(); tries++) {
      stragglers.stream()
          .filter(pid -> pid != ProcessHandle.current().pid())
          .flatMap(pid -> ProcessHandle.of(pid).stream())
          .forEach(ProcessHandle::destroyForcibly);
      Pause.millis(2);
      stragglers = processes(id);
    }
  }

  private static List<String> namespaces(String id) {
    return names(NAMESPACES).filter(name -> name.startsWith("sluice-" + id + "-")).toList();
  }

  private static List<Long> processes(String id) {
    byte[] marker = (EnterScript.ID_VARIABLE + "=" + id + "\0").getBytes(StandardCharsets.US_ASCII);
    String text = new String(marker, StandardCharsets.ISO_8859_1);
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> environment(pid).contains(text))
        .toList();
  }

  private static String environment(long pid) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(pid), "environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  private static Stream<String> names(Path directory) {
    if (!Files.exists(directory)) {
      return Stream.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(path -> path.getFileName().toString()).toList().stream();
    } catch (IOException failure) {
      throw new LabException("cannot list " + directory, failure);
    }
  }

  private static List<Path> existing(Path path) {
    return Files.exists(path) ? List.of(path) : List.of();
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException failure) {
      throw new LabException("cannot remove " + directory, failure);
    }
  }
}
