/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The fast path: packets of established flows with source NAT, in both directions, straight from one
 * device to another. tc does everything else, and these too where anything is out of the ordinary;
 * what goes up to tc goes up untouched.
 */
#include "family.h"
#include "parse.h"
#include "stats.h"
#include "filters.h"
#include "closed.h"
#include "flow.h"
#include "select.h"
#include "rewrite.h"
#include "next_hop_cache.h"
#include "verdict.h"

#ifndef SLUICE_XDP_PATH_ONCE
#define SLUICE_XDP_PATH_ONCE

/* At one refresh in 8 of a cached next hop the packet is left to tc. */
#define TURNS_OF_TC 8

#define UP(REASON) verdict(REASON, XDP_PASS)

struct vlan_header {
	__be16 control;  /* the id in the lower 12 bits */
	__be16 protocol; /* of what follows */
};

/* Puts a link header in front of the IP header, with a VLAN tag if the port wants one. */
static __always_inline bool write_link_header(struct xdp_md *context, const struct next_hop *next,
					      __be16 protocol)
{
	const __u16 vlan = vlan_of_port(next->port);

	if (vlan && bpf_xdp_adjust_head(context, -(int)sizeof(struct vlan_header)))
		return false;

	struct ethhdr *link = (void *)(long)context->data;
	struct vlan_header *tag = (void *)(link + 1);

	if ((void *)(tag + 1) > (void *)(long)context->data_end)
		return false;
	__builtin_memcpy(link->h_dest, next->destination, ETH_ALEN);
	__builtin_memcpy(link->h_source, next->source, ETH_ALEN);
	if (vlan) {
		link->h_proto = bpf_htons(ETH_P_8021Q);
		tag->control = bpf_htons(vlan);
		tag->protocol = protocol;
	}
	return true;
}

#endif

/*
 * Looks the next hop up for a packet of `length` bytes, and stores it with the flow. Returns whether
 * the packet may go there; one that may not is tc's: there is no neighbour yet, it is too big, or it
 * leaves by a device that XDP cannot send by (which is stored, too).
 *
 * Now and then this is left to tc, for a packet of a lasting flow: the kernel must see its neighbour
 * entry used, or it would never check that a silent neighbour is still there.
 */
static __noinline int FN(refresh_next_hop)(struct xdp_md *context, const struct FN(packet) *packet,
					   struct FN(flow_entry) *copy,
					   struct FN(flow_entry) *stored, __u32 length)
{
	struct bpf_fib_lookup fib = {
		.ifindex = context->ingress_ifindex,
		.tot_len = length,
	};

	if (!packet || !copy || !stored)
		return false;
	if (copy->next.mtu && copy->next.check != next_hop_check(copy->flow.created) &&
	    next_hop_period(copy->flow.created) % TURNS_OF_TC == 0)
		return false;
	fib.l4_protocol = packet->key.protocol;
	fib.sport = copy->flow.source_port;
	fib.dport = copy->flow.destination_port;
	FN(ask_for_flow)(&fib, &copy->flow);
	if (bpf_fib_lookup(context, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return false;
	copy->next = next_hop_of(&fib, copy->flow.created);
	if (stored->flow.created == copy->flow.created)
		stored->next = copy->next;
	return is_xdp_port(copy->next.port);
}

/* Is the entry, of which `copy` is a copy, one whose packets XDP sends on, and this packet one of them? */
static __always_inline bool FN(is_for_xdp)(const struct FN(packet) *packet,
					   const struct FN(flow) *flow)
{
	if (flow->apply != APPLY_INGRESS_REDIRECT || packet->hop_limit <= 1)
		return false;
	return packet->key.protocol != IPPROTO_UDP || flow->direction == DIRECTION_REPLY ||
	       !FN(backend_gone)(flow->backend, flow->generation);
}

/* Writes the rewrite into the packet, checksums included (RFC 1624). */
static __always_inline bool FN(translate_in_place)(struct xdp_md *context,
						   const struct FN(flow_key) *from,
						   const struct FN(flow) *to)
{
	const struct FN(differences) differences = FN(differences)(from, to);
	const __u64 sum = (__u64)differences.addresses + differences.ports;
	void *data_end = (void *)(long)context->data_end;
	IP_HEADER *ip = (void *)(long)context->data + ETH_HLEN;
	struct ports *ports = (void *)(ip + 1);

	if (from->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = (void *)ports;

		if ((void *)(tcp + 1) > data_end)
			return false;
		tcp->check = (__u16)~fold((__u64)(__u16)~tcp->check + sum);
	} else {
		struct udphdr *udp = (void *)ports;

		if ((void *)(udp + 1) > data_end)
			return false;
		/* 0 means "none" and stays 0; a sum of 0 is written as its other form (RFC 768). */
		if (udp->check) {
			udp->check = (__u16)~fold((__u64)(__u16)~udp->check + sum);
			if (!udp->check)
				udp->check = 0xffff;
		}
	}
	FN(rewrite_header)(ip, to, differences.addresses, true);
	ports->source = to->source_port;
	ports->destination = to->destination_port;
	return true;
}

/* A packet of this family that enters by an Ethernet device. */
static __always_inline verdict_t FN(send_on_fast)(struct xdp_md *context)
{
	void *data = (void *)(long)context->data;
	void *data_end = (void *)(long)context->data_end;
	const __u32 length = data_end - data - ETH_HLEN;
	struct FN(flow_entry) copy, *stored;
	struct FN(packet) packet;
	__u32 device;
	enum reason reason;

	reason = FN(parse_in_place)(data, data_end, ETH_HLEN, &packet);
	if (reason != REASON_PASS_NOT_SERVICE)
		return UP(reason);
	if (!FN(maybe_frontend)(&packet.key) && !FN(maybe_reply)(&packet.key, false) &&
	    !FN(maybe_closed)(&packet.key))
		return UP(REASON_PASS_NOT_SERVICE);
	if (is_opening(packet.tcp_flags))
		return UP(REASON_PASS_LEFT_TO_TC);
	stored = bpf_map_lookup_elem(&FN(flow), &packet.key);
	if (!stored)
		return UP(REASON_PASS_LEFT_TO_TC);
	copy.next = stored->next;
	if (!FN(copy_flow)(&packet.key, &stored->flow, &copy.flow) ||
	    !FN(is_for_xdp)(&packet, &copy.flow))
		return UP(REASON_PASS_LEFT_TO_TC);
	if (!next_hop_counts(&copy.next, copy.flow.created, length) &&
	    !FN(refresh_next_hop)(context, &packet, &copy, stored, length))
		return UP(REASON_PASS_LEFT_TO_TC);
	if (!is_xdp_port(copy.next.port))
		return UP(REASON_PASS_LEFT_TO_TC);
	device = device_of_port(copy.next.port);

	FN(touch_flow)(&stored->flow, &copy.flow, seen_of(packet.tcp_flags));
	count_service(copy.flow.service, 0, 1, length);
	reason = copy.flow.direction == DIRECTION_REPLY ? REASON_REPLIED : REASON_FORWARDED;
	if (!FN(translate_in_place)(context, &packet.key, &copy.flow) ||
	    !write_link_header(context, &copy.next,
			       FAMILY == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6)))
		return verdict(REASON_PASS_TRUNCATED, XDP_DROP);
	if (device == context->ingress_ifindex)
		return verdict(reason, XDP_TX);
	return verdict(reason, bpf_redirect_map(&xdp_device, device, XDP_DROP));
}
