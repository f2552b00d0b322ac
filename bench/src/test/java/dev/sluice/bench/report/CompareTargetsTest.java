// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Subject;
import dev.sluice.bench.controller.Judgement;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What results are held against, and what comes of it. */
class CompareTargetsTest {
  private static final String RATE =
      "Sluice, socket hooks: new connections/s relative to direct, at every";
  private static final String FLAT =
      "Sluice, socket hooks: new connections/s relative to direct, over all";
  private static final String LATENCY = "Sluice, socket hooks: p99 of the latency";
  private static final String COLD = "Time to program all from cold, 10,000 Services: nftables";
  private static final String CHANGE =
      "Time of one endpoint change, 10,000 Services: iptables (nft)";
  private static final String IPVS = "Sluice, both modes: new connections/s relative to IPVS, rr";

  private static Judgement judged(Comparison comparison, String what) {
    List<Judgement> found =
        CompareTargets.judge(comparison).stream()
            .filter(one -> one.what().startsWith(what))
            .toList();
    assertThat(found).as(what).hasSize(1);
    return found.getFirst();
  }

  /** The sample with other results. */
  private static Comparison changed(String sample, UnaryOperator<Result> change) {
    Comparison comparison = Samples.comparison(sample);
    CompareReport report = comparison.report();
    return new Comparison(
        comparison.name(),
        CompareReport.of(
            report.when(),
            report.command(),
            report.commit(),
            report.machine(),
            report.leftOut(),
            report.results().stream().map(change).toList()));
  }

  /** All of a mode's and a measure's results at a number of Services, times a factor. */
  private static UnaryOperator<Result> times(
      double factor, Mode mode, Measure measure, int services) {
    return result ->
        result.mode() == mode
                && result.subject().measure() == measure
                && result.services() == services
            ? new Result(
                mode,
                result.subject(),
                services,
                result.endpoints(),
                result.rounds().stream().map(round -> round * factor).toList())
            : result;
  }

  @Test
  void theWorstNumberOfServicesCounts() {
    Judgement met = judged(Samples.comparison(Samples.HOST), RATE);
    assertThat(met.target()).isEqualTo("at least 0.97");
    assertThat(met.met()).contains(true);
    Judgement missed =
        judged(
            changed(Samples.HOST, times(0.9, Mode.SLUICE_SOCKETS, Measure.NEW_CONNECTIONS, 100)),
            RATE);
    assertThat(missed.figure()).endsWith(" at 100 Services");
    assertThat(missed.met()).contains(false);
    assertThat(missed.outcome()).isEqualTo("missed");
  }

  @Test
  void figuresMustNotFallWithTheNumberOfServices() {
    assertThat(judged(Samples.comparison(Samples.HOST), FLAT).met()).contains(true);
    Comparison falling =
        changed(Samples.HOST, times(0.9, Mode.SLUICE_SOCKETS, Measure.NEW_CONNECTIONS, 10_000));
    assertThat(judged(falling, FLAT).met()).contains(false);
  }

  @Test
  void aHigherLatencyIsWorse() {
    assertThat(judged(Samples.comparison(Samples.HOST), LATENCY).met()).contains(true);
    Comparison slower =
        changed(Samples.HOST, times(1.2, Mode.SLUICE_SOCKETS, Measure.REQUEST_LATENCY, 1));
    assertThat(judged(slower, LATENCY).met()).contains(false);
  }

  @Test
  void timesAreComparedAtTenThousandServices() {
    Judgement missed = judged(Samples.comparison(Samples.HOST), COLD);
    assertThat(missed.target()).isEqualTo("at least 50 times");
    assertThat(missed.met()).contains(false);
    Comparison quick =
        changed(Samples.HOST, times(0.5, Mode.SLUICE_SOCKETS, Measure.PROGRAM_COLD, 10_000));
    assertThat(judged(quick, COLD).met()).contains(true);
    assertThat(judged(quick, CHANGE).met()).contains(true);
  }

  @Test
  void sluiceMustBeatIpvsInBothModes() {
    assertThat(judged(Samples.comparison(Samples.EMULATED), IPVS).met()).contains(true);
    Comparison slower =
        changed(Samples.EMULATED, times(0.9, Mode.SLUICE_TC, Measure.NEW_CONNECTIONS, 100));
    assertThat(judged(slower, IPVS).met()).contains(false);
  }

  @Test
  void whatWasNotMeasuredIsNeitherMetNorMissed() {
    Subject other = new Subject(Measure.UDP_REQUESTS, "pod-to-pod", "median");
    Comparison without =
        changed(
            Samples.HOST,
            result -> new Result(result.mode(), other, result.services(), 10, List.of(1.0)));
    assertThat(CompareTargets.judge(without))
        .isNotEmpty()
        .allSatisfy(
            one -> {
              assertThat(one.met()).isEqualTo(Optional.empty());
              assertThat(one.figure()).isEmpty();
              assertThat(one.outcome()).isEqualTo("not measured");
            });
  }
}
