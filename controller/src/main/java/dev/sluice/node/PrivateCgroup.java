// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A cgroup of this process alone, so that programs attached to it see the sockets of no other. The
 * process is in it until it is closed, at the latest when the JVM ends.
 */
public final class PrivateCgroup implements AutoCloseable {
  private static final Path OWN_CGROUPS = Path.of("/proc/self/cgroup");
  private static final String UNIFIED = "0::";

  private final Path before;
  private final Path path;
  private final Thread atExit = new Thread(this::leave, "leave-private-cgroup");
  private boolean left;

  /**
   * Makes a cgroup and moves this process into it, all threads included.
   *
   * @throws NodeException if there is no cgroup v2, or this process may not
   */
  public PrivateCgroup() {
    Path root = CgroupRoot.find(Path.of("/"), Optional.empty()).path();
    path = root.resolve("sluice-private-" + ProcessHandle.current().pid());
    try {
      before = root.resolve(ownCgroup().substring(1));
      Files.createDirectory(path);
      Runtime.getRuntime().addShutdownHook(atExit);
      moveTo(path);
    } catch (IOException e) {
      throw new NodeException(
          "cannot move this process into a cgroup of its own, " + path + "; run as root", e);
    }
  }

  /** Its directory. */
  public Path path() {
    return path;
  }

  private static String ownCgroup() throws IOException {
    return Files.readAllLines(OWN_CGROUPS).stream()
        .filter(line -> line.startsWith(UNIFIED))
        .findFirst()
        .orElseThrow(() -> new NodeException("this process is in no cgroup v2"))
        .substring(UNIFIED.length());
  }

  private static void moveTo(Path cgroup) throws IOException {
    Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
  }

  private synchronized void leave() {
    if (left) {
      return;
    }
    left = true;
    try {
      moveTo(before);
      Files.delete(path);
    } catch (IOException e) {
      throw new NodeException("cannot remove the cgroup " + path + "; use rmdir", e);
    }
  }

  @Override
  public void close() {
    leave();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
