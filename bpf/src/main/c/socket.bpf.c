/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The socket hooks: a socket that calls a VIP is connected to a backend at once, so that its packets
 * need no translation. What the hook did is kept in the socket's own storage, which goes with it.
 *
 * The "6" programs also serve IPv4: a dual-stack socket calls ::ffff:a.b.c.d (every JVM does). A mapped
 * datagram leaves by sendmsg4 and its answer comes by recvmsg6, so the storage knows no family:
 * IPv4 is kept in its mapped form.
 */
#define FAMILY 4
#include "family.h"
#include "select.h"
#include "bitmap.h"
#include "closed.h"
#undef FAMILY
#define FAMILY 6
#include "family.h"
#include "select.h"
#include "bitmap.h"
#include "closed.h"
#undef FAMILY
#include "stats.h"

/* bpf_set_retval exists (kernel 5.18); without it a refusal is left to the packet path. */
const volatile bool can_set_errno = true;
/* Only sockets of the node itself are translated; pods' packets are met at their devices. */
const volatile bool node_sockets_only = false;

#define ALLOW 1
#define REFUSE 0

#define ECONNREFUSED 111
#define EHOSTUNREACH 113
#define SOCK_STREAM 1

/* What sockets remember. Freed with the socket: nothing to collect, nothing to evict. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_state);
} socket_state SEC(".maps");

/* One end of a call, IPv4 in its mapped form. */
struct endpoint {
	struct address6 address;
	__be16 port;
};

static __always_inline bool is_mapped(const struct address6 *address)
{
	return address->word[0] == 0 && address->word[1] == 0 &&
	       address->word[2] == bpf_htonl(0xffff);
}

static __always_inline void read_endpoint4(struct bpf_sock_addr *context, struct endpoint *endpoint)
{
	endpoint->address.word[0] = 0;
	endpoint->address.word[1] = 0;
	endpoint->address.word[2] = bpf_htonl(0xffff);
	endpoint->address.word[3] = context->user_ip4;
	endpoint->port = (__be16)context->user_port;
}

static __always_inline void read_endpoint6(struct bpf_sock_addr *context, struct endpoint *endpoint)
{
	endpoint->address.word[0] = context->user_ip6[0];
	endpoint->address.word[1] = context->user_ip6[1];
	endpoint->address.word[2] = context->user_ip6[2];
	endpoint->address.word[3] = context->user_ip6[3];
	endpoint->port = (__be16)context->user_port;
}

static __always_inline void write_endpoint4(struct bpf_sock_addr *context,
					    const struct endpoint *endpoint)
{
	context->user_ip4 = endpoint->address.word[3];
	context->user_port = endpoint->port;
}

static __always_inline void write_endpoint6(struct bpf_sock_addr *context,
					    const struct endpoint *endpoint)
{
	context->user_ip6[0] = endpoint->address.word[0];
	context->user_ip6[1] = endpoint->address.word[1];
	context->user_ip6[2] = endpoint->address.word[2];
	context->user_ip6[3] = endpoint->address.word[3];
	context->user_port = endpoint->port;
}

static __always_inline bool same_endpoint(const struct address6 *address, __be16 port,
					  const struct endpoint *endpoint)
{
	return port == endpoint->port && same_address6(address, &endpoint->address);
}

static __always_inline struct service *find_service(const struct endpoint *called, __u8 protocol)
{
	if (is_mapped(&called->address)) {
		struct frontend4 frontend = {
			.address.word[0] = called->address.word[3],
			.port = called->port,
			.protocol = protocol,
		};

		return find_service4(&frontend);
	}
	struct frontend6 frontend = {
		.address = called->address,
		.port = called->port,
		.protocol = protocol,
	};

	return find_service6(&frontend);
}

/* A ClusterIP that no Service has. */
static __always_inline bool is_unallocated(const struct endpoint *called)
{
	const struct address4 mapped = {.word[0] = called->address.word[3]};

	return is_mapped(&called->address) ? is_unallocated4(&mapped)
					   : is_unallocated6(&called->address);
}

/* Writes a backend's address in the family-neutral form. */
static __always_inline void write_backend4(const struct backend4 *backend, struct address6 *address)
{
	address->word[0] = 0;
	address->word[1] = 0;
	address->word[2] = bpf_htonl(0xffff);
	address->word[3] = backend->address.word[0];
}

static __always_inline void write_backend6(const struct backend6 *backend, struct address6 *address)
{
	*address = backend->address;
}

/*
 * Chooses for a socket. With session affinity only the node's own sockets come here: their client is
 * the node's address, which the kernel is about to choose as the source.
 */
#define CHOOSE_TRANSLATION(FAMILY_NUMBER)                                                          \
	static __always_inline bool choose_translation##FAMILY_NUMBER(                             \
		const struct service *service, const struct node *self,                            \
		struct translation *translation)                                                   \
	{                                                                                          \
		const struct list list = list_of(service, true);                                   \
		struct affinity_key##FAMILY_NUMBER client = {                                      \
			.client = self->snat##FAMILY_NUMBER,                                       \
			.service = service->id,                                                    \
		};                                                                                 \
		struct choice##FAMILY_NUMBER choice;                                               \
		const bool pinned = service->affinity_seconds &&                                   \
				    find_pin##FAMILY_NUMBER(&client, service->affinity_seconds,    \
							    &list, &choice);                       \
                                                                                                   \
		if (!pinned && !choose_backend##FAMILY_NUMBER(list.region, bpf_get_prandom_u32(),  \
							      &choice))                            \
			return false;                                                              \
		if (service->affinity_seconds)                                                     \
			set_pin##FAMILY_NUMBER(&client, &choice);                                  \
		write_backend##FAMILY_NUMBER(&choice.backend, &translation->backend);              \
		translation->backend_port = choice.backend.port;                                   \
		translation->backend_id = choice.id;                                               \
		translation->generation = choice.backend.generation;                               \
		return true;                                                                       \
	}

CHOOSE_TRANSLATION(4)
CHOOSE_TRANSLATION(6)

/* Chooses a backend and describes the translation; false if there is none. */
static __always_inline bool choose_translation(const struct service *service,
					       const struct node *self,
					       const struct endpoint *called,
					       struct translation *translation)
{
	translation->frontend = called->address;
	translation->frontend_port = called->port;
	return is_mapped(&called->address)
		       ? choose_translation4(service, self, translation)
		       : choose_translation6(service, self, translation);
}

static __always_inline bool is_valid(const struct translation *translation)
{
	if (!translation->backend_id)
		return false;
	if (is_mapped(&translation->backend))
		return !backend_gone4(translation->backend_id, translation->generation);
	return !backend_gone6(translation->backend_id, translation->generation);
}

/* The slot for a call: the one of the same frontend, else the oldest. */
static __always_inline struct translation *slot_for(struct socket_state *state,
						    const struct endpoint *called)
{
	__u32 oldest;

	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		struct translation *slot = &state->translations[i];

		if (slot->backend_id && same_endpoint(&slot->frontend, slot->frontend_port, called))
			return slot;
	}
	oldest = state->oldest++ % SOCKET_TRANSLATIONS;
	return &state->translations[oldest];
}

/*
 * The socket is not to reach a backend. A drop must look like silence to a pod, which only the packet
 * path can give. A datagram socket's connect() never fails, and a pod's datagram is answered by the
 * packet path; the node's own has none, so sending it fails.
 */
static __always_inline int refuse(enum reason reason, bool own, bool datagram, bool sending)
{
	const bool drop = reason != REASON_REJECT_NO_BACKEND;

	if (!can_set_errno || (datagram && !(own && sending)) || (drop && !own)) {
		count_reason(HOOK_SOCKET, REASON_PASS_LEFT_TO_PACKETS);
		return ALLOW;
	}
	bpf_set_retval(drop ? -EHOSTUNREACH : -ECONNREFUSED);
	count_reason(HOOK_SOCKET, reason);
	return REFUSE;
}

/*
 * Translates `called` in place. A datagram socket keeps to the backend that it has for a frontend as
 * long as that is valid; `called` is left alone when the answer is not the hook's to give.
 * Returns ALLOW or REFUSE; `changed` says whether `called` is to be written back.
 */
static __always_inline int call(struct bpf_sock_addr *context, struct endpoint *called, bool *changed,
				bool sending)
{
	const __u8 protocol = (__u8)context->protocol;
	const bool datagram = protocol == IPPROTO_UDP;
	struct translation translation = {};
	struct socket_state *state;
	struct translation *slot;
	struct service *service;
	struct node *self;
	__u32 zero = 0;
	bool own;

	*changed = false;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) {
		count_reason(HOOK_SOCKET, REASON_PASS_PROTOCOL);
		return ALLOW;
	}
	service = find_service(called, protocol);
	if (!service && !is_unallocated(called)) {
		count_reason(HOOK_SOCKET, REASON_PASS_NOT_SERVICE);
		return ALLOW;
	}
	self = bpf_map_lookup_elem(&node, &zero);
	if (!self)
		return ALLOW;
	own = self->netns_cookie == bpf_get_netns_cookie(context);
	if (!service)
		return refuse(REASON_DROP_UNALLOCATED, own, datagram, sending);
	if (!own && service->flags & SERVICE_NODE_SOCKETS_ONLY) {
		count_reason(HOOK_SOCKET, REASON_PASS_NOT_SERVICE);
		return ALLOW;
	}
	if (!own && (node_sockets_only || service->flags & SERVICE_PODS_BY_PACKET)) {
		count_reason(HOOK_SOCKET, REASON_PASS_LEFT_TO_PACKETS);
		return ALLOW;
	}
	if (own && service->flags & SERVICE_NODE_SHUT_OUT)
		return refuse(REASON_DROP_SOURCE, own, datagram, sending);
	state = bpf_sk_storage_get(&socket_state, context->sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state) {
		count_pressure(PRESSURE_SOCKET_STORAGE);
		count_reason(HOOK_SOCKET, REASON_PASS_LEFT_TO_PACKETS);
		return ALLOW;
	}
	slot = slot_for(state, called);
	if (!sending || !same_endpoint(&slot->frontend, slot->frontend_port, called) ||
	    !is_valid(slot)) {
		if (!choose_translation(service, self, called, &translation))
			return refuse(service->flags & SERVICE_INTERNAL_DROP
					      ? REASON_DROP_NO_BACKEND
					      : REASON_REJECT_NO_BACKEND,
				      own, datagram, sending);
		*slot = translation;
		count_service(service->id, 1, 0, 0);
	}
	called->address = slot->backend;
	called->port = slot->backend_port;
	*changed = true;
	count_reason(HOOK_SOCKET, REASON_CONNECTED);
	return ALLOW;
}

/* Shows the VIP instead of the backend: the reverse of call(), for what the socket is told. */
static __always_inline bool name_peer(struct bpf_sock_addr *context, struct endpoint *peer)
{
	struct socket_state *state = bpf_sk_storage_get(&socket_state, context->sk, NULL, 0);

	if (!state)
		return false;
	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		struct translation *slot = &state->translations[i];

		if (slot->backend_id && same_endpoint(&slot->backend, slot->backend_port, peer)) {
			peer->address = slot->frontend;
			peer->port = slot->frontend_port;
			count_reason(HOOK_SOCKET, REASON_NAMED);
			return true;
		}
	}
	return false;
}

/* One pair of programs per call that carries a destination, one per call that tells a peer. */
#define DESTINATION_HOOK(NAME, FAMILY_NUMBER, SENDING)                                             \
	SEC("cgroup/" #NAME #FAMILY_NUMBER)                                                        \
	int NAME##FAMILY_NUMBER(struct bpf_sock_addr *context)                                     \
	{                                                                                          \
		struct endpoint called;                                                            \
		bool changed;                                                                      \
		int verdict;                                                                       \
                                                                                                   \
		read_endpoint##FAMILY_NUMBER(context, &called);                                    \
		verdict = call(context, &called, &changed, SENDING);                               \
		if (changed)                                                                       \
			write_endpoint##FAMILY_NUMBER(context, &called);                           \
		return verdict;                                                                    \
	}

#define PEER_HOOK(NAME, FAMILY_NUMBER)                                                             \
	SEC("cgroup/" #NAME #FAMILY_NUMBER)                                                        \
	int NAME##FAMILY_NUMBER(struct bpf_sock_addr *context)                                     \
	{                                                                                          \
		struct endpoint peer;                                                              \
                                                                                                   \
		read_endpoint##FAMILY_NUMBER(context, &peer);                                      \
		if (name_peer(context, &peer))                                                     \
			write_endpoint##FAMILY_NUMBER(context, &peer);                             \
		return ALLOW;                                                                      \
	}

DESTINATION_HOOK(connect, 4, false)
DESTINATION_HOOK(connect, 6, false)
DESTINATION_HOOK(sendmsg, 4, true)
DESTINATION_HOOK(sendmsg, 6, true)
PEER_HOOK(recvmsg, 4)
PEER_HOOK(recvmsg, 6)
PEER_HOOK(getpeername, 4)
PEER_HOOK(getpeername, 6)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
