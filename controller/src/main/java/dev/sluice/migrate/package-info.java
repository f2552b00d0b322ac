// SPDX-License-Identifier: Apache-2.0
/**
 * Finds and removes what kube-proxy has left on a node: each {@link dev.sluice.migrate.Trace} knows
 * one kind. Everything belongs to the network namespace of the calling thread.
 */
package dev.sluice.migrate;
