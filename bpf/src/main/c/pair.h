/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What happens to a pair of entries as a whole: ownership, promotion out of `embryo`, deletion. */

#ifndef SLUICE_PAIR_ONCE
#define SLUICE_PAIR_ONCE

#define EEXIST 17

enum promotion {
	PROMOTED = 0,
	KEPT_AS_EMBRYO = 1, /* the table is full */
	CLIENT_MOVED = 2,   /* the client's flow goes by another source port now */
};

static __always_inline void note_flow_full(void)
{
	__u32 zero = 0;
	struct node *self = bpf_map_lookup_elem(&node, &zero);

	if (self)
		self->flow_full_at = stamp_now() | 1;
	count_pressure(PRESSURE_FLOW_FULL);
}

#endif

/* Forgets both halves, wherever they are. */
static __noinline int FN(delete_pair)(struct FN(flow_key) *key, struct FN(flow) *flow)
{
	struct FN(flow_key) pair;

	if (!key || !flow)
		return 0;
	FN(pair_key)(flow, key->protocol, &pair);
	bpf_map_delete_elem(&FN(flow), key);
	bpf_map_delete_elem(&FN(embryo), key);
	bpf_map_delete_elem(&FN(flow), &pair);
	bpf_map_delete_elem(&FN(embryo), &pair);
	return 0;
}

/* Rebuilds the client's half from the backend's: both are derivable from either. */
static __always_inline void FN(original_of)(const struct FN(flow_key) *reply_key,
					    const struct FN(flow) *reply,
					    const struct FN(flow_key) *key, struct FN(flow) *original)
{
	*original = *reply;
	original->tag = FN(flow_tag)(key, reply->created);
	original->source = reply_key->destination;
	original->destination = reply_key->source;
	original->source_port = reply_key->destination_port;
	original->destination_port = reply_key->source_port;
	original->direction = DIRECTION_ORIGINAL;
	if (reply->apply == APPLY_EGRESS)
		original->apply = APPLY_INGRESS_LOCAL;
	original->seen = 0;
}

/* Does the client's half still own its reply entry? In an LRU table the two can part. */
static __noinline int FN(owns_reply)(const struct FN(flow_key) *key, const struct FN(flow) *original)
{
	struct FN(flow_key) pair;
	struct FN(flow) *stored;

	if (!key || !original)
		return 0;
	FN(pair_key)(original, key->protocol, &pair);
	stored = bpf_map_lookup_elem(&FN(embryo), &pair);
	if (stored && stored->created == original->created)
		return 1;
	stored = bpf_map_lookup_elem(&FN(flow), &pair);
	return stored && stored->created == original->created;
}

/*
 * The backend has answered: moves both halves to `flow`. Insert first, delete afterwards, so that
 * no packet finds the flow in neither; EEXIST means that another processor was faster. When the
 * table is full the flow stays an embryo, which works until the LRU needs the place.
 */
static __noinline int FN(promote_flow)(struct FN(flow_key) *reply_key, struct FN(flow) *reply)
{
	struct FN(flow_key) key;
	struct FN(flow_entry) *half;
	struct FN(flow) *stored;
	struct FN(new_flow) *room;
	__u32 zero = 0;
	long error;

	room = bpf_map_lookup_elem(&FN(new_flow), &zero);
	if (!reply_key || !reply || !room)
		return KEPT_AS_EMBRYO;
	half = &room->established;
	half->next = (struct next_hop){};
	FN(pair_key)(reply, reply_key->protocol, &key);
	stored = bpf_map_lookup_elem(&FN(embryo), &key);
	if (stored && stored->created != reply->created)
		return CLIENT_MOVED;
	half->flow = *reply;
	error = bpf_map_update_elem(&FN(flow), reply_key, half, BPF_NOEXIST);
	if (error && error != -EEXIST) {
		note_flow_full();
		return KEPT_AS_EMBRYO;
	}
	FN(original_of)(reply_key, reply, &key, &half->flow);
	error = bpf_map_update_elem(&FN(flow), &key, half, BPF_NOEXIST);
	if (error == -EEXIST) {
		stored = bpf_map_lookup_elem(&FN(flow), &key);
		if (stored && stored->created != reply->created) {
			bpf_map_delete_elem(&FN(flow), reply_key);
			bpf_map_delete_elem(&FN(embryo), reply_key);
			return CLIENT_MOVED;
		}
	} else if (error) {
		bpf_map_delete_elem(&FN(flow), reply_key);
		note_flow_full();
		return KEPT_AS_EMBRYO;
	}
	bpf_map_delete_elem(&FN(embryo), reply_key);
	bpf_map_delete_elem(&FN(embryo), &key);
	return PROMOTED;
}
