/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Tells a client that nobody serves it: a reset for TCP (RFC 9293, 3.10.7.1). */

#ifndef SLUICE_REJECT_ONCE
#define SLUICE_REJECT_ONCE

#define REJECT_HOP_LIMIT 64

#endif

#undef IP_HEADER
#if FAMILY == 4
#define IP_HEADER struct iphdr
#else
#define IP_HEADER struct ipv6hdr
#endif

struct FN(reset) {
	IP_HEADER ip;
	struct tcphdr tcp;
} __attribute__((packed, aligned(4)));

/*
 * Turns a TCP packet into the reset that answers it and sends it back out of its device. A packet
 * that may not be answered (a reset), or whose header has options or extensions, is dropped; so is
 * UDP. Returns the action.
 */
static __noinline int FN(reject)(struct __sk_buff *skb, const struct FN(packet) *packet)
{
	const __u32 start = link_header_length;
	struct FN(reset) answer = {};
	struct tcphdr tcp;
	__u32 sum;

	if (!packet || packet->key.protocol != IPPROTO_TCP || packet->tcp_flags & TCP_RST ||
	    packet->transport != start + sizeof(answer.ip) ||
	    bpf_skb_load_bytes(skb, packet->transport, &tcp, sizeof(tcp)))
		return TC_ACT_SHOT;

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
#if FAMILY == 4
	answer.ip.version = 4;
	answer.ip.ihl = sizeof(answer.ip) / 4;
	answer.ip.tot_len = bpf_htons(sizeof(answer));
	answer.ip.ttl = REJECT_HOP_LIMIT;
	answer.ip.protocol = IPPROTO_TCP;
	answer.ip.saddr = packet->key.destination.word[0];
	answer.ip.daddr = packet->key.source.word[0];
	answer.ip.check =
		(__u16)~fold((__u32)bpf_csum_diff(NULL, 0, (__be32 *)&answer.ip, sizeof(answer.ip), 0));
#else
	answer.ip.version = 6;
	answer.ip.payload_len = bpf_htons(sizeof(tcp));
	answer.ip.nexthdr = IPPROTO_TCP;
	answer.ip.hop_limit = REJECT_HOP_LIMIT;
	__builtin_memcpy(&answer.ip.saddr, &packet->key.destination, sizeof(answer.ip.saddr));
	__builtin_memcpy(&answer.ip.daddr, &packet->key.source, sizeof(answer.ip.daddr));
#endif
	/* The pseudo-header: both addresses, protocol and length. */
	sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)&packet->key, 2 * sizeof(struct FN(address)),
				   bpf_htons(IPPROTO_TCP) + bpf_htons(sizeof(tcp)));
	answer.tcp.check = (__u16)~fold(
		(__u32)bpf_csum_diff(NULL, 0, (__be32 *)&answer.tcp, sizeof(answer.tcp), sum));

	if (bpf_skb_change_tail(skb, start + sizeof(answer), 0) ||
	    bpf_skb_store_bytes(skb, start, &answer, sizeof(answer), 0))
		return TC_ACT_SHOT;
	return send_back(skb);
}
