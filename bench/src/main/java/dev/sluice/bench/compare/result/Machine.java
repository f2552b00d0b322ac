// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import dev.sluice.bench.common.MachineFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What of a machine bears on a comparison. */
public record Machine(
    String kernel,
    String architecture,
    int processors,
    String processorModel,
    int memoryMiB,
    boolean virtual,
    Clock clock) {
  private static final int KIBIBYTES = 1024;

  /** This machine. */
  public static Machine read(Clock clock) {
    MachineFacts facts = MachineFacts.read();
    return new Machine(
        facts.kernel(),
        facts.architecture(),
        facts.processors(),
        facts.processor(),
        memory(),
        facts.virtual(),
        clock);
  }

  private static int memory() {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo")).stream()
          .filter(line -> line.startsWith("MemTotal:"))
          .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) / KIBIBYTES)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read how much memory this machine has", e);
    }
  }

  /** {@code Linux 6.1.1, amd64, 1 x QEMU processor, 4,096 MiB, virtual}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Linux %s, %s, %d x %s, %,d MiB%s%s",
        kernel,
        architecture,
        processors,
        processorModel.isEmpty() ? "unnamed processor" : processorModel,
        memoryMiB,
        virtual ? ", virtual" : "",
        clock == Clock.REAL ? "" : ", its clock counts instructions");
  }
}
