/* SPDX-License-Identifier: GPL-2.0-only */
/* MAC addresses, IP addresses and prefixes, ports and protocols: text to value and back, into the caller's buffer. */
#ifndef CG_ADDR_H
#define CG_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cleanup.h"

struct cg_mac {
	uint8_t b[6];
};

/* 16 bytes, network order; IPv4 as ::ffff:a.b.c.d, as in every map. */
struct cg_addr {
	uint8_t b[16];
};

struct cg_prefix {
	struct cg_addr addr; /* host bits are zero */
	uint8_t len;	     /* 0..128 of the 16 bytes: IPv4 /24 is 120 */
};

#define CG_MAC_STRLEN	 18
#define CG_ADDR_STRLEN	 46
#define CG_PREFIX_STRLEN 50

bool cg_addr_is_v4(const struct cg_addr *a);
/* Not multicast, broadcast, unspecified or loopback. */
bool cg_addr_is_unicast(const struct cg_addr *a);
bool cg_prefix_contains(const struct cg_prefix *p, const struct cg_addr *a);
/* -EINVAL: not an address. Scope ids and leading zeros are refused. */
int cg_addr_parse(const char *s, struct cg_addr *ret_addr) __must_check;
/* "a.b.c.d", "a.b.c.d/n", "v6", "v6/n"; -ERANGE: host bits set, ret_prefix
 * then holds the prefix that was probably meant; -EINVAL otherwise. */
int cg_prefix_parse(const char *s, struct cg_prefix *ret_prefix) __must_check;
/* Six hex pairs with ':' or '-', any case. */
int cg_mac_parse(const char *s, struct cg_mac *ret_mac) __must_check;
/* All return their buffer. */
const char *cg_mac_format(const struct cg_mac *m, char buf[static CG_MAC_STRLEN]);
const char *cg_addr_format(const struct cg_addr *a, char buf[static CG_ADDR_STRLEN]);
const char *cg_prefix_format(const struct cg_prefix *p, char buf[static CG_PREFIX_STRLEN]);

#endif
