// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mounts that this process sees, read from {@code /proc/self/mountinfo}
 * (proc_pid_mountinfo(5)).
 */
final class MountTable {
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /**
   * One mount.
   *
   * @param root which directory of the file system is mounted; "/" is all of it. For cgroup2 it is
   *     relative to the reader's cgroup namespace, so "/.." and deeper is a mount of something
   *     above that namespace
   * @param point where it is mounted
   * @param type the file system, for example {@code cgroup2}
   * @param options of the file system, comma-separated
   */
  record Mount(String root, Path point, String type, List<String> options) {}

  private final List<Mount> mounts;

  private MountTable(List<Mount> mounts) {
    this.mounts = mounts;
  }

  /** Reads the table below a root directory; an unreadable one is an error that names the file. */
  static MountTable read(Path root) {
    Path file = root.resolve("proc/self/mountinfo");
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      throw new NodeException("cannot read " + file + ": is /proc mounted?", e);
    }
  }

  static MountTable parse(String text) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : text.lines().toList()) {
      List<String> fields = List.of(line.split(" ", -1));
      // The number of optional fields varies; a lone dash ends them.
      int dash = fields.indexOf("-");
      if (dash >= 6 && fields.size() > dash + 3) {
        mounts.add(
            new Mount(
                unescape(fields.get(3)),
                Path.of(unescape(fields.get(4))),
                fields.get(dash + 1),
                Arrays.asList(fields.get(dash + 3).split(",", -1))));
      }
    }
    return new MountTable(List.copyOf(mounts));
  }

  List<Mount> ofType(String type) {
    return mounts.stream().filter(mount -> mount.type().equals(type)).toList();
  }

  /**
   * The mount that a path lies in: the deepest one, and of several on one point the last, which
   * hides the others.
   */
  Optional<Mount> containing(Path path) {
    Path normal = path.toAbsolutePath().normalize();
    return mounts.stream()
        .filter(mount -> normal.startsWith(mount.point()))
        .reduce(
            (best, next) ->
                Comparator.<Mount>comparingInt(mount -> mount.point().getNameCount())
                            .compare(next, best)
                        >= 0
                    ? next
                    : best);
  }

  /** Spaces, tabs, newlines and backslashes are written as a backslash and three octal digits. */
  private static String unescape(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    Character.toString((char) Integer.parseInt(match.group(1), 8))));
  }
}
