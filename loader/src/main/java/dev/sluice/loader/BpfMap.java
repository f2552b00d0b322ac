// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_map_info;

/**
 * A BPF map. Keys and values are native memory (an {@link Arena}'s) of at least {@link #keySize()}
 * and {@link #valueSize()} bytes, in the layout of the C program. For per-CPU maps a value is one
 * copy per possible CPU, each padded to a multiple of 8 bytes.
 *
 * <p>Every operation is one system call and safe from any thread; the memory passed in is the
 * caller's to guard. Maps of a {@link BpfObject} can be configured until the object is loaded and
 * used from then until it is closed.
 */
public final class BpfMap implements AutoCloseable {
  private static final int CLOSED = -1;

  private final String name;
  private final MemorySegment handle;
  private final boolean ownsDescriptor;
  private MapShape shape;
  private volatile int fd;

  private BpfMap(String name, MemorySegment handle, MapShape shape, int fd) {
    this.name = name;
    this.handle = handle;
    this.ownsDescriptor = handle.equals(MemorySegment.NULL);
    this.shape = shape;
    this.fd = fd;
  }

  /** A map that an opened object declares; it gets its descriptor when the object is loaded. */
  static BpfMap declaredBy(MemorySegment handle, String name) {
    return new BpfMap(name, handle, MapShape.declared(handle), CLOSED);
  }

  /**
   * Opens a map by its pin. The caller closes it, which leaves the map and the pin in place. The
   * name is the one the kernel keeps, cut to 15 characters.
   *
   * @throws BpfException ENOENT if there is no such pin
   */
  public static BpfMap openPinned(Path path) {
    int fd = KernelObject.openPinned(path);
    try {
      return KernelObject.info(
          fd,
          bpf_map_info.sizeof(),
          "map pinned at " + path,
          info ->
              new BpfMap(
                  KernelObject.name(bpf_map_info.name(info)),
                  MemorySegment.NULL,
                  MapShape.ofKernel(info),
                  fd));
    } catch (RuntimeException failure) {
      KernelObject.close(fd);
      throw failure;
    }
  }

  public String name() {
    return name;
  }

  public MapType type() {
    return shape.type();
  }

  /** Bytes of a key. */
  public int keySize() {
    return shape.keySize();
  }

  /** Bytes of a value as the C program sees it: one CPU's, without padding. */
  public int valueSize() {
    return shape.valueSize();
  }

  public int maxEntries() {
    return shape.maxEntries();
  }

  /** The file descriptor; negative before loading and after closing. */
  public int fd() {
    return fd;
  }

  /** The kernel's number of this map, unique until it is freed. */
  public int id() {
    return KernelObject.info(fd, bpf_map_info.sizeof(), subject(), bpf_map_info::id);
  }

  /** Sets the number of entries, before the object is loaded. */
  public BpfMap setMaxEntries(int maxEntries) {
    requireNotLoaded();
    BpfException.check(
        Lib.bpf_map__set_max_entries(handle, maxEntries), "bpf_map__set_max_entries", subject());
    shape = MapShape.declared(handle);
    return this;
  }

  /** Makes the object use the map that is pinned at {@code path} instead of a new one. */
  public BpfMap reusePinned(Path path) {
    try (BpfMap pinned = openPinned(path)) {
      return reuse(pinned);
    }
  }

  /**
   * Makes the object use {@code other} instead of a new map. The number of entries becomes that of
   * {@code other}.
   *
   * @throws BpfException if type, key size, value size or flags differ from what the program wants
   */
  public BpfMap reuse(BpfMap other) {
    requireNotLoaded();
    if (!other.shape.canServe(shape)) {
      throw new BpfException(
          "reuse",
          subject(),
          Errno.EINVAL.number(),
          "the existing map is " + other.shape + ", the program wants " + shape);
    }
    BpfException.check(Lib.bpf_map__reuse_fd(handle, other.fd), "bpf_map__reuse_fd", subject());
    shape = MapShape.declared(handle);
    return this;
  }

  /** Copies the value of {@code key} to {@code valueOut}; false if there is no such key. */
  public boolean lookup(MemorySegment key, MemorySegment valueOut) {
    requireKey(key);
    requireValue(valueOut);
    int result = Lib.bpf_map_lookup_elem(fd, key, valueOut);
    return result == 0 || absent(result, Errno.ENOENT, "bpf_map_lookup_elem");
  }

  /** Creates or replaces an entry. */
  public void update(MemorySegment key, MemorySegment value) {
    update(key, value, UpdateFlag.ANY);
  }

  /**
   * Writes an entry.
   *
   * @throws BpfException E2BIG or ENOSPC if the map is full, EEXIST or ENOENT as the flag says
   */
  public void update(MemorySegment key, MemorySegment value, UpdateFlag flag) {
    requireKey(key);
    requireValue(value);
    int result = Lib.bpf_map_update_elem(fd, key, value, flag.value());
    if (result != 0) {
      throw failure(result, "bpf_map_update_elem");
    }
  }

  /** Creates an entry; false, and nothing written, if the key is already there. */
  public boolean tryInsert(MemorySegment key, MemorySegment value) {
    requireKey(key);
    requireValue(value);
    int result = Lib.bpf_map_update_elem(fd, key, value, UpdateFlag.NOEXIST.value());
    return result == 0 || absent(result, Errno.EEXIST, "bpf_map_update_elem");
  }

  /** Removes an entry; false if there is no such key. */
  public boolean delete(MemorySegment key) {
    requireKey(key);
    int result = Lib.bpf_map_delete_elem(fd, key);
    return result == 0 || absent(result, Errno.ENOENT, "bpf_map_delete_elem");
  }

  /**
   * Writes {@code count} entries from two packed arrays in one system call where the kernel can, in
   * order.
   *
   * @throws BpfException for the first entry that could not be written; those before it are
   */
  public void updateBatch(MemorySegment keys, MemorySegment values, int count) {
    MapBatch.update(this, keys, values, count);
  }

  /** Removes {@code count} packed keys; returns how many were there. */
  public int deleteBatch(MemorySegment keys, int count) {
    return MapBatch.delete(this, keys, count);
  }

  /**
   * Visits every entry, in batches where the kernel can. The segments are packed, so read them with
   * unaligned layouts; they are valid during the call only. The consumer may delete from the map.
   * While others write, an entry may be missed or, on maps without batch support, seen twice.
   */
  public void forEach(BiConsumer<MemorySegment, MemorySegment> consumer) {
    MapIteration.forEach(this, consumer);
  }

  /** Reads every CPU's value of {@code key}; false if there is no such key. */
  public boolean lookupPerCpu(MemorySegment key, PerCpuConsumer consumer) {
    if (!type().isPerCpu()) {
      throw new IllegalStateException(subject() + " is not per CPU but " + type());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(shape.bytesPerValue(), Long.BYTES);
      if (!lookup(key, values)) {
        return false;
      }
      int cpus = Libbpf.possibleCpus();
      for (int cpu = 0; cpu < cpus; cpu++) {
        consumer.accept(cpu, values.asSlice((long) cpu * shape.stride(), shape.valueSize()));
      }
      return true;
    }
  }

  /** Keeps the map alive under {@code path}, which must be on a bpffs and not exist. */
  public void pin(Path path) {
    KernelObject.pin(fd, path, subject());
  }

  /**
   * Maps a BPF_F_MMAPABLE array into memory.
   *
   * @throws BpfException if the map is not an array with that flag
   */
  public MappedArray mapMemory() {
    return MappedArray.map(this, shape);
  }

  /** Closes a map that was opened by its pin. Maps of an object are closed with the object. */
  @Override
  public void close() {
    if (ownsDescriptor && fd != CLOSED) {
      KernelObject.close(fd);
      fd = CLOSED;
    }
  }

  void loaded() {
    fd = Lib.bpf_map__fd(handle);
    if (fd >= 0) {
      shape = KernelObject.info(fd, bpf_map_info.sizeof(), subject(), MapShape::ofKernel);
    }
  }

  void objectClosed() {
    fd = CLOSED;
  }

  MemorySegment handle() {
    return handle;
  }

  MapShape shape() {
    return shape;
  }

  String subject() {
    return "map '" + name + "'";
  }

  BpfException failure(int result, String call) {
    return new BpfException(call, subject(), -result);
  }

  private boolean absent(int result, Errno expected, String call) {
    if (result == -expected.number()) {
      return false;
    }
    throw failure(result, call);
  }

  private void requireNotLoaded() {
    if (ownsDescriptor || fd != CLOSED) {
      throw new IllegalStateException(subject() + " can be configured only before it is loaded");
    }
  }

  private void requireKey(MemorySegment key) {
    if (key.byteSize() < shape.keySize()) {
      throw tooSmall("key", key.byteSize(), shape.keySize());
    }
  }

  private void requireValue(MemorySegment value) {
    if (value.byteSize() < shape.bytesPerValue()) {
      throw tooSmall("value", value.byteSize(), shape.bytesPerValue());
    }
  }

  private IllegalArgumentException tooSmall(String what, long given, long needed) {
    return new IllegalArgumentException(
        subject() + ": a " + what + " has " + needed + " bytes, not " + given);
  }
}
