// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.plan.PortKey;

/**
 * Who has a frontend in the kernel.
 *
 * @param port the Service port
 * @param id its id, by which clients are pinned
 * @param closes the whole address is closed here: no Service port has the one that is called
 */
public record FrontendOwner(PortKey port, int id, boolean closes) {}
