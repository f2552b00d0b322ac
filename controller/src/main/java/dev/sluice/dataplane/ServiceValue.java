// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Region;
import dev.sluice.bpf.Service;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One frontend's decision as it stands in the kernel.
 *
 * @param id the Service port that owns it; index of its counters
 * @param flags of {@code enum service_flag}
 */
record ServiceValue(
    RegionSpan external, RegionSpan internal, int id, int affinitySeconds, int flags) {

  MemorySegment write(Arena arena) {
    Service value = Service.allocate(arena);
    write(value.external(), external);
    write(value.internal(), internal);
    value.id(id);
    value.affinitySeconds(affinitySeconds);
    value.flags(flags);
    return value.memory();
  }

  static ServiceValue read(MemorySegment memory) {
    Service value = new Service().wrap(memory);
    return new ServiceValue(
        read(value.external()),
        read(value.internal()),
        value.id(),
        value.affinitySeconds(),
        value.flags());
  }

  private static void write(Region region, RegionSpan span) {
    region.base(span.base());
    region.length(span.length());
  }

  private static RegionSpan read(Region region) {
    return new RegionSpan(region.base(), region.length());
  }
}
