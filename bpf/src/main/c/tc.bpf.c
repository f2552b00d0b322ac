/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The packet path on tc: complete on its own for every packet that enters by a device. Attached by
 * tcx where the kernel has it, by clsact elsewhere. Loaded once per length of link header and for what
 * it is to count.
 */
#define FAMILY 4
#include "path.h"
#undef FAMILY
#define FAMILY 6
#include "path.h"
#undef FAMILY
#include "sample.h"

/*
 * A packet that enters. What a family's path leaves open is decided by functions called from here, not
 * from there: their stack frames would add up to more than there is.
 */
#define INGRESS(FAMILY_NUMBER)                                                                     \
	static __always_inline verdict_t enter##FAMILY_NUMBER(struct __sk_buff *skb)               \
	{                                                                                          \
		verdict_t verdict = ingress##FAMILY_NUMBER(skb);                                   \
                                                                                                   \
		if (verdict >= 0)                                                                  \
			return verdict;                                                            \
		if (verdict == IS_FRAGMENT)                                                        \
			verdict = fragment_ingress##FAMILY_NUMBER(skb);                            \
		if (verdict == TO_BE_OPENED)                                                       \
			verdict = open_flow##FAMILY_NUMBER(skb);                                   \
		if (verdict == CARRIES_ERROR)                                                      \
			verdict = error_ingress##FAMILY_NUMBER(skb);                               \
		if (verdict < TOO_BIG)                                                             \
			return refuse_size##FAMILY_NUMBER(skb, TOO_BIG - verdict);                 \
		return verdict;                                                                    \
	}

/* A packet that leaves. */
#define EGRESS(FAMILY_NUMBER)                                                                      \
	static __always_inline verdict_t leave##FAMILY_NUMBER(struct __sk_buff *skb)               \
	{                                                                                          \
		const verdict_t verdict = egress##FAMILY_NUMBER(skb);                              \
                                                                                                   \
		if (verdict >= 0)                                                                  \
			return verdict;                                                            \
		if (verdict == IS_FRAGMENT)                                                        \
			return fragment_egress##FAMILY_NUMBER(skb);                                \
		return error_egress##FAMILY_NUMBER(skb);                                           \
	}

INGRESS(4)
INGRESS(6)
EGRESS(4)
EGRESS(6)

static __always_inline verdict_t enter(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return enter4(skb);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return enter6(skb);
	return verdict(REASON_PASS_NOT_IP, PASS);
}

static __always_inline verdict_t leave(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return leave4(skb);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return leave6(skb);
	return verdict(REASON_PASS_NOT_IP, PASS);
}

/*
 * A packet passes devices that lie on one another, each with its program, and is to be counted at one
 * of them: there, the others' programs do not count what they pass, or what they pass with a VLAN tag.
 * Set at load.
 */
const volatile bool counts_passes = true;
const volatile bool counts_tagged = true;

/* A packet with a VLAN tag. */
static __always_inline int pass_tagged(struct __sk_buff *skb, enum hook hook)
{
	if (counts_passes && counts_tagged)
		count_packets(hook, REASON_PASS_VLAN, segments_of(skb));
	return PASS;
}

static __always_inline int conclude(struct __sk_buff *skb, enum hook hook, verdict_t verdict,
				    __u32 packets)
{
	__u64 before;

	if (!counts_passes && is_pass(verdict))
		return PASS;
	before = count_verdict(hook, verdict, packets);
	if (is_sampled(reason_of(verdict), before, packets))
		sample(skb, hook, verdict);
	return action_of(verdict);
}

SEC("tc")
int tc_ingress(struct __sk_buff *skb)
{
	__u32 packets;

	if (skb->vlan_present)
		return pass_tagged(skb, HOOK_TC_INGRESS);
	/* Asked first: a refusal's answer is one packet, whatever it answers. */
	packets = segments_of(skb);
	return conclude(skb, HOOK_TC_INGRESS, enter(skb), packets);
}

SEC("tc")
int tc_egress(struct __sk_buff *skb)
{
	__u32 packets;

	if (skb->vlan_present)
		return pass_tagged(skb, HOOK_TC_EGRESS);
	packets = segments_of(skb);
	return conclude(skb, HOOK_TC_EGRESS, leave(skb), packets);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
