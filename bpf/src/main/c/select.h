/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Picks a backend: policy, topology and weights are already in the region that the plan wrote. */

#ifndef SLUICE_SELECT_ONCE
#define SLUICE_SELECT_ONCE

/* The backend id at a place of a region; 0 when the region is not there. */
static __always_inline __u32 region_slot(struct region region, __u32 hash)
{
	__u32 slot = region.base + (__u32)((__u64)hash * region.length >> 32);
	__u32 block = slot / REGION_BLOCK;
	struct region_block *ids = bpf_map_lookup_elem(&regions, &block);

	return ids ? ids->backend[slot % REGION_BLOCK] : 0;
}

#endif

static __always_inline bool FN(choose_backend)(struct region region, __u32 hash,
					       struct FN(choice) *choice)
{
	struct FN(backend) *stored;

	choice->id = 0;
	if (region.length == 0)
		return false;
	choice->id = region_slot(region, hash);
	stored = bpf_map_lookup_elem(&FN(backend), &choice->id);
	if (!stored)
		return false;
	choice->backend = *stored;
	return choice->backend.flags & BACKEND_IN_USE;
}

/* Has the slot changed hands since? One array read. */
static __always_inline bool FN(backend_gone)(__u32 id, __u32 generation)
{
	struct FN(backend) *stored = bpf_map_lookup_elem(&FN(backend), &id);

	return !stored || stored->generation != generation;
}
