// SPDX-License-Identifier: Apache-2.0
/** The commands, and the agent that {@code sluice run} puts together from the other packages. */
package dev.sluice.cli;
