/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The fast path on XDP, native mode, Ethernet devices. A packet that it passes meets the programs on
 * tc as if this one were not there.
 */
#define FAMILY 4
#include "xdp_path.h"
#undef FAMILY
#define FAMILY 6
#include "xdp_path.h"
#undef FAMILY

static __always_inline verdict_t enter(struct xdp_md *context)
{
	struct ethhdr *link = (void *)(long)context->data;

	if ((void *)(link + 1) > (void *)(long)context->data_end)
		return UP(REASON_PASS_TRUNCATED);
	if (link->h_proto == bpf_htons(ETH_P_IP))
		return send_on_fast4(context);
	if (link->h_proto == bpf_htons(ETH_P_IPV6))
		return send_on_fast6(context);
	if (link->h_proto == bpf_htons(ETH_P_8021Q) || link->h_proto == bpf_htons(ETH_P_8021AD))
		return UP(REASON_PASS_VLAN);
	return UP(REASON_PASS_NOT_IP);
}

SEC("xdp")
int xdp_ingress(struct xdp_md *context)
{
	const verdict_t verdict = enter(context);

	count_verdict(HOOK_XDP, verdict, 1);
	return action_of(verdict);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
