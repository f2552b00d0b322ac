// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What netfilter's connection tracking is to be like. A duration of zero leaves a timeout as it is.
 *
 * @param connections {@code nf_conntrack_max}; empty to leave it as it is
 * @param lowering whether {@code nf_conntrack_max} may become less than it is
 * @param beLiberal true to switch {@code nf_conntrack_tcp_be_liberal} on; false leaves it
 * @param udpTimeout of flows that are not answered
 */
public record ConntrackSettings(
    OptionalInt connections,
    boolean lowering,
    Duration tcpEstablishedTimeout,
    Duration tcpCloseWaitTimeout,
    boolean beLiberal,
    Duration udpTimeout,
    Duration udpStreamTimeout) {}
