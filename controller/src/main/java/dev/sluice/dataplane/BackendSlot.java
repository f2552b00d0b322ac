// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.BackendFlags;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.plan.Route.ListKind;
import java.lang.foreign.MemorySegment;

/** A backend's slot as the programs read it. */
public record BackendSlot(IpAddress address, int port, int flags, int generation) {

  static BackendSlot read(LoadedObjects objects, IpFamily family, int id) {
    FamilyLayout layout = FamilyLayout.of(family);
    MemorySegment slot = objects.mapped(layout.backendMap).element(id);
    return new BackendSlot(
        Bytes.address(slot, 0, family),
        Bytes.port(slot, layout.backend.port()),
        Bytes.unsignedByte(slot, layout.backend.flags()),
        Bytes.word(slot, layout.backend.generation()));
  }

  /** Whether it is on this node. */
  public boolean isLocal() {
    return (flags & BackendFlags.LOCAL) != 0;
  }

  /** Whether a client may be pinned to it by this list of its Service port. */
  public boolean isIn(ListKind list) {
    int bit =
        switch (list) {
          case CLUSTER -> BackendFlags.IN_CLUSTER_LIST;
          case LOCAL -> BackendFlags.IN_LOCAL_LIST;
        };
    return (flags & BackendFlags.IN_USE) != 0 && (flags & bit) != 0;
  }

  /** {@code address:port}. */
  public String identity() {
    return address.withPort(port);
  }
}
