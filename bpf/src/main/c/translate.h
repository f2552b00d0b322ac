/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Writes a flow's rewrite into a packet, checksums included. */

#ifndef SLUICE_TRANSLATE_ONCE
#define SLUICE_TRANSLATE_ONCE

/* Folds a one's complement sum to 16 bits (RFC 1071). */
static __always_inline __u32 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u32)sum;
}

struct ports {
	__be16 source;
	__be16 destination;
};

#endif

/* The one's complement difference that an address rewrite makes to a sum (RFC 1624). */
static __always_inline __u64 FN(address_difference)(const struct FN(address) *from,
						    const struct FN(address) *to)
{
	__u64 sum = 0;

	for (int i = 0; i < ADDRESS_WORDS; i++)
		sum += (__u64)(__u32)~from->word[i] + to->word[i];
	return sum;
}

/*
 * Rewrites addresses and ports of the packet to those of `to`; with `forward` the hop limit goes down
 * by one, as the packet will not pass the stack. The layer-4 checksum goes through the helper, which
 * knows about checksums still to be filled in by the device; the address part takes its pseudo-header
 * way, the ports must not (both would be added twice). The rest is written in place. SCTP's checksum
 * covers its ports, but no address: only addresses can be changed, and no Service wants more.
 * Returns false if the packet is too short for its own headers.
 */
static __always_inline bool FN(translate)(struct __sk_buff *skb, const struct FN(packet) *packet,
					  const struct FN(flow) *to, bool forward)
{
	const struct FN(flow_key) *from = &packet->key;
	const bool udp = from->protocol == IPPROTO_UDP;
	const __u32 start = link_header_length;
	const __u32 checksum = packet->transport + (udp ? __builtin_offsetof(struct udphdr, check)
						        : __builtin_offsetof(struct tcphdr, check));
	/* A UDP checksum of 0 means "none" and stays 0 (RFC 768). */
	const __u64 flags = udp ? BPF_F_MARK_MANGLED_0 : 0;
	const __u32 addresses = fold(FN(address_difference)(&from->source, &to->source) +
				     FN(address_difference)(&from->destination, &to->destination));
	const __u32 port_difference =
		fold((__u64)(__u16)~from->source_port + to->source_port +
		     (__u16)~from->destination_port + to->destination_port);
	const struct ports ports = {to->source_port, to->destination_port};
	const bool plain = packet->transport == start + MINIMAL_HEADERS - sizeof(struct udphdr);

	if (from->protocol != IPPROTO_SCTP &&
	    bpf_l4_csum_replace(skb, checksum, 0, addresses, BPF_F_PSEUDO_HDR | flags))
		return false;
	if (from->source_port != to->source_port || from->destination_port != to->destination_port) {
		if (bpf_l4_csum_replace(skb, checksum, 0, port_difference, flags))
			return false;
		if (!plain && bpf_skb_store_bytes(skb, packet->transport, &ports, sizeof(ports), 0))
			return false;
	}

	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;

	if (data + start + MINIMAL_HEADERS > data_end)
		return false;
#if FAMILY == 4
	struct iphdr *ip = data + start;

	ip->saddr = to->source.word[0];
	ip->daddr = to->destination.word[0];
	/* The hop limit is the high byte of its 16-bit word. */
	ip->ttl -= forward;
	ip->check = (__u16)~fold((__u64)(__u16)~ip->check + addresses +
				 (forward ? (__u16)~bpf_htons(0x0100) : 0));
#else
	struct ipv6hdr *ip = data + start;

	__builtin_memcpy(&ip->saddr, &to->source, sizeof(to->source));
	__builtin_memcpy(&ip->daddr, &to->destination, sizeof(to->destination));
	ip->hop_limit -= forward;
#endif
	if (plain)
		*(struct ports *)(ip + 1) = ports;
	return true;
}

/*
 * Rewrites the addresses of a packet that has no layer-4 header, a later fragment; with `forward` the
 * hop limit goes down by one. The helper keeps a sum that the device has made over the whole packet.
 */
static __noinline int FN(translate_addresses)(struct __sk_buff *skb, const struct FN(flow) *to,
					      bool forward)
{
	IP_HEADER ip;

	if (!to || bpf_skb_load_bytes(skb, link_header_length, &ip, sizeof(ip)))
		return false;
#if FAMILY == 4
	const struct FN(address) source = {{ip.saddr}}, destination = {{ip.daddr}};

	ip.check = (__u16)~fold((__u64)(__u16)~ip.check +
				FN(address_difference)(&source, &to->source) +
				FN(address_difference)(&destination, &to->destination) +
				(forward ? (__u16)~bpf_htons(0x0100) : 0));
	ip.ttl -= forward;
#else
	ip.hop_limit -= forward;
#endif
	__builtin_memcpy(&ip.saddr, &to->source, sizeof(to->source));
	__builtin_memcpy(&ip.daddr, &to->destination, sizeof(to->destination));
	return !bpf_skb_store_bytes(skb, link_header_length, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM);
}
