// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Limits;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bit stays as long as anybody needs it, and is cleared at the second idle collection. */
class FrontendFilterTest {
  private static final int BIT = 77;

  private final MemorySegment bits =
      MemorySegment.ofArray(new long[Limits.FILTER_BITS / Long.SIZE]);
  private final MemorySegment used =
      MemorySegment.ofArray(new long[Limits.FILTER_BITS / Long.SIZE]);
  private final FrontendFilter filter = new FrontendFilter(bits, used);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 127, 128, 129, 1000})
  void aBitIsNeededAsOftenAsItWasAcquired(int users) {
    for (int user = 0; user < users; user++) {
      filter.acquire(BIT);
    }
    for (int user = 1; user < users; user++) {
      filter.release(BIT);
    }
    assertThat(collectTwice()).as("one still needs it").isZero();
    filter.release(BIT);
    assertThat(collectTwice()).isEqualTo(1);
    filter.release(BIT);
    filter.acquire(BIT);
    assertThat(collectTwice()).as("a release too many counts for nothing").isZero();
  }

  private int collectTwice() {
    filter.forgetUse();
    return filter.clearIdle() + filter.clearIdle();
  }
}
