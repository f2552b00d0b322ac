// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The yardstick itself, against values from tables of the distribution. */
class ChiSquaredTest {
  @Test
  void theTailIsThatOfTheTables() {
    assertThat(ChiSquared.upperTail(0.5, 3.841 / 2)).isCloseTo(0.05, Offset.offset(1e-4));
    assertThat(ChiSquared.upperTail(5, 23.209 / 2)).isCloseTo(0.01, Offset.offset(1e-5));
    assertThat(ChiSquared.upperTail(9.5, 43.820 / 2)).isCloseTo(0.001, Offset.offset(1e-6));
  }

  @Test
  void oneBackendWithTwiceItsShareIsFound() {
    List<Integer> counts = new ArrayList<>(Collections.nCopies(19, 95));
    assertThat(ChiSquared.probability(counts)).isCloseTo(1, Offset.offset(1e-9));
    counts.add(195);
    assertThat(ChiSquared.probability(counts)).isLessThan(1e-6);
  }
}
