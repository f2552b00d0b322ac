/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Collects dead flows. The controller runs it now and then (kernel 5.14: programs of type SYSCALL;
 * below, the controller walks the tables itself). It also notes which filter bits live flows need, so
 * that a bit is cleared only when no flow depends on it: a connection outlives its Service.
 */
#define FAMILY 4
#include "family.h"
#include "parse.h"
#include "stats.h"
#include "filters.h"
#include "flow.h"
#undef FAMILY
#define FAMILY 6
#include "family.h"
#include "parse.h"
#include "filters.h"
#include "flow.h"
#undef FAMILY

#define CONTINUE 0

#define FAMILY 4
#include "collect.h"
#undef FAMILY
#define FAMILY 6
#include "collect.h"
#undef FAMILY

/*
 * Embryos first: a flow that is promoted meanwhile is then met in `flow`, never in neither.
 */
SEC("syscall")
int collect(struct collection *answer)
{
	/* A callback may be handed the stack, not the context. */
	struct collection collection = {
		.established_timeout = answer->established_timeout,
		.half_closed_timeout = answer->half_closed_timeout,
		.closed_timeout = answer->closed_timeout,
		.udp_timeout = answer->udp_timeout,
		.embryo_timeout = answer->embryo_timeout,
		.unanswered_udp_timeout = answer->unanswered_udp_timeout,
	};

	bpf_for_each_map_elem(&embryo4, collect_embryo4, &collection, 0);
	bpf_for_each_map_elem(&embryo6, collect_embryo6, &collection, 0);
	bpf_for_each_map_elem(&flow4, collect_flow4, &collection, 0);
	bpf_for_each_map_elem(&flow6, collect_flow6, &collection, 0);
	answer->live = collection.live;
	answer->embryos = collection.embryos;
	answer->deleted = collection.deleted;
	answer->orphans = collection.orphans;
	return 0;
}

/* Tells bpf_jiffies64 in cb[0] (low) and cb[1] (high) of a test run; works on every kernel. */
SEC("tc")
int read_clock(struct __sk_buff *skb)
{
	__u64 jiffies = bpf_jiffies64();

	skb->cb[0] = (__u32)jiffies;
	skb->cb[1] = (__u32)(jiffies >> 32);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
