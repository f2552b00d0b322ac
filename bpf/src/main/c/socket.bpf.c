/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The socket hooks: a socket that calls a VIP is connected to a backend at once, so that its packets
 * need no translation. What the hook did is kept as long as the socket is there: of a datagram socket
 * in its own storage, of a TCP socket in a table.
 *
 * The "6" programs also serve IPv4: a dual-stack socket calls ::ffff:a.b.c.d (every JVM does). A mapped
 * datagram leaves by sendmsg4 and its answer comes by recvmsg6, so the storage knows no family:
 * IPv4 is kept in its mapped form.
 */
#include "call.h"
#include "socket_state.h"
#include "stats.h"

#define ALLOW 1
#define REFUSE 0

#define ECONNREFUSED 111
#define EHOSTUNREACH 113

/* Backends that are looked at for one that no other frontend of the socket has. */
#define BACKEND_TRIES 4

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

/*
 * Chooses a backend for a datagram socket; false if there is none. If a valid slot has the backend for
 * another frontend, those next to it in the list are tried; `clash` is the place of that slot if all
 * tries ended so, else NO_PLACE.
 */
static __always_inline bool choose_apart(struct bpf_sock_addr *context, const struct service *service,
					 const struct node *self, const struct endpoint *called,
					 struct translation *translation, __u32 *clash)
{
	const struct list list = list_of(service, true);
	/* One place of the list further at every step, round a circle of 2^32. */
	const __u32 step = list.region.length ? 0xffffffff / list.region.length + 1 : 0;
	const int tries = service->affinity_seconds ? 1 : BACKEND_TRIES;
	__u32 hash = bpf_get_prandom_u32();
	struct endpoint backend;

	*clash = NO_PLACE;
	for (int try = 0; try < tries; try++) {
		if (!choose_translation(service, self, &list, hash, called, translation))
			return false;
		backend.address = translation->backend;
		backend.port = translation->backend_port;
		*clash = place_naming(context, ENDPOINT_NUMBERS(&backend));
		if (*clash == NO_PLACE)
			return true;
		hash += step;
	}
	return true;
}

static __always_inline int left_to_packets(void)
{
	count_reason(HOOK_SOCKET, REASON_PASS_LEFT_TO_PACKETS);
	return ALLOW;
}

/*
 * The packet path is to open a flow for a pod's datagram socket. It might choose a backend that the
 * socket sends to itself, and their replies could not be told apart. So the flow takes another
 * port; or, if the hook has translated nothing so far, it leaves all of the socket to the packet
 * path, which tells its own flows apart.
 */
static __always_inline void keep_apart(const struct bpf_sock *socket, struct socket_state *state,
				       const struct endpoint *called)
{
	struct shared_port shared = {
		.frontend = called->address,
		.frontend_port = called->port,
	};
	__u32 nothing = 0;

	if (!has_slots(state)) {
		state->by_packets = true;
		return;
	}
	shared.port = bpf_htons((__u16)socket->src_port);
	/* Written once, not with every datagram; the look keeps it young. */
	if (!bpf_map_lookup_elem(&shared_port, &shared))
		bpf_map_update_elem(&shared_port, &shared, &nothing, BPF_ANY);
}

/* An event about a call that was refused. The socket has no source yet, and no device. */
static __always_inline void sample_call(const struct endpoint *called, __u8 protocol,
					enum reason reason)
{
	struct event *event = begin_event(EVENT_VERDICT, reason);

	if (!event)
		return;
	event->hook = HOOK_SOCKET;
	event->family = is_mapped(&called->address) ? 4 : 6;
	event->protocol = protocol;
	event->destination = called->address;
	event->destination_port = called->port;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* The socket is not to reach a backend. */
static __always_inline int refuse(const struct endpoint *called, __u8 protocol, enum reason reason,
				  bool own, bool sending)
{
	if (!can_refuse(reason, own, protocol == IPPROTO_UDP, sending))
		return left_to_packets();
	bpf_set_retval(reason == REASON_REJECT_NO_BACKEND ? -ECONNREFUSED : -EHOSTUNREACH);
	if (is_sampled(reason, count_reason(HOOK_SOCKET, reason), 1))
		sample_call(called, protocol, reason);
	return REFUSE;
}

/* Leads the socket to the backend. */
static __always_inline int lead_to(const struct translation *translation, struct endpoint *called,
				   bool *changed)
{
	called->address = translation->backend;
	called->port = translation->backend_port;
	*changed = true;
	count_reason(HOOK_SOCKET, REASON_CONNECTED);
	return ALLOW;
}

/* Connects a TCP socket that the hook may decide about. */
static __always_inline int connect_stream(struct bpf_sock_addr *context, struct endpoint *called,
					  bool *changed, const struct service *service,
					  const struct node *self, bool own)
{
	const struct list list = list_of(service, true);
	struct translation translation = {};
	__u64 cookie;

	if (!choose_translation(service, self, &list, bpf_get_prandom_u32(), called, &translation))
		return refuse(called, IPPROTO_TCP, without_backend(service), own, false);
	cookie = bpf_get_socket_cookie(context);
	/* Connecting is worth more than the name. */
	if (bpf_map_update_elem(&connected_to, &cookie, &translation, BPF_ANY))
		count_pressure(PRESSURE_SOCKET_STORAGE);
	count_service(service->id, 1, 0, 0);
	return lead_to(&translation, called, changed);
}

/*
 * Makes the slot of a datagram socket's call that the hook may decide. Returns NULL if there is none,
 * and what the program is to return then in `verdict`.
 *
 * Two frontends of one socket must not share a backend. A pod's datagrams to the second one go by
 * packets; otherwise (connect() has one peer; the node's own sockets have no packet path) the newer
 * frontend takes the backend over.
 */
static __always_inline struct translation *make_slot(struct bpf_sock_addr *context,
						     const struct endpoint *called,
						     const struct service *service,
						     const struct node *self,
						     const struct bpf_sock *socket,
						     struct socket_state *state, bool own,
						     bool sending, int *verdict)
{
	struct translation translation = {};
	struct translation *slot;
	__u32 clash;

	if (!choose_apart(context, service, self, called, &translation, &clash)) {
		*verdict = refuse(called, IPPROTO_UDP, without_backend(service), own, sending);
		return NULL;
	}
	if (clash != NO_PLACE && sending && !own) {
		keep_apart(socket, state, called);
		*verdict = left_to_packets();
		return NULL;
	}
	if (clash != NO_PLACE)
		state->translations[clash % SOCKET_TRANSLATIONS].backend_id = 0;
	slot = &state->translations[place_for(context, ENDPOINT_NUMBERS(called)) %
				    SOCKET_TRANSLATIONS];
	*slot = translation;
	count_service(service->id, 1, 0, 0);
	return slot;
}

/*
 * The socket calls by itself what a Service may have led it to before: the peer is no Service's any
 * more, neither by name nor when the Service leaves that backend.
 */
static __always_inline void forget_backend(struct bpf_sock_addr *context,
					   const struct endpoint *called)
{
	struct socket_state *state = bpf_sk_storage_get(&socket_state, context->sk, NULL, 0);
	__u32 place;

	if (!state)
		return;
	place = place_naming(context, ENDPOINT_NUMBERS(called));
	if (place != NO_PLACE)
		state->translations[place % SOCKET_TRANSLATIONS].backend_id = 0;
}

/* A datagram socket's call to a Service. `by_packets` says that the packet path is to translate it. */
static __always_inline int call_by_datagram(struct bpf_sock_addr *context, struct endpoint *called,
					    bool *changed, bool sending, const struct service *service,
					    const struct node *self, bool own, bool by_packets)
{
	struct bpf_sock *socket = context->sk;
	struct socket_state *state;
	struct translation *slot;
	int verdict = ALLOW;

	state = bpf_sk_storage_get(&socket_state, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state) {
		count_pressure(PRESSURE_SOCKET_STORAGE);
		return left_to_packets();
	}
	if (by_packets) {
		keep_apart(socket, state, called);
		return left_to_packets();
	}
	if (state->by_packets)
		return left_to_packets();
	slot = slot_of(state, called);
	/* connect() chooses anew: the former choice is nobody's. */
	if (slot && !sending)
		slot->backend_id = 0;
	/* A socket keeps to the backend that it has for a frontend as long as that is valid. */
	if (!sending || !slot || !is_valid(slot))
		slot = make_slot(context, called, service, self, socket, state, own, sending,
				 &verdict);
	return slot ? lead_to(slot, called, changed) : verdict;
}

/*
 * Translates `called` in place; it is left alone when the answer is not the hook's to give.
 * Returns ALLOW or REFUSE; `changed` says whether `called` is to be written back.
 */
static __always_inline int call(struct bpf_sock_addr *context, struct endpoint *called, bool *changed,
				bool sending)
{
	const __u8 protocol = (__u8)context->protocol;
	const bool datagram = protocol == IPPROTO_UDP;
	struct service *service;
	struct node *self;
	enum reason reason;
	__u32 zero = 0;
	bool own;

	*changed = false;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) {
		count_reason(HOOK_SOCKET, REASON_PASS_PROTOCOL);
		return ALLOW;
	}
	service = find_service(called, protocol);
	if (!service && !is_unallocated(called)) {
		if (datagram && !sending)
			forget_backend(context, called);
		count_reason(HOOK_SOCKET, REASON_PASS_NOT_SERVICE);
		return ALLOW;
	}
	self = bpf_map_lookup_elem(&node, &zero);
	if (!self)
		return ALLOW;
	own = self->netns_cookie == bpf_get_netns_cookie(context);
	reason = judge(service, own);
	if (is_refusal(reason) || !service)
		return refuse(called, protocol, reason, own, sending);
	if (reason == REASON_PASS_NOT_SERVICE) {
		count_reason(HOOK_SOCKET, reason);
		return ALLOW;
	}
	if (reason == REASON_PASS_LEFT_TO_PACKETS && (node_sockets_only || !datagram))
		return left_to_packets();
	if (!datagram)
		return connect_stream(context, called, changed, service, self, own);
	return call_by_datagram(context, called, changed, sending, service, self, own,
				reason == REASON_PASS_LEFT_TO_PACKETS);
}

/* The translation that led a socket to this backend, or NULL. */
static __always_inline struct translation *translation_to(struct bpf_sock_addr *context,
							  const struct endpoint *backend)
{
	struct translation *translation;
	struct socket_state *state;
	__u64 cookie;

	if (context->protocol == IPPROTO_TCP) {
		cookie = bpf_get_socket_cookie(context);
		translation = bpf_map_lookup_elem(&connected_to, &cookie);
		return translation && same_endpoint(&translation->backend,
						    translation->backend_port, backend)
			       ? translation
			       : NULL;
	}
	state = bpf_sk_storage_get(&socket_state, context->sk, NULL, 0);
	return state ? slot_naming(state, backend) : NULL;
}

/* Shows the VIP instead of the backend: the reverse of call(), for what the socket is told. */
static __always_inline bool name_peer(struct bpf_sock_addr *context, struct endpoint *peer)
{
	const struct translation *slot = translation_to(context, peer);

	if (!slot)
		return false;
	peer->address = slot->frontend;
	peer->port = slot->frontend_port;
	count_reason(HOOK_SOCKET, REASON_NAMED);
	return true;
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

/* A socket goes: its place is free for the next connection. */
SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *socket)
{
	__u64 cookie;

	if (socket->protocol != IPPROTO_TCP)
		return ALLOW;
	cookie = bpf_get_socket_cookie(socket);
	/* Most were not connected by a hook, and a look takes no lock. */
	if (bpf_map_lookup_elem(&connected_to, &cookie))
		bpf_map_delete_elem(&connected_to, &cookie);
	return ALLOW;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
