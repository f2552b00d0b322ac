// SPDX-License-Identifier: Apache-2.0
/** Loads and drives eBPF programs and maps over the system's libbpf. */
package dev.sluice.loader;
