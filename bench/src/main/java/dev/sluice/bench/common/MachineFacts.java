// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What of a machine bears on the figures; nothing that tells whose it is.
 *
 * @param kernel its version, without what a distribution or builder adds
 * @param processor the model's name
 * @param virtual whether it runs under a hypervisor
 * @param jit whether BPF programs run as machine code
 */
public record MachineFacts(
    String kernel,
    String architecture,
    String processor,
    int processors,
    boolean virtual,
    boolean jit) {
  /** This machine's. */
  public static MachineFacts read() {
    try {
      List<String> cpu = Files.readAllLines(Path.of("/proc/cpuinfo"));
      return new MachineFacts(
          Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip().split("[^0-9.]", 2)[0],
          System.getProperty("os.arch"),
          field(cpu, "model name"),
          Runtime.getRuntime().availableProcessors(),
          List.of(field(cpu, "flags").split(" ", -1)).contains("hypervisor"),
          !Files.readString(Path.of("/proc/sys/net/core/bpf_jit_enable")).strip().equals("0"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what machine this is", e);
    }
  }

  /** Not every architecture has every field; "" then. */
  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** {@code Linux 6.18.1, amd64, 2 x PROCESSOR, virtual}. */
  @Override
  public String toString() {
    return "Linux %s, %s, %d x %s%s%s"
        .formatted(
            kernel,
            architecture,
            processors,
            processor.isEmpty() ? "unnamed processor" : processor,
            virtual ? ", virtual" : "",
            jit ? "" : ", BPF programs interpreted");
  }
}
