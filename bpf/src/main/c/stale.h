/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Flows that no longer hold: another connection has begun, or the backend is gone. */

/*
 * Is the flow that was found still the one this packet belongs to? A SYN on a closed connection, or
 * on one whose backend is gone, starts another; a UDP flow follows its Service at once; an embryo
 * must still own its reply entry.
 */
static __noinline int FN(is_current)(const struct FN(packet) *packet, const struct FN(flow) *flow,
				     enum found found)
{
	if (!packet || !flow)
		return false;
	if (found == FOUND_EMBRYO && !FN(owns_reply)(&packet->key, flow)) {
		count_pressure(PRESSURE_OWNER_LOST);
		return false;
	}
	if (packet->key.protocol == IPPROTO_UDP)
		return !FN(backend_gone)(flow->backend, flow->generation);
	if (!is_opening(packet->tcp_flags))
		return true;
	if (FN(backend_gone)(flow->backend, flow->generation))
		return false;
	if (found == FOUND_FLOW) {
		struct FN(flow_key) pair;
		struct FN(flow) *reply;

		FN(pair_key)(flow, packet->key.protocol, &pair);
		reply = bpf_map_lookup_elem(&FN(flow), &pair);
		return reply && !is_closed(flow->seen, reply->seen);
	}
	return true;
}

/*
 * A client that has been translated to a backend may later call that backend itself from the same
 * port. Its SYN disagrees with our entry, and it is right. `flow` is room to work in, the caller's:
 * the stack is short.
 */
static __noinline int FN(forget_disagreeing)(struct __sk_buff *skb, const struct FN(packet) *packet,
					     struct FN(flow) *flow)
{
	struct FN(flow_key) reply_key;
	struct FN(flow) *stored;

	if (!packet || !flow)
		return 0;
	reply_key = packet->key;
	reply_key.source = packet->key.destination;
	reply_key.destination = packet->key.source;
	reply_key.source_port = packet->key.destination_port;
	reply_key.destination_port = packet->key.source_port;
	/* On another device than the client's this is our own translated packet. */
	if (FN(find_flow)(&reply_key, flow, &stored) && flow->direction == DIRECTION_REPLY &&
	    flow->device == skb->ifindex)
		FN(delete_pair)(&reply_key, flow);
	return 0;
}
