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

/* The bit of one end of a flow; the controller computes the same in FilterHash. */
static __always_inline __u32 FN(filter_bit)(const struct FN(address) *address, __be16 port, __u8 protocol)
{
	__u32 hash = FN(mix_address)(0, address);

	return finish_hash(mix(hash, (__u32)port << 16 | protocol)) % FILTER_BITS;
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
