// SPDX-License-Identifier: Apache-2.0
/**
 * Tries out what a first packet or a socket's call meets in programs that are loaded: what {@code
 * sluice verify} does with maps of its own and {@code sluice trace} beside a running agent.
 */
package dev.sluice.trial;
