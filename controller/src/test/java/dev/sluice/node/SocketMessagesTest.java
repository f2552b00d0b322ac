// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Messages as they are on a little-endian machine, written down by hand from linux/inet_diag.h. */
class SocketMessagesTest {
  private static final HexFormat HEX = HexFormat.of();

  /** From ::ffff:10.1.0.9, port 40000, to ::ffff:10.1.0.5, port 8080, device 0, cookie 0x2a. */
  private static final String IDENTITY =
      "9c401f90"
          + "00000000000000000000ffff0a010009"
          + "00000000000000000000ffff0a010005"
          + "00000000"
          + "2a00000000000000";

  @BeforeAll
  static void requireByteOrder() {
    Assumptions.assumeTrue(
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
        "skipped: the messages are those of a little-endian machine");
  }

  @Test
  void allConnectedSocketsAreAskedForByState() {
    assertThat(HEX.formatHex(SocketMessages.listConnected(3)))
        .isEqualTo(
            "48000000"
                + "1400"
                + "0103"
                + "03000000"
                + "00000000" // 72 bytes, REQUEST | DUMP
                + "02110000"
                + "02000000"
                + "00".repeat(48)); // IPv4, UDP, established
  }

  @Test
  void aSocketIsDestroyedByItsWholeIdentity() {
    SocketIdentity socket =
        new SocketIdentity(4026531840L, 10, ByteBuffer.wrap(HEX.parseHex(IDENTITY)));
    assertThat(HEX.formatHex(SocketMessages.destroy(socket, 4)))
        .isEqualTo(
            "48000000"
                + "1500"
                + "0500"
                + "04000000"
                + "00000000" // REQUEST | ACK
                + "0a110000"
                + "02000000"
                + IDENTITY); // IPv6, UDP, established
  }

  @Test
  void nobodysIdentityIsNoSocketsAndNotThatOfAnySocketEither() {
    assertThat(NetlinkReader.bytes(SocketMessages.nobody().identity()))
        .as("ports 0, and cookie 0; that of any socket would be all ones")
        .containsOnly(0)
        .hasSize(IDENTITY.length() / 2);
  }
}
