// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the kernel accounts to the BPF maps that a process holds open: memlock of their fdinfo. */
final class MapMemory {
  private static final double MEBIBYTE = 1 << 20;

  private MapMemory() {}

  /** A map counts once, however often the process holds it. */
  static double mebibytes(long process) {
    Map<Long, Long> bytesById = new HashMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc", String.valueOf(process), "fdinfo"))) {
      for (Path file : all.toList()) {
        List<String> lines = lines(file);
        // Links of iterators name a map's id, too.
        if (lines.stream().anyMatch(line -> line.startsWith("map_type:"))) {
          bytesById.put(number(lines, "map_id:"), number(lines, "memlock:"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what process " + process + " holds open", e);
    }
    return bytesById.values().stream().mapToLong(bytes -> bytes).sum() / MEBIBYTE;
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException closedMeanwhile) {
      return List.of();
    }
  }

  private static long number(List<String> lines, String field) {
    return lines.stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()).strip())
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(() -> new CompareException("the kernel tells no " + field + " of a map"));
  }
}
