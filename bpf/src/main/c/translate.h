/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Writes a flow's rewrite into a packet on tc, checksums included. */

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
	const struct FN(differences) differences = FN(differences)(from, to);
	const struct ports ports = {to->source_port, to->destination_port};
	const bool plain = packet->transport == start + MINIMAL_HEADERS - sizeof(struct udphdr);

	if (from->protocol != IPPROTO_SCTP &&
	    bpf_l4_csum_replace(skb, checksum, 0, differences.addresses, BPF_F_PSEUDO_HDR | flags))
		return false;
	if (from->source_port != to->source_port || from->destination_port != to->destination_port) {
		if (bpf_l4_csum_replace(skb, checksum, 0, differences.ports, flags))
			return false;
		if (!plain && bpf_skb_store_bytes(skb, packet->transport, &ports, sizeof(ports), 0))
			return false;
	}

	IP_HEADER *ip = (void *)(long)skb->data + start;

	if ((void *)ip + MINIMAL_HEADERS > (void *)(long)skb->data_end)
		return false;
	FN(rewrite_header)(ip, to, differences.addresses, forward);
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
