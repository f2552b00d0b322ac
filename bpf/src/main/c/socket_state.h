/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a datagram socket remembers of its translations. No two valid ones name the same backend, for
 * a datagram says no more than which backend it comes from: the backend tells which frontend was
 * called.
 */
#ifndef SLUICE_SOCKET_STATE_H
#define SLUICE_SOCKET_STATE_H

#include "call.h"
#include "verdict.h"

/* What datagram sockets remember. Freed with the socket: nothing to collect, nothing to evict. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_state);
} socket_state SEC(".maps");

static __always_inline bool same_endpoint(const struct address6 *address, __be16 port,
					  const struct endpoint *endpoint)
{
	return port == endpoint->port && same_address6(address, &endpoint->address);
}

static __always_inline bool is_valid(const struct translation *translation)
{
	if (!translation->backend_id)
		return false;
	if (is_mapped(&translation->backend))
		return !backend_gone4(translation->backend_id, translation->generation);
	return !backend_gone6(translation->backend_id, translation->generation);
}

/* The slot of this frontend. */
static __always_inline struct translation *slot_of(struct socket_state *state,
						   const struct endpoint *called)
{
	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		struct translation *slot = &state->translations[i];

		if (slot->backend_id && same_endpoint(&slot->frontend, slot->frontend_port, called))
			return slot;
	}
	return NULL;
}

/*
 * The slot that names this backend: a valid one if there is one, else one whose backend is gone, for
 * replies that were on their way.
 */
static __always_inline struct translation *slot_naming(struct socket_state *state,
						       const struct endpoint *backend)
{
	struct translation *stale = NULL;

	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		struct translation *slot = &state->translations[i];

		if (!slot->backend_id || !same_endpoint(&slot->backend, slot->backend_port, backend))
			continue;
		if (is_valid(slot))
			return slot;
		stale = slot;
	}
	return stale;
}

static __always_inline bool has_slots(const struct socket_state *state)
{
	__u32 ids = 0;

	for (int i = 0; i < SOCKET_TRANSLATIONS; i++)
		ids |= state->translations[i].backend_id;
	return ids;
}

/*
 * The functions below serve a call that needs a new translation. For the verifier each place that
 * such a search may end at is a path of its own, and paths multiply; here they end at a number that
 * it knows nothing about. Kernel 5.10 hands such functions the context and numbers only, so an
 * endpoint comes as the halves of its address and its port.
 */
#define NO_PLACE SOCKET_TRANSLATIONS

#define ENDPOINT_NUMBERS(ENDPOINT)                                                                 \
	(__u64)(ENDPOINT)->address.word[0] << 32 | (ENDPOINT)->address.word[1],                    \
		(__u64)(ENDPOINT)->address.word[2] << 32 | (ENDPOINT)->address.word[3],            \
		(ENDPOINT)->port

static __always_inline struct endpoint endpoint_of(__u64 high, __u64 low, __u32 port)
{
	const struct endpoint endpoint = {
		.address.word = {(__u32)(high >> 32), (__u32)high, (__u32)(low >> 32), (__u32)low},
		.port = (__be16)port,
	};

	return endpoint;
}

/* The place of the slot for a frontend: its own, else a free one, else the oldest. */
VERIFIED_APART __u32 place_for(struct bpf_sock_addr *context, __u64 high, __u64 low, __u32 port)
{
	struct socket_state *state = bpf_sk_storage_get(&socket_state, context->sk, NULL, 0);
	const struct endpoint called = endpoint_of(high, low, port);
	struct translation *slot;
	__u32 place = NO_PLACE;

	if (!state)
		return 0;
	for (int i = SOCKET_TRANSLATIONS - 1; i >= 0; i--) {
		slot = &state->translations[i];
		if (!slot->backend_id)
			place = i;
	}
	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		slot = &state->translations[i];
		if (slot->backend_id && same_endpoint(&slot->frontend, slot->frontend_port, &called))
			place = i;
	}
	return place != NO_PLACE ? place : state->oldest++ % SOCKET_TRANSLATIONS;
}

/* The place of the valid slot that names this backend, or NO_PLACE. */
VERIFIED_APART __u32 place_naming(struct bpf_sock_addr *context, __u64 high, __u64 low, __u32 port)
{
	struct socket_state *state = bpf_sk_storage_get(&socket_state, context->sk, NULL, 0);
	const struct endpoint backend = endpoint_of(high, low, port);

	if (!state)
		return NO_PLACE;
	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		struct translation *slot = &state->translations[i];

		if (same_endpoint(&slot->backend, slot->backend_port, &backend) && is_valid(slot))
			return i;
	}
	return NO_PLACE;
}

#endif
