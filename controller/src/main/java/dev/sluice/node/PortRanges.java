// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A set of ports as {@code net.ipv4.ip_local_reserved_ports} writes it: sorted ranges that neither
 * overlap nor touch.
 *
 * @param ranges in that form
 */
public record PortRanges(List<PortRange> ranges) {
  public static final PortRanges NONE = new PortRanges(List.of());

  /** Brings the ranges into the normal form. */
  public PortRanges(List<PortRange> ranges) {
    this.ranges = normal(ranges);
  }

  public static PortRanges of(PortRange... ranges) {
    return new PortRanges(List.of(ranges));
  }

  /**
   * Reads a comma-separated list such as {@code 8080,32768-40000}; an empty text is the empty set.
   *
   * @throws IllegalArgumentException if a part is not a port or a range
   */
  public static PortRanges parse(String text) {
    List<PortRange> ranges = new ArrayList<>();
    for (String part : text.trim().split(",", -1)) {
      if (!part.isBlank()) {
        ranges.add(PortRange.parse(part));
      }
    }
    return new PortRanges(ranges);
  }

  /** All ports of both. */
  public PortRanges plus(PortRanges other) {
    BitSet ports = ports(ranges);
    ports.or(ports(other.ranges));
    return of(ports);
  }

  /** The ports of this set that the other one lacks. */
  public PortRanges minus(PortRanges other) {
    BitSet ports = ports(ranges);
    ports.andNot(ports(other.ranges));
    return of(ports);
  }

  /** The ports of both at once. */
  public PortRanges intersect(PortRanges other) {
    BitSet ports = ports(ranges);
    ports.and(ports(other.ranges));
    return of(ports);
  }

  public boolean contains(int port) {
    return ranges.stream().anyMatch(range -> range.contains(port));
  }

  /** How many ports it holds. */
  public int size() {
    return ranges.stream().mapToInt(PortRange::size).sum();
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** The list as the kernel reads and prints it, for example {@code 8080,32768-40000}. */
  @Override
  public String toString() {
    return ranges.stream().map(PortRange::toString).collect(Collectors.joining(","));
  }

  private static List<PortRange> normal(Collection<PortRange> ranges) {
    BitSet ports = ports(ranges);
    List<PortRange> result = new ArrayList<>();
    int first = ports.nextSetBit(0);
    while (first >= 0) {
      int end = ports.nextClearBit(first);
      result.add(new PortRange(first, end - 1));
      first = ports.nextSetBit(end);
    }
    return List.copyOf(result);
  }

  private static PortRanges of(BitSet ports) {
    List<PortRange> single = ports.stream().mapToObj(port -> new PortRange(port, port)).toList();
    return new PortRanges(single);
  }

  private static BitSet ports(Collection<PortRange> ranges) {
    BitSet ports = new BitSet(PortRange.HIGHEST_PORT + 1);
    ranges.forEach(range -> ports.set(range.first(), range.last() + 1));
    return ports;
  }
}
