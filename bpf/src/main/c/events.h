/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The ring that tells the agent of single verdicts and of pressure. Nobody is woken: the agent looks
 * into the ring several times a second. When it is full, events are lost.
 */
#ifndef SLUICE_EVENTS_H
#define SLUICE_EVENTS_H

#include "maps.h"

/*
 * A place in the ring, which spares the stack. The caller fills the rest in and submits it. NULL if the
 * ring is full.
 */
static __always_inline struct event *begin_event(enum event_kind kind, __u8 subject)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return NULL;
	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_ns();
	event->kind = kind;
	event->subject = subject;
	return event;
}

#endif
