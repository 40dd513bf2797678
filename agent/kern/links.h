/* SPDX-License-Identifier: GPL-2.0-only */
/* Links, addresses, neighbours and filter changes of this network namespace, kept current by rtnetlink; overflow means everything is read again. libnl is known only here. */
#ifndef CG_LINKS_H
#define CG_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/cleanup.h"

struct cg_link {
	int ifindex;
	int master; /* bridge it is a port of; 0 = none */
	int lower;  /* IFLA_LINK in this namespace; 0 = none */
	char name[16];
	char kind[16]; /* "bridge", "vlan", "veth", "dsa", "wireguard", "" */
	struct cg_mac mac;
	bool up;
};

struct cg_link_addr {
	int ifindex;
	struct cg_addr addr;
	struct cg_addr peer; /* of a point-to-point link the other end, which len is of; else addr */
	uint8_t len;	     /* prefix length within the 16 bytes */
	uint64_t valid_s;    /* remaining lifetime; UINT64_MAX = for good */
};

struct cg_links;

enum cg_links_change {
	CG_LINKS_LINK = 1, /* bit set: a link came, went or changed */
	CG_LINKS_ADDR = 2,
	CG_LINKS_FILTER = 4, /* a qdisc or filter was changed by somebody */
};

/* changed: called from cg_links_read, once per batch, with CG_LINKS_* bits. */
int cg_links_open(void (*changed)(void *ctx, unsigned int what), void *ctx,
		  struct cg_links **ret_links) __must_check;
void cg_links_close(struct cg_links **links);
int cg_links_fd(const struct cg_links *links);
int cg_links_read(struct cg_links *links) __must_check;
uint64_t cg_links_overflows(const struct cg_links *links);

/* Valid until the next cg_links_read. */
const struct cg_link *cg_links_table(const struct cg_links *links, size_t *ret_n);
/* NULL: there is none of that number. As long as the table. */
static inline const struct cg_link *cg_links_find(const struct cg_links *links, int ifindex)
{
	const struct cg_link *link;
	size_t n;

	link = cg_links_table(links, &n);
	for (size_t i = 0; i < n; i++)
		if (link[i].ifindex == ifindex)
			return &link[i];
	return NULL;
}
const struct cg_link_addr *cg_links_addrs(const struct cg_links *links, size_t *ret_n);
/* MACs and addresses an own config must not take: the default gateway's, DNS
 * servers' are looked up by the caller among these neighbours. */
struct cg_neigh {
	int ifindex;
	struct cg_addr addr;
	struct cg_mac mac;
	bool router; /* a default route's next hop */
};
int cg_links_neighs_read(struct cg_links *links, struct cg_neigh **ret_neighs,
			 size_t *ret_n) __must_check;

/* Interfaces that a default route leads to, with a next hop or without; maybe twice. */
int cg_links_uplinks_read(struct cg_links *links, int **ret_ifindex, size_t *ret_n) __must_check;

/* Has the kernel look for a neighbour, as if something were to be sent there: who answers is in
 * cg_links_neighs_read() soon. Nothing else is sent. */
int cg_links_neigh_seek(struct cg_links *links, int ifindex,
			const struct cg_addr *addr) __must_check;

/* Filters of others on a port's clsact, in the kernel's order, for `doctor`. */
struct cg_link_filter {
	uint32_t pref;
	uint32_t handle;
	char kind[16];
	bool in_hw; /* hardware carries it out */
};
int cg_links_filters_read(struct cg_links *links, int ifindex, bool egress,
			  struct cg_link_filter **ret_filters, size_t *ret_n) __must_check;

#endif
