// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program that writes to a ring what a test run's mark says. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

#define DISCARDED 0

/* Not a multiple of 8 bytes. */
struct record {
	__u32 mark;
	__u8 rest[7];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

/* Returns 1 if the ring is full. */
SEC("tc")
int write_record(struct __sk_buff *skb)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record)
		return 1;
	__builtin_memset(record, 0, sizeof(*record));
	record->mark = skb->mark;
	if (record->mark == DISCARDED)
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}
