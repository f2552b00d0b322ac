// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.NextHopState;
import dev.sluice.bpf.XdpPort;
import dev.sluice.dataplane.XdpPorts.Port;
import dev.sluice.node.PrivateNamespace;
import dev.sluice.packets.Plug;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the XDP program is told of devices and next hops. */
class XdpPortsTest {
  private static final LoadOptions OPTIONS =
      new LoadOptions(new MapSizes(64, 64, 64, 64, 64, 64), true, true, false, false);

  private PrivateNamespace namespace;
  private LoadedObjects objects;
  private int first;
  private int second;

  @BeforeEach
  void open() {
    namespace = new PrivateNamespace();
    namespace.addDevice("d0");
    namespace.addDevice("d1");
    first = Plug.index(namespace, "d0");
    second = Plug.index(namespace, "d1");
    objects = LoadedObjects.unpinned(OPTIONS);
  }

  @AfterEach
  void close() {
    if (objects != null) {
      objects.close();
    }
    if (namespace != null) {
      namespace.close();
    }
  }

  @Test
  void portsAreWrittenAndWhatIsNotWantedAnyMoreGoesWhoeverWroteIt() {
    Map<Integer, Port> ports =
        Map.of(first, new Port(first, 0), second, new Port(second, 0), 4711, new Port(first, 4095));
    write(ports);
    assertThat(ports()).isEqualTo(ports);
    assertThat(devices()).containsExactlyInAnyOrder(first, second);

    Map<Integer, Port> fewer = Map.of(second, new Port(second, 0), 4711, new Port(second, 7));
    write(fewer);
    assertThat(ports()).isEqualTo(fewer);
    assertThat(devices()).containsExactly(second);

    write(Map.of());
    assertThat(ports()).isEmpty();
    assertThat(devices()).isEmpty();
  }

  @Test
  void aDeviceThatTheKernelHasTakenOutItselfIsNoObstacle() {
    write(Map.of(first, new Port(first, 0)));
    namespace.run("ip link del d0");
    assertThat(devices()).isEmpty();
    write(Map.of(second, new Port(second, 0)));
    assertThat(ports()).containsOnlyKeys(second);
  }

  @Test
  void theGenerationGrowsAndIsNeverNought() {
    NextHopGeneration generation = new NextHopGeneration(objects);
    generation.advance();
    assertThat(generation.current()).isEqualTo(1);
    generation.advance();
    assertThat(generation.current()).isEqualTo(2);

    MemorySegment state = objects.mapped(MapNames.NEXT_HOP_STATE).element(0);
    state.set(ValueLayout.JAVA_INT, NextHopState.GENERATION_OFFSET, -1);
    generation.advance();
    assertThat(generation.current()).isEqualTo(1);
  }

  /** As another agent would, which knows nothing of what was written before. */
  private void write(Map<Integer, Port> ports) {
    namespace.call(
        () -> {
          new XdpPorts(objects).write(ports);
          return true;
        });
  }

  private Map<Integer, Port> ports() {
    Map<Integer, Port> ports = new TreeMap<>();
    objects
        .map(MapNames.XDP_PORT)
        .forEach(
            (key, value) -> {
              XdpPort port = new XdpPort().wrap(value);
              ports.put(
                  key.get(ValueLayout.JAVA_INT_UNALIGNED, 0), new Port(port.device(), port.vlan()));
            });
    return ports;
  }

  private Set<Integer> devices() {
    Set<Integer> devices = new TreeSet<>();
    objects
        .map(MapNames.XDP_DEVICE)
        .forEach(
            (key, value) -> {
              int device = key.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
              assertThat(value.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(device);
              devices.add(device);
            });
    return devices;
  }
}
