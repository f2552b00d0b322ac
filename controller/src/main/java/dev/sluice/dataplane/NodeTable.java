// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Device;
import dev.sluice.bpf.DeviceFlags;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Node;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;

/** Tells the programs about this node and its devices. */
public final class NodeTable {
  /**
   * Facts of the node.
   *
   * @param namespaceCookie of the network namespace whose sockets are the node's own
   * @param sourceAddresses for source NAT where the outgoing device has no address
   * @param firstPort of the range for source NAT
   * @param lastPort of the range, inclusive
   */
  public record Facts(
      long namespaceCookie,
      Map<IpFamily, IpAddress> sourceAddresses,
      int firstPort,
      int lastPort,
      FlowTimeouts timeouts) {}

  private final BpfMap node;
  private final BpfMap devices;
  private final KernelClock clock;

  public NodeTable(LoadedObjects objects) {
    this.node = objects.map(MapNames.NODE);
    this.devices = objects.map(MapNames.DEVICE);
    this.clock = objects.clock();
  }

  public void write(Facts facts) {
    try (Arena arena = Arena.ofConfined()) {
      Node value = Node.allocate(arena);
      value.netnsCookie(facts.namespaceCookie());
      value.snatPortFirst(facts.firstPort());
      value.snatPortLast(facts.lastPort());
      value.embryoTimeout(clock.stamps(facts.timeouts().embryo()));
      Duration closed = facts.timeouts().closed();
      Duration lend = FlowTimeouts.LEND_AFTER;
      value.closedTimeout(clock.stamps(closed.compareTo(lend) < 0 ? closed : lend));
      MemorySegment memory = value.memory();
      facts
          .sourceAddresses()
          .forEach(
              (family, address) -> {
                long offset =
                    switch (family) {
                      case IPV4 -> Node.SNAT4_OFFSET;
                      case IPV6 -> Node.SNAT6_OFFSET;
                    };
                Bytes.putAddress(memory, offset, address);
              });
      node.update(arena.allocateFrom(ValueLayout.JAVA_INT, 0), memory);
    }
  }

  /**
   * Describes a device, before programs are attached to it.
   *
   * @param flags bits of {@link DeviceFlags}
   */
  public void putDevice(int interfaceIndex, Map<IpFamily, IpAddress> sourceAddresses, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      Device value = Device.allocate(arena);
      value.flags(flags);
      MemorySegment memory = value.memory();
      sourceAddresses.forEach(
          (family, address) -> {
            long offset =
                switch (family) {
                  case IPV4 -> Device.SNAT4_OFFSET;
                  case IPV6 -> Device.SNAT6_OFFSET;
                };
            Bytes.putAddress(memory, offset, address);
          });
      devices.update(arena.allocateFrom(ValueLayout.JAVA_INT, interfaceIndex), memory);
    }
  }

  public void removeDevice(int interfaceIndex) {
    try (Arena arena = Arena.ofConfined()) {
      devices.delete(arena.allocateFrom(ValueLayout.JAVA_INT, interfaceIndex));
    }
  }
}
