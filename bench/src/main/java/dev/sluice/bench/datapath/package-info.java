// SPDX-License-Identifier: Apache-2.0
/** What one packet costs in a program of the data plane, or in any other BPF program. */
package dev.sluice.bench.datapath;
