// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** Which way packets pass a device, as seen from the host. */
public enum TcDirection {
  /** Packets that the device receives. */
  INGRESS(46, 1),
  /** Packets that the host sends by the device. */
  EGRESS(47, 2);

  private final int tcxAttachType;
  private final int clsactAttachPoint;

  TcDirection(int tcxAttachType, int clsactAttachPoint) {
    this.tcxAttachType = tcxAttachType;
    this.clsactAttachPoint = clsactAttachPoint;
  }

  /** BPF_TCX_INGRESS and BPF_TCX_EGRESS of linux/bpf.h. */
  int tcxAttachType() {
    return tcxAttachType;
  }

  /** BPF_TC_INGRESS and BPF_TC_EGRESS of libbpf.h. */
  int clsactAttachPoint() {
    return clsactAttachPoint;
  }
}
