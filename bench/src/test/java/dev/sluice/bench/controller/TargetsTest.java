// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What JMH has measured is read and held against the targets. */
class TargetsTest {
  private static final String CHANGE =
      """
      {"benchmark": "dev.sluice.bench.controller.EndpointChangeBenchmark.change", "mode": "ss",
       "params": {"services": "%s", "reach": "CLUSTER_IP"},
       "primaryMetric": {"score": 99.0, "scoreUnit": "us/op", "rawData": [[%s]]},
       "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 2048.5, "scoreUnit": "B/op"}}}
      """;

  private static final String BATCH =
      """
      {"benchmark": "dev.sluice.bench.controller.MapUpdateBenchmark.batch", "mode": "avgt",
       "primaryMetric": {"score": 1.0, "scoreUnit": "ns/op", "rawData": [[%s]]},
       "secondaryMetrics": {}}
      """;

  private static List<Judgement> judge(String... runs) {
    return Targets.judge(JmhResults.read("[" + String.join(",", runs) + "]"));
  }

  private static Judgement only(String what, List<Judgement> judgements) {
    return judgements.stream().filter(one -> one.what().equals(what)).findFirst().orElseThrow();
  }

  @Test
  void theMedianOfAllForksIsTheFigure() {
    String twoForks = CHANGE.formatted("100", "1.0, 2.0, 1000.0], [4.0");
    JmhResults.Result result = JmhResults.read("[" + twoForks + "]").results().getFirst();
    assertThat(result.nanos()).isEqualTo(3000);
    assertThat(result.bytes()).hasValue(2048.5);
    assertThat(result.benchmark()).isEqualTo("EndpointChangeBenchmark.change");
  }

  @Test
  void aDurationIsHeldAgainstItsLimit() {
    String what = "one endpoint's change at 10,000 Services, CLUSTER_IP";
    assertThat(only(what, judge(CHANGE.formatted("10000", "1000"))))
        .isEqualTo(new Judgement(what, "at most 1 ms", "1 ms", Optional.of(true)));
    assertThat(only(what, judge(CHANGE.formatted("10000", "1010"))))
        .isEqualTo(new Judgement(what, "at most 1 ms", "1.01 ms", Optional.of(false)));
    assertThat(only(what, judge(CHANGE.formatted("1000", "1"))).outcome())
        .isEqualTo("not measured");
  }

  @Test
  void aRateIsTheInverseOfADuration() {
    String what = "batch update, entries/s of one core";
    assertThat(only(what, judge(BATCH.formatted("250"))))
        .isEqualTo(new Judgement(what, "at least 3 million/s", "4 million/s", Optional.of(true)));
    assertThat(only(what, judge(BATCH.formatted("400"))).outcome()).isEqualTo("missed");
  }

  @Test
  void growthIsTheRatioOfTwoRuns() {
    String what = "one endpoint's change at 10,000 Services against 100, CLUSTER_IP";
    String few = CHANGE.formatted("100", "20");
    assertThat(only(what, judge(few, CHANGE.formatted("10000", "24"))))
        .isEqualTo(new Judgement(what, "at most 1.2 times", "1.2 times", Optional.of(true)));
    assertThat(only(what, judge(few, CHANGE.formatted("10000", "25"))).outcome())
        .isEqualTo("missed");
    assertThat(only(what, judge(CHANGE.formatted("10000", "24"))).figure()).isEmpty();
  }

  @Test
  void everyTargetHasALineWhetherMeasuredOrNot() {
    List<String> table = Targets.table(judge(BATCH.formatted("250")));
    assertThat(table).hasSize(1 + Targets.judge(new JmhResults(List.of())).size());
    assertThat(table).filteredOn(line -> line.endsWith("not measured")).hasSize(table.size() - 2);
  }

  @Test
  void anotherFileIsRefused() {
    assertThatThrownBy(() -> JmhResults.read("[{\"kind\": \"compare\"}]"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> JmhResults.read("no JSON"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no results of JMH");
  }
}
