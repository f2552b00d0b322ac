// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.bpf.Apply;
import dev.sluice.bpf.Direction;
import dev.sluice.bpf.Flow4;
import dev.sluice.bpf.Flow6;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.ReplyCell;
import dev.sluice.lab.AddressFamily;
import dev.sluice.loader.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The table of flows that no backend has answered yet, in the kernel's own memory. */
final class HalfOpenFlows {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Path pin;
  private final Path cells;
  private final long destination;
  private final long apply;
  private final long direction;

  HalfOpenFlows(Path maps, AddressFamily family) {
    cells = maps.resolve(MapNames.REPLY_CELLS);
    switch (family) {
      case IPV4 -> {
        pin = maps.resolve(MapNames.EMBRYO4);
        destination = Flow4.DESTINATION_OFFSET;
        apply = Flow4.APPLY_OFFSET;
        direction = Flow4.DIRECTION_OFFSET;
      }
      case IPV6 -> {
        pin = maps.resolve(MapNames.EMBRYO6);
        destination = Flow6.DESTINATION_OFFSET;
        apply = Flow6.APPLY_OFFSET;
        direction = Flow6.DIRECTION_OFFSET;
      }
      default -> throw new IllegalArgumentException(family.name());
    }
  }

  /**
   * Waits for replies to {@code client} that are to be un-translated where they leave, and has them
   * un-translated where they enter instead.
   */
  void awaitAndMoveReplyToIngress(InetAddress client) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (BpfMap map = BpfMap.openPinned(pin);
        Arena arena = Arena.ofConfined()) {
      Map<MemorySegment, MemorySegment> replies = repliesTo(map, arena, client.getAddress());
      while (replies.isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("no half-open flow of " + client + " in " + pin);
        }
        Thread.onSpinWait();
        replies = repliesTo(map, arena, client.getAddress());
      }
      expectRepliesAtIngress();
      replies.forEach(
          (key, flow) -> {
            flow.set(ValueLayout.JAVA_BYTE, apply, (byte) Apply.INGRESS_LOCAL.value());
            map.update(key, flow);
          });
    }
  }

  /** Of the cells in pairs, marks each first one whose second one is: filters.h has them. */
  private void expectRepliesAtIngress() {
    try (BpfMap map = BpfMap.openPinned(cells);
        Arena arena = Arena.ofConfined()) {
      Map<MemorySegment, MemorySegment> blocks = new HashMap<>();
      map.forEach((key, block) -> blocks.put(copy(key, arena), copy(block, arena)));
      blocks.forEach(
          (key, block) -> {
            boolean marked = false;
            for (long atIngress = 0; atIngress < block.byteSize(); atIngress += 2) {
              if (block.get(ValueLayout.JAVA_BYTE, atIngress + 1) != ReplyCell.EMPTY.value()) {
                block.set(ValueLayout.JAVA_BYTE, atIngress, (byte) ReplyCell.OPENED.value());
                marked = true;
              }
            }
            if (marked) {
              map.update(key, block);
            }
          });
    }
  }

  private Map<MemorySegment, MemorySegment> repliesTo(BpfMap map, Arena arena, byte[] client) {
    Map<MemorySegment, MemorySegment> replies = new HashMap<>();
    map.forEach(
        (key, flow) -> {
          boolean reply =
              flow.get(ValueLayout.JAVA_BYTE, direction) == Direction.REPLY.value()
                  && flow.get(ValueLayout.JAVA_BYTE, apply) == Apply.EGRESS.value();
          MemorySegment to = flow.asSlice(destination, client.length);
          if (reply && to.mismatch(MemorySegment.ofArray(client)) == -1) {
            replies.put(copy(key, arena), copy(flow, arena));
          }
        });
    return replies;
  }

  private static MemorySegment copy(MemorySegment segment, Arena arena) {
    return arena.allocate(segment.byteSize(), Long.BYTES).copyFrom(segment);
  }
}
