// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Memory that the kernel itself uses: slab, vmalloc and per-CPU. Rules, virtual servers and BPF
 * maps are all in these; what somebody else changes meanwhile is, too.
 */
final class KernelMemory {
  private static final Set<String> KINDS = Set.of("Slab:", "VmallocUsed:", "Percpu:");
  private static final double KIBIBYTES = 1024;

  private KernelMemory() {}

  static double mebibytes() {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo")).stream()
              .map(line -> line.split("\\s+", -1))
              .filter(fields -> KINDS.contains(fields[0]))
              .mapToLong(fields -> Long.parseLong(fields[1]))
              .sum()
          / KIBIBYTES;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read how much memory the kernel uses", e);
    }
  }
}
