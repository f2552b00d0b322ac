// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

/** The transport protocols a Service port can have. */
public enum Protocol {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  Protocol(int number) {
    this.number = number;
  }

  /** The IANA protocol number, as in the IP header. */
  public int number() {
    return number;
  }
}
