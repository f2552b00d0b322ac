// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.MemorySegment;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_map_info;

/** The numbers that define a map; sizes in bytes. */
record MapShape(MapType type, int keySize, int valueSize, int maxEntries, int flags) {
  /** BPF_F_MMAPABLE of linux/bpf.h. */
  private static final int MMAPABLE = 1 << 10;

  /** BPF_F_RDONLY_PROG of linux/bpf.h. */
  private static final int READ_ONLY_FOR_PROGRAMS = 1 << 7;

  /** What an opened, not yet loaded object declares. */
  static MapShape declared(MemorySegment handle) {
    return new MapShape(
        MapType.of(Lib.bpf_map__type(handle)),
        Lib.bpf_map__key_size(handle),
        Lib.bpf_map__value_size(handle),
        Lib.bpf_map__max_entries(handle),
        Lib.bpf_map__map_flags(handle));
  }

  /** What the kernel made of it. To maps of devices it adds a flag that nobody can ask for. */
  static MapShape ofKernel(MemorySegment info) {
    MapType type = MapType.of(bpf_map_info.type(info));
    int flags = bpf_map_info.map_flags(info);
    boolean holdsDevices = type == MapType.DEVMAP || type == MapType.DEVMAP_HASH;
    return new MapShape(
        type,
        bpf_map_info.key_size(info),
        bpf_map_info.value_size(info),
        bpf_map_info.max_entries(info),
        holdsDevices ? flags & ~READ_ONLY_FOR_PROGRAMS : flags);
  }

  boolean isMappable() {
    return (flags & MMAPABLE) != 0;
  }

  /** The distance of two values in an array, or of two CPUs' values: the size rounded up to 8. */
  int stride() {
    return (valueSize + 7) & ~7;
  }

  /** How many bytes the kernel copies for one value, all CPUs' values included. */
  long bytesPerValue() {
    return type.isPerCpu() ? (long) stride() * Libbpf.possibleCpus() : valueSize;
  }

  /** Whether a program compiled for {@code declared} can use a map of this shape. */
  boolean canServe(MapShape declared) {
    return type == declared.type
        && keySize == declared.keySize
        && valueSize == declared.valueSize
        && flags == declared.flags;
  }
}
