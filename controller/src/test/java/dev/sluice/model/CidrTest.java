// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.2.3/8, 10.0.0.0/8",
    "192.168.099.0/24, 192.168.99.0/24",
    "0.0.0.0/0, 0.0.0.0/0",
    "10.1.2.3/0, 0.0.0.0/0",
    "10.1.2.3/32, 10.1.2.3/32",
    "2001:db8::1/64, 2001:db8::/64",
    "2001:db8::1/65, 2001:db8::/65",
    "fd00::1/128, fd00::1/128",
    "::ffff:10.1.2.3/104, 10.0.0.0/8",
  })
  void hostBitsAreCleared(String text, String canonical) {
    assertThat(Cidr.parse(text)).hasToString(canonical).isEqualTo(Cidr.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "::/129",
        "x/8",
        "10.0.0.0/8/8",
        "::ffff:10.0.0.0/8"
      })
  void whatIsNoCidrIsRefusedByName(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Property
  void containsComparesTheLeadingBits(
      @ForAll @Size(16) byte[] network,
      @ForAll @Size(16) byte[] other,
      @ForAll @IntRange(max = 128) int prefixLength,
      @ForAll @IntRange(max = 16) int sharedBytes) {
    System.arraycopy(network, 0, other, 0, sharedBytes);
    network[0] = other[0] = (byte) 0xfd; // not IPv4-mapped
    boolean same =
        new BigInteger(1, network)
            .xor(new BigInteger(1, other))
            .shiftRight(128 - prefixLength)
            .equals(BigInteger.ZERO);
    assertThat(
            new Cidr(IpAddress.ofBytes(network), prefixLength).contains(IpAddress.ofBytes(other)))
        .isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, fd00::1, false",
    "::/0, fd00::1, true",
    "::/0, 10.0.0.1, false",
    "128.0.0.0/1, 127.255.255.255, false",
    "128.0.0.0/1, 255.0.0.0, true",
    "64.0.0.0/2, 127.0.0.0, true",
  })
  void aCidrHoldsAddressesOfItsOwnFamilyOnly(String cidr, String address, boolean expected) {
    assertThat(Cidr.parse(cidr).contains(IpAddress.parse(address))).isEqualTo(expected);
  }
}
