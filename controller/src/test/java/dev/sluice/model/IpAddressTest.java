// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "192.168.099.022, 192.168.99.22",
    "0177.0.0.01, 177.0.0.1",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "fd00::, fd00::",
    "FD00:0:0:0:0:0:0:0A, fd00::a",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "1::8, 1::8",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "::ffff:10.1.2.3, 10.1.2.3",
    "::ffff:a01:203, 10.1.2.3",
    "0:0:0:0:0:ffff:10.1.2.3, 10.1.2.3",
  })
  void anAddressIsReadAndWrittenInItsCanonicalForm(String text, String canonical) {
    assertThat(IpAddress.parse(text)).hasToString(canonical);
    assertThat(IpAddress.parse(canonical)).isEqualTo(IpAddress.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ":",
        "10.0.0",
        "10.0.0.1.2",
        "10.0.0.256",
        "10.0.0.-1",
        "10.0.0.+1",
        "10..0.1",
        " 10.0.0.1",
        "10.0.0.1 ",
        "0x0a.0.0.1",
        "a.b.c.d",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        ":::",
        "1::2::3",
        "12345::",
        "::g",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "fe80::1%eth0",
        "::1.2.3",
        "1.2.3.4::",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4::5:6:7:8",
        "[::1]",
        "10.0.0.1/8",
        "٣.0.0.1"
      })
  void whatIsNoAddressIsRefusedByName(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Property
  void everyAddressSurvivesItsText(@ForAll @Size(16) byte[] sixteen, @ForAll @Size(4) byte[] four)
      throws UnknownHostException {
    for (byte[] bytes : List.of(sixteen, four)) {
      IpAddress address = IpAddress.ofBytes(bytes);
      assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
      assertThat(InetAddress.getByName(address.toString()).getAddress())
          .as("the JDK reads %s alike", address)
          .isEqualTo(address.bytes());
    }
  }

  @Property
  void sparseIpv6AddressesSurviveTheirText(@ForAll @Size(8) List<Boolean> groups)
      throws UnknownHostException {
    byte[] bytes = new byte[16];
    for (int group = 0; group < 8; group++) {
      bytes[2 * group + 1] = (byte) (groups.get(group) ? group + 1 : 0);
    }
    IpAddress address = IpAddress.ofBytes(bytes);
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(InetAddress.getByName(address.toString()).getAddress()).isEqualTo(bytes);
  }

  @Test
  void bytesAreInNetworkOrder() {
    assertThat(IpAddress.parse("1.2.3.4").bytes()).containsExactly(1, 2, 3, 4);
    assertThat(IpAddress.parse("102:304::ff").bytes())
        .containsExactly(1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1);
  }

  @Test
  void ipv4SortsBeforeIpv6AndHighNumbersLast() {
    List<String> order = List.of("9.0.0.0", "10.0.0.0", "200.0.0.0", "::1", "fd00::", "ff02::1");
    assertThat(
            Stream.of("ff02::1", "200.0.0.0", "fd00::", "9.0.0.0", "::1", "10.0.0.0")
                .map(IpAddress::parse)
                .sorted()
                .map(IpAddress::toString))
        .isEqualTo(order);
  }

  @Test
  void anIpv4MappedAddressCannotBeMadeAsIpv6() {
    assertThatThrownBy(() -> new IpAddress(IpFamily.IPV6, 0, 0xffff_0a00_0001L))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void specialAddressesAreTold() {
    assertThat(IpAddress.parse("127.1.2.3").isLoopback()).isTrue();
    assertThat(IpAddress.parse("128.0.0.1").isLoopback()).isFalse();
    assertThat(IpAddress.parse("::1").isLoopback()).isTrue();
    assertThat(IpAddress.parse("169.254.169.254").isLinkLocal()).isTrue();
    assertThat(IpAddress.parse("febf::1").isLinkLocal()).isTrue();
    assertThat(IpAddress.parse("fec0::1").isLinkLocal()).isFalse();
    assertThat(IpAddress.parse("239.1.1.1").isMulticast()).isTrue();
    assertThat(IpAddress.parse("240.0.0.1").isMulticast()).isFalse();
    assertThat(IpAddress.parse("ff02::1").isMulticast()).isTrue();
    assertThat(IpAddress.parse("0.0.0.0").isUnspecified()).isTrue();
    assertThat(IpAddress.parse("::").isUnspecified()).isTrue();
  }

  @Test
  void anIpv6AddressWithAPortHasBrackets() {
    assertThat(IpAddress.parse("10.0.0.1").withPort(80)).isEqualTo("10.0.0.1:80");
    assertThat(IpAddress.parse("fd00::1").withPort(80)).isEqualTo("[fd00::1]:80");
  }
}
