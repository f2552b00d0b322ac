// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bpf.Limits;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RegionSpaceTest {
  private static final int BLOCKS = 64;

  /** A region that was written, and what must be in it as long as it is not given back. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares these records
  private record Held(RegionSpan span, int[] content) {}

  private final AtomicLong clock = new AtomicLong();

  private RegionSpace empty(MemorySegment memory) {
    return new RegionSpace(memory, BLOCKS, clock::get);
  }

  private static MemorySegment memory() {
    return MemorySegment.ofArray(new int[BLOCKS * Limits.REGION_BLOCK]);
  }

  /** Positive numbers write a region of that length, others give back one that is held. */
  @Property(tries = 300)
  void regionsNeverOverlapAndEverythingComesBack(
      @ForAll @Size(max = 60) List<@IntRange(min = -40, max = 200) Integer> actions) {
    MemorySegment memory = memory();
    RegionSpace space = empty(memory);
    List<Held> held = new ArrayList<>();
    int next = 1;
    for (int action : actions) {
      clock.addAndGet(RegionSpace.REST.toNanos() / 3);
      if (action > 0) {
        int first = next;
        next += action;
        int[] content = IntStream.range(first, next).toArray();
        try {
          held.add(new Held(space.write(content), content));
        } catch (DataplaneException full) {
          assertThat(space.freeBlocks()).isLessThan(BLOCKS);
        }
      } else if (!held.isEmpty()) {
        space.giveBack(held.remove(-action % held.size()).span());
      }
      assertThat(held).allMatch(region -> space.holds(region.span(), region.content()));
      assertThat(overlaps(held)).isFalse();
    }

    RegionSpace afterRestart = empty(memory);
    held.forEach(region -> afterRestart.occupy(region.span()));
    held.forEach(region -> afterRestart.occupy(region.span())); // shared by several frontends
    clock.addAndGet(RegionSpace.REST.toNanos());
    assertThat(afterRestart.freeBlocks()).isEqualTo(space.freeBlocks());

    for (RegionSpace either : List.of(space, afterRestart)) {
      held.forEach(region -> either.giveBack(region.span()));
      clock.addAndGet(RegionSpace.REST.toNanos());
      assertThat(either.freeBlocks()).isEqualTo(BLOCKS);
      assertThat(either.write(new int[BLOCKS * Limits.REGION_BLOCK]).base()).isZero();
    }
  }

  private static boolean overlaps(List<Held> held) {
    BitSet taken = new BitSet();
    for (Held region : held) {
      int end = region.span().base() + region.span().length();
      if (!taken.get(region.span().base(), end).isEmpty()) {
        return true;
      }
      taken.set(region.span().base(), end);
    }
    return false;
  }

  @Test
  void aRegionThatIsGivenBackRestsBeforeItIsUsedAgain() {
    RegionSpace space = empty(memory());
    int[] everything = new int[BLOCKS * Limits.REGION_BLOCK];
    space.giveBack(space.write(everything));
    clock.addAndGet(RegionSpace.REST.toNanos() - 1);
    assertThatThrownBy(() -> space.write(new int[1]))
        .isInstanceOf(DataplaneException.class)
        .hasMessageContaining("no room for a list of 1 backend ids")
        .hasMessageContaining("--regions");
    clock.addAndGet(1);
    assertThat(space.write(everything).length()).isEqualTo(everything.length);
  }

  @Test
  void aListWithoutBackendsTakesNoRoom() {
    RegionSpace space = empty(memory());
    assertThat(space.write(new int[0])).isEqualTo(RegionSpan.EMPTY);
    space.giveBack(RegionSpan.EMPTY);
    space.occupy(RegionSpan.EMPTY);
    assertThat(space.freeBlocks()).isEqualTo(BLOCKS);
  }
}
