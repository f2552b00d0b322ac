// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.common.Samples;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What becomes of the rounds of a case, and what they are held against. */
class RowTest {
  private static final Samples SAMPLES = new Samples(List.of(301.26, 100.04, 400.0, 200.0));

  private static Row row(Target target, OptionalDouble medianOfFewer) {
    Case one = new Case(new Label("tc", "packet", "", 100_000), 1, round -> 0, target);
    return Row.of(one, SAMPLES, target.limit(flows -> medianOfFewer));
  }

  @Test
  void theMedianOfAnEvenNumberOfRoundsLiesBetweenTheTwoInTheMiddle() {
    Row row = row(new Target.None(), OptionalDouble.empty());
    assertThat(row.min()).isEqualTo(100.0);
    assertThat(row.median()).isEqualTo(250.6);
    assertThat(row.met()).isEmpty();
  }

  @Test
  void theMedianIsHeldAgainstTheTarget() {
    assertThat(row(new Target.AtMost(250), OptionalDouble.empty()).met()).contains(false);
    assertThat(row(new Target.AtMost(251), OptionalDouble.empty()).met()).contains(true);
  }

  @Test
  void manyFlowsMayCostAMultipleOfFewer() {
    Row row = row(Established.OF_MANY, OptionalDouble.of(62.7));
    assertThat(row.target()).contains(new Target.Limit(250.8, "4 times that of 1,000 flows"));
    assertThat(row.met()).contains(true);
    assertThat(row(Established.OF_MANY, OptionalDouble.of(62.6)).met()).contains(false);
    assertThat(row(Established.OF_MANY, OptionalDouble.empty()).met())
        .as("nothing to compare with has been timed")
        .isEmpty();
  }
}
