// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash in the names of chains: the beginning of a SHA-256 sum in base 32 (RFC 4648). */
final class ShortHash {
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int BITS = 5;

  private ShortHash() {}

  static String of(String text, int length) {
    byte[] sum = sum(text);
    StringBuilder hash = new StringBuilder();
    for (int letter = 0; letter < length; letter++) {
      int value = 0;
      for (int bit = letter * BITS; bit < (letter + 1) * BITS; bit++) {
        value = (value << 1) | ((sum[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE)) & 1);
      }
      hash.append(LETTERS.charAt(value));
    }
    return hash.toString();
  }

  private static byte[] sum(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }
}
