// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.Occupancy;
import dev.sluice.loader.BpfException;
import java.util.concurrent.locks.LockSupport;

/** The data plane's maps in the kernel, for themselves: no program uses them. */
final class KernelMaps {
  /** The agent's own defaults. */
  private static final MapSizes DEFAULTS = MapSizes.forMemory(0);

  /** Flows are not what is written here. */
  private static final int FEW = 4096;

  private static final int EPERM = 1;

  private static final long POLL_NANOS = 10_000_000;

  private KernelMaps() {}

  /**
   * Makes maps with the agent's default sizes, but with this much room for lists of backends.
   *
   * @param regionBlocks blocks of 16; a Maglev table for ten backends takes 256
   */
  static LoadedObjects make(int regionBlocks) {
    MapSizes sizes =
        new MapSizes(DEFAULTS.services(), DEFAULTS.backends(), regionBlocks, FEW, FEW, FEW);
    try {
      return LoadedObjects.unpinnedMaps(new LoadOptions(sizes, true, true, false, false));
    } catch (BpfException e) {
      if (e.errno() == EPERM) {
        throw new IllegalStateException(
            "this benchmark writes to BPF maps of the kernel and needs root for that; without, run"
                + " those that do not: bench/run.sh jmh 'Maglev|Plan|Decoding'",
            e);
      }
      throw e;
    }
  }

  /**
   * Makes sure that all that was told is in the maps: what finds no room is logged and tried again
   * later, and would look fast here.
   */
  static void requireInstalled(Dataplane dataplane, int services, int endpoints, Reach reach) {
    Occupancy occupancy = dataplane.occupancy();
    if (occupancy.frontends() != services * reach.frontends
        || occupancy.backends() != services * endpoints) {
      throw new IllegalStateException(
          "%d Services (%s) of %d endpoints are not in the maps, but %s"
              .formatted(services, reach, endpoints, occupancy));
    }
  }

  /**
   * Waits until so many blocks are free: a list that was given up rests for a second, and changes
   * come faster here than a cluster's.
   */
  static void awaitRoom(Dataplane dataplane, int regionBlocks) {
    while (dataplane.occupancy().freeRegionBlocks() < regionBlocks) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
