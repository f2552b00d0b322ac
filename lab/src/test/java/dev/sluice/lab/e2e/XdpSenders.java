// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.NodeHost;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What XDP on a veth needs from those who send to it: whole frames, and at the other end of the
 * veth an XDP program, or nothing that XDP sends arrives there. All of it goes with the lab.
 */
final class XdpSenders implements AutoCloseable {
  /** Of receiver.bpf.c; absent in a lab without XDP. */
  private final Optional<BpfObject> programs;

  private final Map<String, BpfLink> links = new HashMap<>();

  private XdpSenders(Optional<BpfObject> programs) {
    this.programs = programs;
  }

  /** Of a lab without XDP. */
  static XdpSenders none() {
    return new XdpSenders(Optional.empty());
  }

  /** Sets all devices of a lab up, and asserts that they are. */
  static XdpSenders of(Lab lab) {
    XdpSenders senders = new XdpSenders(Optional.of(load()));
    try {
      hosts(lab).forEach(host -> lab.devices(host).forEach(device -> wholeFrames(host, device)));
      for (NodeHost node : lab.nodes()) {
        senders.receive(lab.router(), node.name());
      }
      return senders;
    } catch (RuntimeException | AssertionError failure) {
      senders.close();
      throw failure;
    }
  }

  private static Stream<Host> hosts(Lab lab) {
    return Stream.of(List.of(lab.client(), lab.router()), lab.nodes(), lab.pods())
        .flatMap(List::stream);
  }

  /** Makes a device send whole frames. */
  static void wholeFrames(Host host, String device) {
    host.sendWholeFrames(device);
    assertThat(host.sendsWholeFrames(device))
        .as("transmit offloads of %s in %s are off", device, host)
        .isTrue();
  }

  /** Makes the other end of an uplink take what XDP sends; without XDP it does so by itself. */
  void receive(Host host, String device) {
    if (programs.isEmpty()) {
      return;
    }
    int index = index(host, device);
    try {
      links.put(device, host.call(() -> BpfLink.attachXdp(program("pass"), index)));
    } catch (RuntimeException refused) {
      throw refused;
    } catch (Exception failure) {
      throw new IllegalStateException("cannot attach to " + device, failure);
    }
  }

  /** Makes a device that can {@link #receive} take VLAN tags off, and count them. */
  void untag(String device) {
    links.get(device).update(program("untag"));
  }

  /** Frames with a VLAN tag that have been received where tags are taken off. */
  long framesWithTag(int vlan) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      programs
          .orElseThrow()
          .map("tagged")
          .lookup(arena.allocateFrom(ValueLayout.JAVA_INT, vlan), count);
      return count.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  static int index(Host host, String device) {
    String line = host.run("ip", "-o", "link", "show", device);
    return Integer.parseInt(line.substring(0, line.indexOf(':')));
  }

  private BpfProgram program(String name) {
    return programs.orElseThrow().program(name);
  }

  private static BpfObject load() {
    try (InputStream elf = XdpSenders.class.getResourceAsStream("receiver.bpf.o")) {
      return BpfObject.open("receiver", elf.readAllBytes()).load();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    links.values().forEach(BpfLink::close);
    programs.ifPresent(BpfObject::close);
  }
}
