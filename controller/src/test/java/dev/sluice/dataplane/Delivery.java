// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/** How a packet of the table reaches the programs. */
enum Delivery {
  /** BPF_PROG_TEST_RUN on an Ethernet frame. */
  TEST_RUN,
  /** By virtual Ethernet devices that carry the programs. */
  ETHERNET,
  /** By tun devices, which have no link header. */
  TUN
}
