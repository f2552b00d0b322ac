/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where a packet goes that must not pass the stack. */

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
 * The device towards `destination`, or 0 if there is no route, or minus the MTU if that is less than
 * `length` bytes. A missing neighbour is no obstacle: bpf_redirect_neigh queues the packet while the
 * kernel resolves it. The helper says the MTU in place of the length since kernel 5.12; below, what
 * is too long is sent all the same.
 */
static __noinline int FN(route)(struct __sk_buff *skb, const struct FN(address) *source,
				const struct FN(address) *destination, __u32 length)
{
	struct bpf_fib_lookup fib = {
		.family = ADDRESS_FAMILY,
		.ifindex = skb->ifindex,
		.tot_len = length,
	};
	__u16 mtu;
	long result;

	if (!source || !destination)
		return 0;
#if FAMILY == 4
	fib.ipv4_src = source->word[0];
	fib.ipv4_dst = destination->word[0];
#else
	__builtin_memcpy(fib.ipv6_src, source, sizeof(*source));
	__builtin_memcpy(fib.ipv6_dst, destination, sizeof(*destination));
#endif
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
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return fib.ifindex;
	default:
		return 0;
	}
}

#ifndef SLUICE_NEXTHOP_ONCE
#define SLUICE_NEXTHOP_ONCE

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
