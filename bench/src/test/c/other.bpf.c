// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Stands for somebody else's load balancer: what it returns is in its maps. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 offset = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

/* Returns the element that the first byte of the frame names. */
SEC("xdp")
int look_up(struct xdp_md *frame)
{
	__u8 *data = (void *)(long)frame->data;
	__u32 index;
	__u32 *verdict;

	if (data + 1 > (__u8 *)(long)frame->data_end)
		return XDP_ABORTED;
	index = *data;
	verdict = bpf_map_lookup_elem(&verdicts, &index);
	return verdict ? (int)(*verdict + offset) : XDP_DROP;
}

/* Goes on in the program that the map names. */
SEC("tc")
int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 0);
	return TC_ACT_SHOT;
}

SEC("tc")
int landing(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_OK;
}

SEC("cgroup/connect4")
int no_packets(struct bpf_sock_addr *context)
{
	(void)context;
	return 1;
}
