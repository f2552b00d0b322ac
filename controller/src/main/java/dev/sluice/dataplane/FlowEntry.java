// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Apply;
import dev.sluice.bpf.Direction;
import dev.sluice.bpf.SeenFlags;
import dev.sluice.model.IpAddress;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * One half of a flow as the programs keep it.
 *
 * @param established the backend has answered; else it is an embryo
 * @param rewritten what the packet becomes
 * @param apply at which hook, and how
 * @param seen bits of {@code enum seen}
 * @param idle since its last packet, as precise as the time stamps are (64 to 640 ms)
 * @param backend its id
 * @param generation of the backend when the flow was made
 * @param device index of the one that the client's packets enter by
 */
public record FlowEntry(
    boolean established,
    Tuple key,
    Tuple rewritten,
    Apply apply,
    Direction direction,
    int seen,
    Duration idle,
    int backend,
    int generation,
    int device) {

  /** The key of the other half. */
  public Tuple pair() {
    return rewritten.reversed();
  }

  /** Whether a FIN or a reset came this way. */
  public boolean isClosing() {
    return (seen & (SeenFlags.FIN | SeenFlags.RST)) != 0;
  }

  static FlowEntry read(boolean established, Tuple key, MemorySegment value, KernelClock clock) {
    FamilyLayout layout = key.layout();
    FamilyLayout.FlowFields fields = layout.flow;
    IpAddress source = Bytes.address(value, fields.source(), layout.family);
    IpAddress destination = Bytes.address(value, fields.destination(), layout.family);
    return new FlowEntry(
        established,
        key,
        new Tuple(
            source,
            Bytes.port(value, fields.sourcePort()),
            destination,
            Bytes.port(value, fields.destinationPort()),
            key.protocol()),
        Apply.fromValue(Bytes.unsignedByte(value, fields.apply())),
        Direction.fromValue(Bytes.unsignedByte(value, fields.direction())),
        Bytes.unsignedByte(value, fields.seen()),
        clock.since(Bytes.word(value, fields.lastSeen())),
        Bytes.word(value, fields.backend()),
        Bytes.word(value, fields.generation()),
        Bytes.word(value, fields.device()));
  }
}
