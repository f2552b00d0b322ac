// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * How the programs are loaded.
 *
 * @param sizes of maps that are made now
 * @param canSetErrno the kernel has bpf_set_retval (5.18): a socket hook can refuse a connection
 * @param collectInKernel the kernel has SYSCALL programs (5.14): dead flows are collected there
 * @param nodeSocketsOnly the socket hooks translate the node's own sockets only
 * @param closesAddresses closed addresses and Service networks have an effect; it costs packets
 *     that are no Service's a little, so only where plans have such (kube-proxy's nftables mode)
 * @param sampling which packets become events
 */
public record LoadOptions(
    MapSizes sizes,
    boolean canSetErrno,
    boolean collectInKernel,
    boolean nodeSocketsOnly,
    boolean closesAddresses,
    Sampling sampling) {

  /** With the usual sampling. */
  public LoadOptions(
      MapSizes sizes,
      boolean canSetErrno,
      boolean collectInKernel,
      boolean nodeSocketsOnly,
      boolean closesAddresses) {
    this(sizes, canSetErrno, collectInKernel, nodeSocketsOnly, closesAddresses, Sampling.DEFAULT);
  }

  /** The same with another sampling. */
  LoadOptions with(Sampling other) {
    return new LoadOptions(
        sizes, canSetErrno, collectInKernel, nodeSocketsOnly, closesAddresses, other);
  }
}
