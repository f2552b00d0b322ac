// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

/** Where a packet can be sent. */
public record Backend(Ip address, int port) {}
