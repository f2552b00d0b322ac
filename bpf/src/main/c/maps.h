/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The maps. Sizes are defaults that the controller overrides at load. A change of layout gets a new
 * map name: pinned maps of a running node are never reinterpreted.
 */
#ifndef SLUICE_MAPS_H
#define SLUICE_MAPS_H

#include "contract.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define HASH_MAP(NAME, TYPE, KEY, VALUE, ENTRIES)                                                  \
	struct {                                                                                   \
		__uint(type, TYPE);                                                                \
		__uint(max_entries, ENTRIES);                                                      \
		__type(key, KEY);                                                                  \
		__type(value, VALUE);                                                              \
	} NAME SEC(".maps")

#define ARRAY_MAP(NAME, TYPE, VALUE, ENTRIES, FLAGS)                                               \
	struct {                                                                                   \
		__uint(type, TYPE);                                                                \
		__uint(max_entries, ENTRIES);                                                      \
		__uint(map_flags, FLAGS);                                                          \
		__type(key, __u32);                                                                \
		__type(value, VALUE);                                                              \
	} NAME SEC(".maps")

/* Keeps the enumerations that no map mentions in the BTF, where the controller's classes come from. */
struct contract_names {
	enum limit limit;
	enum hook hook;
	enum reason reason;
	enum pressure pressure;
	enum event_kind event_kind;
	enum service_flag service_flag;
	enum backend_flag backend_flag;
	enum device_flag device_flag;
	enum apply apply;
	enum direction direction;
	enum seen seen;
	enum reply_cell reply_cell;
	struct collection collection;
	struct socket_state socket_state;
	struct stale_socket stale_socket;
	struct event event;
};
const volatile struct contract_names contract_names = {};

struct region_block {
	__u32 backend[REGION_BLOCK];
};

struct filter_block {
	__u64 bits[8];
};

/* What is known of replies from one place of the filter; each an enum reply_cell. */
struct reply_pair {
	__u8 at_ingress; /* of replies that ingress, or XDP, translates: by source NAT or a hairpin */
	__u8 at_egress;
};

/* A cache line of them. */
#define REPLY_PAIRS 32

struct reply_block {
	struct reply_pair pair[REPLY_PAIRS];
};

/* Frontend to decision, one entry per address, port and protocol. */
HASH_MAP(service4, BPF_MAP_TYPE_HASH, struct frontend4, struct service, 65536);
HASH_MAP(service6, BPF_MAP_TYPE_HASH, struct frontend6, struct service, 65536);

/* Established flows, two entries each. Not LRU: an LRU evicts half of a pair. */
HASH_MAP(flow4, BPF_MAP_TYPE_HASH, struct flow_key4, struct flow_entry4, 262144);
HASH_MAP(flow6, BPF_MAP_TYPE_HASH, struct flow_key6, struct flow_entry6, 262144);

/* Half-open and one-way flows. LRU: a flood of first packets evicts only its like. */
HASH_MAP(embryo4, BPF_MAP_TYPE_LRU_HASH, struct flow_key4, struct flow4, 65536);
HASH_MAP(embryo6, BPF_MAP_TYPE_LRU_HASH, struct flow_key6, struct flow6, 65536);

/* Clients with session affinity: one entry for every way in. */
HASH_MAP(affinity4, BPF_MAP_TYPE_LRU_HASH, struct affinity_key4, struct affinity, 65536);
HASH_MAP(affinity6, BPF_MAP_TYPE_LRU_HASH, struct affinity_key6, struct affinity, 65536);

/* Datagrams in fragments. An entry is of use from a datagram's first fragment to its last only. */
HASH_MAP(fragment4, BPF_MAP_TYPE_LRU_HASH, struct fragment_key4, struct fragment, 16384);
HASH_MAP(fragment6, BPF_MAP_TYPE_LRU_HASH, struct fragment_key6, struct fragment, 16384);

/*
 * Flows that must not keep their client's port: socket hooks write, first UDP packets look. An entry
 * that is no longer true costs a flow its port, no more. The value says nothing.
 */
HASH_MAP(shared_port, BPF_MAP_TYPE_LRU_HASH, struct shared_port, __u32, 4096);

/*
 * TCP sockets that a hook has connected, by their cookie: for those who ask for the peer. Not in the
 * socket's storage, which the kernel would allocate and free with every connection: ten times the
 * price. LRU: of more connections than this the oldest lose the Service's name, no more.
 */
HASH_MAP(connected_to, BPF_MAP_TYPE_LRU_HASH, __u64, struct translation, 131072);

/* Admitted sources and pod networks; looked up for first packets only. The value says nothing. */
#define PREFIX_MAP(NAME, KEY)                                                                      \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                                               \
		__uint(max_entries, 65536);                                                        \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__type(key, KEY);                                                                  \
		__type(value, __u32);                                                              \
	} NAME SEC(".maps")

PREFIX_MAP(source_range4, struct source_range4);
PREFIX_MAP(source_range6, struct source_range6);

/* Networks of ClusterIPs; read only by programs that are loaded with closes_addresses. */
ARRAY_MAP(service_networks, BPF_MAP_TYPE_ARRAY, struct service_networks, 1, 0);

/* Devices that carry a program, by ifindex. */
HASH_MAP(device, BPF_MAP_TYPE_HASH, __u32, struct device, 8192);

/* Backend ids, addressed as one flat array; Maglev tables and plain lists are runs in it. */
ARRAY_MAP(regions, BPF_MAP_TYPE_ARRAY, struct region_block, 262144, BPF_F_MMAPABLE);

/* Backends by id. Id 0 is never given out. */
ARRAY_MAP(backend4, BPF_MAP_TYPE_ARRAY, struct backend4, 131072, BPF_F_MMAPABLE);
ARRAY_MAP(backend6, BPF_MAP_TYPE_ARRAY, struct backend6, 131072, BPF_F_MMAPABLE);

/* Filter of FILTER_BITS bits: is this a frontend? No false negatives. The controller sets the bits. */
ARRAY_MAP(vip_bits, BPF_MAP_TYPE_ARRAY, struct filter_block, FILTER_BITS / 512, BPF_F_MMAPABLE);

/*
 * Filter of REPLY_CELLS cells: does a flow await replies from here? No false negatives. Whoever opens a
 * flow sets its backend's; a backend that only sockets are led to has none, and its packets cost no
 * look into the flow table. A byte each: two processors store at once, and atomic bits are kernel 5.12's.
 */
ARRAY_MAP(reply_cells, BPF_MAP_TYPE_ARRAY, struct reply_block, REPLY_CELLS / 2 / REPLY_PAIRS,
	  BPF_F_MMAPABLE);

/* The bits and cells that live flows need, as the last collection saw them; a bit for each. */
ARRAY_MAP(vip_bits_used, BPF_MAP_TYPE_ARRAY, struct filter_block, FILTER_BITS / 512, BPF_F_MMAPABLE);
ARRAY_MAP(reply_cells_used, BPF_MAP_TYPE_ARRAY, struct filter_block, REPLY_CELLS / 512,
	  BPF_F_MMAPABLE);

/* Room for what opens a flow, and for a fragment's key: with IPv6 it does not fit a program's 512 bytes
 * of stack. */
#define DEFINE_NEW_FLOW(FAMILY_NUMBER)                                                             \
	/* A chosen backend: a copy, for the slot may change hands meanwhile. */                   \
	struct choice##FAMILY_NUMBER {                                                             \
		__u32 id;                                                                          \
		struct backend##FAMILY_NUMBER backend;                                             \
	};                                                                                         \
	struct new_flow##FAMILY_NUMBER {                                                           \
		struct frontend##FAMILY_NUMBER frontend;                                           \
		struct choice##FAMILY_NUMBER choice;                                               \
		struct flow##FAMILY_NUMBER original;                                               \
		struct flow##FAMILY_NUMBER reply;                                                  \
		struct flow_key##FAMILY_NUMBER reply_key;                                          \
		struct flow##FAMILY_NUMBER tenant; /* of a tuple that we would like to have */     \
		struct flow_entry##FAMILY_NUMBER established; /* a half on its way to `flow` */    \
		struct source_range##FAMILY_NUMBER source;                                         \
		struct affinity_key##FAMILY_NUMBER client;                                         \
		struct fragment_key##FAMILY_NUMBER datagram; /* that a fragment belongs to */      \
		struct shared_port shared;                                                         \
	};

DEFINE_NEW_FLOW(4)
DEFINE_NEW_FLOW(6)
ARRAY_MAP(new_flow4, BPF_MAP_TYPE_PERCPU_ARRAY, struct new_flow4, 1, 0);
ARRAY_MAP(new_flow6, BPF_MAP_TYPE_PERCPU_ARRAY, struct new_flow6, 1, 0);

/* The generation of cached next hops. */
ARRAY_MAP(next_hop_state, BPF_MAP_TYPE_ARRAY, struct next_hop_state, 1, BPF_F_MMAPABLE);

/* By the ifindex that the FIB names. */
HASH_MAP(xdp_port, BPF_MAP_TYPE_HASH, __u32, struct xdp_port, 4096);

/* Devices that XDP may redirect to, by their ifindex: those that carry its program. */
HASH_MAP(xdp_device, BPF_MAP_TYPE_DEVMAP_HASH, __u32, __u32, 1024);

/* Facts of this node. */
ARRAY_MAP(node, BPF_MAP_TYPE_ARRAY, struct node, 1, 0);

/* Verdicts counted by hook and reason: index hook * STATS_ROW + reason. */
ARRAY_MAP(stats, BPF_MAP_TYPE_PERCPU_ARRAY, __u64, HOOK_COUNT * STATS_ROW, 0);

/* Signals, by enum pressure. */
ARRAY_MAP(pressure, BPF_MAP_TYPE_PERCPU_ARRAY, __u64, PRESSURE_COUNT, 0);

/* By signal: when it was last told, in the units of flow.last_seen. */
ARRAY_MAP(pressure_told, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, PRESSURE_COUNT, 0);

/* Single verdicts and pressure for the agent: struct event. Its size is in bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} events SEC(".maps");

/* Traffic by service id. */
ARRAY_MAP(service_stats, BPF_MAP_TYPE_PERCPU_ARRAY, struct service_counters, 65536, 0);

#endif
