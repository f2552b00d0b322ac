// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Maps of every type that the tests use, and programs for test runs. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "contract.h"

char _license[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 answer = 1;
const volatile _Bool enabled = 0;
const volatile __u8 mac[6] = {0};
static const volatile __u64 wide = 2;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, __u32);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1000);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct endpoint);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, 8);
	__uint(value_size, 4);
} prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct endpoint);
	__type(value, struct every_member);
} shapes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} devices SEC(".maps");

/* Keeps the enum in the BTF: what nothing uses is not there. */
flag keep_flag;

static __always_inline void count(__u32 index)
{
	__u32 *counter = bpf_map_lookup_elem(&counters, &index);
	if (counter)
		*counter += 1;
}

SEC("tc")
int read_constants(struct __sk_buff *skb)
{
	if (!enabled)
		return -1;
	return answer + mac[5] + (int)wide;
}

/* Sets the mark to the ingress device and swaps two bytes of the frame. */
SEC("tc")
int mark_packet(struct __sk_buff *skb)
{
	__u8 bytes[2];

	count(0);
	if (bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes)))
		return TC_ACT_SHOT;
	__u8 first = bytes[0];
	bytes[0] = bytes[1];
	bytes[1] = first;
	bpf_skb_store_bytes(skb, 0, bytes, sizeof(bytes), 0);
	skb->mark = skb->ingress_ifindex + 1000;
	return TC_ACT_OK;
}

/* Counts packets that pass a device; lets later programs have them, too. */
SEC("tc")
int count_one(struct __sk_buff *skb)
{
	count(1);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int count_two(struct __sk_buff *skb)
{
	count(2);
	return TC_ACT_UNSPEC;
}

SEC("xdp")
int drop_short(struct xdp_md *xdp)
{
	void *data = (void *)(long)xdp->data;
	void *end = (void *)(long)xdp->data_end;

	return data + 60 > end ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int count_frames(struct xdp_md *xdp)
{
	count(4);
	return XDP_PASS;
}

SEC("xdp")
int count_other_frames(struct xdp_md *xdp)
{
	count(5);
	return XDP_PASS;
}

/* Tells the queue that a frame came by. */
SEC("xdp")
int tell_queue(struct xdp_md *xdp)
{
	return xdp->ingress_ifindex * 100 + xdp->rx_queue_index;
}

SEC("syscall")
int add(__u32 *numbers)
{
	numbers[2] = numbers[0] + numbers[1];
	return 5;
}

SEC("cgroup/connect4")
int count_connect(struct bpf_sock_addr *address)
{
	count(3);
	return 1;
}

/* Reads what user space stored in the mapped array. */
SEC("tc")
int read_slot(struct __sk_buff *skb)
{
	__u32 index = 3;
	struct endpoint *slot = bpf_map_lookup_elem(&slots, &index);

	return slot ? bpf_ntohs(slot->port) : -1;
}
