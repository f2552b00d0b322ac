// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.SharedPort;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the socket hooks tell the packet path: ports of sockets that send to backends themselves,
 * and to a frontend by packets.
 */
final class SharedPorts {
  /** Of an IPv4 address in its mapped form. */
  private static final int MAPPED_PREFIX = 12;

  private final BpfMap map;

  SharedPorts(LoadedObjects objects) {
    map = objects.map(MapNames.SHARED_PORT);
  }

  void add(End frontend, int port) {
    try (Arena arena = Arena.ofConfined()) {
      map.update(key(arena, frontend, port), arena.allocate(ValueLayout.JAVA_INT));
    }
  }

  boolean contains(End frontend, int port) {
    try (Arena arena = Arena.ofConfined()) {
      return map.lookup(key(arena, frontend, port), arena.allocate(ValueLayout.JAVA_INT));
    }
  }

  private static MemorySegment key(Arena arena, End frontend, int port) {
    MemorySegment key = arena.allocate(SharedPort.SIZE, Integer.BYTES);
    long address = SharedPort.FRONTEND_OFFSET;
    if (frontend.address().family() == IpFamily.IPV4) {
      key.set(ValueLayout.JAVA_SHORT, address + MAPPED_PREFIX - Short.BYTES, (short) 0xffff);
      address += MAPPED_PREFIX;
    }
    Bytes.putAddress(key, address, frontend.address());
    Bytes.putPort(key, SharedPort.FRONTEND_PORT_OFFSET, frontend.port());
    Bytes.putPort(key, SharedPort.PORT_OFFSET, port);
    return key;
  }
}
