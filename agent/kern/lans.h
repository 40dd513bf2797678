/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of this machine's interfaces cameras may be behind, and which are tunnels, from the tables of links and addresses. Pure. */
#ifndef CG_LANS_H
#define CG_LANS_H

#include <stdbool.h>
#include <stddef.h>
#include "../lib/addr.h"
#include "../lib/cleanup.h"
#include "links.h"

enum cg_lans_kind {
	CG_LANS_BRIDGE,
	CG_LANS_PLAIN, /* no bridge and no port of one, with an address of its own */
	CG_LANS_WIREGUARD,
	CG_LANS_TUN, /* OpenVPN and the like */
	__CG_LANS_KIND_MAX,
};

struct cg_lans_found {
	char name[16];
	enum cg_lans_kind kind;
	bool uplink; /* a default route leads there */
	bool guests; /* of containers or virtual machines, by its name */
	bool likely; /* a LAN, as far as can be seen */
	bool has_net;
	struct cg_addr addr; /* its first, IPv4 before IPv6; with len where has_net */
	uint8_t len;
	char ports[96]; /* of a bridge: names, ", " between, "…" where there are more */
};

struct cg_lans_in {
	const struct cg_link *links;
	size_t nlinks;
	const struct cg_link_addr *addrs;
	size_t naddrs;
	const int *uplinks; /* cg_links_uplinks_read() */
	size_t nuplinks;
};

/* Likely LANs first, tunnels last, each by its name; freed by the caller. What cannot be
 * either is left out: loopback, ports of bridges, uplinks by PPP, what has no address. */
int cg_lans_find(const struct cg_lans_in *in, struct cg_lans_found **ret_found,
		 size_t *ret_n) __must_check;

#endif
