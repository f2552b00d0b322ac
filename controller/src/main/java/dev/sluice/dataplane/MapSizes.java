// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Backend4;
import dev.sluice.bpf.Backend6;
import dev.sluice.bpf.Flow4;
import dev.sluice.bpf.Flow6;
import dev.sluice.bpf.FlowKey4;
import dev.sluice.bpf.FlowKey6;
import dev.sluice.bpf.Fragment;
import dev.sluice.bpf.FragmentKey4;
import dev.sluice.bpf.FragmentKey6;
import dev.sluice.bpf.Frontend6;
import dev.sluice.bpf.Limits;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Service;
import dev.sluice.bpf.Translation;
import java.util.Map;

/**
 * Entries of the maps whose size is a choice. They are fixed when the maps are made; a running
 * instance keeps what it has until it is detached.
 *
 * @param services frontends, and Service ports, at most; per family
 * @param backends backend ids at most; per family
 * @param regionBlocks blocks of 16 backend ids for lists and Maglev tables
 * @param flows entries of a flow table, two for each connection; per family
 * @param embryos entries of the table of half-open flows; per family
 * @param fragments datagrams of which fragments may be on their way at once; per family
 * @param eventBytes of the ring of events, each of which takes 64; a power of 2
 */
public record MapSizes(
    int services,
    int backends,
    int regionBlocks,
    int flows,
    int embryos,
    int fragments,
    int eventBytes) {
  /** Room for 4096 events. */
  public static final int EVENT_BYTES = 1 << 18;

  /** The kernel takes whole pages. */
  private static final int SMALLEST_RING = 4096;

  private static final long GIBIBYTE = 1L << 30;

  /** What the kernel adds to a key and value in a hash map, roughly, in bytes. */
  private static final int HASH_OVERHEAD = 56;

  public MapSizes {
    requirePositive("services", services);
    requirePositive("backends", backends);
    requirePositive("regions", regionBlocks);
    requirePositive("flows", flows);
    requirePositive("embryos", embryos);
    requirePositive("fragments", fragments);
    if (eventBytes < SMALLEST_RING || Integer.bitCount(eventBytes) != 1) {
      throw new IllegalArgumentException(
          "--event-bytes must be a power of 2 from %d on, not %d"
              .formatted(SMALLEST_RING, eventBytes));
    }
  }

  /** With the usual room for events. */
  public MapSizes(
      int services, int backends, int regionBlocks, int flows, int embryos, int fragments) {
    this(services, backends, regionBlocks, flows, embryos, fragments, EVENT_BYTES);
  }

  private static void requirePositive(String name, int value) {
    if (value < 2) {
      throw new IllegalArgumentException("--" + name + " must be at least 2, not " + value);
    }
  }

  /** Defaults for a machine: flow tables grow with its memory, up to about 8 GiB. */
  public static MapSizes forMemory(long bytes) {
    int share = Math.clamp(bytes / GIBIBYTE, 1, 8);
    return new MapSizes(65536, 131072, 262144, 65536 * share, 16384 * share, 8192 * share);
  }

  /** With flow tables of another size. */
  public MapSizes withFlows(int entries) {
    return new MapSizes(services, backends, regionBlocks, entries, embryos, fragments, eventBytes);
  }

  /** The memory that one entry takes in the flow tables of both families, roughly, in bytes. */
  public static long bytesPerFlow() {
    return Flow4.SIZE + FlowKey4.SIZE + Flow6.SIZE + FlowKey6.SIZE + 2L * HASH_OVERHEAD;
  }

  /** TCP connections whose Service is known to the socket: half of what a flow table holds. */
  private int connections() {
    return Math.max(2, flows / 4);
  }

  /** The entries of a map, if its size is a choice. */
  Map<String, Integer> entries() {
    return Map.ofEntries(
        Map.entry(MapNames.SERVICE4, services),
        Map.entry(MapNames.SERVICE6, services),
        Map.entry(MapNames.SERVICE_STATS, services),
        Map.entry(MapNames.BACKEND4, backends),
        Map.entry(MapNames.BACKEND6, backends),
        Map.entry(MapNames.REGIONS, regionBlocks),
        Map.entry(MapNames.FLOW4, flows),
        Map.entry(MapNames.FLOW6, flows),
        Map.entry(MapNames.EMBRYO4, embryos),
        Map.entry(MapNames.EMBRYO6, embryos),
        Map.entry(MapNames.FRAGMENT4, fragments),
        Map.entry(MapNames.FRAGMENT6, fragments),
        Map.entry(MapNames.CONNECTED_TO, connections()),
        Map.entry(MapNames.EVENTS, eventBytes));
  }

  /** The memory that the maps take, roughly, in bytes. */
  public long expectedBytes() {
    long perFragmented =
        FragmentKey4.SIZE + FragmentKey6.SIZE + 2L * Fragment.SIZE + 2L * HASH_OVERHEAD;
    return (flows + (long) embryos) * bytesPerFlow()
        + fragments * perFragmented
        + connections() * (long) (Translation.SIZE + Long.BYTES + HASH_OVERHEAD)
        + services * (2L * (Frontend6.SIZE + Service.SIZE + HASH_OVERHEAD))
        + backends * ((long) Backend4.SIZE + Backend6.SIZE + Integer.BYTES)
        + (long) regionBlocks * Limits.REGION_BLOCK * Integer.BYTES
        + 2L * Limits.FILTER_BITS / Byte.SIZE
        + Limits.REPLY_CELLS
        + Limits.REPLY_CELLS / Byte.SIZE
        + eventBytes;
  }
}
