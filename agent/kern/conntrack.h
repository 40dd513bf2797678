/* SPDX-License-Identifier: GPL-2.0-only */
/* Deletes single entries of connection tracking, named by one of their directions. Never lists, never flushes. */
#ifndef CG_CONNTRACK_H
#define CG_CONNTRACK_H

#include <stdbool.h>
#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/cleanup.h"

/* What the camera sends of a flow, before any translation: the one direction of the
 * entry that no translation changes. */
struct cg_conntrack_flow {
	struct cg_addr cam, peer;
	uint16_t cam_port, peer_port; /* host order */
	uint8_t proto;		      /* TCP or UDP */
	bool by_peer;		      /* it began: then this is the reply's direction */
};

struct cg_conntrack;

int cg_conntrack_open(struct cg_conntrack **ret_ct) __must_check;
void cg_conntrack_close(struct cg_conntrack **ct);
/* 1: deleted, 0: there was none; -EBUSY: a flow table has it; -EOPNOTSUPP: no such protocol, or the kernel has no
 * nf_conntrack_netlink. Zone 0 only, where a flow is unless rules put it elsewhere. */
int cg_conntrack_delete(struct cg_conntrack *ct, const struct cg_conntrack_flow *flow) __must_check;

#endif
