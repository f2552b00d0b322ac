// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.bpf.Network4;
import dev.sluice.bpf.Network6;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** The networks that ClusterIPs come from. */
final class ServiceNetworks {
  private final BpfMap map;

  ServiceNetworks(BpfMap map) {
    this.map = map;
  }

  /**
   * Writes them in place of those before.
   *
   * @throws DataplaneException if there are too many of a family
   */
  void write(Collection<Cidr> networks) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(dev.sluice.bpf.ServiceNetworks.SIZE, Long.BYTES);
      for (IpFamily family : IpFamily.values()) {
        write(value, family, networks.stream().filter(cidr -> cidr.family() == family).toList());
      }
      map.update(arena.allocateFrom(ValueLayout.JAVA_INT, 0), value);
    }
  }

  private static void write(MemorySegment value, IpFamily family, List<Cidr> networks) {
    if (networks.size() > Limits.SERVICE_NETWORKS) {
      throw new DataplaneException(
          "%d networks of ClusterIPs are too many for the programs, which know %d of a family: %s"
              .formatted(networks.size(), Limits.SERVICE_NETWORKS, networks));
    }
    boolean ipv4 = family == IpFamily.IPV4;
    Bytes.putWord(
        value,
        ipv4
            ? dev.sluice.bpf.ServiceNetworks.COUNT4_OFFSET
            : dev.sluice.bpf.ServiceNetworks.COUNT6_OFFSET,
        networks.size());
    long place =
        ipv4
            ? dev.sluice.bpf.ServiceNetworks.NETWORK4_OFFSET
            : dev.sluice.bpf.ServiceNetworks.NETWORK6_OFFSET;
    for (Cidr network : networks) {
      Bytes.putAddress(value, place, network.network());
      Bytes.putAddress(
          value, place + (ipv4 ? Network4.MASK_OFFSET : Network6.MASK_OFFSET), mask(network));
      place += ipv4 ? Network4.SIZE : Network6.SIZE;
    }
  }

  private static IpAddress mask(Cidr network) {
    byte[] ones = new byte[network.family().addressBytes()];
    Arrays.fill(ones, (byte) 0xff);
    return new Cidr(IpAddress.ofBytes(ones), network.prefixLength()).network();
  }
}
