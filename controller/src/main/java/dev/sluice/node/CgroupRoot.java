// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the socket hooks are attached: a cgroup v2 directory whose descendants hold all pods and
 * host processes.
 *
 * <p>In a container with its own cgroup namespace {@code /sys/fs/cgroup} is only the container's
 * own cgroup; hooks attached there never see a pod (cilium#16259). The root is then found through a
 * mount of the host's hierarchy, which shows a root of {@code /..} and deeper in mountinfo.
 *
 * @param path the directory
 * @param explanation why it was chosen, for the log and for {@code sluice check}
 * @param complete whether it covers the whole machine, as far as can be told; false for a directory
 *     given by the operator below the root, and when only a part of the hierarchy is visible
 * @param whatToDo how to reach the real root; empty if {@code complete}
 */
public record CgroupRoot(Path path, String explanation, boolean complete, String whatToDo) {
  private static final String FILE_SYSTEM = "cgroup2";

  /** PROC_CGROUP_INIT_INO: the inode of the first cgroup namespace is a constant of the kernel. */
  private static final String INITIAL_NAMESPACE = "cgroup:[4026531835]";

  private static final String REMEDY =
      "run with the host's cgroup namespace (docker: --cgroupns=host), or mount the host's cgroup v2"
          + " root (Kubernetes: a hostPath volume of /sys/fs/cgroup) and name it with --cgroup PATH";

  /**
   * Finds the root of the cgroup v2 hierarchy.
   *
   * @param root the root of the file system, {@code /} but for tests
   * @param given the directory of {@code --cgroup}, if the operator named one
   * @throws NodeException if there is no cgroup v2 mount, or the given directory is not in one; the
   *     message says what to do
   */
  public static CgroupRoot find(Path root, Optional<Path> given) {
    MountTable mounts = MountTable.read(root);
    return given
        .map(path -> given(root, path, mounts))
        .orElseGet(() -> search(mounts, inOwnNamespace(root)));
  }

  /** Whether this process sees the cgroup hierarchy through a namespace of its own. */
  public static boolean inOwnNamespace(Path root) {
    try {
      Path target = Files.readSymbolicLink(root.resolve("proc/self/ns/cgroup"));
      return !target.toString().equals(INITIAL_NAMESPACE);
    } catch (IOException e) {
      // A kernel without cgroup namespaces.
      return false;
    }
  }

  private static CgroupRoot given(Path root, Path path, MountTable mounts) {
    if (!Files.isDirectory(root.resolve(root.getRoot().relativize(path.toAbsolutePath())))) {
      throw new NodeException(
          "--cgroup " + path + " is not a directory; name a directory of a cgroup v2 mount");
    }
    Optional<MountTable.Mount> mount = mounts.containing(path);
    if (mount.filter(found -> found.type().equals(FILE_SYSTEM)).isEmpty()) {
      throw new NodeException(
          "--cgroup "
              + path
              + " is on a file system of type "
              + mount.map(MountTable.Mount::type).orElse("unknown")
              + ", not cgroup2; with cgroup v1 and v2 side by side take /sys/fs/cgroup/unified");
    }
    boolean isRoot = path.normalize().equals(mount.get().point());
    return new CgroupRoot(
        path,
        isRoot ? "given, the root of a cgroup v2 mount" : "given, a part of the hierarchy",
        isRoot,
        isRoot
            ? ""
            : "processes outside "
                + path
                + " do not pass the socket hooks; if that is not meant, leave --cgroup out");
  }

  private static CgroupRoot search(MountTable mounts, boolean ownNamespace) {
    List<MountTable.Mount> found = mounts.ofType(FILE_SYSTEM);
    if (found.isEmpty()) {
      throw new NodeException(
          "no cgroup v2 hierarchy is mounted; mount one: mkdir -p /sys/fs/cgroup/unified &&"
              + " mount -t cgroup2 none /sys/fs/cgroup/unified");
    }
    if (ownNamespace) {
      return searchInNamespace(found);
    }
    Optional<MountTable.Mount> whole =
        found.stream()
            .filter(mount -> mount.root().equals("/"))
            .min(Comparator.comparingInt(mount -> mount.point().getNameCount()));
    if (whole.isPresent()) {
      Path point = whole.get().point();
      String layout =
          point.endsWith("unified") ? "hybrid: cgroup v1 and v2 side by side" : "cgroup v2 mount";
      return new CgroupRoot(point, layout, true, "");
    }
    MountTable.Mount part = found.getFirst();
    return new CgroupRoot(
        part.point(),
        "only the part " + part.root() + " of the hierarchy is mounted",
        false,
        REMEDY);
  }

  private static CgroupRoot searchInNamespace(List<MountTable.Mount> found) {
    Optional<MountTable.Mount> above =
        found.stream()
            .filter(mount -> mount.root().startsWith("/.."))
            .max(Comparator.comparingInt(mount -> Path.of(mount.root()).getNameCount()));
    if (above.isPresent()) {
      return new CgroupRoot(
          above.get().point(),
          "the host's hierarchy, mounted into this container's cgroup namespace",
          true,
          "");
    }
    MountTable.Mount own = found.getFirst();
    return new CgroupRoot(
        own.point(),
        "only this container's own cgroup is visible (own cgroup namespace)",
        false,
        REMEDY);
  }
}
