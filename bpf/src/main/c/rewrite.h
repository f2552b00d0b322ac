/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The arithmetic of a rewrite, and the IP header: what tc and XDP do alike. */

#ifndef SLUICE_REWRITE_ONCE
#define SLUICE_REWRITE_ONCE

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

/* What a rewrite changes in a sum over the packet, folded: by its addresses and by its ports. */
struct FN(differences) {
	__u32 addresses;
	__u32 ports;
};

static __always_inline struct FN(differences) FN(differences)(const struct FN(flow_key) *from,
							      const struct FN(flow) *to)
{
	return (struct FN(differences)){
		.addresses = fold(FN(address_difference)(&from->source, &to->source) +
				  FN(address_difference)(&from->destination, &to->destination)),
		.ports = fold((__u64)(__u16)~from->source_port + to->source_port +
			      (__u16)~from->destination_port + to->destination_port),
	};
}

/* Rewrites the IP header; with `forward` the hop limit goes down by one. */
static __always_inline void FN(rewrite_header)(IP_HEADER *ip, const struct FN(flow) *to,
					       __u32 address_difference, bool forward)
{
	(void)address_difference; /* IPv6 has no checksum of the header */
#if FAMILY == 4
	ip->saddr = to->source.word[0];
	ip->daddr = to->destination.word[0];
	/* The hop limit is the high byte of its 16-bit word. */
	ip->ttl -= forward;
	ip->check = (__u16)~fold((__u64)(__u16)~ip->check + address_difference +
				 (forward ? (__u16)~bpf_htons(0x0100) : 0));
#else
	__builtin_memcpy(&ip->saddr, &to->source, sizeof(to->source));
	__builtin_memcpy(&ip->daddr, &to->destination, sizeof(to->destination));
	ip->hop_limit -= forward;
#endif
}
