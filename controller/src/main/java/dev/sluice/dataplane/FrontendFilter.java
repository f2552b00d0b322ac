// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The filter of frontends, in front of the hash lookups. A bit is set as long as a Service needs
 * it, and after that until no flow does: a connection outlives its Service.
 */
final class FrontendFilter {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final byte MOST = Byte.MAX_VALUE;

  private final MemorySegment bits;
  private final MemorySegment used;

  /** How often each bit is needed, up to {@link #MOST}: a hundred thousand of them are. */
  private final byte[] references = new byte[Limits.FILTER_BITS];

  /** How often more a bit is needed. */
  private final Map<Integer, Integer> more = new HashMap<>();

  /** Bits that neither a Service nor a flow needed at the last collection. */
  private BitSet idle = new BitSet();

  /**
   * @param bits the filter
   * @param used where the collector notes the bits that flows need
   */
  FrontendFilter(MemorySegment bits, MemorySegment used) {
    this.bits = bits;
    this.used = used;
  }

  void acquire(int bit) {
    if (references[bit] == MOST) {
      more.merge(bit, 1, Integer::sum);
    } else {
      references[bit]++;
    }
    set(bit);
  }

  void release(int bit) {
    if (more.containsKey(bit)) {
      more.computeIfPresent(bit, (key, count) -> count == 1 ? null : count - 1);
    } else if (references[bit] > 0) {
      references[bit]--;
    }
  }

  /** To be called before each collection. */
  void forgetUse() {
    used.fill((byte) 0);
  }

  /**
   * To be called after each collection: clears bits that nobody needs. A packet may have opened a
   * flow behind the collector's back just before its Service went, so a bit goes only when it was
   * idle at the collection before as well.
   *
   * @return number of bits cleared
   */
  int clearIdle() {
    BitSet nowIdle = new BitSet();
    int cleared = 0;
    for (int index = 0; index < Limits.FILTER_BITS / Long.SIZE; index++) {
      long candidates = word(bits, index) & ~word(used, index);
      while (candidates != 0) {
        int bit = index * Long.SIZE + Long.numberOfTrailingZeros(candidates);
        candidates &= candidates - 1;
        if (references[bit] > 0) {
          continue;
        }
        if (idle.get(bit)) {
          clear(bit);
          cleared++;
        } else {
          nowIdle.set(bit);
        }
      }
    }
    idle = nowIdle;
    return cleared;
  }

  private void set(int bit) {
    long offset = offset(bit / Long.SIZE);
    bits.set(WORD, offset, bits.get(WORD, offset) | 1L << bit % Long.SIZE);
  }

  private void clear(int bit) {
    long offset = offset(bit / Long.SIZE);
    bits.set(WORD, offset, bits.get(WORD, offset) & ~(1L << bit % Long.SIZE));
  }

  private static long word(MemorySegment memory, int index) {
    return memory.get(WORD, offset(index));
  }

  private static long offset(int wordIndex) {
    return (long) wordIndex * Long.BYTES;
  }
}
