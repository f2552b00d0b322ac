// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.time.Duration;

/**
 * The backend that a client of a Service port with session affinity is pinned to.
 *
 * @param backend its id
 * @param generation of the backend when it was pinned
 * @param age since the client's last new connection
 */
public record Pin(int backend, int generation, Duration age) {}
