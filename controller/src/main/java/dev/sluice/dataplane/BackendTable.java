// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.BackendFlags;
import dev.sluice.loader.MappedArray;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.plan.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives out backend ids of one family. An id has one owner at a time, a Service port; when it is
 * given back its slot's generation grows, which is how flows learn that their backend is gone.
 */
final class BackendTable {
  /** A slot of an earlier agent, waiting for its Service to be planned again. */
  private record Slot(int service, IpAddress address, int port) {}

  /** An id that was given back, and when ({@link System#nanoTime}). */
  private record Returned(int id, long since) {}

  private final FamilyLayout layout;
  private final MappedArray slots;
  private final Deque<Returned> returned = new ArrayDeque<>();
  private final Map<Slot, Integer> restored = new HashMap<>();
  private final Runnable datagramBackendGone;
  private int next = 1;

  /**
   * @param datagramBackendGone is run whenever a UDP backend has been given back
   */
  BackendTable(FamilyLayout layout, MappedArray slots, Runnable datagramBackendGone) {
    this.layout = layout;
    this.slots = slots;
    this.datagramBackendGone = datagramBackendGone;
    restore();
  }

  private void restore() {
    int end = slots.length();
    while (end > 1 && Bytes.word(slots.element(end - 1), layout.backend.generation()) == 0) {
      end--;
    }
    next = end;
    for (int id = 1; id < end; id++) {
      MemorySegment slot = slots.element(id);
      if ((Bytes.unsignedByte(slot, layout.backend.flags()) & BackendFlags.IN_USE) == 0
          || restored.putIfAbsent(read(slot), id) != null) {
        retire(id);
      }
    }
  }

  private Slot read(MemorySegment slot) {
    return new Slot(
        Bytes.word(slot, layout.backend.service()),
        Bytes.address(slot, 0, layout.family),
        Bytes.port(slot, layout.backend.port()));
  }

  /**
   * The id of a backend for a Service port that did not have it: a slot that an earlier agent
   * filled for the same port, so that its flows go on, or a fresh one.
   */
  int acquire(int service, Backend backend, Protocol protocol) {
    Integer known = restored.remove(new Slot(service, backend.address(), backend.port()));
    int id = known != null ? known : fresh(backend);
    MemorySegment slot = slots.element(id);
    if (known == null) {
      Bytes.putAddress(slot, 0, backend.address());
      Bytes.putPort(slot, layout.backend.port(), backend.port());
      Bytes.putByte(slot, layout.backend.protocol(), protocol.number());
      Bytes.putWord(slot, layout.backend.service(), service);
      Bytes.putWord(
          slot, layout.backend.generation(), Bytes.word(slot, layout.backend.generation()) + 1);
      VarHandle.releaseFence();
    }
    setLists(id, backend, 0);
    return id;
  }

  /**
   * The slots that an earlier agent filled for a Service port and nobody has claimed yet: for one
   * whose flows are to go on although no endpoint is left to plan.
   */
  Map<Backend, Integer> adopt(int service, Protocol protocol) {
    Map<Backend, Integer> adopted = new HashMap<>();
    for (Slot slot : List.copyOf(restored.keySet())) {
      if (slot.service() == service) {
        int flags = Bytes.unsignedByte(slots.element(restored.get(slot)), layout.backend.flags());
        Backend backend =
            new Backend(slot.address(), slot.port(), (flags & BackendFlags.LOCAL) != 0);
        adopted.put(backend, acquire(service, backend, protocol));
      }
    }
    return adopted;
  }

  /**
   * Says which lists of its Service port a backend is in: clients may be pinned to it by those.
   *
   * @param lists bits of {@code enum backend_flag}
   */
  void setLists(int id, Backend backend, int lists) {
    int flags = BackendFlags.IN_USE | (backend.local() ? BackendFlags.LOCAL : 0) | lists;
    Bytes.putByte(slots.element(id), layout.backend.flags(), flags);
  }

  /**
   * An id rests like a region before it is used again, unless all are taken: a program that has
   * just read it from a region would send its packet to the next owner's backend.
   */
  private int fresh(Backend backend) {
    Returned oldest = returned.peek();
    boolean full = next == slots.length();
    if (oldest != null
        && (full || System.nanoTime() - oldest.since() >= RegionSpace.REST.toNanos())) {
      return returned.remove().id();
    }
    if (full) {
      throw new DataplaneException(
          "no slot for backend %s: all %d of the map '%s' are taken; give it more (--backends)"
              .formatted(backend.identity(), slots.length() - 1, layout.backendMap));
    }
    return next++;
  }

  void release(int id, Protocol protocol) {
    retire(id);
    if (protocol == Protocol.UDP) {
      datagramBackendGone.run();
    }
  }

  private void retire(int id) {
    MemorySegment slot = slots.element(id);
    Bytes.putByte(slot, layout.backend.flags(), 0);
    Bytes.putWord(
        slot, layout.backend.generation(), Bytes.word(slot, layout.backend.generation()) + 1);
    returned.add(new Returned(id, System.nanoTime()));
  }

  /** Retires what an earlier agent left and no plan has claimed. */
  void sweep() {
    restored.values().forEach(this::retire);
    restored.clear();
  }

  /** Ids that there can be; 0 is none. */
  int capacity() {
    return slots.length() - 1;
  }

  /** Ids that are in use or wait to be claimed. */
  int inUse() {
    return next - 1 - returned.size();
  }
}
