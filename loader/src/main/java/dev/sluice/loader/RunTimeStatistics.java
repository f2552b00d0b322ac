// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import me.bechberger.ebpf.bpf.raw.Lib;

/**
 * The kernel's measuring of run time and run count of all BPF programs, on while at least one
 * instance is open. It costs some 20 ns per program run.
 */
public final class RunTimeStatistics implements AutoCloseable {
  /** BPF_STATS_RUN_TIME of linux/bpf.h. */
  private static final int RUN_TIME = 0;

  private final int fd;
  private boolean closed;

  private RunTimeStatistics(int fd) {
    this.fd = fd;
  }

  static RunTimeStatistics enable() {
    Libbpf.require();
    return new RunTimeStatistics(
        BpfException.check(
            Lib.bpf_enable_stats(RUN_TIME), "bpf_enable_stats", "run time statistics"));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      KernelObject.close(fd);
    }
  }
}
