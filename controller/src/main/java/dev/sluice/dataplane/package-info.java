// SPDX-License-Identifier: Apache-2.0
/** The only door to the BPF maps: takes plans, compares with what is installed, commits. */
package dev.sluice.dataplane;
