/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fragments. The first one of a datagram has the layer-4 header: it is a packet like any other, and
 * its ports are noted for the later ones, under the key by which a receiver puts datagrams together.
 * A later one that comes before its first passes, and its datagram is lost.
 */

#ifndef SLUICE_FRAGMENT_ONCE
#define SLUICE_FRAGMENT_ONCE

/* A later fragment whose ports are known; no reason has this value. */
#define LATER_FRAGMENT (-1)

/* What of a layer-4 packet has been read for the key and the flags, in bytes. */
static __always_inline __u32 transport_header(__u8 protocol)
{
	if (protocol == IPPROTO_TCP)
		return sizeof(struct tcphdr);
	return protocol == IPPROTO_UDP ? sizeof(struct udphdr) : sizeof(struct sctp_start);
}

/* Where a fragment belongs. Its datagram's key is in `new_flow`. */
struct part {
	__u16 offset; /* in units of 8 bytes */
	bool more;    /* fragments follow */
};

#endif

/* Reads that from a packet whose headers are known up to the fragment header, and steps over it. */
static __always_inline bool FN(read_part)(struct __sk_buff *skb, struct FN(packet) *packet,
					  struct FN(fragment_key) *datagram, struct part *part)
{
	__builtin_memset(datagram, 0, sizeof(*datagram));
	datagram->source = packet->key.source;
	datagram->destination = packet->key.destination;
#if FAMILY == 4
	struct {
		__be16 id;
		__be16 place;
	} header;

	if (bpf_skb_load_bytes(skb, link_header_length + __builtin_offsetof(struct iphdr, id),
			       &header, sizeof(header)))
		return false;
	datagram->protocol = packet->key.protocol;
	part->offset = bpf_ntohs(header.place) & IP_OFFSET;
	part->more = bpf_ntohs(header.place) & IP_MORE_FRAGMENTS;
#else
	struct fragment_header header;

	if (bpf_skb_load_bytes(skb, packet->transport, &header, sizeof(header)))
		return false;
	packet->key.protocol = header.next;
	packet->transport += sizeof(header);
	part->offset = bpf_ntohs(header.place) >> 3;
	part->more = bpf_ntohs(header.place) & 1;
#endif
	datagram->id = header.id;
	return true;
}

/* Does the packet end, by its IP header, before `offset`? What follows would be the link's padding. */
static __always_inline bool FN(ends_before)(struct __sk_buff *skb, __u32 offset)
{
	__be16 length;

#if FAMILY == 4
	const __u32 start = link_header_length;
	const __u32 field = start + __builtin_offsetof(struct iphdr, tot_len);
#else
	const __u32 start = link_header_length + sizeof(struct ipv6hdr);
	const __u32 field = link_header_length + __builtin_offsetof(struct ipv6hdr, payload_len);
#endif
	return bpf_skb_load_bytes(skb, field, &length, sizeof(length)) ||
	       start + bpf_ntohs(length) < offset;
}

/*
 * Completes a packet that parse() found to be a fragment. Returns REASON_PASS_NOT_SERVICE for one with
 * a layer-4 header, LATER_FRAGMENT for one without whose ports are known, or the reason to pass it on.
 * TCP flags of a later fragment are 0: it neither opens nor closes.
 *
 * Tricks with overlaps (RFC 1858, RFC 5722) come to nothing: a first fragment must hold all of the
 * header that is judged, and a later one that would overwrite any of it is not let through. An IPv6
 * packet with a fragment header but no other fragment is an ordinary one and stands by itself
 * (RFC 6946).
 */
static __noinline int FN(identify)(struct __sk_buff *skb, struct FN(packet) *packet)
{
	struct fragment first = {}, *known;
	struct FN(new_flow) *new;
	struct part part;
	__u32 begin, end, zero = 0;
	int reason;

	new = bpf_map_lookup_elem(&FN(new_flow), &zero);
	if (!packet || !new || !FN(read_part)(skb, packet, &new->datagram, &part))
		return REASON_PASS_TRUNCATED;
	if (part.offset) {
		known = bpf_map_lookup_elem(&FN(fragment), &new->datagram);
		if (!known || part.offset < known->headers)
			return REASON_PASS_FRAGMENT;
		packet->key.source_port = known->source_port;
		packet->key.destination_port = known->destination_port;
		packet->key.protocol = known->protocol;
		return LATER_FRAGMENT;
	}
	begin = packet->transport;
#if FAMILY == 4
	reason = FN(parse_transport)(skb, packet);
#else
	reason = FN(parse_behind_extensions)(skb, packet);
#endif
	if (reason != REASON_PASS_NOT_SERVICE)
		return reason;
	end = packet->transport + transport_header(packet->key.protocol);
	if (FN(ends_before)(skb, end))
		return REASON_PASS_TRUNCATED;
	if (part.more && (FN(maybe_frontend)(&packet->key) ||
			  FN(has_flows)(&packet->key.source, packet->key.source_port,
					packet->key.protocol))) {
		first.source_port = packet->key.source_port;
		first.destination_port = packet->key.destination_port;
		first.protocol = packet->key.protocol;
		first.headers = (end - begin + 7) / 8;
		bpf_map_update_elem(&FN(fragment), &new->datagram, &first, BPF_ANY);
	}
	return reason;
}
