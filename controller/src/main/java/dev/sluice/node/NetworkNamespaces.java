// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network namespaces of this machine that can be entered: those of processes that are visible
 * in {@code /proc} (all of them, in the machine's PID namespace), and those that are mounted
 * somewhere, as {@code ip netns} and container runtimes do.
 */
final class NetworkNamespaces {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkNamespaces.class);
  private static final int CLONE_NEWNET = 0x40000000;

  private NetworkNamespaces() {}

  /**
   * Finds them.
   *
   * @param root the root of the file system, {@code /} but for tests
   * @return the files that stand for each, by its name such as {@code net:[4026531840]}; several,
   *     because a process may end before its file is opened
   * @throws NodeException if {@code /proc} cannot be read
   */
  static Map<String, List<Path>> find(Path root) {
    Map<String, List<Path>> found = new LinkedHashMap<>();
    for (Path process : processes(root.resolve("proc"))) {
      Path file = process.resolve("ns/net");
      try {
        add(found, Files.readSymbolicLink(file).toString(), file);
      } catch (IOException e) {
        LOG.debug("{} has ended, or is not to be looked at", process, e);
      }
    }
    for (MountTable.Mount mount : MountTable.read(root).ofType("nsfs")) {
      if (mount.root().startsWith("net:")) {
        add(found, mount.root(), mount.point());
      }
    }
    return found;
  }

  private static void add(Map<String, List<Path>> found, String name, Path file) {
    found.computeIfAbsent(name, key -> new ArrayList<>()).add(file);
  }

  private static List<Path> processes(Path proc) {
    try (Stream<Path> entries = Files.list(proc)) {
      return entries
          .filter(entry -> Character.isDigit(entry.getFileName().toString().charAt(0)))
          .toList();
    } catch (IOException e) {
      throw new NodeException("cannot list " + proc, e);
    }
  }

  /**
   * Moves the calling thread, which must be a platform thread, into a namespace.
   *
   * @param files that stand for it; the first that can be opened is taken
   * @return false if it has gone
   * @throws NodeException if the kernel refuses
   */
  static boolean enter(List<Path> files) {
    for (Path file : files) {
      int descriptor = LinuxCalls.openForReading(file.toString());
      if (descriptor >= 0) {
        try {
          int result = LinuxCalls.enterNamespace(descriptor, CLONE_NEWNET);
          if (result < 0) {
            throw new NodeException("entering a network namespace (setns)", -result);
          }
          return true;
        } finally {
          LinuxCalls.close(descriptor);
        }
      }
      if (descriptor != -Errno.ENOENT) {
        throw new NodeException("opening " + file, -descriptor);
      }
    }
    return false;
  }
}
