/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finds connected UDP sockets whose backend is gone. The kernel walks the sockets that have a value in
 * `socket_state`, in all network namespaces, and calls this for each; what it writes is read by the
 * controller, which destroys them. (Iterators over a storage map: kernel 5.9, with BTF.)
 */
#define FAMILY 4
#include "family.h"
#include "select.h"
#undef FAMILY
#define FAMILY 6
#include "family.h"
#include "select.h"
#undef FAMILY
#include <bpf/bpf_core_read.h>

/* bpf_get_socket_cookie exists for iterators (kernel 5.12). */
const volatile bool can_make_cookies = true;

#define TCP_ESTABLISHED 1 /* a connected socket, of UDP, too */
#define ANY_COOKIE 0xffffffff

/* The kernel's structures as far as they are read; libbpf finds where the fields are. */
#define KERNEL __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL;

struct net {
	struct ns_common ns;
} KERNEL;

typedef struct {
	struct net *net;
} KERNEL possible_net_t;

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
} KERNEL;

typedef struct {
	__s64 counter;
} KERNEL atomic64_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
} KERNEL;

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
} KERNEL;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	struct socket_state *value;
} KERNEL;

static __always_inline void read_address(const struct in6_addr *from, struct address6 *to)
{
	for (int i = 0; i < 4; i++)
		to->word[i] = from->in6_u.u6_addr32[i];
}

/* Fills in both ends; `peer` is the peer in the form that translations have. */
static __always_inline void read_ends(struct sock *socket, struct stale_socket *stale,
				      struct address6 *peer)
{
	stale->family = socket->__sk_common.skc_family;
	stale->source_port = bpf_htons(socket->__sk_common.skc_num);
	stale->peer_port = socket->__sk_common.skc_dport;
	if (stale->family == AF_INET) {
		stale->source.word[0] = socket->__sk_common.skc_rcv_saddr;
		stale->peer.word[0] = socket->__sk_common.skc_daddr;
		peer->word[2] = bpf_htonl(0xffff);
		peer->word[3] = stale->peer.word[0];
	} else {
		read_address(&socket->__sk_common.skc_v6_rcv_saddr, &stale->source);
		read_address(&socket->__sk_common.skc_v6_daddr, &stale->peer);
		*peer = stale->peer;
	}
}

/*
 * Did a Service lead the socket to its peer, and is that backend gone? No if the socket called the
 * peer itself, and no if the peer serves another Service of the socket still.
 */
static __always_inline bool is_stale(const struct socket_state *state, const struct address6 *peer,
				     __be16 port)
{
	const bool mapped = peer->word[0] == 0 && peer->word[1] == 0 &&
			    peer->word[2] == bpf_htonl(0xffff);
	bool stale = false;

	/* The verifier takes constant offsets only in a value that an iterator is given. */
#pragma unroll
	for (int i = 0; i < SOCKET_TRANSLATIONS; i++) {
		const __u32 id = state->translations[i].backend_id;
		const __u32 generation = state->translations[i].generation;
		const struct address6 backend = state->translations[i].backend;

		if (!id || state->translations[i].backend_port != port ||
		    !same_address6(&backend, peer))
			continue;
		if (mapped ? !backend_gone4(id, generation) : !backend_gone6(id, generation))
			return false;
		stale = true;
	}
	return stale;
}

SEC("iter/bpf_sk_storage_map")
int list_stale_sockets(struct bpf_iter__bpf_sk_storage_map *context)
{
	const struct socket_state *state = context->value;
	struct sock *socket = context->sk;
	struct stale_socket stale = {};
	struct address6 peer = {};
	__u64 cookie;

	if (!socket || !state || socket->sk_protocol != IPPROTO_UDP ||
	    socket->__sk_common.skc_state != TCP_ESTABLISHED)
		return 0;
	read_ends(socket, &stale, &peer);
	if (!is_stale(state, &peer, stale.peer_port))
		return 0;
	stale.namespace_number = socket->__sk_common.skc_net.net->ns.inum;
	stale.device = socket->__sk_common.skc_bound_dev_if;
	cookie = can_make_cookies ? bpf_get_socket_cookie(socket)
				  : (__u64)socket->__sk_common.skc_cookie.counter;
	stale.cookie[0] = cookie ? (__u32)cookie : ANY_COOKIE;
	stale.cookie[1] = cookie ? (__u32)(cookie >> 32) : ANY_COOKIE;
	bpf_seq_write(context->meta->seq, &stale, sizeof(stale));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
