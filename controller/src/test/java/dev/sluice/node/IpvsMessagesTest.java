// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The bytes are those of a little-endian machine, written down after linux/genetlink.h,
 * linux/ip_vs.h and {@code ip_vs_genl_fill_service()} of net/netfilter/ipvs/ip_vs_ctl.c, but for
 * those of {@code netlink/ipvs.hex}, which a kernel answered.
 */
final class IpvsMessagesTest {
  private static final int FAMILY = 0x1f;
  private static final int GENERIC_CONTROL = 0x10;
  private static final int TCP = 6;

  /** nlmsghdr (32 more bytes to come), genlmsghdr NEWFAMILY, name "IPVS", id 0x1f. */
  private static final String FAMILY_ANSWER =
      """
      28000000 1000 0000 01000000 d2040000
      01020000
      0900 0200 4950565300 000000
      0600 0100 1f00 0000
      """;

  /** Two datagram parts of a dump: TCP 10.96.0.10:53, and UDP [fd96::a]:53; then the end. */
  private static final String DUMP =
      """
      68000000 1f00 0200 01000000 d2040000
      01010000
      5400 0100
        0600 0100 0200 0000
        0600 0200 0600 0000
        1400 0300 0a60000a 00000000 00000000 00000000
        0600 0400 0035 0000
        0700 0600 727200 00
        0c00 0700 03000000 ffffffff
        0800 0800 00000000
        0800 0900 ffffffff
      48000000 1f00 0200 01000000 d2040000
      01010000
      3400 0100
        0600 0100 0a00 0000
        0600 0200 1100 0000
        1400 0300 fd960000 00000000 00000000 0000000a
        0600 0400 0035 0000
        0400 0a00
      14000000 0300 0200 01000000 d2040000
      00000000
      """;

  /** A virtual server that is told by a firewall mark, 7. */
  private static final String BY_MARK =
      """
      28000000 1f00 0200 01000000 d2040000
      01010000
      1400 0100
        0600 0100 0200 0000
        0800 0500 07000000
      """;

  private static String recorded() throws IOException {
    try (InputStream hex = IpvsMessagesTest.class.getResourceAsStream("/netlink/ipvs.hex")) {
      return new String(hex.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("(?m)^#.*$", "");
    }
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replaceAll("\\s", "")))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<VirtualServer> servers(String hex) {
    return servers(hex, FAMILY);
  }

  private static List<VirtualServer> servers(String hex, int family) {
    List<VirtualServer> servers = new ArrayList<>();
    NetlinkReader.messages(
        bytes(hex),
        message -> {
          if (message.type() == family) {
            IpvsMessages.service(message.payload()).ifPresent(servers::add);
          }
        });
    return servers;
  }

  @Test
  void whatAKernelAnsweredIsRead() throws IOException {
    List<Integer> families = new ArrayList<>();
    NetlinkReader.messages(
        bytes(recorded()),
        message -> {
          if (message.type() == GENERIC_CONTROL) {
            families.add(IpvsMessages.family(message.payload()));
          }
        });
    assertThat(families).hasSize(1);
    assertThat(servers(recorded(), families.getFirst()))
        .extracting(VirtualServer::toString)
        .containsExactlyInAnyOrder(
            "TCP 10.96.0.1:443",
            "UDP 10.96.0.10:53",
            "TCP [fd96:0:0:0:0:0:0:10]:80",
            "TCP 192.0.2.9:80",
            "FWM 7");
  }

  @Test
  void theFamilysNumberIsRead() {
    List<Integer> numbers = new ArrayList<>();
    NetlinkReader.messages(
        bytes(FAMILY_ANSWER), message -> numbers.add(IpvsMessages.family(message.payload())));
    assertThat(numbers).containsExactly(FAMILY);
  }

  @Test
  void virtualServersOfBothFamiliesAreRead() {
    assertThat(servers(DUMP))
        .containsExactly(
            new VirtualServer(
                AddressFamily.IPV4, TCP, Optional.of(InetAddress.ofLiteral("10.96.0.10")), 53, 0),
            new VirtualServer(
                AddressFamily.IPV6, 17, Optional.of(InetAddress.ofLiteral("fd96::a")), 53, 0));
    assertThat(servers(DUMP))
        .extracting(VirtualServer::toString)
        .first()
        .isEqualTo("TCP 10.96.0.10:53");
  }

  @Test
  void aMarkIsRead() {
    assertThat(servers(BY_MARK))
        .containsExactly(new VirtualServer(AddressFamily.IPV4, 0, Optional.empty(), 0, 7));
  }

  @Test
  void theRequestToDeleteNamesTheServer() {
    VirtualServer server =
        new VirtualServer(
            AddressFamily.IPV4, TCP, Optional.of(InetAddress.ofLiteral("10.96.0.10")), 53, 0);
    assertThat(IpvsMessages.deleteService(FAMILY, server, 2))
        .isEqualTo(
            bytes(
                    """
                    44000000 1f00 0500 02000000 00000000
                    03010000
                    3000 0180
                      0600 0100 0200 0000
                      0600 0200 0600 0000
                      1400 0300 0a60000a 00000000 00000000 00000000
                      0600 0400 0035 0000
                    """)
                .array());
  }

  @Test
  void anAddressThatIsTooShortIsAnError() {
    assertThatThrownBy(
            () ->
                servers(
                    """
                    28000000 1f00 0200 01000000 d2040000
                    01010000
                    1400 0100
                      0600 0100 0200 0000
                      0500 0300 0a000000
                    """))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("IPVS address");
  }

  @Test
  void anAnswerWithoutANumberIsAnError() {
    assertThatThrownBy(() -> IpvsMessages.family(bytes("01020000")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("IPVS");
  }
}
