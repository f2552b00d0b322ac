// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.bpf.Backend4;
import dev.sluice.bpf.Backend6;
import dev.sluice.bpf.Frontend4;
import dev.sluice.bpf.Frontend6;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.RegionBlock;
import dev.sluice.bpf.Service;
import dev.sluice.bpf.XdpPort;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.NodeHost;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.MappedArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads the pinned maps of a node's instance, with or without an agent. */
final class InstalledMaps {
  private final Path maps;

  private InstalledMaps(Path maps) {
    this.maps = maps;
  }

  static InstalledMaps of(NodeHost node) {
    return new InstalledMaps(
        node.bpffs().resolve("sluice").resolve(Agent.instance(node)).resolve("maps"));
  }

  /** Where the maps are pinned. */
  Path directory() {
    return maps;
  }

  /** Entries in the flow tables and in those of half-open flows, of both families. */
  int flows() {
    AtomicInteger entries = new AtomicInteger();
    for (String name :
        List.of(MapNames.FLOW4, MapNames.FLOW6, MapNames.EMBRYO4, MapNames.EMBRYO6)) {
      try (BpfMap map = open(name)) {
        map.forEach((key, value) -> entries.incrementAndGet());
      }
    }
    return entries.get();
  }

  /** By the device that a route names, the one by which XDP sends. */
  Map<Integer, Integer> xdpPorts() {
    Map<Integer, Integer> ports = new TreeMap<>();
    try (BpfMap map = open(MapNames.XDP_PORT)) {
      map.forEach(
          (key, value) ->
              ports.put(
                  key.get(ValueLayout.JAVA_INT_UNALIGNED, 0), new XdpPort().wrap(value).device()));
    }
    return ports;
  }

  /** Makes XDP send what a route sends to {@code index} by another device, with a tag. */
  void putXdpPort(int index, int device, int vlan) {
    try (Arena arena = Arena.ofConfined();
        BpfMap map = open(MapNames.XDP_PORT)) {
      XdpPort port = XdpPort.allocate(arena).device(device).vlan(vlan);
      map.update(arena.allocateFrom(ValueLayout.JAVA_INT, index), port.memory());
    }
  }

  /** Every frontend with its whole value, ids and places of regions included, in hexadecimal. */
  Map<String, String> frontends() {
    Map<String, String> frontends = new TreeMap<>();
    for (String name : List.of(MapNames.SERVICE4, MapNames.SERVICE6)) {
      try (BpfMap map = open(name)) {
        map.forEach((key, value) -> frontends.put(hex(key), hex(value)));
      }
    }
    return frontends;
  }

  /** {@code ADDRESS PORT} of the backend at each place of the region for clients from outside. */
  List<String> outsideRegion(ServiceFile file, AddressFamily family) throws UnknownHostException {
    try (Arena arena = Arena.ofConfined();
        BpfMap services =
            open(family == AddressFamily.IPV4 ? MapNames.SERVICE4 : MapNames.SERVICE6);
        BpfMap regionMap = open(MapNames.REGIONS);
        BpfMap backendMap =
            open(family == AddressFamily.IPV4 ? MapNames.BACKEND4 : MapNames.BACKEND6);
        MappedArray regions = regionMap.mapMemory();
        MappedArray backends = backendMap.mapMemory()) {
      Service service = Service.allocate(arena);
      if (!services.lookup(key(file, family, arena), service.memory())) {
        throw new AssertionError("no frontend of " + file.name());
      }
      int blockIds = RegionBlock.SIZE / Integer.BYTES;
      List<String> places = new ArrayList<>();
      for (int place = 0; place < service.external().length(); place++) {
        int index = service.external().base() + place;
        MemorySegment block = regions.element(index / blockIds);
        int id = block.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, (long) index % blockIds);
        places.add(backend(backends.element(id), family));
      }
      return places;
    }
  }

  /** Bits that are set in the filter of frontends. */
  int frontendBits() {
    try (BpfMap map = open(MapNames.VIP_BITS);
        MappedArray filter = map.mapMemory()) {
      int bits = 0;
      for (long offset = 0; offset < filter.memory().byteSize(); offset += Long.BYTES) {
        bits += Long.bitCount(filter.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, offset));
      }
      return bits;
    }
  }

  private BpfMap open(String name) {
    return BpfMap.openPinned(maps.resolve(name));
  }

  private static MemorySegment key(ServiceFile file, AddressFamily family, Arena arena) {
    boolean four = family == AddressFamily.IPV4;
    MemorySegment key = arena.allocate(four ? Frontend4.SIZE : Frontend6.SIZE, Long.BYTES);
    byte[] address = InetAddress.ofLiteral(file.externalIp(family)).getAddress();
    MemorySegment.copy(address, 0, key, ValueLayout.JAVA_BYTE, 0, address.length);
    ByteBuffer bytes = key.asByteBuffer();
    bytes.putShort(
        four ? Frontend4.PORT_OFFSET : Frontend6.PORT_OFFSET,
        (short) file.ports().getFirst().port());
    bytes.put(
        four ? Frontend4.PROTOCOL_OFFSET : Frontend6.PROTOCOL_OFFSET,
        (byte) (file.ports().getFirst().protocol().equals("TCP") ? 6 : 17));
    return key;
  }

  private static String backend(MemorySegment slot, AddressFamily family)
      throws UnknownHostException {
    boolean four = family == AddressFamily.IPV4;
    byte[] address = slot.asSlice(0, four ? 4 : 16).toArray(ValueLayout.JAVA_BYTE);
    int port =
        Short.toUnsignedInt(
            slot.asByteBuffer().getShort(four ? Backend4.PORT_OFFSET : Backend6.PORT_OFFSET));
    return InetAddress.getByAddress(address).getHostAddress() + " " + port;
  }

  private static String hex(MemorySegment memory) {
    return HexFormat.of().formatHex(memory.toArray(ValueLayout.JAVA_BYTE));
  }
}
