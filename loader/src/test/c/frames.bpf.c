// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program whose functions take stack: 100 bytes below the entry, or 20 and then 40. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

const volatile _Bool takes_most = 0;

static __noinline int take_40(struct __sk_buff *skb)
{
	__u8 bytes[40];

	return bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes)) ? -1 : bytes[39];
}

static __noinline int take_20(struct __sk_buff *skb)
{
	__u8 bytes[20];

	return bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes)) ? -1 : bytes[19] + take_40(skb);
}

static __noinline int take_100(struct __sk_buff *skb)
{
	__u8 bytes[100];

	return bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes)) ? -1 : bytes[99];
}

static __noinline int take_300(struct __sk_buff *skb)
{
	__u8 bytes[300];

	return bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes)) ? -1 : bytes[299];
}

SEC("tc")
int enter(struct __sk_buff *skb)
{
	if (takes_most)
		return take_300(skb);
	return take_20(skb) + take_100(skb);
}
