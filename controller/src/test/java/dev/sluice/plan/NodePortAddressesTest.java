// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ProxyConfig.Mode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodePortAddressesTest {
  private static final List<IpAddress> ADDRESSES =
      Stream.of("192.168.0.1", "10.9.0.1", "127.0.0.1", "fd00::1", "2001:db8::1", "::1")
          .map(IpAddress::parse)
          .toList();

  private static final NodeFacts NODE =
      NodeFacts.of(
          "node-a",
          ADDRESSES.stream().collect(Collectors.toSet()),
          List.of(IpAddress.parse("192.168.0.1"), IpAddress.parse("fd00::1")),
          List.of(),
          Map.of());

  private static String served(
      IpFamily family, Mode mode, boolean localhostNodePorts, String nodePortAddresses) {
    List<String> words =
        nodePortAddresses == null ? List.of() : List.of(nodePortAddresses.split(" "));
    NodePortAddresses addresses =
        NodePortAddresses.of(
            family,
            NODE,
            new ProxyConfig(
                mode, words, localhostNodePorts, LocalTraffic.none(), false, List.of()));
    return Stream.concat(addresses.addresses().stream(), addresses.loopback().stream())
        .map(IpAddress::toString)
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "unset",
      textBlock =
          """
      unset                     | 10.9.0.1 192.168.0.1 127.0.0.1 | 2001:db8::1 fd00::1
      0.0.0.0/0                 | 10.9.0.1 192.168.0.1 127.0.0.1 | 2001:db8::1 fd00::1
      all                       | 10.9.0.1 192.168.0.1 127.0.0.1 | 2001:db8::1 fd00::1
      192.168.0.77/24           | 192.168.0.1                    | 2001:db8::1 fd00::1
      fd00::/8                  | 10.9.0.1 192.168.0.1 127.0.0.1 | fd00::1
      172.16.0.0/12 fe80::/10   | ''                             | ''
      127.0.0.0/8               | 127.0.0.1                      | 2001:db8::1 fd00::1
      64.0.0.0/2                | 127.0.0.1                      | 2001:db8::1 fd00::1
      primary                   | 192.168.0.1                    | fd00::1
      primary 10.0.0.0/8        | 10.9.0.1 192.168.0.1           | fd00::1
      localhost                 | 127.0.0.1                      | ''
      localhost primary         | 192.168.0.1 127.0.0.1          | fd00::1
      10.9.0.0/16 ::1/128       | 10.9.0.1                       | ''
      """)
  @ShowsRules({75, 76, 77, 79, 273, 274})
  void inIptablesModeUnsetMeansAllAndLoopbackIsIpv4Only(String words, String ipv4, String ipv6) {
    assertThat(served(IpFamily.IPV4, Mode.IPTABLES, true, words)).isEqualTo(ipv4);
    assertThat(served(IpFamily.IPV6, Mode.IPTABLES, true, words)).isEqualTo(ipv6);
    assertThat(served(IpFamily.IPV4, Mode.IPTABLES, false, words))
        .as("localhostNodePorts off")
        .isEqualTo(ipv4.replaceAll(" ?127\\.0\\.0\\.1", ""));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "unset",
      textBlock =
          """
      unset             | 192.168.0.1           | fd00::1
      0.0.0.0/0 ::/0    | 10.9.0.1 192.168.0.1  | 2001:db8::1 fd00::1
      all               | 10.9.0.1 192.168.0.1  | 2001:db8::1 fd00::1
      localhost         | 127.0.0.1             | ::1
      primary localhost | 192.168.0.1 127.0.0.1 | fd00::1 ::1
      127.0.0.0/8       | 127.0.0.1             | 2001:db8::1 fd00::1
      64.0.0.0/2 ::/0   | ''                    | 2001:db8::1 fd00::1
      ::1/128           | 10.9.0.1 192.168.0.1  | ::1
      """)
  @ShowsRules({75, 76, 77, 80})
  void inNftablesModeUnsetMeansPrimaryAndLoopbackMustBeNamed(
      String words, String ipv4, String ipv6) {
    assertThat(served(IpFamily.IPV4, Mode.NFTABLES, true, words)).isEqualTo(ipv4);
    assertThat(served(IpFamily.IPV6, Mode.NFTABLES, true, words)).isEqualTo(ipv6);
  }

  @Test
  void anUnknownWordIsRefusedByName() {
    assertThatThrownBy(() -> ProxyConfig.defaults().withNodePortAddresses(List.of("secondary")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'secondary'")
        .hasMessageContaining("primary, localhost or all");
  }
}
