// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The kernel's release and which {@link KernelFeature}s it has.
 *
 * @param release of the running kernel, or a lower one that {@link #pretend} was told
 * @param present the features that may be used
 * @param typeInformation whether the kernel has BTF ({@code /sys/kernel/btf/vmlinux})
 */
public record KernelFeatures(
    KernelRelease release, Set<KernelFeature> present, boolean typeInformation) {

  public KernelFeatures {
    present =
        Collections.unmodifiableSet(
            present.isEmpty() ? EnumSet.noneOf(KernelFeature.class) : EnumSet.copyOf(present));
  }

  /**
   * Looks at the kernel. Where its type information names a feature, that decides, because vendors
   * backport features and builds leave some out; else the release does. The calling thread's
   * namespaces do not matter.
   *
   * @param root the root of the file system, {@code /} but for tests
   * @throws NodeException if the release cannot be read
   */
  public static KernelFeatures detect(Path root) {
    KernelRelease release = runningRelease(root);
    Optional<byte[]> names = typeNames(root.resolve("sys/kernel/btf/vmlinux"));
    Set<KernelFeature> present = EnumSet.noneOf(KernelFeature.class);
    for (KernelFeature feature : KernelFeature.values()) {
      if (isPresent(feature, release, names)) {
        present.add(feature);
      }
    }
    return new KernelFeatures(release, present, names.isPresent());
  }

  /** The release of the running kernel, whatever is pretended. */
  static KernelRelease runningRelease(Path root) {
    Path file = root.resolve("proc/sys/kernel/osrelease");
    try {
      return KernelRelease.parse(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new NodeException("cannot read the kernel's release from " + file, e);
    }
  }

  /**
   * What remains if the kernel were of the given release: a feature must be there and be no younger
   * than that.
   *
   * @param release for example {@code 5.10}; a release above the real one changes nothing
   * @throws IllegalArgumentException if it is not a kernel release
   */
  public KernelFeatures pretend(String release) {
    KernelRelease pretended = KernelRelease.parse(release);
    if (pretended.isAtLeast(this.release)) {
      return this;
    }
    Set<KernelFeature> remaining =
        present.stream()
            .filter(feature -> pretended.isAtLeast(feature.since()))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(KernelFeature.class)));
    return new KernelFeatures(pretended, remaining, typeInformation);
  }

  /** Whether the feature may be used. */
  public boolean has(KernelFeature feature) {
    return present.contains(feature);
  }

  private static boolean isPresent(
      KernelFeature feature, KernelRelease release, Optional<byte[]> names) {
    if (names.isPresent() && feature.typeName().isPresent()) {
      // Names in BTF end with a zero byte each.
      String name = "\0" + feature.typeName().get() + "\0";
      // String.contains() of some megabytes takes a fresh JVM milliseconds for each name.
      return LinuxCalls.contains(names.get(), name.getBytes(StandardCharsets.ISO_8859_1));
    }
    return release.isAtLeast(feature.since());
  }

  private static Optional<byte[]> typeNames(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
