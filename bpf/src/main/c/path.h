/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A packet's way through tc, top down. Flow first, Service second: only the first packet of a flow
 * touches the Service map.
 *
 *   client --> [ingress: translate] --> stack, CNI, netfilter --> backend
 *   client <-- [egress: un-translate] <-- stack, CNI, netfilter <-- backend
 *
 * Both ends of the translation sit on the client's device, so that everything between sees real pod
 * addresses only. A flow with source NAT never enters the stack of this node.
 */
#include "family.h"
#include "parse.h"
#include "stats.h"
#include "segments.h"
#include "filters.h"
#include "closed.h"
#include "fragment.h"
#include "flow.h"
#include "pair.h"
#include "select.h"
#include "stale.h"
#include "snat.h"
#include "rewrite.h"
#include "translate.h"
#include "nexthop.h"
#include "verdict.h"
#include "reject.h"
#include "icmp.h"

#ifndef SLUICE_PATH_ONCE
#define SLUICE_PATH_ONCE

/*
 * Set at load. Without it a packet in the middle of a connection is never taken for one whose flow was
 * lost: kube-proxy may have begun that connection, with another backend or from another address.
 */
const volatile bool restores_flows = true;

#endif

/*
 * Carries out an entry's rewrite; of a `later` fragment's addresses only. `entry` is where the flow is
 * established, NULL if it is not; `out_device` where it leads, 0 if that is not known.
 */
static __always_inline verdict_t FN(apply_flow)(struct __sk_buff *skb,
						     const struct FN(packet) *packet,
						     const struct FN(flow) *flow,
						     struct FN(flow_entry) *entry,
						     enum reason reason, int out_device, bool later)
{
	const bool redirect = flow->apply == APPLY_INGRESS_REDIRECT;
	struct next_hop next = {};
	bool known = false, translated;
	__u32 length;

	if (redirect) {
		if (packet->hop_limit <= 1)
			return verdict(REASON_DROP_TTL, TC_ACT_SHOT);
		if (!out_device) {
			length = FN(segment_length)(skb, packet);
			known = entry && FN(knows_next_hop)(entry, flow, length, &next);
			if (!known)
				out_device = FN(route)(skb, flow, length, entry);
		}
		if (!known && !out_device)
			return verdict(REASON_DROP_NO_ROUTE, TC_ACT_SHOT);
		if (out_device < 0)
			return TOO_BIG + out_device;
	}
	if (later)
		translated = FN(translate_addresses)(skb, flow, redirect);
	else
		translated = FN(translate)(skb, packet, flow, redirect);
	if (!translated)
		return verdict(REASON_PASS_TRUNCATED, TC_ACT_SHOT);
	count_service(flow->service, 0, segments_of(skb), skb->len - link_header_length);
	if (known)
		return verdict(reason, send_to(skb, &next));
	if (redirect)
		return verdict(reason, send_on(skb, out_device));
	if (flow->apply == APPLY_INGRESS_HAIRPIN)
		return verdict(reason, send_back(skb));
	return verdict(reason, PASS);
}

/* The address that source NAT takes on a device, the node's own if the device has none. */
static __always_inline bool FN(snat_address)(__u32 ifindex, const struct node *self,
					     struct FN(address) *address)
{
	struct device *out = bpf_map_lookup_elem(&device, &ifindex);
	__be32 any = 0;

	*address = self->FN(snat);
	if (out) {
		for (int i = 0; i < ADDRESS_WORDS; i++)
			any |= out->FN(snat).word[i];
		if (any)
			*address = out->FN(snat);
	}
	for (int i = 0; i < ADDRESS_WORDS; i++)
		any |= address->word[i];
	return any != 0;
}

/* Does the client send to backends itself from this port, too? */
static __always_inline bool FN(shares_port)(struct FN(new_flow) *new, const struct FN(flow_key) *key)
{
	if (key->protocol != IPPROTO_UDP)
		return false;
	FN(map_address)(&key->destination, &new->shared.frontend);
	new->shared.frontend_port = key->destination_port;
	new->shared.port = key->source_port;
	return bpf_map_lookup_elem(&shared_port, &new->shared);
}

/*
 * Makes both halves of a new flow, the reply's first: its insert claims the tuple. `original` comes
 * with addresses and backend filled in; its source port is settled here.
 */
static __always_inline bool FN(insert_flow)(const struct FN(flow_key) *key,
					    struct FN(new_flow) *new, const struct node *self)
{
	const bool keeps_source = new->original.apply == APPLY_INGRESS_LOCAL;
	const bool keeps_port = (keeps_source && !FN(shares_port)(new, key)) ||
				key->protocol == IPPROTO_SCTP;

	FN(pair_key)(&new->original, key->protocol, &new->reply_key);
	new->reply = new->original;
	new->reply.source = key->destination;
	new->reply.destination = key->source;
	new->reply.source_port = key->destination_port;
	new->reply.destination_port = key->source_port;
	new->reply.direction = DIRECTION_REPLY;
	if (keeps_source)
		new->reply.apply = APPLY_EGRESS;
	if (!FN(insert_reply)(new, self, keeps_port))
		return false;
	new->original.source_port = new->reply_key.destination_port;
	new->original.tag = FN(flow_tag)(key, new->original.created);
	bpf_map_update_elem(&FN(embryo), key, &new->original, BPF_ANY);
	FN(expect_replies)(&new->original.destination, new->original.destination_port, key->protocol,
			   keeps_source);
	return true;
}

/* Fills in what the choice of a backend settles, and says why the flow is as it is. */
static __always_inline enum reason FN(describe_flow)(const struct FN(flow_key) *key,
						     const struct FN(choice) *choice,
						     __u32 service, __u32 ifindex, bool inside,
						     struct FN(flow) *flow)
{
	__builtin_memset(flow, 0, sizeof(*flow));
	flow->created = bpf_get_prandom_u32();
	flow->last_seen = stamp_now();
	flow->backend = choice->id;
	flow->generation = choice->backend.generation;
	flow->service = service;
	flow->device = ifindex;
	flow->source = key->source;
	flow->source_port = key->source_port;
	flow->destination = choice->backend.address;
	flow->destination_port = choice->backend.port;
	if (FN(same_address)(&choice->backend.address, &key->source)) {
		/* The stack would take a packet from a pod to itself for a martian. */
		flow->apply = APPLY_INGRESS_HAIRPIN;
		return REASON_OPENED_HAIRPIN;
	}
	if (inside || choice->backend.flags & BACKEND_LOCAL) {
		flow->apply = APPLY_INGRESS_LOCAL;
		return REASON_OPENED_LOCAL;
	}
	flow->apply = APPLY_INGRESS_REDIRECT;
	return REASON_OPENED_REMOTE;
}

/* Settles the source address of a flow that needs source NAT. Returns 0, or why it cannot be. */
static __always_inline enum reason FN(hide_source)(struct __sk_buff *skb, const struct node *self,
						   const struct FN(packet) *packet,
						   struct FN(flow) *flow, int *out_device)
{
	/*
	 * The promotion would fail, and an embryo with source NAT may be evicted mid-life. The stamp is
	 * odd, never 0, so it may lie one ahead of now.
	 */
	if (self->flow_full_at &&
	    (__s32)(flow->last_seen - self->flow_full_at) < (__s32)self->closed_timeout)
		return REASON_REJECT_FULL;
	*out_device = skb->ifindex;
	if (flow->apply == APPLY_INGRESS_REDIRECT)
		*out_device = FN(route)(skb, flow, FN(segment_length)(skb, packet), NULL);
	if (*out_device < 0)
		return REASON_REJECT_TOO_BIG;
	if (!*out_device || !FN(snat_address)(*out_device, self, &flow->source))
		return REASON_DROP_NO_ROUTE;
	return 0;
}

/* Is the source in a prefix of this Service port, or with 0 in a pod network? */
static __always_inline bool FN(admits)(struct FN(new_flow) *new, __u32 service,
				       const struct FN(address) *source)
{
	new->source.prefix_length = 32 + sizeof(*source) * 8;
	new->source.service = service;
	new->source.address = *source;
	return bpf_map_lookup_elem(&FN(source_range), &new->source);
}

/* Chooses for a new connection, by the client's pin where the Service wants that. */
static __always_inline bool FN(choose)(struct FN(new_flow) *new, const struct service *service,
				       const struct list *list, const struct FN(flow_key) *key)
{
	const __u32 hash = list->maglev ? FN(hash_tuple)(key) : bpf_get_prandom_u32();

	if (!service->affinity_seconds)
		return FN(choose_backend)(list->region, hash, &new->choice);
	new->client.client = key->source;
	new->client.service = service->id;
	return FN(choose_pinned)(&new->client, service->affinity_seconds, list, hash, &new->choice);
}

/*
 * A packet to a frontend that no flow covers. Only a SYN or a UDP packet opens a flow. Any other TCP
 * packet may restore one, and only if every node would choose the same local backend for it: from a
 * Maglev table, without source NAT and without a pin.
 *
 * It reads the packet again, as only the context can be handed to a function that the verifier walks
 * apart (5.10 knows no other pointers there).
 */
VERIFIED_APART verdict_t FN(open_flow)(struct __sk_buff *skb)
{
	struct FN(packet) packet;
	const struct FN(flow_key) *key = &packet.key;
	struct FN(new_flow) *new;
	struct service *service;
	struct device *in_device;
	struct node *self;
	struct list list;
	__u32 zero = 0, ifindex = skb->ifindex;
	int out_device = 0;
	bool opening, inside, internal;
	enum reason reason = FN(parse)(skb, &packet), obstacle;

	if (reason == REASON_PASS_FRAGMENT)
		reason = FN(identify)(skb, &packet);
	if (reason != REASON_PASS_NOT_SERVICE)
		return verdict(REASON_PASS_TRUNCATED, PASS);
	new = bpf_map_lookup_elem(&FN(new_flow), &zero);
	self = bpf_map_lookup_elem(&node, &zero);
	if (!new || !self)
		return verdict(REASON_PASS_NOT_SERVICE, PASS);
	new->frontend.address = key->destination;
	new->frontend.port = key->destination_port;
	new->frontend.protocol = key->protocol;
	opening = key->protocol == IPPROTO_UDP || is_opening(packet.tcp_flags);
	service = FN(find_service)(&new->frontend);
	if (!service && opening && FN(is_unallocated)(&key->destination))
		return verdict(REASON_DROP_UNALLOCATED, TC_ACT_SHOT);
	if (!service || service->flags & SERVICE_NODE_SOCKETS_ONLY)
		return verdict(REASON_PASS_NOT_SERVICE, PASS);
	in_device = bpf_map_lookup_elem(&device, &ifindex);
	/* Another node opens this flow; a device that listens to everything (tcpdump) shows it here, too. */
	if (in_device && in_device->flags & DEVICE_HEARS_OTHERS && skb->pkt_type == PACKET_OTHERHOST)
		return verdict(REASON_PASS_OTHER_HOST, PASS);
	inside = in_device && in_device->flags & DEVICE_INSIDE;
	internal = inside;
	if (service->flags & SERVICE_BY_DETECTOR)
		internal = (in_device && in_device->flags & DEVICE_DETECTED) ||
			   FN(admits)(new, 0, &key->source);
	list = list_of(service, internal);
	if (!opening && (!restores_flows || !list.maglev || service->affinity_seconds))
		return verdict(REASON_PASS_NO_FLOW, PASS);
	if (opening && service->flags & SERVICE_SOURCE_RANGES &&
	    !FN(admits)(new, service->id, &key->source))
		return verdict(REASON_DROP_SOURCE, TC_ACT_SHOT);
	if (!FN(choose)(new, service, &list, key)) {
		if (!opening)
			return verdict(REASON_PASS_NO_FLOW, PASS);
		if (list.drop)
			return verdict(REASON_DROP_NO_BACKEND, TC_ACT_SHOT);
		return verdict(REASON_REJECT_NO_BACKEND, FN(reject)(skb, &packet));
	}

	reason = FN(describe_flow)(key, &new->choice, service->id, ifindex, inside, &new->original);
	if (!opening) {
		if (new->original.apply != APPLY_INGRESS_LOCAL)
			return verdict(REASON_PASS_NO_FLOW, PASS);
		reason = REASON_RESTORED;
	}
	if (new->original.apply != APPLY_INGRESS_LOCAL) {
		obstacle = FN(hide_source)(skb, self, &packet, &new->original, &out_device);
		if (obstacle == REASON_REJECT_TOO_BIG)
			return TOO_BIG + out_device;
		if (obstacle == REASON_REJECT_FULL)
			return verdict(obstacle, FN(reject)(skb, &packet));
		if (obstacle)
			return verdict(obstacle, TC_ACT_SHOT);
	}
	if (!FN(insert_flow)(key, new, self))
		return verdict(REASON_REJECT_NO_PORT, FN(reject)(skb, &packet));
	if (!opening && new->original.source_port != key->source_port) {
		/* A connection's port cannot change half-way. */
		FN(delete_pair)(&packet.key, &new->original);
		return verdict(REASON_PASS_NO_FLOW, PASS);
	}
	count_service(new->original.service, opening, 0, 0);
	return FN(apply_flow)(skb, &packet, &new->original, NULL, reason, out_device, false);
}

/* A packet from the backend of a flow, at the hook that may un-translate it. */
static __always_inline verdict_t FN(reply)(struct __sk_buff *skb, struct FN(packet) *packet,
						struct FN(flow) *flow, struct FN(flow) *stored,
						enum found found, bool later)
{
	if (found == FOUND_EMBRYO) {
		flow->last_seen = stamp_now();
		flow->seen |= seen_of(packet->tcp_flags);
		if (FN(promote_flow)(&packet->key, flow) == CLIENT_MOVED)
			return verdict(REASON_DROP_STALE_REPLY, TC_ACT_SHOT);
	} else {
		FN(touch_flow)(stored, flow, seen_of(packet->tcp_flags));
	}
	return FN(apply_flow)(skb, packet, flow, FN(entry_of)(stored, found), REASON_REPLIED, 0,
			      later);
}

/* Says why a packet is not looked up as it is. */
static __always_inline verdict_t FN(set_aside)(const struct FN(packet) *packet, enum reason reason)
{
	if (reason == REASON_PASS_FRAGMENT)
		return IS_FRAGMENT;
	if (reason == REASON_PASS_PROTOCOL && packet->key.protocol == IPPROTO_ERROR)
		return CARRIES_ERROR;
	return verdict(reason, PASS);
}

/* A packet with its ports, at ingress. A `later` fragment follows a flow that is there, or none. */
static __always_inline verdict_t FN(take_in)(struct __sk_buff *skb, struct FN(packet) *packet,
					     bool later)
{
	struct FN(flow) flow, *stored;
	enum found found;
	bool to_frontend;

	if (is_opening(packet->tcp_flags) &&
	    FN(has_flows)(&packet->key.destination, packet->key.destination_port,
			  packet->key.protocol))
		FN(forget_disagreeing)(skb, packet, &flow);
	to_frontend = FN(maybe_frontend)(&packet->key) || FN(maybe_closed)(&packet->key);
	if (!to_frontend && !FN(maybe_reply)(&packet->key, false))
		return verdict(REASON_PASS_NOT_SERVICE, PASS);

	found = FN(find_flow)(&packet->key, &flow, &stored);
	if (!found)
		return to_frontend && !later ? TO_BE_OPENED : verdict(REASON_PASS_NO_FLOW, PASS);
	if (flow.apply == APPLY_EGRESS)
		return verdict(REASON_PASS_OTHER_HOOK, PASS);
	if (flow.direction == DIRECTION_REPLY)
		return FN(reply)(skb, packet, &flow, stored, found, later);
	if (!FN(is_current)(packet, &flow, found)) {
		if (later)
			return verdict(REASON_PASS_NO_FLOW, PASS);
		FN(delete_pair)(&packet->key, &flow);
		return TO_BE_OPENED;
	}
	FN(touch_flow)(stored, &flow, seen_of(packet->tcp_flags));
	return FN(apply_flow)(skb, packet, &flow, FN(entry_of)(stored, found), REASON_FORWARDED, 0,
			      later);
}

/* A packet with its ports, at egress: only replies are looked for. */
static __always_inline verdict_t FN(let_out)(struct __sk_buff *skb, struct FN(packet) *packet,
					     bool later)
{
	struct FN(flow) flow, *stored;
	enum found found;

	if (!FN(maybe_reply)(&packet->key, true))
		return verdict(REASON_PASS_NOT_SERVICE, PASS);
	found = FN(find_flow)(&packet->key, &flow, &stored);
	if (!found)
		return verdict(REASON_PASS_NO_FLOW, PASS);
	if (flow.apply != APPLY_EGRESS)
		return verdict(REASON_PASS_OTHER_HOOK, PASS);
	return FN(reply)(skb, packet, &flow, stored, found, later);
}

/* A packet that enters by a device. */
VERIFIED_APART verdict_t FN(ingress)(struct __sk_buff *skb)
{
	struct FN(packet) packet;
	enum reason reason = FN(parse)(skb, &packet);

	if (reason != REASON_PASS_NOT_SERVICE)
		return FN(set_aside)(&packet, reason);
	return FN(take_in)(skb, &packet, false);
}

/* A packet that leaves by a device. */
VERIFIED_APART verdict_t FN(egress)(struct __sk_buff *skb)
{
	struct FN(packet) packet;
	enum reason reason = FN(parse)(skb, &packet);

	if (reason != REASON_PASS_NOT_SERVICE)
		return FN(set_aside)(&packet, reason);
	return FN(let_out)(skb, &packet, false);
}

/* The same for fragments, apart, so that other packets do not pay for them. */
static __always_inline verdict_t FN(any_fragment)(struct __sk_buff *skb, bool ingress)
{
	struct FN(packet) packet;
	int part;

	if (FN(parse)(skb, &packet) != REASON_PASS_FRAGMENT)
		return verdict(REASON_PASS_TRUNCATED, PASS);
	part = FN(identify)(skb, &packet);
	if (part != REASON_PASS_NOT_SERVICE && part != LATER_FRAGMENT)
		return verdict(part, PASS);
	if (ingress)
		return FN(take_in)(skb, &packet, part == LATER_FRAGMENT);
	return FN(let_out)(skb, &packet, part == LATER_FRAGMENT);
}

VERIFIED_APART verdict_t FN(fragment_ingress)(struct __sk_buff *skb)
{
	return FN(any_fragment)(skb, true);
}

VERIFIED_APART verdict_t FN(fragment_egress)(struct __sk_buff *skb)
{
	return FN(any_fragment)(skb, false);
}
