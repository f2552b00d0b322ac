/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The contract between the programs and the controller: every key, value, map name, flag and reason
 * code is written here and nowhere else. The controller's classes are generated from the BTF of the
 * compiled objects, so a field that moves here moves there.
 *
 * Byte order: __be16 and __be32 are network order, everything else is the host's. Addresses are
 * always in network order.
 */
#ifndef SLUICE_CONTRACT_H
#define SLUICE_CONTRACT_H

#include <linux/types.h>

enum limit {
	/* Bits in the filter of frontends. */
	FILTER_BITS_LOG2 = 20,
	FILTER_BITS = 1 << FILTER_BITS_LOG2,
	/* Cells in the filter of replies: in pairs, the second for replies that egress translates. */
	REPLY_CELLS_LOG2 = 18,
	REPLY_CELLS = 1 << REPLY_CELLS_LOG2,
	/* Backend ids in one element of `regions`: values are padded to 8 bytes, so 16 ids share one. */
	REGION_BLOCK = 16,
	/* Translations that a socket remembers: an unconnected UDP socket talks to several VIPs. */
	SOCKET_TRANSLATIONS = 8,
	/* Flow time stamps count units of 2^6 jiffies: 256 ms at HZ=250, 64 ms at HZ=1000. */
	STAMP_SHIFT = 6,
	/* A cached next hop is looked up anew after 2^4 units of a flow time stamp: 4 s at HZ=250. */
	NEXT_HOP_SHIFT = 4,
	/* Bits of next_hop.port that hold the device; the VLAN id is above. */
	NEXT_HOP_DEVICE_BITS = 20,
	/* In place of a VLAN id, which it cannot be (802.1Q): only tc can send by the device. */
	NEXT_HOP_BY_TC = 0xfff,
	/* Networks of ClusterIPs that are known, per family. */
	SERVICE_NETWORKS = 4,
	/* Rows per hook in `stats`; a power of two above the number of reasons. */
	STATS_ROW = 64,
};

/* What a cell of the filter of replies says about the flows of the backends that share it. */
enum reply_cell {
	REPLY_CELL_EMPTY = 0,             /* there are none */
	REPLY_CELL_OPENED = 1,            /* one was opened since the last collection began */
	REPLY_CELL_AGED = 2,              /* there may be one, opened before */
};

/* Where a verdict was given: the row of `stats`. */
enum hook {
	HOOK_XDP = 0,
	HOOK_TC_INGRESS = 1,
	HOOK_TC_EGRESS = 2,
	HOOK_SOCKET = 3,
	HOOK_COUNT = 4,
};

/*
 * Why a packet (or a socket call) was treated as it was. The value is the counter's index, the name
 * is the metric's label and the word that `sluice trace` prints. Exactly one is counted per packet
 * and hook; a super-packet (GRO, GSO) counts as its segments.
 */
enum reason {
	/* Not translated: handed on as it came. */
	REASON_PASS_NOT_IP = 0,           /* neither IPv4 nor IPv6 */
	REASON_PASS_TRUNCATED = 1,        /* headers do not fit the packet */
	REASON_PASS_VLAN = 2,             /* tagged: the VLAN device's own program looks at it */
	REASON_PASS_PROTOCOL = 3,         /* none of TCP, UDP and SCTP */
	REASON_PASS_FRAGMENT = 4,         /* a later IP fragment whose ports are not known */
	REASON_PASS_NOT_SERVICE = 5,      /* neither to a frontend nor from a backend with flows */
	REASON_PASS_NO_FLOW = 6,          /* a frontend or backend, but not a flow's first packet */
	REASON_PASS_OTHER_HOOK = 7,       /* a flow that another hook translates */
	REASON_PASS_LEFT_TO_PACKETS = 8,  /* socket: only the packet path can decide this one */
	REASON_PASS_LEFT_TO_TC = 9,       /* XDP: perhaps a Service's, but tc decides */
	REASON_PASS_OTHER_HOST = 10,      /* a switch flooded it: its link header names another host */
	/* Translated. */
	REASON_OPENED_LOCAL = 16,         /* first packet, destination translated, to the stack */
	REASON_OPENED_REMOTE = 17,        /* first packet, both sides translated, sent on */
	REASON_OPENED_HAIRPIN = 18,       /* first packet, a pod that reaches itself */
	REASON_RESTORED = 19,             /* flow recreated from the Maglev table */
	REASON_FORWARDED = 20,            /* later packet, client to backend */
	REASON_REPLIED = 21,              /* backend to client */
	REASON_CONNECTED = 22,            /* socket: destination of connect() or sendmsg() */
	REASON_NAMED = 23,                /* socket: peer shown by recvmsg() or getpeername() */
	REASON_ERROR_TRANSLATED = 24,     /* an ICMP error about a flow's packet */
	/* Refused: the client is told. */
	REASON_REJECT_NO_BACKEND = 32,    /* the Service has no usable backend */
	REASON_REJECT_NO_PORT = 33,       /* every source port towards this backend is taken */
	REASON_REJECT_FULL = 34,          /* the flow table is full and the flow needs source NAT */
	REASON_REJECT_TOO_BIG = 35,       /* larger than the next hop's MTU; the sender is told that */
	/* Dropped in silence. */
	REASON_DROP_NO_BACKEND = 40,      /* no usable backend here, and policy says to stay silent */
	REASON_DROP_STALE_REPLY = 41,     /* a reply whose client has moved to another source port */
	REASON_DROP_NO_ROUTE = 42,        /* no route to the address after translation */
	REASON_DROP_TTL = 43,             /* hop limit used up on a packet that would be sent on */
	REASON_DROP_SOURCE = 44,          /* the Service does not admit this source address */
	REASON_DROP_UNALLOCATED = 45,     /* a ClusterIP that no Service has */
	REASON_COUNT = 46,
};

/* Signals counted beside the reasons (they say nothing about a verdict): `pressure` map. */
enum pressure {
	PRESSURE_FLOW_FULL = 0,           /* a flow could not be promoted: the table is full */
	PRESSURE_PORT_CLASH = 1,          /* a source port was taken and another one was tried */
	PRESSURE_OWNER_LOST = 2,          /* an embryonic reply entry had been evicted */
	PRESSURE_SOCKET_STORAGE = 3,      /* no storage for a socket's translation */
	PRESSURE_COUNT = 4,
};

/* What an event is about. */
enum event_kind {
	EVENT_VERDICT = 0,                /* one packet, picked out of those with this verdict */
	EVENT_PRESSURE = 1,               /* a signal was raised, at least once */
};

/* Bits of service.flags. "External" and "internal" are its two regions. */
enum service_flag {
	SERVICE_NODE_SOCKETS_ONLY = 1,    /* 127.0.0.1:nodePort, for the node's own sockets */
	SERVICE_EXTERNAL_DROP = 2,        /* empty external region: drop instead of reject */
	SERVICE_INTERNAL_DROP = 4,        /* empty internal region: drop instead of reject */
	SERVICE_PODS_BY_PACKET = 8,       /* a pod's socket must not decide: source matters */
	SERVICE_EXTERNAL_MAGLEV = 16,     /* external region is a Maglev table */
	SERVICE_INTERNAL_MAGLEV = 32,     /* internal region is a Maglev table */
	SERVICE_SOURCE_RANGES = 64,       /* only sources in `source_range` are admitted */
	SERVICE_NODE_SHUT_OUT = 128,      /* the node's own address is not admitted */
	SERVICE_BY_DETECTOR = 256,        /* the detector, not the device, tells who is internal */
	SERVICE_EXTERNAL_LOCAL = 512,     /* external region is the list of this node's backends */
	SERVICE_INTERNAL_LOCAL = 1024,    /* internal region is the list of this node's backends */
};

/* Bits of backend.flags. */
enum backend_flag {
	BACKEND_IN_USE = 1,
	BACKEND_LOCAL = 2,                /* on this node: the client's address is kept */
	BACKEND_IN_CLUSTER_LIST = 4,      /* a client may be pinned to it by the cluster's list */
	BACKEND_IN_LOCAL_LIST = 8,        /* a client may be pinned to it by this node's list */
};

/* Bits of device.flags. */
enum device_flag {
	DEVICE_INSIDE = 1,                /* a pod's or bridge's device: clients behind it are this node's */
	DEVICE_DETECTED = 2,              /* the detector takes what enters by it for pods' traffic */
	DEVICE_ENCAPSULATES = 4,          /* a tunnel: what is too long for it is cut up outside */
	DEVICE_HEARS_OTHERS = 8,          /* on a shared link: what others are sent may come here, too */
	DEVICE_ETHERNET = 16,             /* its frames begin with an Ethernet header */
};

/* What an entry does to a packet, and at which hook it may do so. */
enum apply {
	APPLY_INGRESS_LOCAL = 1,          /* ingress: rewrite, hand to the stack */
	APPLY_INGRESS_REDIRECT = 2,       /* ingress: rewrite, send on; never through the stack */
	APPLY_INGRESS_HAIRPIN = 3,        /* ingress: rewrite, back out of the same device */
	APPLY_EGRESS = 4,                 /* egress: rewrite, go on */
};

enum direction {
	DIRECTION_ORIGINAL = 0,           /* client to frontend */
	DIRECTION_REPLY = 1,              /* backend to client */
};

/* Bits of flow.seen: TCP flags that went this way. */
enum seen {
	SEEN_FIN = 1,
	SEEN_RST = 2,
};

/* A run of backend ids: ids [base, base + length) of the flat array `regions`. */
struct region {
	__u32 base;
	__u32 length;                     /* 0: no backend */
};

/* One frontend's decision. Written last when a Service changes: this write is the commit. */
struct service {
	struct region external;           /* for clients that enter by an uplink or tunnel */
	struct region internal;           /* for this node's pods and sockets */
	__u32 id;                         /* owner of the backends; index of `service_stats` */
	__u32 affinity_seconds;           /* 0: none */
	__u32 flags;                      /* enum service_flag */
	__u32 padding;
};

struct service_counters {
	__u64 connections;                /* flows opened, and sockets connected */
	__u64 packets;                    /* translated, both directions; of a super-packet all segments */
	__u64 bytes;                      /* from the IP header on; a super-packet's headers count once */
};

/*
 * Where a flow's packets are sent, found by the last FIB lookup. All zeros: not looked up yet; no
 * packet fits an MTU of 0.
 */
struct next_hop {
	__u16 check;                      /* of flow, generation and time: see next_hop_check */
	__u16 mtu;                        /* bytes from the IP header on */
	__u32 port;                       /* ifindex, and the VLAN id to tag with or NEXT_HOP_BY_TC;
					     0: of a device that no program can send by */
	__u8 destination[6];              /* MAC addresses of the frame */
	__u8 source[6];
};

/* Guards every cached next hop; one element. */
struct next_hop_state {
	__u32 generation;                 /* grows when a neighbour, a route or a link changes */
	__u32 padding;
};

/* Where XDP can send what the FIB sends to a device. */
struct xdp_port {
	__u32 device;                     /* ifindex of one with a program of ours */
	__u16 vlan;                       /* 802.1Q id to tag with, host order; 0: none */
	__u16 padding;
};

#define DEFINE_FAMILY(FAMILY_NUMBER, WORDS)                                                        \
	struct address##FAMILY_NUMBER {                                                            \
		__be32 word[WORDS];                                                                \
	};                                                                                         \
	/* A frontend: what a client calls. Port 0 of TCP stands for every port and protocol of the \
	 * address that has no entry of its own. */                                                \
	struct frontend##FAMILY_NUMBER {                                                           \
		struct address##FAMILY_NUMBER address;                                             \
		__be16 port;                                                                       \
		__u8 protocol;                                                                     \
		__u8 padding;                                                                      \
	};                                                                                         \
	/* A backend slot. Its generation grows whenever the slot changes hands. */                \
	struct backend##FAMILY_NUMBER {                                                            \
		struct address##FAMILY_NUMBER address;                                             \
		__be16 port;                                                                       \
		__u8 flags; /* enum backend_flag */                                                \
		__u8 protocol;                                                                     \
		__u32 generation;                                                                  \
		__u32 service; /* the one owner of this id */                                      \
	};                                                                                         \
	/* A packet's addresses as it arrives at the hook, before translation. */                  \
	struct flow_key##FAMILY_NUMBER {                                                           \
		struct address##FAMILY_NUMBER source;                                              \
		struct address##FAMILY_NUMBER destination;                                         \
		__be16 source_port;                                                                \
		__be16 destination_port;                                                           \
		__u8 protocol;                                                                     \
		__u8 padding[3];                                                                   \
	};                                                                                         \
	/* The whole rewrite for one direction. The other direction's key is the rewritten tuple,  \
	 * turned round. */                                                                        \
	struct flow##FAMILY_NUMBER {                                                               \
		__u32 tag;     /* hash of key and creation; see copy_flow */                       \
		__u32 created; /* creation number, the same in both halves */                      \
		struct address##FAMILY_NUMBER source;                                              \
		struct address##FAMILY_NUMBER destination;                                         \
		__be16 source_port;                                                                \
		__be16 destination_port;                                                           \
		__u8 apply;     /* enum apply */                                                   \
		__u8 direction; /* enum direction */                                               \
		__u8 seen;      /* enum seen */                                                    \
		__u8 padding;                                                                      \
		__u32 last_seen; /* in units of 2^STAMP_SHIFT jiffies, wraps */                    \
		__u32 backend;                                                                     \
		__u32 generation; /* of the backend when the flow was made */                      \
		__u32 service;                                                                     \
		__u32 device; /* ifindex the client's packets enter by */                          \
	};                                                                                         \
	/* An established flow. */                                                                 \
	struct flow_entry##FAMILY_NUMBER {                                                         \
		struct flow##FAMILY_NUMBER flow;                                                   \
		struct next_hop next;                                                              \
	};                                                                                         \
	/* A datagram in fragments, before translation, as its receiver tells it from others. */   \
	struct fragment_key##FAMILY_NUMBER {                                                       \
		struct address##FAMILY_NUMBER source;                                              \
		struct address##FAMILY_NUMBER destination;                                         \
		__be32 id;      /* of IPv4 16 bits, zero-extended */                               \
		__u8 protocol;  /* 0 for IPv6, which does not compare it (RFC 8200, 4.5) */        \
		__u8 padding[3];                                                                   \
	};

#define DEFINE_SOURCES(FAMILY_NUMBER)                                                              \
	/* Sources that a Service port admits; with service 0, the detector's pod networks. */     \
	struct source_range##FAMILY_NUMBER {                                                       \
		__u32 prefix_length; /* in bits, counted from `service` on */                      \
		__u32 service;                                                                     \
		struct address##FAMILY_NUMBER address;                                             \
	};                                                                                         \
	/* A network: what is left of an address under the mask is `address`. */                   \
	struct network##FAMILY_NUMBER {                                                            \
		struct address##FAMILY_NUMBER address;                                             \
		struct address##FAMILY_NUMBER mask;                                                \
	};                                                                                         \
	/* A client of a Service port with session affinity. */                                    \
	struct affinity_key##FAMILY_NUMBER {                                                       \
		struct address##FAMILY_NUMBER client;                                              \
		__u32 service;                                                                     \
	};

DEFINE_FAMILY(4, 1)
DEFINE_FAMILY(6, 4)
DEFINE_SOURCES(4)
DEFINE_SOURCES(6)

/* What a datagram's first fragment says about the later ones. */
struct fragment {
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;                    /* of layer 4 */
	__u8 padding;
	__u16 headers;                    /* what they may not overlap, in units of 8 bytes */
};

/* Where ClusterIPs come from: an address in here that no Service has is nobody's. */
struct service_networks {
	__u32 count4;
	__u32 count6;
	struct network4 network4[SERVICE_NETWORKS];
	struct network6 network6[SERVICE_NETWORKS];
};

/* The backend that a client is pinned to. */
struct affinity {
	__u64 last_connection;            /* ns of CLOCK_MONOTONIC; packets of a connection do not count */
	__u32 backend;
	__u32 generation;
};

/* A device that carries a program; only the first packet of a flow looks it up. */
struct device {
	struct address4 snat4;            /* source for flows sent out of it; 0: the node's */
	struct address6 snat6;
	__u32 flags;                      /* enum device_flag */
	__u32 padding[2];
};

/* This node; one element. */
struct node {
	__u64 netns_cookie;               /* of the namespace whose sockets are the node's own */
	struct address4 snat4;            /* when the outgoing device has none */
	struct address6 snat6;
	__u16 snat_port_first;            /* host order, inclusive */
	__u16 snat_port_last;
	__u32 embryo_timeout;             /* stamps after which a half-open flow gives up its port */
	__u32 closed_timeout;             /* stamps after which a closed flow may lend its port */
	__u32 flow_full_at;               /* stamp when an insert into `flow` last failed; 0: never */
};

/* One translation that a socket hook made. IPv4 is held in its mapped form (::ffff:a.b.c.d). */
struct translation {
	struct address6 frontend;
	struct address6 backend;
	__be16 frontend_port;
	__be16 backend_port;
	__u32 backend_id;                 /* 0: slot is free */
	__u32 generation;
};

struct socket_state {
	struct translation translations[SOCKET_TRANSLATIONS];
	__u16 oldest;                     /* slot that is overwritten next, modulo their number */
	__u16 by_packets;                 /* not 0: the packet path has the socket's flows, all of them */
};

/*
 * A datagram socket whose port sends to backends directly and to this frontend by packets. Both may
 * meet one backend, whose replies must be told apart: the flow takes another port. No address of the
 * client: the socket has none yet. IPv4 in its mapped form.
 */
struct shared_port {
	struct address6 frontend;
	__be16 frontend_port;
	__be16 port;                      /* the socket's */
};

/*
 * A connected UDP socket whose backend is gone. From the ports on it is the kernel's struct
 * inet_diag_sockid, by which SOCK_DESTROY finds a socket; IPv4 is in the first word there.
 */
struct stale_socket {
	__u32 namespace_number;           /* inode of its network namespace: net:[N] */
	__u32 family;                     /* AF_INET or AF_INET6, of the socket, not of its peer */
	__be16 source_port;
	__be16 peer_port;
	struct address6 source;
	struct address6 peer;
	__u32 device;                     /* ifindex it is bound to, or 0 */
	__u32 cookie[2];                  /* low word first; ~0 if it has none yet: any */
};

/*
 * What the ring `events` tells. A packet is shown as the sender sent it if it was dropped or refused,
 * else as the hook has left it.
 */
struct event {
	__u64 time;                       /* ns of CLOCK_MONOTONIC */
	struct address6 source;           /* IPv4 in its mapped form */
	struct address6 destination;
	__be16 source_port;               /* 0: the packet has none, or not here */
	__be16 destination_port;
	__u32 device;                     /* ifindex */
	__u8 kind;                        /* enum event_kind */
	__u8 subject;                     /* enum reason; of a signal, enum pressure */
	__u8 hook;                        /* enum hook; nothing in a signal from here on, nor addresses */
	__u8 family;                      /* 4 or 6; 0: no IP packet */
	__u8 protocol;                    /* of layer 4, or the first IPv6 extension header */
	__u8 padding[3];
};

/* Argument and answer of the program that collects dead flows. Time-outs are in stamps. */
struct collection {
	__u32 established_timeout;
	__u32 half_closed_timeout;        /* one side has sent its FIN */
	__u32 closed_timeout;
	__u32 udp_timeout;
	__u32 embryo_timeout;
	__u32 unanswered_udp_timeout;
	__u32 live;                       /* out: flows left in the table, by pairs */
	__u32 embryos;                    /* out: half-open flows, by pairs */
	__u32 deleted;                    /* out: entries deleted */
	__u32 orphans;                    /* out: halves found without their pair */
};

_Static_assert(sizeof(struct frontend4) == 8, "frontend4");
_Static_assert(sizeof(struct frontend6) == 20, "frontend6");
_Static_assert(sizeof(struct backend4) == 16, "backend4: a multiple of 8, for the mapped array");
_Static_assert(sizeof(struct backend6) == 28, "backend6: the kernel pads it to 32");
_Static_assert(sizeof(struct flow_key4) == 16, "flow_key4");
_Static_assert(sizeof(struct flow_key6) == 40, "flow_key6");
_Static_assert(sizeof(struct flow4) == 44, "flow4");
_Static_assert(sizeof(struct flow6) == 68, "flow6");
_Static_assert(sizeof(struct flow_entry4) == 64, "flow_entry4: one cache line");
_Static_assert(sizeof(struct flow_entry6) == 88, "flow_entry6");
_Static_assert(sizeof(struct fragment_key4) == 16, "fragment_key4");
_Static_assert(sizeof(struct fragment_key6) == 40, "fragment_key6");
_Static_assert(sizeof(struct fragment) == 8, "fragment");
_Static_assert(sizeof(struct service) == 32, "service");
_Static_assert(sizeof(struct device) == 32, "device");
_Static_assert(sizeof(struct node) == 48, "node");
_Static_assert(sizeof(struct translation) == 44, "translation");
_Static_assert(sizeof(struct shared_port) == 20, "shared_port");
_Static_assert(sizeof(struct stale_socket) == 56, "stale_socket: 8 bytes and inet_diag_sockid");
_Static_assert(sizeof(struct event) == 56, "event: 64 bytes in the ring, header included");
_Static_assert(sizeof(struct collection) == 40, "collection");
_Static_assert(REASON_COUNT <= STATS_ROW, "reasons fit a row");

#endif
