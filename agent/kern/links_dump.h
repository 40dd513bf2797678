/* SPDX-License-Identifier: GPL-2.0-only */
/* Dumps of rtnetlink's tables into arrays of links.h's structs; for links.c only. */
#ifndef CG_LINKS_DUMP_H
#define CG_LINKS_DUMP_H

#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stddef.h>
#include "links.h"

/* A growing array; v is freed by the caller. */
struct cg_links_list {
	void *v;
	size_t n, room, each;
	int err; /* the first failure */
};

/* libnl's error numbers mean nothing outside of these two files. */
int cg_links_dump_errno(int err);

/* Callbacks, each for one table and one struct. */
int cg_links_dump_link(struct nl_msg *msg, void *list);	  /* struct cg_link */
int cg_links_dump_addr(struct nl_msg *msg, void *list);	  /* struct cg_link_addr */
int cg_links_dump_neigh(struct nl_msg *msg, void *list);  /* struct cg_neigh */
int cg_links_dump_route(struct nl_msg *msg, void *list);  /* next hops: cg_neigh, no MAC */
int cg_links_dump_uplink(struct nl_msg *msg, void *list); /* of default routes: int, an ifindex */
int cg_links_dump_filter(struct nl_msg *msg, void *list); /* struct cg_link_filter */

/* Asks for a table with this head until it did not change meanwhile. */
int cg_links_dump(struct nl_sock *sk, int type, void *head, size_t len,
		  int (*parse)(struct nl_msg *msg, void *list),
		  struct cg_links_list *list) __must_check;

#endif
