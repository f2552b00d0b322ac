// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import me.bechberger.ebpf.bpf.raw.xdp_md;

/**
 * The {@code struct xdp_md} of an XDP test run: the queue that a frame comes in by. The kernel
 * takes no other field from a caller, and refuses a device that is not in the calling thread's
 * network namespace, or a queue that it does not have, with EINVAL (net/bpf/test_run.c).
 *
 * @param interfaceIndex of the device; 0 for the loopback device and its queue 0
 * @param queue receive queue, from 0
 */
public record XdpContext(int interfaceIndex, int queue) {
  /** Queue 0 of a device, which every device has. */
  public static XdpContext on(int interfaceIndex) {
    return new XdpContext(interfaceIndex, 0);
  }

  /** As the kernel wants it: the data begin without metadata and end with the frame. */
  byte[] bytes(int frameLength) {
    byte[] bytes = new byte[(int) xdp_md.sizeof()];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    memory.set(ValueLayout.JAVA_INT_UNALIGNED, xdp_md.data_end$offset(), frameLength);
    memory.set(ValueLayout.JAVA_INT_UNALIGNED, xdp_md.ingress_ifindex$offset(), interfaceIndex);
    memory.set(ValueLayout.JAVA_INT_UNALIGNED, xdp_md.rx_queue_index$offset(), queue);
    return bytes;
  }
}
