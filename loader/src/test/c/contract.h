// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Every shape of member that the flyweight generator knows. */
#pragma once
#include <linux/types.h>

enum reason {
	REASON_PASS = 0,
	REASON_DROP_NO_BACKEND = 1,
	REASON_DROP_FULL = 7,
	__REASON_END,
};

/* Anonymous: known by any of its constants. */
typedef enum {
	FLAG_LOCAL = 1,
	FLAG_HIGHEST = 1u << 31,
} flag;

struct endpoint {
	__be32 address;
	__be16 port;
	__u8 protocol;
	_Bool ready;
};

struct every_member {
	struct endpoint client;
	__u64 bytes;
	__s32 balance;
	__u32 count;
	__u16 small;
	__s16 signed_small;
	__u8 mac[6];
	__be32 words[4];
	struct endpoint backends[2];
	union {
		__be32 v4;
		__u8 v6[16];
	};
	struct {
		__u16 low;
		__u16 high;
	} range;
	enum reason reason;
	__u8 class;
	__u8 pad[3];
};
