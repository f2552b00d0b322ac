// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program that no verifier accepts: it dereferences a value that may be absent. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

SEC("tc")
int unchecked(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&table, &key);

	return *value;
}

SEC("tc")
int harmless(struct __sk_buff *skb)
{
	return 0;
}
