// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a line without reading beyond it. */
final class Lines {
  private static final int MAXIMUM_BYTES = 64 * 1024;

  private Lines() {}

  /** The next line without its end; throws at the end of the stream. */
  static String read(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the peer closed after " + line.size() + " bytes of a line");
      }
      if (line.size() == MAXIMUM_BYTES) {
        throw new CorruptedException("a line of more than " + MAXIMUM_BYTES + " bytes");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
