// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Apply;
import dev.sluice.bpf.Direction;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.SeenFlags;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.MappedArray;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code collect} in maintenance.bpf.c does, for kernels that cannot run it (before 5.14): the
 * same rules, from user space.
 */
final class UserSpaceFlowCollector implements FlowCollector {
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final LoadedObjects objects;
  private final KernelClock clock;
  private final MappedArray vipBitsUsed;
  private final MappedArray replyCellsUsed;

  UserSpaceFlowCollector(LoadedObjects objects, KernelClock clock) {
    this.objects = objects;
    this.clock = clock;
    this.vipBitsUsed = objects.mapped(MapNames.VIP_BITS_USED);
    this.replyCellsUsed = objects.mapped(MapNames.REPLY_CELLS_USED);
  }

  /** Counts up while tables are walked. */
  private static final class Tally {
    int live;
    int embryos;
    int deleted;
    int orphans;
  }

  /** An entry found dead, to be looked at once more before it is deleted. */
  private record Suspect(MemorySegment key, MemorySegment value) {}

  @Override
  public CollectionResult collect(FlowTimeouts timeouts) {
    Tally tally = new Tally();
    for (FamilyLayout layout : FamilyLayout.values()) {
      collectEmbryos(layout, timeouts, tally);
    }
    for (FamilyLayout layout : FamilyLayout.values()) {
      collectFlows(layout, timeouts, tally);
    }
    return new CollectionResult(tally.live, tally.embryos, tally.deleted, tally.orphans);
  }

  private void collectEmbryos(FamilyLayout layout, FlowTimeouts timeouts, Tally tally) {
    BpfMap map = objects.map(layout.embryoMap);
    int now = clock.stamp();
    int limit = clock.stamps(timeouts.embryo());
    int udpLimit = clock.stamps(timeouts.unansweredUdp());
    try (Arena arena = Arena.ofConfined()) {
      List<Suspect> dead = new ArrayList<>();
      map.forEach(
          (key, value) -> {
            int idle = now - Bytes.word(value, layout.flow.lastSeen());
            if (idle >= (isUdp(layout, key) ? udpLimit : limit)) {
              dead.add(suspect(arena, key, value));
            } else if (isOriginal(layout, value)) {
              markUsed(layout, key, value);
              tally.embryos++;
            }
          });
      dead.forEach(suspect -> deleteUnchanged(map, suspect, tally, arena));
    }
  }

  private void collectFlows(FamilyLayout layout, FlowTimeouts timeouts, Tally tally) {
    BpfMap map = objects.map(layout.flowMap);
    int now = clock.stamp();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(map.valueSize(), Long.BYTES);
      List<Suspect> dead = new ArrayList<>();
      map.forEach(
          (key, value) -> {
            MemorySegment pairKey = pairKey(layout, key, value, arena);
            boolean paired =
                map.lookup(pairKey, pair)
                    && Bytes.word(pair, layout.flow.created())
                        == Bytes.word(value, layout.flow.created());
            if (paired && !isOriginal(layout, value)) {
              return;
            }
            if (!paired) {
              tally.orphans++;
            }
            int lastSeen = Bytes.word(value, layout.flow.lastSeen());
            int seen = Bytes.unsignedByte(value, layout.flow.seen());
            int pairSeen = SeenFlags.FIN;
            if (paired) {
              pairSeen = Bytes.unsignedByte(pair, layout.flow.seen());
              lastSeen =
                  lastSeen + Math.max(0, Bytes.word(pair, layout.flow.lastSeen()) - lastSeen);
            }
            if (now - lastSeen < clock.stamps(timeout(layout, key, seen, pairSeen, timeouts))) {
              if (isOriginal(layout, value)) {
                markUsed(layout, key, value);
                tally.live++;
              }
              return;
            }
            dead.add(suspect(arena, key, value));
            if (paired) {
              dead.add(suspect(arena, pairKey, pair));
            }
          });
      dead.forEach(suspect -> deleteUnchanged(map, suspect, tally, arena));
    }
  }

  private static Duration timeout(
      FamilyLayout layout, MemorySegment key, int seen, int pairSeen, FlowTimeouts timeouts) {
    if (isUdp(layout, key)) {
      return timeouts.udp();
    }
    if (((seen | pairSeen) & SeenFlags.RST) != 0 || (seen & pairSeen & SeenFlags.FIN) != 0) {
      return timeouts.closed();
    }
    return ((seen | pairSeen) & SeenFlags.FIN) != 0
        ? timeouts.halfClosed()
        : timeouts.established();
  }

  private static boolean isUdp(FamilyLayout layout, MemorySegment key) {
    return Bytes.unsignedByte(key, layout.key.protocol()) == Protocol.UDP.number();
  }

  private static boolean isOriginal(FamilyLayout layout, MemorySegment value) {
    return Bytes.unsignedByte(value, layout.flow.direction()) == Direction.ORIGINAL.value();
  }

  private static Suspect suspect(Arena arena, MemorySegment key, MemorySegment value) {
    return new Suspect(copy(arena, key), copy(arena, value));
  }

  private static MemorySegment copy(Arena arena, MemorySegment memory) {
    return arena.allocate(memory.byteSize(), Long.BYTES).copyFrom(memory);
  }

  private static void deleteUnchanged(BpfMap map, Suspect suspect, Tally tally, Arena arena) {
    MemorySegment now = arena.allocate(map.valueSize(), Long.BYTES);
    if (map.lookup(suspect.key(), now)
        && now.mismatch(suspect.value().asSlice(0, map.valueSize())) < 0
        && map.delete(suspect.key())) {
      tally.deleted++;
    }
  }

  private static MemorySegment pairKey(
      FamilyLayout layout, MemorySegment key, MemorySegment value, Arena arena) {
    MemorySegment pair = arena.allocate(layout.key.size(), Long.BYTES);
    long addressBytes = layout.family.addressBytes();
    MemorySegment.copy(value, layout.flow.destination(), pair, 0, addressBytes);
    MemorySegment.copy(value, layout.flow.source(), pair, layout.key.destination(), addressBytes);
    Bytes.putPort(pair, layout.key.sourcePort(), Bytes.port(value, layout.flow.destinationPort()));
    Bytes.putPort(pair, layout.key.destinationPort(), Bytes.port(value, layout.flow.sourcePort()));
    Bytes.putByte(pair, layout.key.protocol(), Bytes.unsignedByte(key, layout.key.protocol()));
    return pair;
  }

  private void markUsed(FamilyLayout layout, MemorySegment key, MemorySegment value) {
    Protocol protocol = isUdp(layout, key) ? Protocol.UDP : Protocol.TCP;
    IpAddress frontend = Bytes.address(key, layout.key.destination(), layout.family);
    int frontendPort = Bytes.port(key, layout.key.destinationPort());
    IpAddress backend = Bytes.address(value, layout.flow.destination(), layout.family);
    int backendPort = Bytes.port(value, layout.flow.destinationPort());
    setBit(vipBitsUsed, FilterHash.bit(frontend, frontendPort, protocol));
    boolean atEgress =
        Bytes.unsignedByte(value, layout.flow.apply()) == Apply.INGRESS_LOCAL.value();
    setBit(replyCellsUsed, FilterHash.cell(backend, backendPort, protocol, atEgress));
  }

  private static void setBit(MappedArray bits, int bit) {
    long offset = (long) (bit / Long.SIZE) * Long.BYTES;
    bits.memory().set(WORD, offset, bits.memory().get(WORD, offset) | 1L << bit % Long.SIZE);
  }
}
