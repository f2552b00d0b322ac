// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** What a client calls: a key of the Service maps. */
record FrontendKey(IpAddress address, int port, Protocol protocol) {

  FamilyLayout layout() {
    return FamilyLayout.of(address.family());
  }

  MemorySegment write(Arena arena) {
    FamilyLayout layout = layout();
    MemorySegment key = arena.allocate(layout.frontend.size(), Long.BYTES);
    Bytes.putAddress(key, 0, address);
    Bytes.putPort(key, layout.frontend.port(), port);
    Bytes.putByte(key, layout.frontend.protocol(), protocol.number());
    return key;
  }

  /** Empty if the protocol is none that a plan has. */
  static Optional<FrontendKey> read(FamilyLayout layout, MemorySegment key) {
    int number = Bytes.unsignedByte(key, layout.frontend.protocol());
    for (Protocol protocol : Protocol.values()) {
      if (protocol.number() == number) {
        return Optional.of(
            new FrontendKey(
                Bytes.address(key, 0, layout.family),
                Bytes.port(key, layout.frontend.port()),
                protocol));
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return protocol + " " + address.withPort(port);
  }
}
