// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import dev.sluice.loader.btf.Btf;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToLongFunction;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_prog_info;

/**
 * A BPF program: of a {@link BpfObject}, or opened by its pin. Its operations are system calls and
 * safe from any thread.
 */
public final class BpfProgram implements AutoCloseable {
  private static final int CLOSED = -1;

  private final String name;
  private final MemorySegment handle;
  private final boolean ownsDescriptor;
  private final ProgramType type;
  private final Optional<Btf> btf;
  private volatile String verifierLog = "";
  private volatile int fd;

  private BpfProgram(
      String name, MemorySegment handle, ProgramType type, Optional<Btf> btf, int fd) {
    this.name = name;
    this.handle = handle;
    this.ownsDescriptor = handle.equals(MemorySegment.NULL);
    this.type = type;
    this.btf = btf;
    this.fd = fd;
  }

  static BpfProgram declaredBy(MemorySegment handle, String name, Btf btf) {
    ProgramType type = ProgramType.of(Lib.bpf_program__type(handle));
    return new BpfProgram(name, handle, type, Optional.of(btf), CLOSED);
  }

  /**
   * Opens a program by its pin. The caller closes it, which leaves the program and the pin in
   * place. The name is the one the kernel keeps, cut to 15 characters.
   *
   * @throws BpfException ENOENT if there is no such pin
   */
  public static BpfProgram openPinned(Path path) {
    int fd = KernelObject.openPinned(path);
    try {
      return KernelObject.info(
          fd,
          bpf_prog_info.sizeof(),
          "program pinned at " + path,
          info ->
              new BpfProgram(
                  KernelObject.name(bpf_prog_info.name(info)),
                  MemorySegment.NULL,
                  ProgramType.of(bpf_prog_info.type(info)),
                  Optional.empty(),
                  fd));
    } catch (RuntimeException failure) {
      KernelObject.close(fd);
      throw failure;
    }
  }

  public String name() {
    return name;
  }

  public ProgramType type() {
    return type;
  }

  /** The file descriptor; negative before loading, if not loaded at all, and after closing. */
  public int fd() {
    return fd;
  }

  /** The kernel's number of this program, unique until it is freed. */
  public int id() {
    return (int) info(bpf_prog_info::id);
  }

  /** Chooses, before the object is loaded, whether this program is loaded with it. */
  public BpfProgram setAutoload(boolean autoload) {
    if (ownsDescriptor || fd != CLOSED) {
      throw new IllegalStateException(subject() + " can be configured only before it is loaded");
    }
    BpfException.check(
        Lib.bpf_program__set_autoload(handle, autoload), "bpf_program__set_autoload", subject());
    return this;
  }

  /** Keeps the program alive under {@code path}, which must be on a bpffs and not exist. */
  public void pin(Path path) {
    KernelObject.pin(fd, path, subject());
  }

  /** Prepares a run of this program on data of the caller's (BPF_PROG_TEST_RUN). */
  public TestRun testRun() {
    return new TestRun(this);
  }

  /** How many instructions the verifier looked at (kernel 5.16 and later, else 0). */
  public long verifiedInstructions() {
    return info(bpf_prog_info::verified_insns);
  }

  /**
   * What the verifier counted; empty unless its object was told to {@linkplain
   * BpfObject#keepVerifierStatistics keep it}.
   */
  public Optional<VerifierStatistics> verifierStatistics() {
    if (btf.isEmpty() || verifierLog.isEmpty()) {
      return Optional.empty();
    }
    VerifierLog log = VerifierLog.parse(verifierLog);
    CallGraph calls = CallGraph.of(fd, subject(), btf.get());
    return Optional.of(
        new VerifierStatistics(log.instructions(), calls.deepest(log.stackDepths())));
  }

  /** Nanoseconds spent in this program while {@link RunTimeStatistics} were on. */
  public long runTimeNanos() {
    return info(bpf_prog_info::run_time_ns);
  }

  /** Runs of this program while {@link RunTimeStatistics} were on. */
  public long runCount() {
    return info(bpf_prog_info::run_cnt);
  }

  /** Makes the kernel measure all programs until the result is closed (kernel 5.8 and later). */
  public static RunTimeStatistics enableRunTimeStatistics() {
    return RunTimeStatistics.enable();
  }

  /** Closes a program that was opened by its pin. An object's programs are closed with it. */
  @Override
  public void close() {
    if (ownsDescriptor && fd != CLOSED) {
      KernelObject.close(fd);
      fd = CLOSED;
    }
  }

  void keepVerifierStatistics() {
    BpfException.check(
        Lib.bpf_program__set_log_level(handle, VerifierLog.STATISTICS),
        "bpf_program__set_log_level",
        subject());
  }

  void loaded(String acceptedLog) {
    verifierLog = acceptedLog;
    fd = Lib.bpf_program__autoload(handle) ? Lib.bpf_program__fd(handle) : CLOSED;
  }

  void objectClosed() {
    fd = CLOSED;
  }

  String subject() {
    return "program '" + name + "'";
  }

  private long info(ToLongFunction<MemorySegment> field) {
    return KernelObject.info(fd, bpf_prog_info.sizeof(), subject(), field::applyAsLong);
  }
}
