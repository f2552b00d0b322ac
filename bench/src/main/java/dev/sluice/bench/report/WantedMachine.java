// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

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
      Machine.Clock.REAL,
      "bench/run.sh compare --json docs/benchmarks/compare-host.json"),
  QEMU_6_1("qemu-6.1", "Linux 6.1 in QEMU", Machine.Clock.INSTRUCTIONS, "vagrant/bench.sh 6.1"),
  QEMU_6_12("qemu-6.12", "Linux 6.12 in QEMU", Machine.Clock.INSTRUCTIONS, "vagrant/bench.sh 6.12");

  private final String key;
  private final String title;
  private final Machine.Clock clock;
  private final String command;

  WantedMachine(String key, String title, Machine.Clock clock, String command) {
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
    return new Comparison(
        name,
        "",
        "",
        "",
        new Machine("", "", 1, "", 0, true, of(name).clock),
        List.of(),
        List.of());
  }

  private static WantedMachine of(String name) {
    return Arrays.stream(values())
        .filter(wanted -> wanted.key.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " is not wanted"));
  }
}
