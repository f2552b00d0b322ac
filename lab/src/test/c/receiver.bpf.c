/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * For the other end of a veth whose XDP program sends: veth delivers such frames only to a device that
 * polls for them, as one with a program does.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tagged_header {
	__u8 addresses[2 * ETH_ALEN];
	__be16 tag_protocol;
	__be16 control;
};

/* Frames by the control field of their tag. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} tagged SEC(".maps");

SEC("xdp")
int pass(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

/* Counts and takes off 802.1Q tags, where no VLAN device does. */
SEC("xdp")
int untag(struct xdp_md *context)
{
	struct tagged_header *old = (void *)(long)context->data;
	__u8 addresses[2 * ETH_ALEN];
	const __u64 one = 1;
	__u64 *count;
	__u32 control;
	__u8 *link;

	if ((void *)(old + 1) > (void *)(long)context->data_end ||
	    old->tag_protocol != bpf_htons(ETH_P_8021Q))
		return XDP_PASS;
	control = bpf_ntohs(old->control);
	count = bpf_map_lookup_elem(&tagged, &control);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&tagged, &control, &one, BPF_NOEXIST);
	__builtin_memcpy(addresses, old->addresses, sizeof(addresses));
	if (bpf_xdp_adjust_head(context, sizeof(*old) - sizeof(addresses)))
		return XDP_DROP;
	link = (void *)(long)context->data;
	if (link + sizeof(addresses) > (__u8 *)(long)context->data_end)
		return XDP_DROP;
	__builtin_memcpy(link, addresses, sizeof(addresses));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
