/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The two filters that turn most packets away before any hash lookup. */

#ifndef SLUICE_BITMAP_ONCE
#define SLUICE_BITMAP_ONCE

static __always_inline bool test_bit(void *filter, __u32 bit)
{
	__u32 index = bit / 512;
	struct filter_block *block = bpf_map_lookup_elem(filter, &index);

	return block && block->bits[bit / 64 % 8] >> bit % 64 & 1;
}

static __always_inline void set_bit(void *filter, __u32 bit)
{
	__u32 index = bit / 512;
	struct filter_block *block = bpf_map_lookup_elem(filter, &index);

	if (block)
		block->bits[bit / 64 % 8] |= 1ULL << bit % 64;
}

#endif

/*
 * The bit of one end of a flow: the top bits of a sum of products, each word with an odd constant of its
 * own (multilinear hashing), which the processor multiplies side by side. The controller computes the
 * same in FilterHash.
 */
static __always_inline __u32 FN(filter_bit)(const struct FN(address) *address, __be16 port, __u8 protocol)
{
	__u64 sum = ((__u32)port << 16 | protocol) * 0x9E3779B97F4A7C15ULL;

	sum += address->word[0] * 0xC2B2AE3D27D4EB4FULL;
#if FAMILY == 6
	sum += address->word[1] * 0x165667B19E3779F9ULL;
	sum += address->word[2] * 0xD6E8FEB86659FD93ULL;
	sum += address->word[3] * 0xA0761D6478BD642FULL;
#endif
	return sum >> (64 - FILTER_BITS_LOG2);
}

static __always_inline bool FN(maybe_frontend)(const struct FN(flow_key) *key)
{
	return test_bit(&vip_bits,
			FN(filter_bit)(&key->destination, key->destination_port, key->protocol));
}

static __always_inline bool FN(maybe_from_backend)(const struct FN(flow_key) *key)
{
	return test_bit(&backend_bits,
			FN(filter_bit)(&key->source, key->source_port, key->protocol));
}

static __always_inline bool FN(maybe_to_backend)(const struct FN(flow_key) *key)
{
	return test_bit(&backend_bits,
			FN(filter_bit)(&key->destination, key->destination_port, key->protocol));
}
