/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP errors about translated packets. An error quotes the packet it is about and goes back to that
 * packet's sender, so it travels as the packets of the opposite direction do: the entry that would
 * translate those translates the error, outside and in the quote. Path MTU discovery through a VIP
 * depends on it (RFC 1191, RFC 8201; for NAT: RFC 5508).
 */

#ifndef SLUICE_ICMP_ONCE
#define SLUICE_ICMP_ONCE

/* RFC 792: unreachable, source quench, time exceeded, parameter problem. */
static __always_inline bool is_error4(__u8 type)
{
	return type == 3 || type == 4 || type == 11 || type == 12;
}

/* RFC 4443: types below 128 are errors. */
static __always_inline bool is_error6(__u8 type)
{
	return type >= 1 && type <= 127;
}

/* Where the packet is that an error quotes, and that one's layer-4 header: offsets in bytes. */
struct quote {
	__u32 header;
	__u32 transport;
};

#endif

/* What an error quotes, as the key of the packets that travel its way. Of fragments only the first
 * tells its ports. */
static __noinline int FN(read_quote)(struct __sk_buff *skb, struct quote *quote,
				     struct FN(flow_key) *key)
{
	IP_HEADER quoted;
	struct ports ports;

	if (!key || !quote || bpf_skb_load_bytes(skb, quote->header, &quoted, sizeof(quoted)))
		return false;
	quote->transport = quote->header + sizeof(quoted);
	__builtin_memset(key, 0, sizeof(*key));
#if FAMILY == 4
	if (quoted.ihl != sizeof(quoted) / 4 || quoted.frag_off & bpf_htons(IP_OFFSET))
		return false;
	key->source.word[0] = quoted.daddr;
	key->destination.word[0] = quoted.saddr;
	key->protocol = quoted.protocol;
#else
	__builtin_memcpy(&key->source, &quoted.daddr, sizeof(key->source));
	__builtin_memcpy(&key->destination, &quoted.saddr, sizeof(key->destination));
	key->protocol = quoted.nexthdr;
	if (key->protocol == IPPROTO_FRAGMENT) {
		struct fragment_header fragment;

		if (bpf_skb_load_bytes(skb, quote->transport, &fragment, sizeof(fragment)) ||
		    bpf_ntohs(fragment.place) >> 3)
			return false;
		key->protocol = fragment.next;
		quote->transport += sizeof(fragment);
	}
#endif
	if (bpf_skb_load_bytes(skb, quote->transport, &ports, sizeof(ports)))
		return false;
	key->source_port = ports.destination;
	key->destination_port = ports.source;
	return key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP ||
	       key->protocol == IPPROTO_SCTP;
}

/* Rewrites the quote: the packet that its sender knows. Leaves its layer-4 checksum, which is rarely
 * whole, and gives back what the ICMP checksum has to change by. */
static __noinline int FN(write_quote)(struct __sk_buff *skb, const struct quote *quote,
				      const struct FN(flow_key) *key, const struct FN(flow) *to,
				      __u64 *difference)
{
	if (!quote || !key || !to || !difference)
		return false;

	const struct ports ports = {to->destination_port, to->source_port};
	const __u64 addresses = FN(address_difference)(&key->source, &to->source) +
				FN(address_difference)(&key->destination, &to->destination);
	const __u32 source = quote->header + __builtin_offsetof(IP_HEADER, saddr);

	*difference = (__u64)(__u16)~key->source_port + to->source_port +
		      (__u16)~key->destination_port + to->destination_port;
#if FAMILY == 4
	__u16 check;

	/* The quoted header's own checksum makes up for its addresses. */
	const __u32 field = quote->header + __builtin_offsetof(struct iphdr, check);

	if (bpf_skb_load_bytes(skb, field, &check, sizeof(check)))
		return false;
	check = (__u16)~fold((__u64)(__u16)~check + fold(addresses));
	if (bpf_skb_store_bytes(skb, field, &check, sizeof(check), 0))
		return false;
#else
	*difference += addresses;
#endif
	return !bpf_skb_store_bytes(skb, source, &to->destination, sizeof(to->destination), 0) &&
	       !bpf_skb_store_bytes(skb, source + sizeof(to->source), &to->source,
				    sizeof(to->source), 0) &&
	       !bpf_skb_store_bytes(skb, quote->transport, &ports, sizeof(ports), 0);
}

/* Rewrites the error's own addresses; the router that found the error keeps its name. */
static __always_inline bool FN(write_outside)(struct __sk_buff *skb, const struct FN(packet) *outer,
					      const struct FN(flow) *to, bool from_peer,
					      bool forward, __u64 *difference)
{
	const __u32 start = link_header_length;
	__u64 addresses =
		FN(address_difference)(&outer->key.destination, &to->destination);

	if (from_peer)
		addresses += FN(address_difference)(&outer->key.source, &to->source);
	if (!make_readable(skb, start + sizeof(IP_HEADER)))
		return false;
	IP_HEADER *ip = (void *)(long)skb->data + start;

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return false;
	__builtin_memcpy(&ip->daddr, &to->destination, sizeof(to->destination));
	if (from_peer)
		__builtin_memcpy(&ip->saddr, &to->source, sizeof(to->source));
#if FAMILY == 4
	*difference = 0;
	ip->ttl -= forward;
	ip->check = (__u16)~fold((__u64)(__u16)~ip->check + fold(addresses) +
				 (forward ? (__u16)~bpf_htons(0x0100) : 0));
#else
	ip->hop_limit -= forward;
	*difference = addresses; /* ICMPv6 sums over a pseudo-header */
#endif
	return true;
}

/* An ICMP packet, at either hook. Only errors about flows are touched. */
static __always_inline verdict_t FN(translate_error)(struct __sk_buff *skb, bool ingress)
{
	struct FN(packet) outer;
	struct FN(flow_key) key;
	struct FN(flow) flow, *stored;
	struct icmp_error icmp;
	struct quote quote;
	__u32 out_device = 0;
	__u64 quoted, outside;
	bool from_peer, redirect;

	if (FN(parse)(skb, &outer) != REASON_PASS_PROTOCOL ||
	    bpf_skb_load_bytes(skb, outer.transport, &icmp, sizeof(icmp)))
		return verdict(REASON_PASS_TRUNCATED, PASS);
	quote.header = outer.transport + sizeof(icmp);
	if (!FN(is_error)(icmp.type) || !FN(read_quote)(skb, &quote, &key))
		return verdict(REASON_PASS_PROTOCOL, PASS);
	if (!FN(maybe_frontend)(&key) && !FN(maybe_reply)(&key, !ingress))
		return verdict(REASON_PASS_NOT_SERVICE, PASS);
	if (!FN(find_flow)(&key, &flow, &stored))
		return verdict(REASON_PASS_NO_FLOW, PASS);
	if ((flow.apply == APPLY_EGRESS) == ingress)
		return verdict(REASON_PASS_OTHER_HOOK, PASS);
	/* An error goes to the sender of what it quotes; anything else is made up. */
	if (!FN(same_address)(&outer.key.destination, &key.destination))
		return verdict(REASON_PASS_NO_FLOW, PASS);

	redirect = flow.apply == APPLY_INGRESS_REDIRECT;
	from_peer = FN(same_address)(&outer.key.source, &key.source);
	if (redirect) {
		if (outer.hop_limit <= 1)
			return verdict(REASON_DROP_TTL, TC_ACT_SHOT);
		out_device = FN(route)(skb, &flow, 0, NULL);
		if (!out_device)
			return verdict(REASON_DROP_NO_ROUTE, TC_ACT_SHOT);
	}
	if (!FN(write_quote)(skb, &quote, &key, &flow, &quoted) ||
	    !FN(write_outside)(skb, &outer, &flow, from_peer, redirect, &outside) ||
	    bpf_l4_csum_replace(skb,
				outer.transport + __builtin_offsetof(struct icmp_error, checksum),
				0, fold(quoted + outside), 0))
		return verdict(REASON_PASS_TRUNCATED, TC_ACT_SHOT);
	if (redirect)
		return verdict(REASON_ERROR_TRANSLATED, send_on(skb, out_device));
	if (flow.apply == APPLY_INGRESS_HAIRPIN)
		return verdict(REASON_ERROR_TRANSLATED, send_back(skb));
	return verdict(REASON_ERROR_TRANSLATED, PASS);
}

VERIFIED_APART verdict_t FN(error_ingress)(struct __sk_buff *skb)
{
	return FN(translate_error)(skb, true);
}

VERIFIED_APART verdict_t FN(error_egress)(struct __sk_buff *skb)
{
	return FN(translate_error)(skb, false);
}
