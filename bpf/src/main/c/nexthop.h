/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where a packet goes that must not pass the stack. */

#include "next_hop_cache.h"

/*
 * The largest packet that is sent for `skb`, from the IP header on: it may stand for a row of segments,
 * each with the same headers.
 */
static __noinline __u32 FN(segment_length)(struct __sk_buff *skb, const struct FN(packet) *packet)
{
	__u8 length = sizeof(struct udphdr);

	if (!packet)
		return 0;
	if (!skb->gso_size)
		return skb->len - link_header_length;
	if (packet->key.protocol == IPPROTO_TCP) {
		/* The upper half of this byte counts the header in words of 4 bytes. */
		if (bpf_skb_load_bytes(skb, packet->transport + 12, &length, sizeof(length)))
			return 0;
		length = (length >> 4) * 4;
	}
	return packet->transport - link_header_length + length + skb->gso_size;
}

/*
 * May a packet that is too long be sent all the same? One of IPv4 that may be fragmented may enter a
 * tunnel: the outer packet is then fragmented.
 */
static __noinline int FN(may_be_cut)(struct __sk_buff *skb, __u32 device_index)
{
#if FAMILY == 4
	const __u32 place = link_header_length + __builtin_offsetof(struct iphdr, frag_off);
	struct device *out = bpf_map_lookup_elem(&device, &device_index);
	__be16 fragment;

	return out && out->flags & DEVICE_ENCAPSULATES &&
	       !bpf_skb_load_bytes(skb, place, &fragment, sizeof(fragment)) &&
	       !(fragment & bpf_htons(IP_DONT_FRAGMENT));
#else
	(void)skb;
	(void)device_index;
	return false; /* routers do not fragment (RFC 8200, 5) */
#endif
}

/*
 * The device towards where the flow goes, or 0 if there is no route, or minus the MTU if that is less
 * than `length` bytes. Notes the next hop in `entry`, unless that is NULL. A missing neighbour is no
 * obstacle: bpf_redirect_neigh queues the packet while the kernel resolves it. The helper says the MTU
 * in place of the length since kernel 5.12; below, what is too long is sent all the same.
 */
static __noinline int FN(route)(struct __sk_buff *skb, const struct FN(flow) *flow, __u32 length,
				struct FN(flow_entry) *entry)
{
	struct bpf_fib_lookup fib = {
		.ifindex = skb->ifindex,
		.tot_len = length,
	};
	__u16 mtu;
	long result;

	if (!flow)
		return 0;
	FN(ask_for_flow)(&fib, flow);
	result = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	if (result == BPF_FIB_LKUP_RET_FRAG_NEEDED) {
		mtu = fib.tot_len;
		fib.tot_len = 0;
		result = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
		if (mtu < length && !FN(may_be_cut)(skb, fib.ifindex))
			return -mtu;
	}
	switch (result) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		if (entry && entry->flow.created == flow->created)
			entry->next = next_hop_of(&fib, flow->created);
		return fib.ifindex;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return fib.ifindex;
	default:
		return 0;
	}
}

/*
 * Copies what the entry of which `flow` is a copy knows of its next hop, and says whether a packet of
 * `length` bytes can be sent there. The tag is read last: see copy_flow.
 */
static __always_inline bool FN(knows_next_hop)(const struct FN(flow_entry) *entry,
					       const struct FN(flow) *flow, __u32 length,
					       struct next_hop *next)
{
	if (link_header_length != ETH_HLEN)
		return false;
	*next = entry->next;
	barrier();
	return *(volatile const __u32 *)&entry->flow.tag == flow->tag &&
	       next_hop_counts(next, flow->created, length) && is_tc_port(next->port);
}

#ifndef SLUICE_NEXTHOP_ONCE
#define SLUICE_NEXTHOP_ONCE

/* Sends a translated packet to the next hop that its flow remembers. */
static __always_inline int send_to(struct __sk_buff *skb, const struct next_hop *next)
{
	struct ethhdr *link = (void *)(long)skb->data;

	if ((void *)(link + 1) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	__builtin_memcpy(link->h_dest, next->destination, ETH_ALEN);
	__builtin_memcpy(link->h_source, next->source, ETH_ALEN);
	return bpf_redirect(device_of_port(next->port), 0);
}

/*
 * Sends a translated packet out of `device`. bpf_redirect_neigh takes off a link header, so a packet
 * from a device without one first gets a place for it.
 */
static __always_inline int send_on(struct __sk_buff *skb, __u32 device)
{
	if (link_header_length == 0 && bpf_skb_change_head(skb, ETH_HLEN, 0))
		return TC_ACT_SHOT;
	return bpf_redirect_neigh(device, NULL, 0, 0);
}

/* Sends a translated packet back out of the device it came by: the sender is the receiver. */
static __always_inline int send_back(struct __sk_buff *skb)
{
	if (link_header_length == ETH_HLEN) {
		void *data = (void *)(long)skb->data;
		struct ethhdr *link = data;
		__u8 address[ETH_ALEN];

		if (data + sizeof(*link) > (void *)(long)skb->data_end)
			return TC_ACT_SHOT;
		__builtin_memcpy(address, link->h_source, ETH_ALEN);
		__builtin_memcpy(link->h_source, link->h_dest, ETH_ALEN);
		__builtin_memcpy(link->h_dest, address, ETH_ALEN);
	}
	return bpf_redirect(skb->ifindex, 0);
}

#endif
