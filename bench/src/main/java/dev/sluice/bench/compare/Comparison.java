// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.common.Progress;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All modes at one number of Services: programmed side by side, then asked by turns. */
final class Comparison {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Between two tries to see a change, so that looking for it costs it little. */
  private static final Duration PAUSE = Duration.ofNanos(200_000);

  /** Connections by which each mode shows that it is what it says. */
  private static final int PROOF = 200;

  private final int services;
  private final List<Mode> modes;
  private final Extent extent;
  private final LoadProgram load;
  private final Results results;
  private final Progress progress;
  private final Map<Mode, Proxy> proxies = new EnumMap<>(Mode.class);
  private final Map<Turn, Evidence> evidence = new LinkedHashMap<>();
  private long connections;

  /** What is asked by turns. */
  private record Turn(Mode mode, TrafficPath path) {}

  Comparison(
      int services,
      List<Mode> modes,
      Extent extent,
      LoadProgram load,
      Results results,
      Progress progress) {
    this.services = services;
    this.modes = modes;
    this.extent = extent;
    this.load = load;
    this.results = results;
    this.progress = progress;
  }

  /** Steps for {@link Progress}, each some seconds long on a machine of today. */
  static long steps(int services, List<Mode> modes, Extent extent) {
    long turns = turns(modes, extent).size();
    return modes.size() * programSteps(services) * extent.cold
        + turns * (1L + 2L * extent.rounds)
        + (long) modes.size() * extent.changes;
  }

  /** Rules take seconds only by the thousand. */
  private static long programSteps(int services) {
    return 1L + services / 1000;
  }

  void run() {
    step("starting " + modes.size() + " nodes", 0);
    try (Lineup lineup = new Lineup(modes, load)) {
      for (Mode mode : modes) {
        program(mode, lineup);
      }
      for (Turn turn : turns(modes, extent)) {
        prove(turn, lineup);
      }
      for (int round = 1; round <= extent.rounds; round++) {
        for (Turn turn : turns(modes, extent)) {
          step("round %d of %d: %s, %s".formatted(round, extent.rounds, turn.mode, turn.path), 0);
          long made = ask(turn, lineup);
          connections += turn.equals(turns(modes, extent).getFirst()) ? made : 0;
          progress.advance(2);
        }
      }
      checkAll();
      for (int round = 0; round < extent.changes; round++) {
        for (Mode mode : modes) {
          change(mode, lineup, round);
        }
      }
      agentMemory();
    }
  }

  private static List<Turn> turns(List<Mode> modes, Extent extent) {
    List<Turn> turns = new ArrayList<>();
    for (TrafficPath path : extent.paths()) {
      modes.stream()
          .filter(mode -> mode.takes(path))
          .forEach(mode -> turns.add(new Turn(mode, path)));
    }
    return turns;
  }

  private void step(String what, int advance) {
    progress.tell("%,d Services: %s".formatted(services, what));
    progress.advance(advance);
  }

  private void program(Mode mode, Lineup lineup) {
    step("programming " + mode, 0);
    Proxy proxy = Proxies.of(lineup.station(mode), services, load, lineup.lab().directory());
    proxies.put(mode, proxy);
    for (int round = 1; round <= extent.cold; round++) {
      double before = KernelMemory.mebibytes();
      double millis = proxy.program();
      if (mode != Mode.DIRECT) {
        results.add(Results.Key.ofNode(mode, services, Measure.PROGRAM_COLD), millis);
      }
      // Later, the kernel may still have to free what was cleared.
      if (mode != Mode.DIRECT && round == 1) {
        results.add(
            Results.Key.ofNode(mode, services, Measure.KERNEL_MEMORY),
            KernelMemory.mebibytes() - before);
      }
      if (round < extent.cold) {
        proxy.clear();
      }
      progress.advance(programSteps(services));
    }
  }

  private void prove(Turn turn, Lineup lineup) {
    step("warming up %s, %s".formatted(turn.mode, turn.path), 1);
    Evidence proof = new Evidence(turn.mode, turn.path, proxies.get(turn.mode));
    new TrafficRound(extent, load, results)
        .warmUp(lineup.client(turn.mode, turn.path), targets(turn, lineup), PROOF);
    proof.check(PROOF);
    evidence.put(turn, new Evidence(turn.mode, turn.path, proxies.get(turn.mode)));
  }

  private long ask(Turn turn, Lineup lineup) {
    Host client = lineup.client(turn.mode, turn.path);
    return new TrafficRound(extent, load, results)
        .run(client, targets(turn, lineup), turn.mode, turn.path, services);
  }

  private static String targets(Turn turn, Lineup lineup) {
    return lineup.station(turn.mode).targets(turn.path);
  }

  /** What connection tracking knows is forgotten in time, so nftables has shown it already. */
  private void checkAll() {
    evidence.forEach((turn, one) -> one.check(turn.mode == Mode.NFTABLES ? 0 : connections));
  }

  private void change(Mode mode, Lineup lineup, int round) {
    step("change %d of %d: %s".formatted(round + 1, extent.changes, mode), 1);
    if (mode == Mode.DIRECT) {
      return;
    }
    Station station = lineup.station(mode);
    int side = (round + 1) % Proxy.SIDES;
    LabProcess looking =
        load.look(
            station.client(),
            Workload.CHANGING_IP + ":" + Workload.PORT,
            station.spare().get(side),
            PAUSE);
    long begun = proxies.get(mode).change(side);
    long seen = LoadProgram.found(looking).at();
    results.add(
        Results.Key.ofNode(mode, services, Measure.ENDPOINT_CHANGE),
        (seen - begun) / NANOS_PER_MILLI);
  }

  private void agentMemory() {
    proxies.forEach(
        (mode, proxy) ->
            proxy
                .agentMemory()
                .ifPresent(
                    mebibytes ->
                        results.add(
                            Results.Key.ofNode(mode, services, Measure.AGENT_MEMORY), mebibytes)));
  }
}
