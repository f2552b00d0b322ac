/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Counters: one reason per packet and hook, signals, and traffic per Service. Some become events. */
#ifndef SLUICE_STATS_H
#define SLUICE_STATS_H

#include "events.h"

/* Counts packets. Returns what was counted before. */
static __always_inline __u64 count_packets(enum hook hook, enum reason reason, __u32 packets)
{
	__u32 index = hook * STATS_ROW + reason;
	__u64 *counter = bpf_map_lookup_elem(&stats, &index);
	__u64 before;

	if (!counter)
		return 0;
	before = *counter;
	*counter = before + packets;
	return before;
}

/* For what is no packet: a socket's call. */
static __always_inline __u64 count_reason(enum hook hook, enum reason reason)
{
	return count_packets(hook, reason, 1);
}

/*
 * Set at load: of so many packets with a reason one becomes an event, on each processor; a power of 2, or
 * 0 for none.
 */
const volatile __u32 sample_refusals = 64;
const volatile __u32 sample_others = 0;

/* Does one of the packets after `before` become an event? A reason's very first one does. */
static __always_inline bool is_sampled(enum reason reason, __u64 before, __u32 packets)
{
	const __u32 every = reason < REASON_REJECT_NO_BACKEND ? sample_others : sample_refusals;

	/* How far it is from there to a multiple. */
	return every && (-before & (every - 1)) < packets;
}

/* Tells the agent, once per signal, processor and unit of time. */
static __always_inline void tell_pressure(enum pressure signal)
{
	const __u32 now = (__u32)(bpf_jiffies64() >> STAMP_SHIFT);
	__u32 index = signal;
	__u32 *told = bpf_map_lookup_elem(&pressure_told, &index);
	struct event *event;

	if (!told || *told == now)
		return;
	*told = now;
	event = begin_event(EVENT_PRESSURE, signal);
	if (event)
		bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

static __always_inline void count_pressure(enum pressure signal)
{
	__u32 index = signal;
	__u64 *counter = bpf_map_lookup_elem(&pressure, &index);

	if (counter)
		*counter += 1;
	tell_pressure(signal);
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
