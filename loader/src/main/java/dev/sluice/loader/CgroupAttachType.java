// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** The cgroup hooks, with the numbers of {@code enum bpf_attach_type}. */
public enum CgroupAttachType {
  INET_INGRESS(0),
  INET_EGRESS(1),
  INET_SOCK_CREATE(2),
  SOCK_OPS(3),
  INET4_BIND(8),
  INET6_BIND(9),
  INET4_CONNECT(10),
  INET6_CONNECT(11),
  INET4_POST_BIND(12),
  INET6_POST_BIND(13),
  UDP4_SENDMSG(14),
  UDP6_SENDMSG(15),
  UDP4_RECVMSG(19),
  UDP6_RECVMSG(20),
  GETSOCKOPT(21),
  SETSOCKOPT(22),
  INET4_GETPEERNAME(29),
  INET6_GETPEERNAME(30),
  INET4_GETSOCKNAME(31),
  INET6_GETSOCKNAME(32),
  INET_SOCK_RELEASE(34);

  private final int value;

  CgroupAttachType(int value) {
    this.value = value;
  }

  int value() {
    return value;
  }
}
