/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Explains the socket hooks for `sluice trace`: programs on cgroups have no test run. */
#include "call.h"
#include <linux/pkt_cls.h>

/* As for the first call of a socket: none of its other translations is in the way. */
static __always_inline bool choose(const struct service *service, const struct node *self,
				   const struct endpoint *called, struct translation *translation)
{
	const struct list list = list_of(service, true);

	return choose_translation(service, self, &list, bpf_get_prandom_u32(), called, translation);
}

/*
 * What the hooks would say to a call. In cb[0..3] comes the address that is called, IPv4 in its mapped
 * form, in cb[4] its port (low half, as it lies in memory), the protocol (bits 16-23) and in bit 24
 * whether the socket is the node's own. cb[0] takes the reason and cb[1] the backend's id. A datagram
 * counts as sent: connect() of its socket never fails.
 */
SEC("tc")
int explain_call(struct __sk_buff *skb)
{
	const __u32 how = skb->cb[4];
	const __u8 protocol = how >> 16 & 0xff;
	const bool own = how >> 24 & 1;
	struct endpoint called = {
		.address.word = {skb->cb[0], skb->cb[1], skb->cb[2], skb->cb[3]},
		.port = (__be16)how,
	};
	struct translation translation = {};
	enum reason reason = REASON_PASS_PROTOCOL;
	struct service *service;
	struct node *self;
	__u32 zero = 0;

	self = bpf_map_lookup_elem(&node, &zero);
	if (self && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)) {
		service = find_service(&called, protocol);
		reason = service || is_unallocated(&called) ? judge(service, own)
							    : REASON_PASS_NOT_SERVICE;
		if (service && reason == REASON_CONNECTED &&
		    !choose(service, self, &called, &translation))
			reason = without_backend(service);
		if (is_refusal(reason) && !can_refuse(reason, own, protocol == IPPROTO_UDP, true))
			reason = REASON_PASS_LEFT_TO_PACKETS;
	}
	skb->cb[0] = reason;
	skb->cb[1] = translation.backend_id;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
