/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The flow table. A connection has two entries, one per direction, each with the whole rewrite; the
 * key of either is the rewritten tuple of the other, turned round. New flows live in `embryo` until
 * the backend answers, then move to `flow`.
 */

#ifndef SLUICE_FLOW_ONCE
#define SLUICE_FLOW_ONCE

#define barrier() asm volatile("" ::: "memory")

enum found {
	FOUND_NOTHING = 0,
	FOUND_EMBRYO = 1,
	FOUND_FLOW = 2,
};

/* What TCP says about the end of a connection in this packet. */
static __always_inline __u8 seen_of(__u8 tcp_flags)
{
	return (tcp_flags & TCP_FIN ? SEEN_FIN : 0) | (tcp_flags & TCP_RST ? SEEN_RST : 0);
}

/* Opens a TCP connection: SYN without ACK. */
static __always_inline bool is_opening(__u8 tcp_flags)
{
	return (tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* Over for good: reset by either side, or both sides have sent their FIN. */
static __always_inline bool is_closed(__u8 one, __u8 other)
{
	return (one | other) & SEEN_RST || one & other & SEEN_FIN;
}

#endif

/* Ties a value to its key: see copy_flow. */
static __always_inline __u32 FN(flow_tag)(const struct FN(flow_key) *key, __u32 created)
{
	const __u32 last = ADDRESS_WORDS - 1;
	__u32 ports = (__u32)key->source_port << 16 | key->destination_port;

	return key->source.word[last] * 0x9E3779B1 ^ key->destination.word[last] ^ ports * 0x85EBCA6B ^
	       created;
}

/*
 * Copies an entry and says whether the copy is this key's. A preallocated element that another
 * processor deletes is reused by its next insert while we still read it; the insert overwrites the
 * value from its start, so the tag, read last, betrays it.
 */
static __always_inline bool FN(copy_flow)(const struct FN(flow_key) *key,
					  const struct FN(flow) *stored, struct FN(flow) *copy)
{
	*copy = *stored;
	barrier();
	return *(volatile const __u32 *)&stored->tag == FN(flow_tag)(key, copy->created);
}

/* The key of the other direction. */
static __always_inline void FN(pair_key)(const struct FN(flow) *flow, __u8 protocol,
					 struct FN(flow_key) *pair)
{
	__builtin_memset(pair, 0, sizeof(*pair));
	pair->source = flow->destination;
	pair->destination = flow->source;
	pair->source_port = flow->destination_port;
	pair->destination_port = flow->source_port;
	pair->protocol = protocol;
}

/*
 * Looks in `flow`, then in `embryo`. `copy` is filled and `stored` set when something is found; in
 * `flow` that is the head of a flow_entry.
 */
static __always_inline enum found FN(find_flow)(const struct FN(flow_key) *key,
						struct FN(flow) *copy, struct FN(flow) **stored)
{
	*stored = bpf_map_lookup_elem(&FN(flow), key);
	if (*stored && FN(copy_flow)(key, *stored, copy))
		return FOUND_FLOW;
	*stored = bpf_map_lookup_elem(&FN(embryo), key);
	if (*stored && FN(copy_flow)(key, *stored, copy))
		return FOUND_EMBRYO;
	return FOUND_NOTHING;
}

/* What an established flow is the head of; NULL for an embryo, which has nothing else. */
static __always_inline struct FN(flow_entry) *FN(entry_of)(struct FN(flow) *stored,
							   enum found found)
{
	return found == FOUND_FLOW ? (struct FN(flow_entry) *)stored : NULL;
}

/* Notes that the flow lives and which TCP flags went by. Writes only what changes. */
static __always_inline void FN(touch_flow)(struct FN(flow) *stored, const struct FN(flow) *copy,
					   __u8 seen)
{
	__u32 now = stamp_now();

	if (stored->created != copy->created)
		return;
	if (copy->last_seen != now)
		stored->last_seen = now;
	if (seen & ~copy->seen)
		stored->seen = copy->seen | seen;
}
