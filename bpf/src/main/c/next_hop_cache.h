/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The next hop that a flow's entry holds: how long it counts, and what can be sent by it. XDP and tc
 * share it; either finds it when it is missing.
 */
#ifndef SLUICE_NEXT_HOP_CACHE_H
#define SLUICE_NEXT_HOP_CACHE_H

/* Counts the periods of a cached next hop; flows begin theirs at different times. */
static __always_inline __u32 next_hop_period(__u32 created)
{
	return (stamp_now() + created) >> NEXT_HOP_SHIFT;
}

/*
 * What next_hop.check is while the cache holds: another number for another generation, another period,
 * and mostly for another flow, as an element that is deleted may be reused while we write to it.
 */
static __always_inline __u16 next_hop_check(__u32 generation, __u32 created)
{
	return (__u16)(generation + next_hop_period(created)) ^ (__u16)created;
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

#endif
