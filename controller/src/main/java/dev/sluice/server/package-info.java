// SPDX-License-Identifier: Apache-2.0
/** What the agent tells others: its admin socket, and the documents that go over it. */
package dev.sluice.server;
