// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Builds Maglev lookup tables (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4).
 *
 * <p>Backends take turns; each takes the next slot of its own permutation that is still free. The
 * paper's permutation is an arithmetic progression, {@code offset + j * skip} modulo the prime
 * size. Two backends that happen to have the same skip (1 in 20 sets of 20 backends at size 4093)
 * then walk in step, and removing a backend moves up to three times as many slots as it should. So
 * here the progression is turned inside out, {@code shift + 1 / (offset + j * skip)} with 1 / 0 =
 * 0, which behaves like a random permutation.
 *
 * <p>The table depends on nothing but the backends' identities and the size, so that every node,
 * and every version of Sluice, sends a flow to the same backend: the order of the list does not
 * matter, and the hash is spelled out below. Changing it moves live flows.
 */
public final class MaglevTable {
  /** The sizes a table can have: the greatest primes below powers of two. */
  private static final int[] SIZES = {251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521};

  private static final int SLOTS_PER_BACKEND = 400;

  /** For each of {@link #SIZES}; made when first needed. */
  private static final char[][] INVERSES = new char[SIZES.length][];

  /** What no backend has taken. */
  private static final int FREE = -1;

  /**
   * To look at one free slot of the last ones takes about as long as this many steps of a
   * permutation, of which each turn takes {@code size / free}.
   */
  private static final int FREE_PER_STEP = 4;

  // FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/
  private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  // Words in ASCII.
  private static final long OFFSET_SEED = 0x6f66667365740000L;
  private static final long SKIP_SEED = 0x736b697000000000L;
  private static final long SHIFT_SEED = 0x7368696674000000L;

  private MaglevTable() {}

  /**
   * The size for a number of backends: the smallest listed prime that gives each at least 400
   * slots; 65521 beyond 163 backends. Removing one of 20 then moves less than 2 % of what the
   * others have, whichever it is (docs/decisions/0001-maglev-table-size.md).
   */
  public static int sizeFor(int backends) {
    for (int size : SIZES) {
      if (size >= (long) backends * SLOTS_PER_BACKEND) {
        return size;
      }
    }
    return SIZES[SIZES.length - 1];
  }

  /**
   * Fills a table.
   *
   * @param identities one distinct text per backend, such as {@link Backend#identity()}
   * @param size a prime below 65536, greater than the number of backends ({@link #sizeFor})
   * @return for each slot the index into {@code identities} of its backend; empty if there is none
   */
  public static int[] build(List<String> identities, int size) {
    int count = identities.size();
    if (count == 0) {
      return new int[0];
    }
    if (count >= size) {
      throw new IllegalArgumentException(
          "a table of " + size + " slots is too small for " + count + " backends");
    }
    if (count == 1) {
      return new int[size];
    }
    char[] inverse = inverses(size);
    int[] turns = turns(identities);
    Permutation[] permutations = new Permutation[count];
    for (int turn = 0; turn < count; turn++) {
      permutations[turn] = new Permutation(identities.get(turns[turn]), inverse);
    }
    int[] table = new int[size];
    Arrays.fill(table, FREE);
    int free = size;
    for (int turn = 0; FREE_PER_STEP * (long) free * free > size; turn = next(turn, count)) {
      table[permutations[turn].take(table)] = turns[turn];
      free--;
    }
    finish(table, free, permutations, turns, (size - free) % count);
    return table;
  }

  /**
   * Deals out the last slots. To step from one free slot to the next takes most of the time by now,
   * so whoever has the turn looks at all free ones for the one that comes first in its permutation.
   */
  private static void finish(
      int[] table, int free, Permutation[] permutations, int[] turns, int firstTurn) {
    int[] slots = new int[free];
    int found = 0;
    for (int slot = 0; found < free; slot++) {
      if (table[slot] == FREE) {
        slots[found++] = slot;
      }
    }
    int turn = firstTurn;
    for (int left = free; left > 0; left--) {
      int place = permutations[turn].first(slots, left);
      table[slots[place]] = turns[turn];
      slots[place] = slots[left - 1];
      turn = next(turn, turns.length);
    }
  }

  private static int next(int turn, int count) {
    return turn + 1 == count ? 0 : turn + 1;
  }

  /** The slots in the order in which one backend wants them, from where it has come to. */
  private static final class Permutation {
    private final char[] inverse;
    private final int shift;
    private final int skip;

    /** {@code offset + j * skip}, so that permutations need not be written down. */
    private int cursor;

    Permutation(String identity, char[] inverse) {
      this.inverse = inverse;
      int size = inverse.length;
      byte[] bytes = identity.getBytes(StandardCharsets.UTF_8);
      cursor = (int) Long.remainderUnsigned(hash(OFFSET_SEED, bytes), size);
      skip = (int) Long.remainderUnsigned(hash(SKIP_SEED, bytes), size - 1) + 1;
      shift = (int) Long.remainderUnsigned(hash(SHIFT_SEED, bytes), size);
    }

    /** The next slot that is free, and on to the one behind it. */
    int take(int[] table) {
      int size = inverse.length;
      int at = cursor;
      int slot;
      do {
        slot = add(inverse[at], shift, size);
        at = add(at, skip, size);
      } while (table[slot] != FREE);
      cursor = at;
      return slot;
    }

    /** Which of some slots that all are still to come is the first; its index among them. */
    int first(int[] slots, int count) {
      int size = inverse.length;
      int nearest = size;
      int first = 0;
      for (int index = 0; index < count; index++) {
        // The slot is shift + 1 / (cursor + j * skip); this is its j.
        int value = inverse[add(slots[index], size - shift, size)];
        int steps = (int) ((long) add(value, size - cursor, size) * inverse[skip] % size);
        if (steps < nearest) {
          nearest = steps;
          first = index;
        }
      }
      return first;
    }
  }

  /** Those of the listed sizes are kept: a cold start would make them again for every Service. */
  private static synchronized char[] inverses(int prime) {
    int listed = Arrays.binarySearch(SIZES, prime);
    if (listed < 0) {
      return makeInverses(prime);
    }
    if (INVERSES[listed] == null) {
      INVERSES[listed] = makeInverses(prime);
    }
    return INVERSES[listed];
  }

  /** The multiplicative inverse of every number modulo a prime; 0 for 0. */
  private static char[] makeInverses(int prime) {
    char[] inverse = new char[prime];
    inverse[1] = 1;
    for (int number = 2; number < prime; number++) {
      // From prime = (prime / number) * number + prime % number, divided by both
      long negative = (long) (prime / number) * inverse[prime % number] % prime;
      inverse[number] = (char) (prime - negative);
    }
    return inverse;
  }

  /** Backends take turns in the order of their identities, whatever the order of the list. */
  private static int[] turns(List<String> identities) {
    Integer[] turns = new Integer[identities.size()];
    Arrays.setAll(turns, index -> index);
    Arrays.sort(turns, (one, other) -> identities.get(one).compareTo(identities.get(other)));
    return Arrays.stream(turns).mapToInt(Integer::intValue).toArray();
  }

  /** Modulo {@code size}. Without a branch, which would be predicted wrongly half the time. */
  private static int add(int one, int other, int size) {
    int sum = one + other - size;
    return sum + (size & (sum >> (Integer.SIZE - 1)));
  }

  /**
   * FNV-1a over the eight bytes of the seed, most significant first, and the identity in UTF-8;
   * then the finalizer of MurmurHash3 (64 bit), since FNV alone leaves the high bits of short texts
   * alike.
   */
  static long hash(long seed, byte[] identity) {
    long hash = FNV_OFFSET_BASIS;
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      hash = (hash ^ (seed >>> shift & 0xff)) * FNV_PRIME;
    }
    for (byte value : identity) {
      hash = (hash ^ (value & 0xff)) * FNV_PRIME;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }
}
