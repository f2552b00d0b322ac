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
   * @param size a prime, greater than the number of backends ({@link #sizeFor})
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
    int[] shift = new int[count];
    int[] skip = new int[count];
    int[] cursor =
        new int[count]; // offset + j * skip, so that permutations need not be written down
    for (int backend = 0; backend < count; backend++) {
      byte[] identity = identities.get(backend).getBytes(StandardCharsets.UTF_8);
      cursor[backend] = (int) Long.remainderUnsigned(hash(OFFSET_SEED, identity), size);
      skip[backend] = (int) Long.remainderUnsigned(hash(SKIP_SEED, identity), size - 1) + 1;
      shift[backend] = (int) Long.remainderUnsigned(hash(SHIFT_SEED, identity), size);
    }
    int[] turns = turns(identities);
    int[] inverse = inverses(size);
    int[] table = new int[size];
    Arrays.fill(table, -1);
    int filled = 0;
    while (true) {
      for (int backend : turns) {
        int slot;
        do {
          slot = add(inverse[cursor[backend]], shift[backend], size);
          cursor[backend] = add(cursor[backend], skip[backend], size);
        } while (table[slot] >= 0);
        table[slot] = backend;
        filled++;
        if (filled == size) {
          return table;
        }
      }
    }
  }

  /** The multiplicative inverse of every number modulo a prime; 0 for 0. */
  private static int[] inverses(int prime) {
    int[] inverse = new int[prime];
    inverse[1] = 1;
    for (int number = 2; number < prime; number++) {
      // From prime = (prime / number) * number + prime % number, divided by both
      long negative = (long) (prime / number) * inverse[prime % number] % prime;
      inverse[number] = (int) (prime - negative);
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

  private static int add(int one, int other, int size) {
    int sum = one + other;
    return sum >= size ? sum - size : sum;
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
