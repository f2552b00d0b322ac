/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What kube-proxy's nftables mode does beyond Services' own ports: every other port of a ClusterIP is
 * rejected, and an address that a ClusterIP may have but none has is dropped.
 */

#ifndef SLUICE_CLOSED_ONCE
#define SLUICE_CLOSED_ONCE

/* Set at load. Without it none of this costs a packet anything. */
const volatile bool closes_addresses = false;

#endif

/* The entry of a frontend, or else the one that closes its address. */
static __always_inline struct service *FN(find_service)(struct FN(frontend) *frontend)
{
	struct service *service = bpf_map_lookup_elem(&FN(service), frontend);

	if (service || !closes_addresses)
		return service;
	frontend->port = 0;
	frontend->protocol = IPPROTO_TCP;
	return bpf_map_lookup_elem(&FN(service), frontend);
}

/* Is the address in a network of ClusterIPs? Asked once it is known that no Service has it. */
static __always_inline bool FN(is_unallocated)(const struct FN(address) *address)
{
	struct service_networks *networks;
	__u32 zero = 0;

	if (!closes_addresses)
		return false;
	networks = bpf_map_lookup_elem(&service_networks, &zero);
	if (!networks)
		return false;
	for (__u32 i = 0; i < SERVICE_NETWORKS; i++) {
		const struct FN(network) *network = &networks->FN(network)[i];
		__be32 difference = 0;

		for (int word = 0; word < ADDRESS_WORDS; word++)
			difference |= (address->word[word] & network->mask.word[word]) ^
				      network->address.word[word];
		if (i < networks->FN(count) && !difference)
			return true;
	}
	return false;
}

/* May the packet be to an address that is closed? */
static __always_inline bool FN(maybe_closed)(const struct FN(flow_key) *key)
{
	return closes_addresses &&
	       (test_bit(&vip_bits, FN(filter_bit)(&key->destination, 0, IPPROTO_TCP)) ||
		FN(is_unallocated)(&key->destination));
}
