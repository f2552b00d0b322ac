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
 * @param restoresFlows a packet of a TCP connection without a flow may make one again, from a
 *     Maglev table; not while connections of kube-proxy are about, which would look the same
 * @param sampling which packets become events
 */
public record LoadOptions(
    MapSizes sizes,
    boolean canSetErrno,
    boolean collectInKernel,
    boolean nodeSocketsOnly,
    boolean closesAddresses,
    boolean restoresFlows,
    Sampling sampling) {

  /** With the usual sampling, restoring flows. */
  public LoadOptions(
      MapSizes sizes,
      boolean canSetErrno,
      boolean collectInKernel,
      boolean nodeSocketsOnly,
      boolean closesAddresses) {
    this(
        sizes,
        canSetErrno,
        collectInKernel,
        nodeSocketsOnly,
        closesAddresses,
        true,
        Sampling.DEFAULT);
  }

  /** The same with another sampling. */
  LoadOptions with(Sampling other) {
    return new LoadOptions(
        sizes,
        canSetErrno,
        collectInKernel,
        nodeSocketsOnly,
        closesAddresses,
        restoresFlows,
        other);
  }
}
