// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_tc_hook;
import me.bechberger.ebpf.bpf.raw.bpf_tc_opts;

/**
 * A place for a BPF filter on a device's clsact qdisc, the way of kernels before tcx (6.6). The
 * place is the caller's own by its priority and handle; whether what sits there is the caller's own
 * is told by the program's id, and anything else is left alone.
 *
 * <p>The calls are netlink requests in the network namespace of the calling thread, so make them
 * from a platform thread of that namespace. Unlike a link, a filter stays when the process ends.
 *
 * @param interfaceIndex the device
 * @param direction which way packets pass
 * @param priority 1 to 65535; lower runs first
 * @param handle not 0
 */
public record ClsactFilter(int interfaceIndex, TcDirection direction, int priority, int handle) {
  /** BPF_TC_F_REPLACE of libbpf.h. */
  private static final int REPLACE = 1;

  private static final int BOTH_DIRECTIONS =
      TcDirection.INGRESS.clsactAttachPoint() | TcDirection.EGRESS.clsactAttachPoint();

  public ClsactFilter {
    if (priority < 1 || priority > 65535 || handle == 0) {
      throw new IllegalArgumentException(
          "a filter needs a priority of 1 to 65535 and a handle, not " + priority + "/" + handle);
    }
  }

  /** Adds a clsact qdisc to a device; false if there already is one, which is as good. */
  public static boolean createQdisc(int interfaceIndex) {
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      int result = Lib.bpf_tc_hook_create(hook(arena, interfaceIndex, BOTH_DIRECTIONS));
      if (result == -Errno.EEXIST.number()) {
        return false;
      }
      BpfException.check(
          result, "bpf_tc_hook_create", "clsact qdisc of interface " + interfaceIndex);
      return true;
    }
  }

  /** Removes the clsact qdisc with every filter on it, whoever made them. */
  public static void deleteQdisc(int interfaceIndex) {
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      BpfException.check(
          Lib.bpf_tc_hook_destroy(hook(arena, interfaceIndex, BOTH_DIRECTIONS)),
          "bpf_tc_hook_destroy",
          "clsact qdisc of interface " + interfaceIndex);
    }
  }

  /** The id of the BPF program that sits here; empty if none does: no filter, qdisc or device. */
  public OptionalInt programId() {
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = options(arena);
      int result = Lib.bpf_tc_query(hook(arena), options);
      if (result == -Errno.ENOENT.number()
          || result == -Errno.EINVAL.number()
          || result == -Errno.ENODEV.number()) {
        return OptionalInt.empty();
      }
      BpfException.check(result, "bpf_tc_query", subject());
      return OptionalInt.of(bpf_tc_opts.prog_id(options));
    }
  }

  /**
   * Puts a program here, with the qdisc if there is none.
   *
   * @throws BpfException EEXIST if the place is taken
   */
  public void attach(BpfProgram program) {
    createQdisc(interfaceIndex);
    attach(program, 0);
  }

  /**
   * Puts a program in the place of another in one step, so that no packet passes between.
   *
   * @param expectedProgramId the program that must be here
   * @throws BpfException EBUSY if another program sits here, ENOENT if none does
   */
  public void replace(int expectedProgramId, BpfProgram program) {
    OptionalInt present = programId();
    if (present.isEmpty()) {
      throw new BpfException("replace", subject(), Errno.ENOENT.number(), "there is no filter");
    }
    requireOwn(present.getAsInt(), expectedProgramId, "replace");
    attach(program, REPLACE);
  }

  /**
   * Takes the filter away and leaves the qdisc.
   *
   * @param expectedProgramId the program that must be here
   * @return false if no filter is here
   * @throws BpfException EBUSY if another program sits here; it is left alone
   */
  public boolean detach(int expectedProgramId) {
    OptionalInt present = programId();
    if (present.isEmpty()) {
      return false;
    }
    requireOwn(present.getAsInt(), expectedProgramId, "detach");
    try (Arena arena = Arena.ofConfined()) {
      BpfException.check(
          Lib.bpf_tc_detach(hook(arena), options(arena)), "bpf_tc_detach", subject());
    }
    return true;
  }

  private void attach(BpfProgram program, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = options(arena);
      bpf_tc_opts.prog_fd(options, program.fd());
      bpf_tc_opts.flags(options, flags);
      BpfException.check(
          Lib.bpf_tc_attach(hook(arena), options),
          "bpf_tc_attach",
          program.subject() + " at " + subject());
    }
  }

  private void requireOwn(int present, int expected, String call) {
    if (present != expected) {
      throw new BpfException(
          call,
          subject(),
          Errno.EBUSY.number(),
          "it runs program " + present + " instead of " + expected + " and is left alone");
    }
  }

  private String subject() {
    return "clsact "
        + direction
        + " filter "
        + priority
        + "/"
        + handle
        + " of interface "
        + interfaceIndex;
  }

  private MemorySegment hook(Arena arena) {
    return hook(arena, interfaceIndex, direction.clsactAttachPoint());
  }

  private static MemorySegment hook(Arena arena, int interfaceIndex, int attachPoint) {
    MemorySegment hook = bpf_tc_hook.allocate(arena);
    bpf_tc_hook.sz(hook, bpf_tc_hook.sizeof());
    bpf_tc_hook.ifindex(hook, interfaceIndex);
    bpf_tc_hook.attach_point(hook, attachPoint);
    return hook;
  }

  private MemorySegment options(Arena arena) {
    MemorySegment options = bpf_tc_opts.allocate(arena);
    bpf_tc_opts.sz(options, bpf_tc_opts.sizeof());
    bpf_tc_opts.handle(options, handle);
    bpf_tc_opts.priority(options, priority);
    return options;
  }
}
