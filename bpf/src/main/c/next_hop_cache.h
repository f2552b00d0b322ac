/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The next hop that a flow's entry holds: how long it counts, and what can be sent by it. XDP and tc
 * share it; either finds it when it is missing.
 */
#ifndef SLUICE_NEXT_HOP_CACHE_ONCE
#define SLUICE_NEXT_HOP_CACHE_ONCE

/* Counts the periods of a cached next hop; flows begin theirs at different times. */
static __always_inline __u32 next_hop_period(__u32 created)
{
	return (stamp_now() + created) >> NEXT_HOP_SHIFT;
}

/*
 * What next_hop.check is while the cache holds: another number for another generation, another period,
 * and mostly for another flow, as an element that is deleted may be reused while we write to it.
 */
static __always_inline __u16 next_hop_check(__u32 created)
{
	__u32 zero = 0;
	const struct next_hop_state *state = bpf_map_lookup_elem(&next_hop_state, &zero);
	const __u32 generation = state ? state->generation : 0; /* an array's element is always there */

	return (__u16)(generation + next_hop_period(created)) ^ (__u16)created;
}

/* Does the cached next hop still count, for a packet of `length` bytes? */
static __always_inline bool next_hop_counts(const struct next_hop *next, __u32 created, __u32 length)
{
	return next->check == next_hop_check(created) && length <= next->mtu;
}

/* Turns what the FIB names into what programs can send by. Returns next_hop.port. */
static __always_inline __u32 port_of(__u32 ifindex)
{
	const struct xdp_port *port = bpf_map_lookup_elem(&xdp_port, &ifindex);
	const struct device *out;

	if (port && !(port->device >> NEXT_HOP_DEVICE_BITS))
		return port->device | (__u32)port->vlan << NEXT_HOP_DEVICE_BITS;
	out = bpf_map_lookup_elem(&device, &ifindex);
	if (!out || !(out->flags & DEVICE_ETHERNET) || ifindex >> NEXT_HOP_DEVICE_BITS)
		return 0;
	return ifindex | (__u32)NEXT_HOP_BY_TC << NEXT_HOP_DEVICE_BITS;
}

static __always_inline __u32 device_of_port(__u32 port)
{
	return port & ((1 << NEXT_HOP_DEVICE_BITS) - 1);
}

static __always_inline __u16 vlan_of_port(__u32 port)
{
	return port >> NEXT_HOP_DEVICE_BITS;
}

/* Can XDP send by it? */
static __always_inline bool is_xdp_port(__u32 port)
{
	return port && vlan_of_port(port) != NEXT_HOP_BY_TC;
}

/* Can tc, which does not see the VLAN's own device in it? */
static __always_inline bool is_tc_port(__u32 port)
{
	return port && (!vlan_of_port(port) || vlan_of_port(port) == NEXT_HOP_BY_TC);
}

/*
 * What a FIB lookup has found, for the flow's entry. Kernels before 5.12 leave the packet's length where
 * the MTU is to be: then as long a packet and no longer is known to fit.
 */
static __always_inline struct next_hop next_hop_of(const struct bpf_fib_lookup *fib, __u32 created)
{
	struct next_hop next = {
		.check = next_hop_check(created),
		.mtu = fib->tot_len,
		.port = port_of(fib->ifindex),
	};

	__builtin_memcpy(next.destination, fib->dmac, ETH_ALEN);
	__builtin_memcpy(next.source, fib->smac, ETH_ALEN);
	return next;
}

#endif

/* Makes a FIB lookup ask for where the flow goes. */
static __always_inline void FN(ask_for_flow)(struct bpf_fib_lookup *fib, const struct FN(flow) *flow)
{
	fib->family = ADDRESS_FAMILY;
#if FAMILY == 4
	fib->ipv4_src = flow->source.word[0];
	fib->ipv4_dst = flow->destination.word[0];
#else
	__builtin_memcpy(fib->ipv6_src, &flow->source, sizeof(flow->source));
	__builtin_memcpy(fib->ipv6_dst, &flow->destination, sizeof(flow->destination));
#endif
}
