// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** A pseudo-random stream of bytes, the same on both ends for the same seed, and its digest. */
final class Payload {
  /** A multiple of 8, so that the stream does not depend on where it is cut. */
  static final int CHUNK_BYTES = 64 * 1024;

  private final SplittableRandom random;
  private final byte[] chunk = new byte[CHUNK_BYTES];

  Payload(long seed) {
    random = new SplittableRandom(seed);
  }

  /** The next {@link #CHUNK_BYTES} bytes; the array is reused by the next call. */
  byte[] nextChunk() {
    random.nextBytes(chunk);
    return chunk;
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  static int chunkOf(long remaining) {
    return (int) Math.min(CHUNK_BYTES, remaining);
  }
}
