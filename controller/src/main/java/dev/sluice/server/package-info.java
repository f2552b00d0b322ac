// SPDX-License-Identifier: Apache-2.0
/**
 * What the agent tells others: by HTTP its health, that of Services and its metrics; on its admin
 * socket, documents for the command line.
 */
package dev.sluice.server;
