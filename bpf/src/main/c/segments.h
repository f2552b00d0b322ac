/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How many packets an skb stands for. GRO makes one of many on their way in, and GSO cuts it up
 * behind the last hook on their way out, so a tc program sees the one.
 */
#ifndef SLUICE_SEGMENTS_H
#define SLUICE_SEGMENTS_H

#include "verdict.h"

/*
 * The segments of a super-packet that a virtual machine made (virtio, tap): the kernel does not trust
 * its maker and leaves them uncounted. Each has gso_size bytes of payload, the last one perhaps less.
 */
VERIFIED_APART int count_segments(struct __sk_buff *skb)
{
	const __u32 size = skb->gso_size;
	__u32 headers, payload;
	__u8 protocol, offset;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, link_header_length, &ip, sizeof(ip)))
			return 1;
		headers = link_header_length + ip.ihl * 4;
		protocol = ip.protocol;
	} else {
		struct ipv6hdr ip;

		if (bpf_skb_load_bytes(skb, link_header_length, &ip, sizeof(ip)))
			return 1;
		headers = link_header_length + sizeof(ip);
		protocol = ip.nexthdr;
	}
	if (protocol == IPPROTO_TCP) {
		/* The upper half of its 13th byte: the header's length in words. */
		if (bpf_skb_load_bytes(skb, headers + 12, &offset, sizeof(offset)))
			return 1;
		headers += offset / 16 * 4;
	} else {
		headers += sizeof(struct udphdr);
	}
	if (!size || skb->len <= headers)
		return 1;
	payload = skb->len - headers;
	return (payload + size - 1) / size;
}

static __always_inline __u32 segments_of(struct __sk_buff *skb)
{
	__u32 segments;

	if (!skb->gso_size)
		return 1;
	segments = skb->gso_segs;
	return segments ? segments : (__u32)count_segments(skb);
}

#endif
