/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* One table entry under the collector's eye. */

static __always_inline void FN(mark_used)(const struct FN(flow_key) *key,
					  const struct FN(flow) *original)
{
	set_bit(&vip_bits_used,
		FN(filter_bit)(&key->destination, key->destination_port, key->protocol));
	set_bit(&reply_cells_used,
		FN(cell_of)(&original->destination, original->destination_port, key->protocol,
			    original->apply == APPLY_INGRESS_LOCAL));
}

/* Of a flow of which one side has sent the flags `seen` and the other one `other`. */
static __always_inline __u32 FN(timeout)(const struct collection *collection, __u8 protocol,
					 __u8 seen, __u8 other)
{
	if (protocol == IPPROTO_UDP)
		return collection->udp_timeout;
	if (is_closed(seen, other))
		return collection->closed_timeout;
	return (seen | other) & SEEN_FIN ? collection->half_closed_timeout
					 : collection->established_timeout;
}

static long FN(collect_embryo)(void *map, struct FN(flow_key) *key, struct FN(flow) *stored,
			       struct collection *collection)
{
	const __u32 timeout = key->protocol == IPPROTO_UDP ? collection->unanswered_udp_timeout
							   : collection->embryo_timeout;
	struct FN(flow) flow;

	if (!FN(copy_flow)(key, stored, &flow))
		return CONTINUE;
	if (stamp_now() - flow.last_seen >= timeout) {
		bpf_map_delete_elem(map, key);
		collection->deleted++;
	} else if (flow.direction == DIRECTION_ORIGINAL) {
		FN(mark_used)(key, &flow);
		collection->embryos++;
	}
	return CONTINUE;
}

/* What the other half says; `found` is false if it is not there or another connection's. */
struct FN(other_half) {
	bool found;
	__u8 seen;
	__u32 last_seen;
};

static __always_inline struct FN(other_half) FN(look_at_pair)(void *map,
							      const struct FN(flow_key) *pair_key,
							      __u32 created)
{
	struct FN(flow) *pair = bpf_map_lookup_elem(map, pair_key);
	struct FN(other_half) half = {};

	if (pair && pair->created == created) {
		half.found = true;
		half.seen = pair->seen;
		half.last_seen = pair->last_seen;
	}
	return half;
}

/*
 * The pair is judged at its original half; a reply half is met there. A half without its pair is an
 * accident (a delete that raced with a promotion) and goes when it is idle.
 */
static long FN(collect_flow)(void *map, struct FN(flow_key) *key, struct FN(flow) *stored,
			     struct collection *collection)
{
	struct FN(flow_key) pair_key;
	struct FN(flow) flow;
	struct FN(other_half) pair;
	__u32 last_seen;

	if (!FN(copy_flow)(key, stored, &flow))
		return CONTINUE;
	FN(pair_key)(&flow, key->protocol, &pair_key);
	pair = FN(look_at_pair)(map, &pair_key, flow.created);
	if (pair.found && flow.direction == DIRECTION_REPLY)
		return CONTINUE;
	if (!pair.found) {
		/* Deleted with its pair a moment ago, this half may still be met once in the same bucket. */
		struct FN(flow) *present = bpf_map_lookup_elem(map, key);

		if (!present || present->created != flow.created)
			return CONTINUE;
		collection->orphans++;
	}

	last_seen = flow.last_seen;
	if (pair.found && (__s32)(pair.last_seen - last_seen) > 0)
		last_seen = pair.last_seen;
	if (stamp_now() - last_seen < FN(timeout)(collection, key->protocol, flow.seen,
						  pair.found ? pair.seen : SEEN_FIN)) {
		if (flow.direction == DIRECTION_ORIGINAL) {
			FN(mark_used)(key, &flow);
			collection->live++;
		}
		return CONTINUE;
	}
	/* A packet may have come since: look once more before the knife. */
	if (stored->created != flow.created || stored->last_seen != flow.last_seen ||
	    FN(look_at_pair)(map, &pair_key, flow.created).last_seen != pair.last_seen)
		return CONTINUE;
	if (!bpf_map_delete_elem(map, key))
		collection->deleted++;
	if (pair.found && !bpf_map_delete_elem(map, &pair_key))
		collection->deleted++;
	return CONTINUE;
}
