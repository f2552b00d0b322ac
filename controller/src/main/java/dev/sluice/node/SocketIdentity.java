// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;

/**
 * A UDP socket somewhere on this machine, as the kernel tells it from all others.
 *
 * @param namespace the inode number of its network namespace, as in {@code net:[NUMBER]}
 * @param family AF_INET (2) or AF_INET6 (10), of the socket; one of IPv6 may well have an IPv4 peer
 * @param identity {@code struct inet_diag_sockid}: both ends, device and cookie
 */
public record SocketIdentity(long namespace, int family, ByteBuffer identity) {}
