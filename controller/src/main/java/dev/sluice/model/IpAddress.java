// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/**
 * An IPv4 or IPv6 address.
 *
 * <p>An IPv4-mapped IPv6 address ({@code ::ffff:a.b.c.d}) is the IPv4 address it holds, as in the
 * Kubernetes API machinery; no instance of family IPv6 is IPv4-mapped.
 *
 * @param family the address family
 * @param high the first 64 bits of an IPv6 address, as a big-endian number; 0 for IPv4
 * @param low the last 64 bits of an IPv6 address, or the 32 bits of an IPv4 address
 */
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {
  private static final long IPV4_MAX = 0xffff_ffffL;
  private static final int IPV6_GROUPS = 8;

  public IpAddress {
    requireNonNull(family, "family");
    switch (family) {
      case IPV4 -> {
        if (high != 0 || (low & ~IPV4_MAX) != 0) {
          throw new IllegalArgumentException("more than 32 bits for an IPv4 address");
        }
      }
      case IPV6 -> {
        if (isMapped(high, low)) {
          throw new IllegalArgumentException("an IPv4-mapped address must be made as IPv4");
        }
      }
    }
  }

  /**
   * Reads an address as Kubernetes does: numbers of an IPv4 address may have leading zeros and are
   * decimal all the same (octal would be the bug class of CVE-2021-29923).
   *
   * @throws IllegalArgumentException if the text is not an address
   */
  public static IpAddress parse(String text) {
    return text.indexOf(':') < 0 ? parseIpv4(text, text) : parseIpv6(text);
  }

  /**
   * Makes an address from its bytes.
   *
   * @param bytes 4 or 16 bytes in network order; an IPv4-mapped address becomes IPv4
   * @throws IllegalArgumentException for any other length
   */
  public static IpAddress ofBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return switch (bytes.length) {
      case 4 -> ipv4(Integer.toUnsignedLong(buffer.getInt()));
      case 16 -> ipv6(buffer.getLong(), buffer.getLong());
      default ->
          throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
    };
  }

  /** The address in network byte order: 4 or 16 bytes, a new array each time. */
  public byte[] bytes() {
    return switch (family) {
      case IPV4 -> ByteBuffer.allocate(Integer.BYTES).putInt((int) low).array();
      case IPV6 -> ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    };
  }

  /** Whether this is in 127.0.0.0/8 or is ::1. */
  public boolean isLoopback() {
    return switch (family) {
      case IPV4 -> low >>> 24 == 127;
      case IPV6 -> high == 0 && low == 1;
    };
  }

  /** Whether this is 0.0.0.0 or ::. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /** Whether this is in 169.254.0.0/16 or fe80::/10. */
  public boolean isLinkLocal() {
    return switch (family) {
      case IPV4 -> low >>> 16 == 0xa9fe;
      case IPV6 -> high >>> 54 == 0xfe80 >>> 6;
    };
  }

  /** Whether this is in 224.0.0.0/4 or ff00::/8. */
  public boolean isMulticast() {
    return switch (family) {
      case IPV4 -> low >>> 28 == 0xe;
      case IPV6 -> high >>> 56 == 0xff;
    };
  }

  /** This address with all bits after the first {@code prefixLength} cleared. */
  IpAddress masked(int prefixLength) {
    return switch (family) {
      case IPV4 -> ipv4(low & leadingOnes(prefixLength + Integer.SIZE));
      case IPV6 ->
          new IpAddress(
              family,
              high & leadingOnes(Math.min(prefixLength, Long.SIZE)),
              low & leadingOnes(Math.max(prefixLength - Long.SIZE, 0)));
    };
  }

  private static long leadingOnes(int count) {
    return count == 0 ? 0 : -1L << (Long.SIZE - count);
  }

  /** The address with its port: {@code 10.0.0.1:80} or {@code [fd00::1]:80}. */
  public String withPort(int port) {
    return switch (family) {
      case IPV4 -> this + ":" + port;
      case IPV6 -> "[" + this + "]:" + port;
    };
  }

  /** IPv4 before IPv6, then by number. */
  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    if (byFamily != 0) {
      return byFamily;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /** Dotted decimal, or the canonical text of RFC 5952. */
  @Override
  public String toString() {
    return switch (family) {
      case IPV4 ->
          (low >> 24) + "." + (low >> 16 & 0xff) + "." + (low >> 8 & 0xff) + "." + (low & 0xff);
      case IPV6 -> ipv6Text();
    };
  }

  private String ipv6Text() {
    int zerosStart = -1;
    int zerosLength = 1; // RFC 5952 section 4.2.2: a single zero group is not shortened
    for (int group = 0; group < IPV6_GROUPS; group++) {
      int length = 0;
      while (group + length < IPV6_GROUPS && group(group + length) == 0) {
        length++;
      }
      if (length > zerosLength) {
        zerosStart = group;
        zerosLength = length;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int group = 0; group < IPV6_GROUPS; group++) {
      if (group == zerosStart) {
        text.append("::");
        group += zerosLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(group)));
    }
    return text.toString();
  }

  private int group(int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index % 4))) & 0xffff;
  }

  private static IpAddress ipv4(long value) {
    return new IpAddress(IpFamily.IPV4, 0, value & IPV4_MAX);
  }

  private static IpAddress ipv6(long high, long low) {
    return isMapped(high, low) ? ipv4(low) : new IpAddress(IpFamily.IPV6, high, low);
  }

  private static boolean isMapped(long high, long low) {
    return high == 0 && low >>> 32 == 0xffff;
  }

  /** Character by character: a cluster has a hundred thousand of these to read. */
  private static IpAddress parseIpv4(String part, String whole) {
    long value = 0;
    int numbers = 0;
    int begin = 0;
    while (begin <= part.length()) {
      int dot = part.indexOf('.', begin);
      int end = dot < 0 ? part.length() : dot;
      value = value << 8 | parseNumber(part, begin, end, 10, 0xff, whole);
      begin = end + 1;
      numbers++;
    }
    if (numbers != 4) {
      throw notAnAddress(whole);
    }
    return ipv4(value);
  }

  private static IpAddress parseIpv6(String text) {
    int gap = text.indexOf("::");
    String head = gap < 0 ? text : text.substring(0, gap);
    String tail = gap < 0 ? "" : text.substring(gap + 2);
    long[] high = new long[IPV6_GROUPS];
    int headGroups = parseGroups(head, high, 0, text);
    long[] rest = new long[IPV6_GROUPS];
    int tailGroups = parseGroups(tail, rest, headGroups, text);
    // "::" stands for at least one group
    boolean fits = gap < 0 ? headGroups == IPV6_GROUPS : headGroups + tailGroups < IPV6_GROUPS;
    if (!fits || (gap >= 0 && head.indexOf('.') >= 0)) {
      throw notAnAddress(text);
    }
    System.arraycopy(rest, 0, high, IPV6_GROUPS - tailGroups, tailGroups);
    return ipv6(joinGroups(high, 0), joinGroups(high, 4));
  }

  /** Reads {@code part} into {@code groups} and returns how many it held. */
  private static int parseGroups(String part, long[] groups, int already, String whole) {
    if (part.isEmpty()) {
      return 0;
    }
    String[] words = part.split(":", -1);
    int count = 0;
    for (int i = 0; i < words.length; i++) {
      boolean dotted = i == words.length - 1 && words[i].indexOf('.') >= 0;
      int needed = dotted ? 2 : 1;
      if (already + count + needed > IPV6_GROUPS) {
        throw notAnAddress(whole);
      }
      if (dotted) {
        long value = parseIpv4(words[i], whole).low;
        groups[count++] = value >>> 16;
        groups[count++] = value & 0xffff;
      } else {
        if (words[i].length() > 4) {
          throw notAnAddress(whole);
        }
        groups[count++] = parseNumber(words[i], 0, words[i].length(), 16, 0xffff, whole);
      }
    }
    return count;
  }

  private static long joinGroups(long[] groups, int from) {
    return groups[from] << 48 | groups[from + 1] << 32 | groups[from + 2] << 16 | groups[from + 3];
  }

  private static long parseNumber(
      String text, int begin, int end, int radix, long max, String whole) {
    if (begin == end) {
      throw notAnAddress(whole);
    }
    long value = 0;
    for (int i = begin; i < end; i++) {
      char character = text.charAt(i);
      int digit = character < 128 ? Character.digit(character, radix) : -1;
      value = value * radix + digit;
      if (digit < 0 || value > max) {
        throw notAnAddress(whole);
      }
    }
    return value;
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException("'" + text + "' is not an IP address");
  }
}
