// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.lab.Host;

/**
 * Who asks whom.
 *
 * @param targets where clients connect to, as the load program takes it
 * @param server the id of the process that answers
 */
record Traffic(Mode mode, TrafficPath path, Host client, String targets, long server) {}
