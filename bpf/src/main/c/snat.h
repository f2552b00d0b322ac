/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Gives a new flow its reply entry. The entry's key holds the source port that the backend will
 * see, so inserting it with BPF_NOEXIST *is* the port's allocation: no second table, no lock.
 */

#ifndef SLUICE_SNAT_ONCE
#define SLUICE_SNAT_ONCE

/* Ports tried before giving up; in the second half closed flows may be evicted. */
#define PORT_TRIES 64

/*
 * From one try to the next, on a circle of 2^32. In the first half of the tries the step is the flow's
 * own: with one for all, flows that start at taken ports would go on along the same way, and long
 * ways of taken ports would form on it. In the second half it is the golden section, which spreads any
 * number of tries evenly: of a few ports it comes to all.
 */
#define PORT_STEP 0x9E3779B1

#endif

/* Frees the tuple if its flow in `flow` has been closed for closed_timeout. */
static __noinline int FN(evict_closed)(struct FN(new_flow) *new, __u32 closed_timeout)
{
	struct FN(flow_key) pair;
	struct FN(flow) *stored;
	__u8 other = 0;
	__u32 last_seen;

	if (!new)
		return 0;
	stored = bpf_map_lookup_elem(&FN(flow), &new->reply_key);
	if (!stored)
		return 1;
	if (!FN(copy_flow)(&new->reply_key, stored, &new->tenant))
		return 0;
	FN(pair_key)(&new->tenant, new->reply_key.protocol, &pair);
	last_seen = new->tenant.last_seen;
	stored = bpf_map_lookup_elem(&FN(flow), &pair);
	if (stored && stored->created == new->tenant.created) {
		other = stored->seen;
		if ((__s32)(stored->last_seen - last_seen) > 0)
			last_seen = stored->last_seen;
	}
	if (!is_closed(new->tenant.seen, other) || stamp_now() - last_seen < closed_timeout)
		return 0;
	bpf_map_delete_elem(&FN(flow), &new->reply_key);
	if (stored && stored->created == new->tenant.created)
		bpf_map_delete_elem(&FN(flow), &pair);
	return 1;
}

/*
 * Claims one tuple for a reply entry. An entry in `embryo` that is older than the embryo time-out is
 * taken over; one that belongs to the same client and frontend is the same flow's (a
 * retransmission, or another processor's). A closed flow gives way only to `evict`.
 */
static __noinline int FN(claim_tuple)(struct FN(new_flow) *new, const struct node *self, bool evict)
{
	if (!new || !self)
		return 0;
	new->reply.tag = FN(flow_tag)(&new->reply_key, new->reply.created);
	if (bpf_map_update_elem(&FN(embryo), &new->reply_key, &new->reply, BPF_NOEXIST)) {
		struct FN(flow) *other = bpf_map_lookup_elem(&FN(embryo), &new->reply_key);

		if (!other)
			return 0;
		bool ours = FN(same_address)(&other->destination, &new->reply.destination) &&
			    FN(same_address)(&other->source, &new->reply.source) &&
			    other->destination_port == new->reply.destination_port &&
			    other->source_port == new->reply.source_port;
		if (!ours && stamp_now() - other->last_seen < self->embryo_timeout)
			return 0;
		bpf_map_delete_elem(&FN(embryo), &new->reply_key);
		if (bpf_map_update_elem(&FN(embryo), &new->reply_key, &new->reply, BPF_NOEXIST))
			return 0;
	}
	/* Only now look for an established owner: a promotion inserts there first. */
	if (!bpf_map_lookup_elem(&FN(flow), &new->reply_key))
		return 1;
	if (evict && FN(evict_closed)(new, self->closed_timeout))
		return 1;
	bpf_map_delete_elem(&FN(embryo), &new->reply_key);
	return 0;
}

/*
 * Inserts the reply entry and leaves the port that was got in its key. With `keep` the first try is
 * the port that stands there, the client's own; all others come from the node's range.
 */
static __noinline int FN(insert_reply)(struct FN(new_flow) *new, const struct node *self, bool keep)
{
	__u32 ports, place, step;

	if (!new || !self)
		return 0;
	if (keep && FN(claim_tuple)(new, self, true))
		return 1;
	if (new->reply_key.protocol == IPPROTO_SCTP)
		return 0; /* its checksum covers the ports */
	/* A place on a circle of 2^32 instead of a port: no branch for the verifier. */
	ports = (__u32)self->snat_port_last - self->snat_port_first + 1;
	place = bpf_get_prandom_u32();
	step = bpf_get_prandom_u32();
	for (__u32 try = 0; try < PORT_TRIES; try++) {
		__u32 offset = (__u32)((__u64)place * ports >> 32);

		if (try == PORT_TRIES / 2)
			step = PORT_STEP;

		new->reply_key.destination_port = bpf_htons((__u16)(self->snat_port_first + offset));
		if (FN(claim_tuple)(new, self, try >= PORT_TRIES / 2))
			return 1;
		count_pressure(PRESSURE_PORT_CLASH);
		place += step;
	}
	return 0;
}
