/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a function that decides about a packet gives back. */
#ifndef SLUICE_VERDICT_H
#define SLUICE_VERDICT_H

#include "stats.h"
#include <linux/pkt_cls.h>

/*
 * A function that is global is verified once and by itself, which keeps the number of paths that the
 * verifier walks a sum instead of a product.
 */
#define VERIFIED_APART __attribute__((noinline))

/* TC_ACT_UNSPEC is TCX_NEXT: other programs on the device see the packet, too. */
#define PASS TC_ACT_UNSPEC

/*
 * A verdict is a reason and a tc action in one number, because functions that the verifier checks
 * apart return nothing larger: the reason in bits 8-15, the action, -1 to 7, in bits 0-7. What is
 * negative is no verdict yet.
 */
typedef int verdict_t;

/* No verdict yet: an ICMP packet, perhaps an error about a flow's packet. */
#define CARRIES_ERROR (-2)

/* No verdict yet: a fragment, whose ports may be in another one. */
#define IS_FRAGMENT (-3)

/*
 * No verdict yet, and every number below: the packet is larger than the MTU of its next hop, and the
 * number is less than this by that MTU. (No verdict is less than -3, and no MTU more than 65535.)
 */
#define TOO_BIG (-0x100000)

/* No verdict yet: no flow covers the packet, but a frontend does; open_flow decides. */
#define TO_BE_OPENED (-1)

static __always_inline verdict_t verdict(enum reason reason, int action)
{
	return reason << 8 | (action & 0xff);
}

/* The action that a program returns. */
static __always_inline int action_of(verdict_t verdict)
{
	return (__s8)verdict;
}

/* Is the packet handed on as it came? */
static __always_inline bool is_pass(verdict_t verdict)
{
	return verdict >> 8 < REASON_OPENED_LOCAL && action_of(verdict) == PASS;
}

static __always_inline enum reason reason_of(verdict_t verdict)
{
	return verdict >> 8 & (STATS_ROW - 1);
}

/* Counts a verdict about `packets` packets. Returns how often it was given before. */
static __always_inline __u64 count_verdict(enum hook hook, verdict_t verdict, __u32 packets)
{
	return count_packets(hook, reason_of(verdict), packets);
}

#endif
