/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Picks a backend: policy, topology and weights are already in the region that the plan wrote. */

#ifndef SLUICE_SELECT_ONCE
#define SLUICE_SELECT_ONCE

#define NANOSECONDS 1000000000ULL

/* One of a Service's two regions, with what its flags say about it. */
struct list {
	struct region region;
	bool maglev;
	bool drop;      /* no backend: stay silent */
	__u8 member;    /* enum backend_flag: the bit of a backend that is in this list */
};

static __always_inline struct list list_of(const struct service *service, bool internal)
{
	struct list list = {};

	if (internal) {
		list.region = service->internal;
		list.maglev = service->flags & SERVICE_INTERNAL_MAGLEV;
		list.drop = service->flags & SERVICE_INTERNAL_DROP;
		list.member = service->flags & SERVICE_INTERNAL_LOCAL ? BACKEND_IN_LOCAL_LIST
								      : BACKEND_IN_CLUSTER_LIST;
	} else {
		list.region = service->external;
		list.maglev = service->flags & SERVICE_EXTERNAL_MAGLEV;
		list.drop = service->flags & SERVICE_EXTERNAL_DROP;
		list.member = service->flags & SERVICE_EXTERNAL_LOCAL ? BACKEND_IN_LOCAL_LIST
								      : BACKEND_IN_CLUSTER_LIST;
	}
	return list;
}

/* The backend id at a place of a region; 0 when the region is not there. */
static __always_inline __u32 region_slot(struct region region, __u32 hash)
{
	__u32 slot = region.base + (__u32)((__u64)hash * region.length >> 32);
	__u32 block = slot / REGION_BLOCK;
	struct region_block *ids = bpf_map_lookup_elem(&regions, &block);

	return ids ? ids->backend[slot % REGION_BLOCK] : 0;
}

#endif

static __always_inline bool FN(read_backend)(__u32 id, struct FN(choice) *choice)
{
	struct FN(backend) *stored;

	choice->id = id;
	stored = bpf_map_lookup_elem(&FN(backend), &choice->id);
	if (!stored)
		return false;
	choice->backend = *stored;
	return choice->backend.flags & BACKEND_IN_USE;
}

static __always_inline bool FN(choose_backend)(struct region region, __u32 hash,
					       struct FN(choice) *choice)
{
	return region.length != 0 && FN(read_backend)(region_slot(region, hash), choice);
}

/*
 * The backend that the client is pinned to, if the pin is young enough, the backend is still the one
 * it was, and it is in the list that applies. A pin made by one way in holds for all of them.
 */
static __always_inline bool FN(find_pin)(const struct FN(affinity_key) *client, __u32 seconds,
					 const struct list *list, struct FN(choice) *choice)
{
	struct affinity *pin = bpf_map_lookup_elem(&FN(affinity), client);

	return pin && bpf_ktime_get_ns() - pin->last_connection <= seconds * NANOSECONDS &&
	       FN(read_backend)(pin->backend, choice) &&
	       choice->backend.generation == pin->generation && choice->backend.flags & list->member;
}

/* Pins the client, or renews its pin: the time runs from its last new connection. */
static __always_inline long FN(set_pin)(const struct FN(affinity_key) *client,
					const struct FN(choice) *choice, __u64 flags)
{
	struct affinity pin = {
		.last_connection = bpf_ktime_get_ns(),
		.backend = choice->id,
		.generation = choice->backend.generation,
	};

	return bpf_map_update_elem(&FN(affinity), client, &pin, flags);
}

/*
 * Chooses for a client that is to be pinned. Of two first connections at once, one makes the pin and
 * the other one finds it in the second round, which also replaces a pin that counts no more.
 */
static __always_inline bool FN(choose_pinned)(const struct FN(affinity_key) *client, __u32 seconds,
					      const struct list *list, __u32 hash,
					      struct FN(choice) *choice)
{
	for (int round = 0; round < 2; round++) {
		const bool pinned = FN(find_pin)(client, seconds, list, choice);

		if (!pinned && !FN(choose_backend)(list->region, hash, choice))
			return false;
		if (!FN(set_pin)(client, choice, pinned || round ? BPF_ANY : BPF_NOEXIST))
			break;
	}
	return true;
}

/* Has the slot changed hands since? One array read. */
static __always_inline bool FN(backend_gone)(__u32 id, __u32 generation)
{
	struct FN(backend) *stored = bpf_map_lookup_elem(&FN(backend), &id);

	return !stored || stored->generation != generation;
}
