/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The two filters that turn most packets away before any hash lookup. */

#ifndef SLUICE_FILTERS_ONCE
#define SLUICE_FILTERS_ONCE

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

/* Where the pair of a cell is. */
static __always_inline struct reply_pair *reply_pair(__u32 cell)
{
	__u32 index = cell / 2 / REPLY_PAIRS;
	struct reply_block *block = bpf_map_lookup_elem(&reply_cells, &index);

	return block ? &block->pair[cell / 2 % REPLY_PAIRS] : NULL;
}

static __always_inline __u8 *reply_cell(__u32 cell)
{
	struct reply_pair *pair = reply_pair(cell);

	if (!pair)
		return NULL;
	return cell & 1 ? &pair->at_egress : &pair->at_ingress;
}

#endif

/*
 * The hash of one end of a flow, of which the filters take the top bits: a sum of products, each word with
 * an odd constant of its own (multilinear hashing), which the processor multiplies side by side. The
 * controller computes the same in FilterHash.
 */
static __always_inline __u64 FN(filter_hash)(const struct FN(address) *address, __be16 port, __u8 protocol)
{
	__u64 sum = ((__u32)port << 16 | protocol) * 0x9E3779B97F4A7C15ULL;

	sum += address->word[0] * 0xC2B2AE3D27D4EB4FULL;
#if FAMILY == 6
	sum += address->word[1] * 0x165667B19E3779F9ULL;
	sum += address->word[2] * 0xD6E8FEB86659FD93ULL;
	sum += address->word[3] * 0xA0761D6478BD642FULL;
#endif
	return sum;
}

static __always_inline __u32 FN(filter_bit)(const struct FN(address) *address, __be16 port, __u8 protocol)
{
	return FN(filter_hash)(address, port, protocol) >> (64 - FILTER_BITS_LOG2);
}

/* The cell of a backend, for the replies that egress translates or for those that ingress does. */
static __always_inline __u32 FN(cell_of)(const struct FN(address) *address, __be16 port, __u8 protocol,
					 bool at_egress)
{
	return (FN(filter_hash)(address, port, protocol) >> (64 - REPLY_CELLS_LOG2) & ~1U) | at_egress;
}

/* Does the backend have flows, wherever their replies are translated? */
static __always_inline bool FN(has_flows)(const struct FN(address) *backend, __be16 port, __u8 protocol)
{
	const struct reply_pair *pair = reply_pair(FN(cell_of)(backend, port, protocol, false));

	return pair && (pair->at_ingress | pair->at_egress) != REPLY_CELL_EMPTY;
}

/* To be called once a flow is in its table: a collection that misses it there then finds the mark. */
static __always_inline void FN(expect_replies)(const struct FN(address) *backend, __be16 port,
					       __u8 protocol, bool at_egress)
{
	__u8 *cell = reply_cell(FN(cell_of)(backend, port, protocol, at_egress));

	if (cell && *cell != REPLY_CELL_OPENED)
		*cell = REPLY_CELL_OPENED;
}

static __always_inline bool FN(maybe_frontend)(const struct FN(flow_key) *key)
{
	return test_bit(&vip_bits,
			FN(filter_bit)(&key->destination, key->destination_port, key->protocol));
}

/* May the packet be a reply that this hook translates? */
static __always_inline bool FN(maybe_reply)(const struct FN(flow_key) *key, bool at_egress)
{
	const __u8 *cell =
		reply_cell(FN(cell_of)(&key->source, key->source_port, key->protocol, at_egress));

	return cell && *cell != REPLY_CELL_EMPTY;
}
