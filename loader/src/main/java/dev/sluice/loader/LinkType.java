// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** The link types of the kernel, in the order of {@code enum bpf_link_type}. */
public enum LinkType {
  UNSPEC,
  RAW_TRACEPOINT,
  TRACING,
  CGROUP,
  ITER,
  NETNS,
  XDP,
  PERF_EVENT,
  KPROBE_MULTI,
  STRUCT_OPS,
  NETFILTER,
  TCX,
  UPROBE_MULTI,
  NETKIT,
  SOCKMAP;

  /** Types that a kernel newer than this list made up are {@link #UNSPEC}. */
  static LinkType of(int value) {
    return value >= 0 && value < values().length ? values()[value] : UNSPEC;
  }
}
