// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/**
 * What the kernel knows about a link.
 *
 * @param id the kernel's number of the link
 * @param type where it is attached
 * @param programId the program it runs
 * @param interfaceIndex the device of a tcx or XDP link, 0 when the device is gone; else 0
 * @param cgroupId the cgroup of a cgroup link, 0 when it was detached; else 0
 * @param attachType the kernel's {@code enum bpf_attach_type} of a tcx or cgroup link; else 0
 */
public record LinkInfo(
    int id, LinkType type, int programId, int interfaceIndex, long cgroupId, int attachType) {}
