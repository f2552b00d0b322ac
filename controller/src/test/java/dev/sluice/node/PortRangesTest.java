// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRangesTest {
  @Test
  void rangesThatTouchOrOverlapAreJoined() {
    assertThat(PortRanges.parse("80,79,100-200,150-300,301").toString()).isEqualTo("79-80,100-301");
    assertThat(PortRanges.parse("\n").toString()).isEmpty();
    assertThat(PortRanges.parse("0-65535").minus(PortRanges.parse("1-65534")).toString())
        .isEqualTo("0,65535");
  }

  @ParameterizedTest
  @ValueSource(strings = {"80-", "x", "70000", "9-8", "-5", "1-2-3"})
  void whatIsNotAListOfPortsIsReported(String text) {
    assertThatThrownBy(() -> PortRanges.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port");
  }

  @Property(tries = 200)
  void printingAndReadingGivesTheSame(@ForAll("ranges") PortRanges ranges) {
    assertThat(PortRanges.parse(ranges.toString())).isEqualTo(ranges);
  }

  @Property(tries = 200)
  void reservingAndReleasingRestoresExactlyWhatWasThere(
      @ForAll("ranges") PortRanges before, @ForAll("ranges") PortRanges wanted) {
    PortRanges added = wanted.minus(before);
    assertThat(before.plus(added)).isEqualTo(before.plus(wanted));
    assertThat(before.plus(added).minus(added)).isEqualTo(before);
    assertThat(added.intersect(before).isEmpty()).isTrue();
  }

  @Property(tries = 200)
  void setOperationsAgreePortByPort(
      @ForAll("ranges") PortRanges one,
      @ForAll("ranges") PortRanges other,
      @ForAll @IntRange(max = 400) int port) {
    boolean inOne = one.contains(port);
    boolean inOther = other.contains(port);
    assertThat(one.plus(other).contains(port)).isEqualTo(inOne || inOther);
    assertThat(one.minus(other).contains(port)).isEqualTo(inOne && !inOther);
    assertThat(one.intersect(other).contains(port)).isEqualTo(inOne && inOther);
    assertThat(one.plus(other).size() + one.intersect(other).size())
        .isEqualTo(one.size() + other.size());
  }

  /** Small numbers, so that ranges meet often. */
  @Provide
  Arbitrary<PortRanges> ranges() {
    return Arbitraries.integers()
        .between(0, 400)
        .tuple2()
        .map(
            ends ->
                new PortRange(
                    Math.min(ends.get1(), ends.get2()),
                    Math.min(
                        Math.max(ends.get1(), ends.get2()),
                        Math.min(ends.get1(), ends.get2()) + 40)))
        .list()
        .ofMaxSize(6)
        .map(PortRanges::new);
  }
}
