// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalInt;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_link_create_opts;
import me.bechberger.ebpf.bpf.raw.bpf_link_info;

/**
 * An attachment of a program that lives as long as a descriptor or a pin does. Closing the last of
 * them detaches the program; so pin what shall outlive this process.
 */
public final class BpfLink implements AutoCloseable {
  private static final int CLOSED = -1;
  private static final MemorySegment NO_OPTIONS = MemorySegment.NULL;

  /** BPF_XDP of linux/bpf.h. */
  private static final int XDP = 37;

  /** XDP_FLAGS_DRV_MODE of linux/if_link.h. */
  private static final int DRIVER_MODE = 1 << 2;

  private final String subject;
  private volatile int fd;

  private BpfLink(String subject, int fd) {
    this.subject = subject;
    this.fd = fd;
  }

  /**
   * Attaches a SCHED_CLS program to a device by tcx (kernel 6.6 and later), after the programs that
   * are there.
   *
   * @param interfaceIndex a device of the calling thread's network namespace
   * @throws BpfException EINVAL on older kernels, ENODEV if there is no such device
   */
  public static BpfLink attachTcx(BpfProgram program, int interfaceIndex, TcDirection direction) {
    String subject = program.subject() + " at tcx " + direction + " of interface " + interfaceIndex;
    return create(program, interfaceIndex, direction.tcxAttachType(), NO_OPTIONS, subject);
  }

  /**
   * Attaches an XDP program to a device in native mode: the device's driver runs it, or nobody
   * does. A device has one XDP program, so this never takes the place of another.
   *
   * @param interfaceIndex a device of the calling thread's network namespace
   * @throws BpfException EBUSY or EEXIST if the device has an XDP program, EOPNOTSUPP if its driver
   *     takes none, EINVAL, ERANGE or others if the driver does not with the device's present
   *     settings (its MTU, most often), ENODEV if there is no such device
   */
  public static BpfLink attachXdp(BpfProgram program, int interfaceIndex) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = bpf_link_create_opts.allocate(arena);
      bpf_link_create_opts.sz(options, bpf_link_create_opts.sizeof());
      bpf_link_create_opts.flags(options, DRIVER_MODE);
      String subject = program.subject() + " at native XDP of interface " + interfaceIndex;
      return create(program, interfaceIndex, XDP, options, subject);
    }
  }

  /**
   * The kernel's number of the XDP program on a device of the calling thread's network namespace,
   * whoever attached it, in whichever mode; empty if there is none or it cannot be told.
   */
  public static OptionalInt xdpProgramOn(int interfaceIndex) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(ValueLayout.JAVA_INT);
      boolean told = Lib.bpf_xdp_query_id(interfaceIndex, 0, id) == 0;
      int number = id.get(ValueLayout.JAVA_INT, 0);
      return told && number != 0 ? OptionalInt.of(number) : OptionalInt.empty();
    }
  }

  /**
   * Whether this kernel has tcx, asked with a loaded SCHED_CLS program and a device number that
   * does not exist; nothing is attached.
   */
  public static boolean supportsTcx(BpfProgram program) {
    int result =
        Lib.bpf_link_create(
            program.fd(), Integer.MAX_VALUE, TcDirection.INGRESS.tcxAttachType(), NO_OPTIONS);
    if (result >= 0) {
      KernelObject.close(result);
    }
    return result == -Errno.ENODEV.number();
  }

  /** Attaches a program to a cgroup of the v2 hierarchy, beside the programs that are there. */
  public static BpfLink attachCgroup(BpfProgram program, Path cgroup, CgroupAttachType hook) {
    int directory = Native.openDirectory(cgroup);
    try {
      return attachCgroup(program, directory, hook);
    } finally {
      KernelObject.close(directory);
    }
  }

  /** Like {@link #attachCgroup(BpfProgram, Path, CgroupAttachType)}, for an opened cgroup. */
  public static BpfLink attachCgroup(BpfProgram program, int cgroupFd, CgroupAttachType hook) {
    String subject = program.subject() + " at cgroup hook " + hook;
    return create(program, cgroupFd, hook.value(), NO_OPTIONS, subject);
  }

  /**
   * Opens a link by its pin; closing it then leaves the attachment in place.
   *
   * @throws BpfException ENOENT if there is no such pin
   */
  public static BpfLink openPinned(Path path) {
    return new BpfLink("link pinned at " + path, KernelObject.openPinned(path));
  }

  /** Keeps the attachment alive under {@code path}, which must be on a bpffs and not exist. */
  public void pin(Path path) {
    KernelObject.pin(fd, path, subject);
  }

  /** Replaces the program atomically: every packet meets the old one or the new one. */
  public void update(BpfProgram program) {
    BpfException.check(
        Lib.bpf_link_update(fd, program.fd(), NO_OPTIONS),
        "bpf_link_update",
        subject + ", new " + program.subject());
  }

  /** Detaches the program now, whoever else holds or pinned the link. */
  public void detach() {
    BpfException.check(Lib.bpf_link_detach(fd), "bpf_link_detach", subject);
  }

  public int fd() {
    return fd;
  }

  public LinkInfo info() {
    return KernelObject.info(fd, bpf_link_info.sizeof(), subject, BpfLink::read);
  }

  @Override
  public void close() {
    if (fd != CLOSED) {
      KernelObject.close(fd);
      fd = CLOSED;
    }
  }

  private static BpfLink create(
      BpfProgram program, int target, int attachType, MemorySegment options, String subject) {
    int fd =
        BpfException.check(
            Lib.bpf_link_create(program.fd(), target, attachType, options),
            "bpf_link_create",
            subject);
    return new BpfLink(subject, fd);
  }

  private static LinkInfo read(MemorySegment info) {
    LinkType type = LinkType.of(bpf_link_info.type(info));
    int interfaceIndex = 0;
    long cgroupId = 0;
    int attachType = 0;
    if (type == LinkType.TCX) {
      interfaceIndex = bpf_link_info.tcx.ifindex(bpf_link_info.tcx(info));
      attachType = bpf_link_info.tcx.attach_type(bpf_link_info.tcx(info));
    } else if (type == LinkType.XDP) {
      interfaceIndex = bpf_link_info.xdp.ifindex(bpf_link_info.xdp(info));
    } else if (type == LinkType.CGROUP) {
      cgroupId = bpf_link_info.cgroup.cgroup_id(bpf_link_info.cgroup(info));
      attachType = bpf_link_info.cgroup.attach_type(bpf_link_info.cgroup(info));
    }
    return new LinkInfo(
        bpf_link_info.id(info),
        type,
        bpf_link_info.prog_id(info),
        interfaceIndex,
        cgroupId,
        attachType);
  }
}
