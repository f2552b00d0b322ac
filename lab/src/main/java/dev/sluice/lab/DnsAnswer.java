// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of one of the lab's name servers, which give their own address for every name.
 *
 * @param id of the query
 * @param name that was asked for
 * @param bytes of the whole message
 * @param truncated whether the client should ask again by TCP
 * @param addresses in the answers of type A and AAAA
 * @param textBytes in the answers of type TXT
 */
public record DnsAnswer(
    int id, String name, int bytes, boolean truncated, List<String> addresses, int textBytes) {
  private static final int RESPONSE = 0x8000;
  private static final int TRUNCATED = 0x0200;
  private static final int ERROR_CODE = 0xf;
  private static final int POINTER = 0xc0;

  public DnsAnswer {
    addresses = List.copyOf(addresses);
  }

  /** The address of the server that answered. */
  public String server() {
    return String.join(",", addresses);
  }

  /** Reads a message from its first byte to the buffer's limit. */
  static DnsAnswer parse(ByteBuffer message) throws IOException {
    try {
      int bytes = message.remaining();
      int id = Short.toUnsignedInt(message.getShort());
      int flags = Short.toUnsignedInt(message.getShort());
      int questions = message.getShort();
      int answers = message.getShort();
      message.getInt(); // counts of the other sections
      if ((flags & RESPONSE) == 0 || (flags & ERROR_CODE) != 0 || questions != 1) {
        throw new CorruptedException(
            "not the answer to a query, or an error: flags %04x".formatted(flags));
      }
      String name = name(message);
      message.getInt(); // type and class
      List<String> addresses = new ArrayList<>();
      int textBytes = 0;
      for (int i = 0; i < answers; i++) {
        textBytes += record(message, addresses);
      }
      return new DnsAnswer(id, name, bytes, (flags & TRUNCATED) != 0, addresses, textBytes);
    } catch (BufferUnderflowException tooShort) {
      throw new CorruptedException("a DNS message ends too early");
    }
  }

  /** Adds the record's address to {@code addresses}, or returns the bytes of its text. */
  private static int record(ByteBuffer message, List<String> addresses) throws IOException {
    name(message);
    int type = message.getShort();
    message.getShort(); // class
    message.getInt(); // time to live
    byte[] data = new byte[Short.toUnsignedInt(message.getShort())];
    message.get(data);
    if (type == DnsQuestion.Type.TXT.number) {
      return data.length;
    }
    addresses.add(InetAddress.getByAddress(data).getHostAddress());
    return 0;
  }

  private static String name(ByteBuffer message) {
    List<String> labels = new ArrayList<>();
    while (true) {
      int length = Byte.toUnsignedInt(message.get());
      if (length == 0) {
        return String.join(".", labels);
      }
      if ((length & POINTER) == POINTER) {
        message.get(); // the rest stands elsewhere, and only questions' names are of interest
        return String.join(".", labels);
      }
      byte[] label = new byte[length];
      message.get(label);
      labels.add(new String(label, StandardCharsets.US_ASCII));
    }
  }

  Fields toFields() {
    return Fields.of("id", id)
        .with("name", name)
        .with("bytes", bytes)
        .with("truncated", truncated)
        .with("addresses", server())
        .with("textBytes", textBytes);
  }

  static DnsAnswer of(Fields fields) {
    String addresses = fields.text("addresses");
    return new DnsAnswer(
        fields.number("id"),
        fields.text("name"),
        fields.number("bytes"),
        fields.flag("truncated"),
        addresses.isEmpty() ? List.of() : List.of(addresses.split(",", -1)),
        fields.number("textBytes"));
  }
}
