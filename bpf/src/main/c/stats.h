/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Counters: one reason per packet and hook, signals, and traffic per Service. */
#ifndef SLUICE_STATS_H
#define SLUICE_STATS_H

#include "maps.h"

static __always_inline void count_packets(enum hook hook, enum reason reason, __u32 packets)
{
	__u32 index = hook * STATS_ROW + reason;
	__u64 *counter = bpf_map_lookup_elem(&stats, &index);

	if (counter)
		*counter += packets;
}

/* For what is no packet: a socket's call. */
static __always_inline void count_reason(enum hook hook, enum reason reason)
{
	count_packets(hook, reason, 1);
}

static __always_inline void count_pressure(enum pressure signal)
{
	__u32 index = signal;
	__u64 *counter = bpf_map_lookup_elem(&pressure, &index);

	if (counter)
		*counter += 1;
}

static __always_inline void count_service(__u32 service, __u32 connections, __u32 packets, __u32 bytes)
{
	struct service_counters *counters = bpf_map_lookup_elem(&service_stats, &service);

	if (!counters)
		return;
	counters->connections += connections;
	counters->packets += packets;
	counters->bytes += bytes;
}

#endif
