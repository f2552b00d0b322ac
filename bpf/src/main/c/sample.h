/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Events about single packets on tc. Nothing here runs for a packet that is not picked out. */
#ifndef SLUICE_SAMPLE_H
#define SLUICE_SAMPLE_H

#include "events.h"

/* A header behind the network header, wherever that is by now: the link header may have changed. */
#define READ(SKB, AT, TO) bpf_skb_load_bytes_relative(SKB, AT, TO, sizeof(*(TO)), BPF_HDR_START_NET)

/* Reads ports at an offset from the network header. */
static __always_inline void read_ports(struct __sk_buff *skb, __u32 at, struct event *event)
{
	struct ports ports;

	if (event->protocol != IPPROTO_TCP && event->protocol != IPPROTO_UDP &&
	    event->protocol != IPPROTO_SCTP)
		return;
	if (READ(skb, at, &ports))
		return;
	event->source_port = ports.source;
	event->destination_port = ports.destination;
}

/* Reads the IPv4 packet at an offset from the network header. Returns where its payload is. */
static __always_inline __u32 describe4(struct __sk_buff *skb, __u32 at, struct event *event)
{
	const struct address4 nobody = {};
	struct iphdr ip;

	if (READ(skb, at, &ip))
		return 0;
	event->family = 4;
	event->protocol = ip.protocol;
	map_address4(&nobody, &event->source);
	event->source.word[3] = ip.saddr;
	event->destination = event->source;
	event->destination.word[3] = ip.daddr;
	at += ip.ihl * 4;
	if (!(ip.frag_off & bpf_htons(IP_OFFSET)))
		read_ports(skb, at, event);
	return at;
}

static __always_inline __u32 describe6(struct __sk_buff *skb, __u32 at, struct event *event)
{
	struct ipv6hdr ip;

	if (READ(skb, at, &ip))
		return 0;
	event->family = 6;
	event->protocol = ip.nexthdr;
	__builtin_memcpy(&event->source, &ip.saddr, sizeof(event->source));
	__builtin_memcpy(&event->destination, &ip.daddr, sizeof(event->destination));
	at += sizeof(ip);
	read_ports(skb, at, event);
	return at;
}

static __always_inline void turn_round(struct event *event)
{
	const struct address6 source = event->source;
	const __be16 port = event->source_port;

	event->source = event->destination;
	event->source_port = event->destination_port;
	event->destination = source;
	event->destination_port = port;
}

/*
 * An event about a packet with this verdict. The answer to a refused packet stands in its place by
 * now: a reset is the packet turned round, an ICMP error quotes it.
 */
VERIFIED_APART int sample(struct __sk_buff *skb, __u32 hook, int verdict)
{
	const enum reason reason = reason_of(verdict);
	const bool answered = reason >= REASON_REJECT_NO_BACKEND && reason < REASON_DROP_NO_BACKEND &&
			      action_of(verdict) == TC_ACT_REDIRECT;
	struct event *event = begin_event(EVENT_VERDICT, reason);
	__u32 payload;

	if (!event)
		return 0;
	event->hook = (__u8)hook;
	event->device = skb->ifindex;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		payload = describe4(skb, 0, event);
		if (answered && event->protocol == IPPROTO_ICMP)
			describe4(skb, payload + sizeof(struct icmp_error), event);
		else if (answered)
			turn_round(event);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		payload = describe6(skb, 0, event);
		if (answered && event->protocol == IPPROTO_ICMPV6)
			describe6(skb, payload + sizeof(struct icmp_error), event);
		else if (answered)
			turn_round(event);
	}
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

#endif
