// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.Optional;

/** What Sluice uses if the kernel has it. */
public enum KernelFeature {
  /** Links on tc hooks that do not fight over priorities. */
  TCX("tcx", "6.6", "BPF_TCX_INGRESS", "clsact filters"),
  /** A socket hook can refuse a connection with its own error. */
  SET_RETVAL("bpf_set_retval", "5.18", "BPF_FUNC_set_retval", "rejects by the packet path"),
  /** An iterator can tell a socket from a later one with the same addresses. */
  SOCKET_COOKIE(
      "socket cookies in iterators",
      "5.12",
      "bpf_get_socket_ptr_cookie",
      "destroying stale sockets by their addresses"),
  /** Programs that run on request, for maintenance in the kernel. */
  SYSCALL_PROGRAMS(
      "syscall programs", "5.14", "BPF_PROG_TYPE_SYSCALL", "test runs of a tc program"),
  /** A program can walk a map. */
  FOR_EACH_MAP_ELEMENT(
      "bpf_for_each_map_elem", "5.13", "BPF_FUNC_for_each_map_elem", "collection from user space"),
  /** Many map elements in one call. */
  BATCH_OPERATIONS("map batch operations", "5.6", "BPF_MAP_LOOKUP_BATCH", "one call per element"),
  /** A process can ask for its network namespace's cookie. */
  NAMESPACE_COOKIE(
      "SO_NETNS_COOKIE", "5.14", "", "the node's cookie is learned by a probe of the socket hooks"),
  /** An atomic operation that returns the old value. */
  ATOMIC_FETCH("atomic fetch instructions", "5.12", "", "plain additions");

  private final String label;
  private final String since;
  private final String typeName;
  private final String fallback;

  KernelFeature(String label, String since, String typeName, String fallback) {
    this.label = label;
    this.since = since;
    this.typeName = typeName;
    this.fallback = fallback;
  }

  /** Its name for people. */
  public String label() {
    return label;
  }

  /** The first mainline release that has it. */
  public KernelRelease since() {
    return KernelRelease.parse(since);
  }

  /** What Sluice does without it. */
  public String fallback() {
    return fallback;
  }

  /**
   * A name that the kernel's own type information has if and only if it has the feature; vendors
   * backport.
   */
  Optional<String> typeName() {
    return Optional.of(typeName).filter(name -> !name.isEmpty());
  }
}
