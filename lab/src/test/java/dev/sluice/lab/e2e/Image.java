// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.Agent;
import dev.sluice.lab.Lab;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.SluiceHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The container image's root file system, and how a container of the DaemonSet is made of it. */
final class Image {
  /** Makes the Java runtime and the AOT cache, while other builds may be running. */
  private static final Duration BUILD_TIME = Duration.ofMinutes(15);

  private final Path rootfs;

  private Image(Path rootfs) {
    this.rootfs = rootfs;
  }

  /** Builds it, unless what it is made of is what it was made of. */
  static Image build() throws IOException, InterruptedException {
    Path home = SluiceHome.launcher().getParent();
    Process build =
        new ProcessBuilder(home.resolve("deploy/image/build.sh").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (!build.waitFor(BUILD_TIME.toSeconds(), TimeUnit.SECONDS)) {
      build.descendants().forEach(ProcessHandle::destroy);
      build.destroy();
      throw new AssertionError("deploy/image/build.sh takes more than " + BUILD_TIME);
    }
    assertThat(build.exitValue()).as("exit status of deploy/image/build.sh").isZero();
    return new Image(home.resolve("deploy/target/image/rootfs"));
  }

  /** Sum of the sizes of its files, in bytes. */
  long size() throws IOException {
    long sum = 0;
    for (String attributes : content().values()) {
      sum += Long.parseLong(attributes.substring(0, attributes.indexOf(' ')));
    }
    return sum;
  }

  /** Size and time stamp of each file. */
  Map<Path, String> content() throws IOException {
    Map<Path, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(rootfs)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            rootfs.relativize(file), Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return content;
  }

  boolean has(String path) {
    return Files.exists(rootfs.resolve(path));
  }

  /**
   * A launcher that does for a node what a container runtime does for the DaemonSet's pod: the root
   * read-only, the host's {@code /proc}, {@code /sys} and {@code /dev}, the node's bpffs on {@code
   * /sys/fs/bpf}, a directory of the host on {@code /run/sluice}. Nothing else can be written.
   *
   * @param confinement a command that starts the container's process, or nothing
   */
  Path launcher(Lab lab, NodeHost node, String confinement) {
    String script =
        """
        #!/bin/sh
        root=%s
        mkdir -p "$root" %s
        exec unshare --mount sh -ec '
          root=$1
          shift
          mount --bind %s "$root"
          mount -o remount,bind,ro "$root"
          mount --rbind /proc "$root/proc"
          mount --rbind /sys "$root/sys"
          mount --bind %s "$root/sys/fs/bpf"
          mount -t tmpfs -o size=64k,mode=755 none "$root/run"
          mkdir "$root/run/sluice" "$root/run/manifests"
          mount --bind %s "$root/run/sluice"
          mount --bind -o ro %s "$root/run/manifests"
          mount -o remount,bind,ro "$root/run"
          mount --rbind /dev "$root/dev"
          echo "exec $(date +%%s%%3N)"
          exec %s chroot "$root" /usr/bin/sluice "$@"
        ' container "$root" "$@"
        """
            .formatted(
                lab.directory().resolve("container-" + node.name()),
                Agent.runDirectory(node),
                rootfs,
                node.bpffs(),
                Agent.runDirectory(node),
                lab.directory().resolve("manifests"),
                confinement);
    try {
      Path launcher = lab.directory().resolve("container-" + node.name() + ".sh");
      Files.writeString(launcher, script);
      return Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-x---"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How long after the container's exec a line with this text came into the agent's log. */
  static Duration sinceExec(Agent agent, String text) {
    Instant exec = Instant.ofEpochMilli(Long.parseLong(find(agent, "(?m)^exec (\\d+)$")));
    Instant line =
        OffsetDateTime.parse(find(agent, "(?m)^(\\S+) .*" + Pattern.quote(text))).toInstant();
    return Duration.between(exec, line);
  }

  private static String find(Agent agent, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(agent.log());
    assertThat(matcher.find()).as("%s in the log:%n%s", pattern, agent.log()).isTrue();
    return matcher.group(1);
  }
}
