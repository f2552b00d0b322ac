/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The packet path on tc: complete on its own for every packet that enters by a device. Attached by
 * tcx where the kernel has it, by clsact elsewhere. Loaded once per length of link header.
 */
#define FAMILY 4
#include "path.h"
#undef FAMILY
#define FAMILY 6
#include "path.h"
#undef FAMILY

static __always_inline verdict_t ingress(struct __sk_buff *skb)
{
	verdict_t found;

	if (skb->vlan_present)
		return verdict(REASON_PASS_VLAN, PASS);
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		found = ingress4(skb);
		return found == TO_BE_OPENED ? open_flow4(skb) : found;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		found = ingress6(skb);
		return found == TO_BE_OPENED ? open_flow6(skb) : found;
	}
	return verdict(REASON_PASS_NOT_IP, PASS);
}

static __always_inline verdict_t egress(struct __sk_buff *skb)
{
	if (skb->vlan_present)
		return verdict(REASON_PASS_VLAN, PASS);
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return egress4(skb);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return egress6(skb);
	return verdict(REASON_PASS_NOT_IP, PASS);
}

SEC("tc")
int tc_ingress(struct __sk_buff *skb)
{
	return count_verdict(HOOK_TC_INGRESS, ingress(skb));
}

SEC("tc")
int tc_egress(struct __sk_buff *skb)
{
	return count_verdict(HOOK_TC_EGRESS, egress(skb));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
