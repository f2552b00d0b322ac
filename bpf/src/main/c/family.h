/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One source for both address families. A program defines FAMILY as 4, includes the headers of the
 * packet path, defines it as 6 and includes them again. In them FN(name) is that family's function,
 * type or map: FN(flow_key) is flow_key4, then flow_key6. This file has no include guard on purpose.
 */
#include "contract.h"
#include "maps.h"
#include <bpf/bpf_endian.h>
#include <linux/in.h>
#include <stdbool.h>

#ifndef SLUICE_FAMILY_ONCE
#define SLUICE_FAMILY_ONCE

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define FN(name) JOIN(name, FAMILY)

#define AF_INET 2
#define AF_INET6 10

/* A multiply-xorshift round. */
static __always_inline __u32 mix(__u32 hash, __u32 word)
{
	hash = (hash ^ word) * 0x9E3779B1;
	return hash ^ hash >> 15;
}

/* Spreads what mix() left over all 32 bits; both the top and the bottom are used as indexes. */
static __always_inline __u32 finish_hash(__u32 hash)
{
	hash *= 0x85EBCA6B;
	hash ^= hash >> 13;
	hash *= 0xC2B2AE35;
	return hash ^ hash >> 16;
}

/* Now, in the units of flow.last_seen. */
static __always_inline __u32 stamp_now(void)
{
	return (__u32)(bpf_jiffies64() >> STAMP_SHIFT);
}

#endif

#undef ADDRESS_WORDS
#undef ADDRESS_FAMILY
#if FAMILY == 4
#define ADDRESS_WORDS 1
#define ADDRESS_FAMILY AF_INET
#else
#define ADDRESS_WORDS 4
#define ADDRESS_FAMILY AF_INET6
#endif

static __always_inline bool FN(same_address)(const struct FN(address) *a, const struct FN(address) *b)
{
	__be32 difference = 0;

	for (int i = 0; i < ADDRESS_WORDS; i++)
		difference |= a->word[i] ^ b->word[i];
	return difference == 0;
}

static __always_inline __u32 FN(mix_address)(__u32 hash, const struct FN(address) *address)
{
	for (int i = 0; i < ADDRESS_WORDS; i++)
		hash = mix(hash, address->word[i]);
	return hash;
}

/* The hash of a 5-tuple: picks the Maglev slot, so it is the same on every node. */
static __always_inline __u32 FN(hash_tuple)(const struct FN(flow_key) *key)
{
	__u32 hash = FN(mix_address)(key->protocol, &key->source);

	hash = FN(mix_address)(hash, &key->destination);
	return finish_hash(mix(hash, (__u32)key->source_port << 16 | key->destination_port));
}

/* Writes an address in the family-neutral form: IPv4 as ::ffff:a.b.c.d. */
static __always_inline void FN(map_address)(const struct FN(address) *address,
					    struct address6 *mapped)
{
#if FAMILY == 4
	mapped->word[0] = 0;
	mapped->word[1] = 0;
	mapped->word[2] = bpf_htonl(0xffff);
	mapped->word[3] = address->word[0];
#else
	*mapped = *address;
#endif
}
