// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.HexFormat;

/** Bytes as people write them: two hexadecimal digits each, with blanks or colons as they like. */
final class Hex {
  private static final int RADIX = 16;

  private Hex() {}

  /**
   * Reads them.
   *
   * @param what names them in errors
   * @throws DatapathException naming the place of what is wrong, from 1
   */
  static byte[] parse(String what, String text) {
    StringBuilder digits = new StringBuilder();
    for (int position = 0; position < text.length(); position++) {
      char character = text.charAt(position);
      if (Character.digit(character, RADIX) >= 0) {
        digits.append(character);
      } else if (character != ':' && !Character.isWhitespace(character)) {
        throw new DatapathException(
            "%s: '%s' at position %d is no hexadecimal digit"
                .formatted(what, character, position + 1));
      }
    }
    if (digits.length() % 2 != 0) {
      throw new DatapathException(
          "%s: %d hexadecimal digits are no whole bytes".formatted(what, digits.length()));
    }
    return HexFormat.of().parseHex(digits);
  }
}
