/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What becomes of a call to a VIP: the decision of the socket hooks without the socket, so that `sluice
 * trace` can ask for it, too.
 */
#ifndef SLUICE_CALL_H
#define SLUICE_CALL_H

#define FAMILY 4
#include "family.h"
#include "select.h"
#include "filters.h"
#include "closed.h"
#undef FAMILY
#define FAMILY 6
#include "family.h"
#include "select.h"
#include "filters.h"
#include "closed.h"
#undef FAMILY

/* bpf_set_retval exists (kernel 5.18); without it a refusal is left to the packet path. */
const volatile bool can_set_errno = true;
/* Only sockets of the node itself are translated; pods' packets are met at their devices. */
const volatile bool node_sockets_only = false;

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

/*
 * Chooses for a socket. With session affinity only the node's own sockets come here: their client is
 * the node's address, which the kernel is about to choose as the source.
 */
#define CHOOSE_TRANSLATION(FAMILY_NUMBER)                                                          \
	static __always_inline bool choose_translation##FAMILY_NUMBER(                             \
		const struct service *service, const struct node *self, const struct list *list,   \
		__u32 hash, struct translation *translation)                                       \
	{                                                                                          \
		struct affinity_key##FAMILY_NUMBER client = {                                      \
			.client = self->snat##FAMILY_NUMBER,                                       \
			.service = service->id,                                                    \
		};                                                                                 \
		struct choice##FAMILY_NUMBER choice;                                               \
		const bool found =                                                                 \
			service->affinity_seconds                                                  \
				? choose_pinned##FAMILY_NUMBER(&client, service->affinity_seconds, \
							       list, hash, &choice)                \
				: choose_backend##FAMILY_NUMBER(list->region, hash, &choice);      \
                                                                                                   \
		if (!found)                                                                        \
			return false;                                                              \
		map_address##FAMILY_NUMBER(&choice.backend.address, &translation->backend);        \
		translation->backend_port = choice.backend.port;                                   \
		translation->backend_id = choice.id;                                               \
		translation->generation = choice.backend.generation;                               \
		return true;                                                                       \
	}

CHOOSE_TRANSLATION(4)
CHOOSE_TRANSLATION(6)

/* Chooses a backend for a call and fills in all of `translation`; false if there is none. */
static __always_inline bool choose_translation(const struct service *service, const struct node *self,
					       const struct list *list, __u32 hash,
					       const struct endpoint *called,
					       struct translation *translation)
{
	translation->frontend = called->address;
	translation->frontend_port = called->port;
	return is_mapped(&called->address)
		       ? choose_translation4(service, self, list, hash, translation)
		       : choose_translation6(service, self, list, hash, translation);
}

/*
 * What the hook says about a call before it looks for a backend: REASON_CONNECTED stands for "choose
 * one". Without a Service the address is one that is nobody's.
 */
static __always_inline enum reason judge(const struct service *service, bool own)
{
	if (!service)
		return REASON_DROP_UNALLOCATED;
	if (!own && service->flags & SERVICE_NODE_SOCKETS_ONLY)
		return REASON_PASS_NOT_SERVICE;
	if (!own && (node_sockets_only || service->flags & SERVICE_PODS_BY_PACKET))
		return REASON_PASS_LEFT_TO_PACKETS;
	if (own && service->flags & SERVICE_NODE_SHUT_OUT)
		return REASON_DROP_SOURCE;
	return REASON_CONNECTED;
}

static __always_inline bool is_refusal(enum reason reason)
{
	return reason >= REASON_REJECT_NO_BACKEND;
}

static __always_inline enum reason without_backend(const struct service *service)
{
	return service->flags & SERVICE_INTERNAL_DROP ? REASON_DROP_NO_BACKEND
						      : REASON_REJECT_NO_BACKEND;
}

/*
 * Can the hook refuse? A drop must look like silence to a pod, which only the packet path can give. A
 * datagram socket's connect() never fails, and a pod's datagram is answered by the packet path; the
 * node's own has none, so sending it fails.
 */
static __always_inline bool can_refuse(enum reason reason, bool own, bool datagram, bool sending)
{
	const bool drop = reason != REASON_REJECT_NO_BACKEND;

	return can_set_errno && !(datagram && !(own && sending)) && !(drop && !own);
}

#endif
