// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.common.Progress;
import dev.sluice.bench.common.QuietMachine;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All modes at one number of Services: programmed side by side, then asked by turns. */
final class Comparison {
  /** Connections by which each mode shows that it is what it says. */
  private static final int PROOF = 200;

  private static final long TURN_STEPS = 3;

  /** An agent that was started a moment ago still compiles itself. */
  private static final Duration PATIENCE_AT_FIRST = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final int services;
  private final List<Mode> modes;
  private final Extent extent;
  private final LoadProgram load;
  private final Results results;
  private final Progress progress;
  private final TrafficRound traffic;
  private final QuietMachine machine = new QuietMachine();
  private final List<Turn> turns;
  private final Map<Mode, TablesRound> tables = new EnumMap<>(Mode.class);
  private final Map<Turn, Evidence> evidence = new LinkedHashMap<>();

  /** What is asked by turns. */
  private record Turn(Mode mode, TrafficPath path) {
    @Override
    public String toString() {
      return mode + ", " + path;
    }
  }

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
    traffic = new TrafficRound(extent, load, results);
    turns = turns(modes, extent);
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

  /** Steps for {@link Progress}, each a second or so on a machine of today. */
  static long steps(int services, List<Mode> modes, Extent extent) {
    long turns = turns(modes, extent).size();
    return modes.size() * (programSteps(services) + extent.changes)
        + turns * (1 + TURN_STEPS * extent.rounds);
  }

  /** Rules take a minute by the ten thousand. */
  private static long programSteps(int services) {
    return 2 + services / 200L;
  }

  void run() {
    tell("starting " + modes.size() + " nodes");
    try (Lineup lineup = new Lineup(modes, load)) {
      for (Mode mode : modes) {
        tell("programming " + mode);
        program(mode, lineup);
        progress.advance(programSteps(services));
      }
      for (Turn turn : turns) {
        tell("warming up " + turn);
        prove(turn, lineup);
        progress.advance(1);
      }
      settle(PATIENCE_AT_FIRST);
      long connections = 0;
      for (int round = 1; round <= extent.rounds; round++) {
        connections += ask(round, lineup);
        settle(PATIENCE);
      }
      check(connections);
      change();
      tables.values().forEach(TablesRound::memory);
    }
  }

  private void tell(String what) {
    progress.tell("%,d Services: %s".formatted(services, what));
  }

  private void program(Mode mode, Lineup lineup) {
    Station station = lineup.station(mode);
    Proxy proxy =
        Proxies.of(station, services, extent.nftablesPart, load, lineup.lab().directory());
    TablesRound round = new TablesRound(station, proxy, services, load, results);
    tables.put(mode, round);
    round.program(mode == Mode.DIRECT ? 1 : extent.cold);
  }

  private void prove(Turn turn, Lineup lineup) {
    Evidence proof = evidence(turn);
    traffic.warmUp(lineup.traffic(turn.mode, turn.path), PROOF);
    proof.check(PROOF);
    evidence.put(turn, evidence(turn));
  }

  private void settle(Duration patience) {
    tell("waiting until the processors are idle");
    double busy = machine.await(patience);
    if (busy > QuietMachine.QUIET) {
      progress.note(
          "%,d Services: something else keeps the processors %.0f %% busy, beside what is measured next"
              .formatted(services, busy));
    }
  }

  private Evidence evidence(Turn turn) {
    return new Evidence(turn.mode, turn.path, tables.get(turn.mode).proxy());
  }

  /** One round of all modes; returns how many connections each has made. */
  private long ask(int round, Lineup lineup) {
    long connections = 0;
    for (Turn turn : turns) {
      tell("round %d of %d: %s".formatted(round, extent.rounds, turn));
      connections = traffic.run(lineup.traffic(turn.mode, turn.path), services);
      progress.advance(TURN_STEPS);
    }
    return connections;
  }

  /** What connection tracking knows is forgotten in time, so nftables has shown it already. */
  private void check(long connections) {
    evidence.forEach((turn, one) -> one.check(turn.mode == Mode.NFTABLES ? 0 : connections));
  }

  private void change() {
    for (int round = 1; round <= extent.changes; round++) {
      for (Mode mode : modes) {
        if (mode != Mode.DIRECT) {
          tell("change %d of %d: %s".formatted(round, extent.changes, mode));
          tables.get(mode).change(round);
        }
        progress.advance(1);
      }
    }
  }
}
