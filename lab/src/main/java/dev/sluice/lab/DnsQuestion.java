// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What is asked of a name server (RFC 1035). */
record DnsQuestion(String name, Type type) {
  /** The types that the lab's name servers answer, with their numbers. */
  enum Type {
    A(1),
    TXT(16),
    AAAA(28);

    final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private static final int CLASS_IN = 1;
  private static final int HEADER_BYTES = 12;

  DnsQuestion {
    name = name.toLowerCase(Locale.ROOT);
  }

  /** The message that asks it, without the length that TCP wants before it. */
  byte[] query(int id) {
    ByteBuffer message = ByteBuffer.allocate(HEADER_BYTES + name.length() + 2 + 4);
    message.putShort((short) id);
    message.putShort((short) 0); // a standard query
    message.putShort((short) 1).putShort((short) 0).putInt(0); // one question, nothing else
    for (String label : name.split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
      message.put((byte) bytes.length).put(bytes);
    }
    message.put((byte) 0);
    message.putShort((short) type.number).putShort((short) CLASS_IN);
    return message.array();
  }
}
