// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.XdpPort;
import dev.sluice.loader.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tells the XDP program by which devices it can send what a route sends to a device. */
public final class XdpPorts {
  /** What a device that carries no VLAN tag has for an id. */
  public static final int UNTAGGED = 0;

  /**
   * Where frames to a device go.
   *
   * @param device the interface index of one that carries the XDP program
   * @param vlan the 802.1Q id they are tagged with, or {@link #UNTAGGED}
   */
  public record Port(int device, int vlan) {}

  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

  private final BpfMap ports;
  private final BpfMap devices;

  public XdpPorts(LoadedObjects objects) {
    this.ports = objects.map(MapNames.XDP_PORT);
    this.devices = objects.map(MapNames.XDP_DEVICE);
  }

  /**
   * Writes what differs from what the maps hold, be it an earlier agent's. Call it in the network
   * namespace of the devices, where the kernel looks them up.
   *
   * @param wanted by the interface index that a route names
   */
  public void write(Map<Integer, Port> wanted) {
    Set<Integer> wantedDevices = new HashSet<>();
    wanted.values().forEach(port -> wantedDevices.add(port.device()));
    Set<Integer> presentDevices = new HashSet<>();
    devices.forEach((key, value) -> presentDevices.add(key.get(WORD, 0)));
    Map<Integer, Port> present = present();
    try (Arena arena = Arena.ofConfined()) {
      // A port may name only a device that can be redirected to.
      for (int device : wantedDevices) {
        if (!presentDevices.contains(device)) {
          MemorySegment index = arena.allocateFrom(ValueLayout.JAVA_INT, device);
          devices.update(index, index);
        }
      }
      wanted.forEach(
          (index, port) -> {
            if (!port.equals(present.get(index))) {
              XdpPort value = XdpPort.allocate(arena).device(port.device()).vlan(port.vlan());
              ports.update(arena.allocateFrom(ValueLayout.JAVA_INT, index), value.memory());
            }
          });
      present.keySet().removeAll(wanted.keySet());
      present.keySet().forEach(gone -> delete(ports, gone, arena));
      presentDevices.removeAll(wantedDevices);
      presentDevices.forEach(gone -> delete(devices, gone, arena));
    }
  }

  private Map<Integer, Port> present() {
    Map<Integer, Port> present = new HashMap<>();
    XdpPort view = new XdpPort();
    ports.forEach(
        (key, value) -> {
          view.wrap(value);
          present.put(key.get(WORD, 0), new Port(view.device(), view.vlan()));
        });
    return present;
  }

  private static void delete(BpfMap map, int key, Arena arena) {
    map.delete(arena.allocateFrom(ValueLayout.JAVA_INT, key));
  }
}
