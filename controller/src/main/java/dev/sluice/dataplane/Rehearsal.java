// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Affinity;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Node;
import dev.sluice.bpf.Reason;
import dev.sluice.bpf.SharedPort;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.SkbContext;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The programs of a running instance loaded a second time, beside the first: they read the same
 * Services, backends and devices, and write to maps of their own. Before a run, the entries of the
 * live maps that bear on its packet are copied there. The live maps are only read, and only by
 * system calls, which leave even the order of an LRU map alone.
 *
 * <p>For one thread at a time.
 */
public final class Rehearsal implements AutoCloseable {
  private static final int SMALLEST_FRAME = 64;

  /** Of a packet's control block: what {@code explain_call} takes and gives. */
  private static final int CONTROL_WORDS = 5;

  private final LoadedObjects live;
  private final LoadedObjects own;
  private final FlowState ownState;
  private final KernelClock clock;

  /** Loads; that takes the verifier a moment. */
  public Rehearsal(LoadedObjects live) {
    this.live = live;
    this.own = LoadedObjects.beside(live);
    try {
      ownState = new FlowState(own);
      clock = own.clock();
      own.explainProgram();
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** The programs to run. */
  public LoadedObjects objects() {
    return own;
  }

  /**
   * Makes everything ready for a packet: the flow that covers it and, as the programs look for it,
   * too, one that its reverse belongs to.
   */
  public void prepare(Tuple packet) {
    ownState.forgetFlows();
    ownState.forgetPins();
    copyNode();
    copyReplyFilter();
    copyFlow(packet);
    copyFlow(packet.reversed());
    copySharedPort(packet);
  }

  /** Takes over a client's pin, if there is one, and tells it. */
  public Optional<Pin> takePin(IpAddress client, int serviceId) {
    FamilyLayout layout = FamilyLayout.of(client.family());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(layout.client.size(), Long.BYTES);
      Bytes.putAddress(key, 0, client);
      Bytes.putWord(key, layout.client.service(), serviceId);
      Affinity pin = Affinity.allocate(arena);
      if (!live.map(layout.affinityMap).lookup(key, pin.memory())) {
        return Optional.empty();
      }
      own.map(layout.affinityMap).update(key, pin.memory());
      return Optional.of(
          new Pin(
              pin.backend(),
              pin.generation(),
              // Both count from the same clock: System.nanoTime() is CLOCK_MONOTONIC on Linux.
              Duration.ofNanos(Math.max(0, System.nanoTime() - pin.lastConnection()))));
    }
  }

  /** The flow entry of the running instance for a packet. */
  public Optional<FlowEntry> liveFlow(Tuple packet) {
    return flow(live, packet);
  }

  /** The flow entry that the run has left. */
  public Optional<FlowEntry> ownFlow(Tuple packet) {
    return flow(own, packet);
  }

  public BackendSlot backend(IpFamily family, int id) {
    return BackendSlot.read(own, family, id);
  }

  /** The address that the node's own sockets count as. */
  public IpAddress nodeAddress(IpFamily family) {
    try (Arena arena = Arena.ofConfined()) {
      Node node = Node.allocate(arena);
      live.map(MapNames.NODE).lookup(arena.allocate(ValueLayout.JAVA_INT), node.memory());
      long offset =
          switch (family) {
            case IPV4 -> Node.SNAT4_OFFSET;
            case IPV6 -> Node.SNAT6_OFFSET;
          };
      return Bytes.address(node.memory(), offset, family);
    }
  }

  /**
   * What a socket hook says.
   *
   * @param backend its id; 0 unless the reason is {@link Reason#CONNECTED}
   */
  public record SocketAnswer(Reason reason, int backend) {}

  /**
   * Asks what the socket hooks say to a call.
   *
   * @param own whether the socket is the node's own; else it is a pod's
   */
  public SocketAnswer call(IpAddress called, int port, Protocol protocol, boolean own) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(CONTROL_WORDS * (long) Integer.BYTES, Long.BYTES);
      putMapped(words, called);
      Bytes.putPort(words, 16, port);
      Bytes.putByte(words, 18, protocol.number());
      Bytes.putByte(words, 19, own ? 1 : 0);
      SkbContext context = SkbContext.create();
      for (int word = 0; word < CONTROL_WORDS; word++) {
        context.controlWord(word, Bytes.word(words, (long) word * Integer.BYTES));
      }
      SkbContext answer =
          SkbContext.of(
              this.own
                  .explainProgram()
                  .testRun()
                  .data(new byte[SMALLEST_FRAME])
                  .context(context)
                  .run());
      return new SocketAnswer(Reason.fromValue(answer.controlWord(0)), answer.controlWord(1));
    }
  }

  private Optional<FlowEntry> flow(LoadedObjects objects, Tuple packet) {
    FamilyLayout layout = packet.layout();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = packet.write(arena);
      for (String table : List.of(layout.flowMap, layout.embryoMap)) {
        BpfMap map = objects.map(table);
        MemorySegment value = arena.allocate(map.valueSize(), Long.BYTES);
        if (map.lookup(key, value)) {
          return Optional.of(FlowEntry.read(table.equals(layout.flowMap), packet, value, clock));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * That the client's socket sends to backends itself, too, so that its flow takes another port.
   */
  private void copySharedPort(Tuple packet) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(SharedPort.SIZE, Long.BYTES);
      putMapped(key, packet.destination());
      Bytes.putPort(key, SharedPort.FRONTEND_PORT_OFFSET, packet.destinationPort());
      Bytes.putPort(key, SharedPort.PORT_OFFSET, packet.sourcePort());
      copy(MapNames.SHARED_PORT, key, arena);
    }
  }

  /** Writes an address at the start, IPv4 in its mapped form. */
  private static void putMapped(MemorySegment memory, IpAddress address) {
    if (address.family() == IpFamily.IPV4) {
      Bytes.putByte(memory, 10, 0xff);
      Bytes.putByte(memory, 11, 0xff);
      Bytes.putAddress(memory, 12, address);
    } else {
      Bytes.putAddress(memory, 0, address);
    }
  }

  private void copyReplyFilter() {
    own.mapped(MapNames.REPLY_CELLS).memory().copyFrom(live.mapped(MapNames.REPLY_CELLS).memory());
  }

  private void copyNode() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocate(ValueLayout.JAVA_INT);
      copy(MapNames.NODE, zero, arena);
    }
  }

  /** Both halves of the flow that covers a packet, each in the table that it is in. */
  private void copyFlow(Tuple packet) {
    try (Arena arena = Arena.ofConfined()) {
      copyEntry(packet, arena);
      liveFlow(packet).ifPresent(entry -> copyEntry(entry.pair(), arena));
    }
  }

  private void copyEntry(Tuple packet, Arena arena) {
    MemorySegment key = packet.write(arena);
    copy(packet.layout().flowMap, key, arena);
    copy(packet.layout().embryoMap, key, arena);
  }

  private void copy(String name, MemorySegment key, Arena arena) {
    BpfMap from = live.map(name);
    MemorySegment value = arena.allocate(from.valueSize(), Long.BYTES);
    if (from.lookup(key, value)) {
      own.map(name).update(key, value);
    }
  }

  @Override
  public void close() {
    own.close();
  }
}
