// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.IntFunction;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_test_run_opts;

/**
 * A run of a program on a packet or context of the caller's, without attaching it. Works for
 * SCHED_CLS and XDP (a frame of at least 14 bytes, from the destination MAC on) and for SYSCALL (a
 * context only). The kernel runs it in the network namespace of the calling thread.
 */
public final class TestRun {
  /** Room for what a program may add to a packet, encapsulation included. */
  private static final int GROWTH = 1024;

  /** More than any context structure has today; the kernel says how much it used. */
  private static final int CONTEXT_ROOM = 512;

  private static final byte[] NOTHING = {};

  private final BpfProgram program;
  private byte[] data = NOTHING;
  private IntFunction<byte[]> context = frameLength -> NOTHING;
  private int repeat = 1;

  TestRun(BpfProgram program) {
    this.program = program;
  }

  /** The frame that the program sees. */
  public TestRun data(byte[] frame) {
    this.data = frame.clone();
    return this;
  }

  /** The context: struct __sk_buff, struct xdp_md, or what a SYSCALL program takes. */
  public TestRun context(byte[] bytes) {
    byte[] copy = bytes.clone();
    this.context = frameLength -> copy;
    return this;
  }

  /** Like {@link #context(byte[])}, copied when called. */
  public TestRun context(MemorySegment bytes) {
    byte[] copy = bytes.toArray(ValueLayout.JAVA_BYTE);
    this.context = frameLength -> copy;
    return this;
  }

  /** The context of a tc program. */
  public TestRun context(SkbContext skb) {
    return context(skb.memory());
  }

  /** The context of an XDP program. */
  public TestRun context(XdpContext frame) {
    this.context = frame::bytes;
    return this;
  }

  /** How often to run; each run sees the packet as the one before left it. */
  public TestRun repeat(int times) {
    this.repeat = times;
    return this;
  }

  /**
   * Runs the program.
   *
   * @throws BpfException EINVAL if the kernel does not like the frame or a field of the context
   *     that may not be set, ENOTSUPP if the program type has no test run
   */
  public TestResult run() {
    return program.type() == ProgramType.SYSCALL ? runSyscall() : runPacket();
  }

  /**
   * Runs the program once on each frame, in place of {@link #data}, and returns what it returned.
   * What it left of the frames is not looked at. Between two runs nothing is done that is not
   * needed: for measurements, which other work would disturb by what it leaves in the processor's
   * caches.
   *
   * @throws BpfException as {@link #run()} does
   */
  public int[] verdicts(List<byte[]> frames) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = options(arena);
      MemorySegment[] inputs = inputs(frames, arena);
      int[] verdicts = new int[inputs.length];
      long contextSize = -1;
      for (int index = 0; index < inputs.length; index++) {
        if (inputs[index].byteSize() != contextSize) {
          contextSize = inputs[index].byteSize();
          byte[] contextIn = context.apply((int) contextSize);
          if (contextIn.length > 0) {
            bpf_test_run_opts.ctx_in(options, copy(contextIn, arena));
            bpf_test_run_opts.ctx_size_in(options, contextIn.length);
          }
        }
        bpf_test_run_opts.data_in(options, inputs[index]);
        bpf_test_run_opts.data_size_in(options, (int) inputs[index].byteSize());
        bpf_test_run_opts.data_size_out(options, 0);
        bpf_test_run_opts.ctx_size_out(options, 0);
        run(options);
        verdicts[index] = bpf_test_run_opts.retval(options);
      }
      return verdicts;
    }
  }

  /** A frame that comes again is copied once. */
  private static MemorySegment[] inputs(List<byte[]> frames, Arena arena) {
    IdentityHashMap<byte[], MemorySegment> copies = new IdentityHashMap<>();
    return frames.stream()
        .map(
            frame ->
                copies.computeIfAbsent(
                    frame, bytes -> arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)))
        .toArray(MemorySegment[]::new);
  }

  private TestResult runPacket() {
    byte[] contextIn = context.apply(data.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = options(arena);
      bpf_test_run_opts.repeat(options, repeat);
      bpf_test_run_opts.data_in(options, arena.allocateFrom(ValueLayout.JAVA_BYTE, data));
      bpf_test_run_opts.data_size_in(options, data.length);
      MemorySegment dataOut = arena.allocate(data.length + (long) GROWTH);
      bpf_test_run_opts.data_out(options, dataOut);
      bpf_test_run_opts.data_size_out(options, (int) dataOut.byteSize());
      MemorySegment contextOut = MemorySegment.NULL;
      if (contextIn.length > 0) {
        contextOut = arena.allocate(CONTEXT_ROOM);
        bpf_test_run_opts.ctx_in(options, copy(contextIn, arena));
        bpf_test_run_opts.ctx_size_in(options, contextIn.length);
        bpf_test_run_opts.ctx_out(options, contextOut);
        bpf_test_run_opts.ctx_size_out(options, CONTEXT_ROOM);
      }
      run(options);
      return new TestResult(
          bpf_test_run_opts.retval(options),
          bytes(dataOut, bpf_test_run_opts.data_size_out(options)),
          contextIn.length > 0
              ? bytes(contextOut, bpf_test_run_opts.ctx_size_out(options))
              : NOTHING,
          Integer.toUnsignedLong(bpf_test_run_opts.duration(options)));
    }
  }

  /** SYSCALL programs write their context in place and may not be repeated by the kernel. */
  private TestResult runSyscall() {
    byte[] contextIn = context.apply(0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = options(arena);
      MemorySegment shared = copy(contextIn, arena);
      if (contextIn.length > 0) {
        bpf_test_run_opts.ctx_in(options, shared);
        bpf_test_run_opts.ctx_size_in(options, contextIn.length);
      }
      int times = Math.max(1, repeat);
      long start = System.nanoTime();
      for (int time = 0; time < times; time++) {
        run(options);
      }
      long nanos = (System.nanoTime() - start) / times;
      return new TestResult(
          bpf_test_run_opts.retval(options), NOTHING, bytes(shared, contextIn.length), nanos);
    }
  }

  private void run(MemorySegment options) {
    BpfException.check(
        Lib.bpf_prog_test_run_opts(program.fd(), options),
        "bpf_prog_test_run_opts",
        program.subject());
  }

  private static MemorySegment copy(byte[] context, Arena arena) {
    MemorySegment memory = arena.allocate(Math.max(Long.BYTES, context.length), Long.BYTES);
    return memory.copyFrom(MemorySegment.ofArray(context));
  }

  private static MemorySegment options(Arena arena) {
    MemorySegment options = bpf_test_run_opts.allocate(arena);
    bpf_test_run_opts.sz(options, bpf_test_run_opts.sizeof());
    return options;
  }

  private static byte[] bytes(MemorySegment memory, int length) {
    return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
