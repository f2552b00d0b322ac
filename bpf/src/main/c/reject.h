/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells a client that nobody serves it: a reset for TCP (RFC 9293, 3.10.7.1), an ICMP error for the rest
 * (RFC 792 and RFC 4443: port unreachable). The answer comes from the address that was called.
 */

#ifndef SLUICE_REJECT_ONCE
#define SLUICE_REJECT_ONCE

#define REJECT_HOP_LIMIT 64

/* The first 8 bytes of an ICMP or ICMPv6 error; the kernel's own header drags in all of libc. */
struct icmp_error {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 word; /* an MTU, or nothing */
};

#endif

#undef IPPROTO_ERROR
#undef PORT_UNREACHABLE
#undef PACKET_TOO_BIG
#if FAMILY == 4
#define IPPROTO_ERROR IPPROTO_ICMP
#define PORT_UNREACHABLE {.type = 3, .code = 3} /* RFC 792 */
#define PACKET_TOO_BIG(MTU) {.type = 3, .code = 4, .word = bpf_htonl(MTU)} /* RFC 1191 */
#else
#define IPPROTO_ERROR IPPROTO_ICMPV6
#define PORT_UNREACHABLE {.type = 1, .code = 4} /* RFC 4443 */
#define PACKET_TOO_BIG(MTU) {.type = 2, .code = 0, .word = bpf_htonl(MTU)}
#endif

/*
 * What of the refused packet goes into an ICMP error at most: up to the end of a TCP header, for IPv6
 * with one short extension header between, a fragment's. Less of a TCP packet cannot be kept: the
 * kernel does not cut off a checksum that is still to be filled in.
 */
#undef QUOTED
#if FAMILY == 4
#define QUOTED (sizeof(IP_HEADER) + sizeof(struct tcphdr))
#else
#define QUOTED (sizeof(IP_HEADER) + sizeof(struct fragment_header) + sizeof(struct tcphdr))
#endif

struct FN(reset) {
	IP_HEADER ip;
	struct tcphdr tcp;
} __attribute__((packed, aligned(4)));

struct FN(error) {
	IP_HEADER ip;
	struct icmp_error icmp;
	__u8 quoted[QUOTED];
} __attribute__((packed, aligned(4)));

/* The header of an answer: the packet's addresses turned round. */
static __always_inline void FN(answer_header)(IP_HEADER *ip, const struct FN(packet) *packet,
					      __u8 protocol, __u16 payload)
{
#if FAMILY == 4
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = bpf_htons(sizeof(*ip) + payload);
	ip->ttl = REJECT_HOP_LIMIT;
	ip->protocol = protocol;
	ip->saddr = packet->key.destination.word[0];
	ip->daddr = packet->key.source.word[0];
	ip->check = (__u16)~fold((__u32)bpf_csum_diff(NULL, 0, (__be32 *)ip, sizeof(*ip), 0));
#else
	ip->version = 6;
	ip->payload_len = bpf_htons(payload);
	ip->nexthdr = protocol;
	ip->hop_limit = REJECT_HOP_LIMIT;
	__builtin_memcpy(&ip->saddr, &packet->key.destination, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &packet->key.source, sizeof(ip->daddr));
#endif
}

/* The sum over the pseudo-header of an answer: both addresses, protocol and length. */
static __always_inline __u32 FN(pseudo_sum)(const struct FN(packet) *packet, __u8 protocol,
					    __u16 length)
{
	return (__u32)bpf_csum_diff(NULL, 0, (__be32 *)&packet->key, 2 * sizeof(struct FN(address)),
				    bpf_htons(protocol) + bpf_htons(length));
}

/* Turns a TCP packet into the reset that answers it. */
static __always_inline bool FN(write_reset)(struct __sk_buff *skb, const struct FN(packet) *packet)
{
	struct FN(reset) answer = {};
	struct tcphdr tcp;

	if (packet->tcp_flags & TCP_RST ||
	    bpf_skb_load_bytes(skb, packet->transport, &tcp, sizeof(tcp)))
		return false;
	answer.tcp.source = packet->key.destination_port;
	answer.tcp.dest = packet->key.source_port;
	answer.tcp.doff = sizeof(tcp) / 4;
	answer.tcp.rst = 1;
	if (tcp.ack) {
		answer.tcp.seq = tcp.ack_seq;
	} else {
		answer.tcp.ack = 1;
		answer.tcp.ack_seq = bpf_htonl(bpf_ntohl(tcp.seq) + tcp.syn + tcp.fin);
	}
	FN(answer_header)(&answer.ip, packet, IPPROTO_TCP, sizeof(tcp));
	answer.tcp.check = (__u16)~fold(
		(__u32)bpf_csum_diff(NULL, 0, (__be32 *)&answer.tcp, sizeof(answer.tcp),
				     FN(pseudo_sum)(packet, IPPROTO_TCP, sizeof(tcp))));
	return !bpf_skb_change_tail(skb, link_header_length + sizeof(answer), 0) &&
	       !bpf_skb_store_bytes(skb, link_header_length, &answer, sizeof(answer), 0);
}

/* Turns a packet into the ICMP error that answers it: room for its headers in front, the rest cut. */
static __always_inline bool FN(write_error)(struct __sk_buff *skb, const struct FN(packet) *packet,
					    const struct icmp_error *icmp)
{
	struct FN(error) answer = {.icmp = *icmp};
	const __u32 quoted = packet->transport - link_header_length +
			     (packet->key.protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : 8);
	const __u32 length = sizeof(answer.icmp) + quoted;
	__u32 sum = 0;

	if (quoted < sizeof(IP_HEADER) || quoted > QUOTED ||
	    bpf_skb_load_bytes(skb, link_header_length, answer.quoted, quoted))
		return false;
#if FAMILY == 6
	sum = FN(pseudo_sum)(packet, IPPROTO_ERROR, length); /* ICMPv4 has no pseudo-header */
#endif
	answer.icmp.checksum = (__u16)~fold(
		(__u32)bpf_csum_diff(NULL, 0, (__be32 *)&answer.icmp, length, sum));
	FN(answer_header)(&answer.ip, packet, IPPROTO_ERROR, length);
	return !bpf_skb_change_tail(skb, link_header_length + quoted, 0) &&
	       !bpf_skb_adjust_room(skb, sizeof(answer) - QUOTED, BPF_ADJ_ROOM_MAC, 0) &&
	       !bpf_skb_store_bytes(skb, link_header_length, &answer,
				    sizeof(answer) - QUOTED + quoted, 0);
}

/*
 * Turns a packet into the refusal that answers it and sends that back out of its device. One that may
 * not be answered (a reset), or whose header has options or more extensions than a fragment's, is
 * dropped. Returns the action.
 */
static __noinline int FN(reject)(struct __sk_buff *skb, const struct FN(packet) *packet)
{
	const struct icmp_error unreachable = PORT_UNREACHABLE;
	bool written;

	if (!packet || packet->transport > link_header_length + QUOTED - sizeof(struct tcphdr))
		return TC_ACT_SHOT;
	if (packet->key.protocol == IPPROTO_TCP)
		written = FN(write_reset)(skb, packet);
	else
		written = FN(write_error)(skb, packet, &unreachable);
	return written ? send_back(skb) : TC_ACT_SHOT;
}

/*
 * Tells the sender of a packet that is larger than the MTU of its next hop. One that may be fragmented
 * on its way is not: no program can do that, and its sender then does (RFC 1191 asks no less of it).
 */
VERIFIED_APART verdict_t FN(refuse_size)(struct __sk_buff *skb, __u32 mtu)
{
	const struct icmp_error too_big = PACKET_TOO_BIG(mtu);
	struct FN(packet) packet;
	enum reason reason;
	bool written = false;

	reason = FN(parse)(skb, &packet);
	if (reason == REASON_PASS_TRUNCATED)
		return verdict(REASON_REJECT_TOO_BIG, TC_ACT_SHOT);
#if FAMILY == 6
	/* A sender takes no notice of an error that does not quote its ports. */
	if (reason == REASON_PASS_FRAGMENT)
		packet.transport += sizeof(struct fragment_header);
#endif
	if (packet.transport <= link_header_length + QUOTED - sizeof(struct tcphdr))
		written = FN(write_error)(skb, &packet, &too_big);
	return verdict(REASON_REJECT_TOO_BIG, written ? send_back(skb) : TC_ACT_SHOT);
}
