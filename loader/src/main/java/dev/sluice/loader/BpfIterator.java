// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_iter_link_info;
import me.bechberger.ebpf.bpf.raw.bpf_link_create_opts;

/**
 * A program that the kernel runs for every element of a map, whenever it is asked to: kernel 5.9
 * and later. Closing it detaches the program.
 */
public final class BpfIterator implements AutoCloseable {
  private static final int BPF_TRACE_ITER = 28;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final String subject;
  private final int link;

  private BpfIterator(String subject, int link) {
    this.subject = subject;
    this.link = link;
  }

  /**
   * Prepares a program of a section {@code iter/bpf_map_elem} or {@code iter/bpf_sk_storage_map}
   * for the elements of a map of that kind.
   *
   * @throws BpfException EACCES if the program reads beyond the map's values
   */
  public static BpfIterator attach(BpfProgram program, BpfMap map) {
    String subject = program.subject() + " for the elements of map " + map.name();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = bpf_iter_link_info.allocate(arena);
      bpf_iter_link_info.map.map_fd(bpf_iter_link_info.map(target), map.fd());
      MemorySegment options = bpf_link_create_opts.allocate(arena);
      bpf_link_create_opts.sz(options, bpf_link_create_opts.sizeof());
      bpf_link_create_opts.iter_info(options, target);
      // The map's descriptor alone: all that kernel 5.10 knows.
      bpf_link_create_opts.iter_info_len(options, Integer.BYTES);
      int link =
          BpfException.check(
              Lib.bpf_link_create(program.fd(), 0, BPF_TRACE_ITER, options),
              "bpf_link_create",
              subject);
      return new BpfIterator(subject, link);
    }
  }

  /** Runs it over the whole map. Returns all that it wrote with bpf_seq_write. */
  public byte[] run() {
    int run = BpfException.check(Lib.bpf_iter_create(link), "bpf_iter_create", subject);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES);
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      while (true) {
        int length = Native.read(run, buffer, subject);
        if (length == 0) {
          return written.toByteArray();
        }
        written.writeBytes(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      }
    } finally {
      KernelObject.close(run);
    }
  }

  @Override
  public void close() {
    KernelObject.close(link);
  }
}
