// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Clock;
import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.Machine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where the comparison must have been run for the page to be whole. */
enum WantedMachine {
  HOST(
      "host",
      "Host's kernel",
      Clock.REAL,
      "bench/run.sh compare --json docs/benchmarks/compare-host.json"),
  QEMU_6_1("qemu-6.1", "Linux 6.1 in QEMU", Clock.INSTRUCTIONS, "vagrant/bench.sh 6.1"),
  QEMU_6_12("qemu-6.12", "Linux 6.12 in QEMU", Clock.INSTRUCTIONS, "vagrant/bench.sh 6.12");

  private final String key;
  private final String title;
  private final Clock clock;
  private final String command;

  WantedMachine(String key, String title, Clock clock, String command) {
    this.key = key;
    this.title = title;
    this.clock = clock;
    this.command = command;
  }

  /** Titles by the names of machines, those that are wanted first; others are called by name. */
  static Map<String, String> titles(Set<String> measured) {
    Map<String, String> titles = new LinkedHashMap<>();
    Arrays.stream(values()).forEach(wanted -> titles.put(wanted.key, wanted.title));
    measured.forEach(name -> titles.putIfAbsent(name, name));
    return titles;
  }

  /** How to measure on a wanted machine. */
  static String command(String name) {
    return of(name).command;
  }

  /** A comparison without results, so that its targets can be named. */
  static Comparison unmeasured(String name) {
    Machine machine = new Machine("", "", 1, "", 0, true, of(name).clock);
    return new Comparison(name, CompareReport.of("", "", "", machine, List.of(), List.of()));
  }

  private static WantedMachine of(String name) {
    return Arrays.stream(values())
        .filter(wanted -> wanted.key.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " is not wanted"));
  }
}
