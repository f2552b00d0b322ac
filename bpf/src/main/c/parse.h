/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Reads a packet's headers into the key that everything after works on. */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#ifndef SLUICE_PARSE_ONCE
#define SLUICE_PARSE_ONCE

/* Of iphdr.frag_off, in host order. */
#define IP_DONT_FRAGMENT 0x4000
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET 0x1fff /* in units of 8 bytes */

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

/* The types of SCTP chunks that open and end an association (RFC 9260, 3.2). */
enum sctp_chunk {
	SCTP_INIT = 1,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN_COMPLETE = 14,
};

/* SCTP's common header, and the type of the first chunk behind it. */
struct sctp_start {
	__be16 source;
	__be16 destination;
	__be32 tag;
	__le32 checksum;
	__u8 chunk;
} __attribute__((packed));

/* What an SCTP packet does to its association, in the TCP flags that do the same. */
static __always_inline __u8 flags_of_chunk(__u8 chunk)
{
	if (chunk == SCTP_INIT)
		return TCP_SYN;
	return chunk == SCTP_ABORT || chunk == SCTP_SHUTDOWN_COMPLETE ? TCP_RST : TCP_ACK;
}

/* IPv6's fragment header (RFC 8200, 4.5). */
struct fragment_header {
	__u8 next;
	__u8 reserved;
	__be16 place; /* offset in units of 8 bytes in the upper 13 bits, "more" in the lowest */
	__be32 id;
};

/* Length of the link header in bytes: 14, or 0 on tun, ipip and WireGuard. Set at load. */
const volatile __u32 link_header_length = ETH_HLEN;

/* Makes `length` bytes from the packet's start directly readable. */
static __always_inline bool make_readable(struct __sk_buff *skb, __u32 length)
{
	if ((void *)(long)skb->data + length <= (void *)(long)skb->data_end)
		return true;
	return length <= skb->len && !bpf_skb_pull_data(skb, length) &&
	       (void *)(long)skb->data + length <= (void *)(long)skb->data_end;
}

#endif

#undef IP_HEADER
#if FAMILY == 4
#define IP_HEADER struct iphdr
#else
#define IP_HEADER struct ipv6hdr
#endif
#undef MINIMAL_HEADERS
#define MINIMAL_HEADERS (sizeof(IP_HEADER) + sizeof(struct udphdr))

/* What one packet says. */
struct FN(packet) {
	struct FN(flow_key) key;
	__u16 transport;    /* offset of the layer-4 header from the packet's start */
	__u8 tcp_flags;     /* enum tcp_flag; 0 for UDP, for SCTP what says the same */
	__u8 hop_limit;
};

/* The layer-4 part: ports, and for TCP the flags. The rest is checked to be there. */
static __noinline int FN(parse_transport)(struct __sk_buff *skb, struct FN(packet) *packet)
{
	if (!packet)
		return REASON_PASS_TRUNCATED;

	__u32 offset = packet->transport;

	if (packet->key.protocol == IPPROTO_TCP) {
		struct tcphdr tcp;

		if (bpf_skb_load_bytes(skb, offset, &tcp, sizeof(tcp)))
			return REASON_PASS_TRUNCATED;
		packet->key.source_port = tcp.source;
		packet->key.destination_port = tcp.dest;
		packet->tcp_flags = ((__u8 *)&tcp)[13];
		return REASON_PASS_NOT_SERVICE;
	}
	if (packet->key.protocol == IPPROTO_UDP) {
		struct udphdr udp;

		if (bpf_skb_load_bytes(skb, offset, &udp, sizeof(udp)))
			return REASON_PASS_TRUNCATED;
		packet->key.source_port = udp.source;
		packet->key.destination_port = udp.dest;
		return REASON_PASS_NOT_SERVICE;
	}
	if (packet->key.protocol == IPPROTO_SCTP) {
		struct sctp_start sctp;

		if (bpf_skb_load_bytes(skb, offset, &sctp, sizeof(sctp)))
			return REASON_PASS_TRUNCATED;
		packet->key.source_port = sctp.source;
		packet->key.destination_port = sctp.destination;
		packet->tcp_flags = flags_of_chunk(sctp.chunk);
		return REASON_PASS_NOT_SERVICE;
	}
	return REASON_PASS_PROTOCOL;
}

#if FAMILY == 6
/* Extension headers walked at most; more is treated as an unknown protocol. */
#define EXTENSION_HEADERS 4

/*
 * Steps over hop-by-hop and destination options (RFC 8200). A routing header is an unknown protocol
 * here: the checksum then covers an address that is not in the header's destination.
 */
static __noinline int FN(parse_behind_extensions)(struct __sk_buff *skb,
						  struct FN(packet) *packet)
{
	if (!packet)
		return REASON_PASS_TRUNCATED;

	__u32 offset = packet->transport;

	for (int i = 0; i < EXTENSION_HEADERS; i++) {
		__u8 header[2]; /* next header, length in 8 bytes beyond the first 8 */

		if (packet->key.protocol != IPPROTO_HOPOPTS && packet->key.protocol != IPPROTO_DSTOPTS)
			break;
		if (bpf_skb_load_bytes(skb, offset, header, sizeof(header)))
			return REASON_PASS_TRUNCATED;
		packet->key.protocol = header[0];
		offset += 8 + header[1] * 8;
	}
	packet->transport = offset;
	if (packet->key.protocol == IPPROTO_FRAGMENT)
		return REASON_PASS_FRAGMENT;
	return FN(parse_transport)(skb, packet);
}
#endif

/*
 * Reads a usual packet, whose IP header is `start` bytes behind `data`, where it lies; tc and XDP do so.
 * REASON_PASS_NOT_SERVICE stands for "nothing wrong so far". After REASON_PASS_PROTOCOL and
 * REASON_PASS_FRAGMENT the addresses are there, `transport`, and what follows the IP header: it is not
 * TCP or UDP, or does not follow at once, or not in one piece.
 */
static __always_inline enum reason FN(parse_in_place)(void *data, void *data_end, __u32 start,
						      struct FN(packet) *packet)
{
	void *transport;

	__builtin_memset(packet, 0, sizeof(*packet));
#if FAMILY == 4
	struct iphdr *ip = data + start;

	if ((void *)(ip + 1) > data_end)
		return REASON_PASS_TRUNCATED;
	if (ip->version != 4 || ip->ihl < 5)
		return REASON_PASS_TRUNCATED;
	packet->key.source.word[0] = ip->saddr;
	packet->key.destination.word[0] = ip->daddr;
	packet->key.protocol = ip->protocol;
	packet->hop_limit = ip->ttl;
	packet->transport = start + ip->ihl * 4;
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET))
		return REASON_PASS_FRAGMENT;
	if (ip->ihl != 5)
		return REASON_PASS_PROTOCOL;
	transport = ip + 1;
#else
	struct ipv6hdr *ip = data + start;

	if ((void *)(ip + 1) > data_end)
		return REASON_PASS_TRUNCATED;
	if (ip->version != 6)
		return REASON_PASS_TRUNCATED;
	__builtin_memcpy(&packet->key.source, &ip->saddr, sizeof(packet->key.source));
	__builtin_memcpy(&packet->key.destination, &ip->daddr, sizeof(packet->key.destination));
	packet->key.protocol = ip->nexthdr;
	packet->hop_limit = ip->hop_limit;
	packet->transport = start + sizeof(*ip);
	if (packet->key.protocol == IPPROTO_FRAGMENT)
		return REASON_PASS_FRAGMENT;
	transport = ip + 1;
#endif
	if (packet->key.protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = transport;

		if ((void *)(tcp + 1) > data_end)
			return REASON_PASS_PROTOCOL;
		packet->key.source_port = tcp->source;
		packet->key.destination_port = tcp->dest;
		packet->tcp_flags = ((__u8 *)tcp)[13];
		return REASON_PASS_NOT_SERVICE;
	}
	if (packet->key.protocol == IPPROTO_UDP) {
		struct udphdr *udp = transport;

		if ((void *)(udp + 1) > data_end)
			return REASON_PASS_TRUNCATED;
		packet->key.source_port = udp->source;
		packet->key.destination_port = udp->dest;
		return REASON_PASS_NOT_SERVICE;
	}
	return REASON_PASS_PROTOCOL;
}

/*
 * Fills `packet`. Any reason but REASON_PASS_NOT_SERVICE is final, but REASON_PASS_FRAGMENT: identify()
 * in fragment.h reads on, from `transport`. A header with options or extension headers takes the slower
 * way through bpf_skb_load_bytes.
 */
static __always_inline enum reason FN(parse)(struct __sk_buff *skb, struct FN(packet) *packet)
{
	enum reason reason;

	if (!make_readable(skb, link_header_length + MINIMAL_HEADERS))
		return REASON_PASS_TRUNCATED;
	reason = FN(parse_in_place)((void *)(long)skb->data, (void *)(long)skb->data_end,
				    link_header_length, packet);
	if (reason != REASON_PASS_PROTOCOL)
		return reason;
#if FAMILY == 6
	if (packet->key.protocol == IPPROTO_HOPOPTS || packet->key.protocol == IPPROTO_DSTOPTS)
		return FN(parse_behind_extensions)(skb, packet);
#endif
	return FN(parse_transport)(skb, packet);
}
