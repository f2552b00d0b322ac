// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A packet's addresses and ports: a key of the flow tables. */
public record Tuple(
    IpAddress source,
    int sourcePort,
    IpAddress destination,
    int destinationPort,
    Protocol protocol) {

  /** That of a packet the other way. */
  public Tuple reversed() {
    return new Tuple(destination, destinationPort, source, sourcePort, protocol);
  }

  FamilyLayout layout() {
    return FamilyLayout.of(source.family());
  }

  MemorySegment write(Arena arena) {
    FamilyLayout layout = layout();
    MemorySegment key = arena.allocate(layout.key.size(), Long.BYTES);
    Bytes.putAddress(key, 0, source);
    Bytes.putAddress(key, layout.key.destination(), destination);
    Bytes.putPort(key, layout.key.sourcePort(), sourcePort);
    Bytes.putPort(key, layout.key.destinationPort(), destinationPort);
    Bytes.putByte(key, layout.key.protocol(), protocol.number());
    return key;
  }

  @Override
  public String toString() {
    return source.withPort(sourcePort) + " -> " + destination.withPort(destinationPort);
  }
}
