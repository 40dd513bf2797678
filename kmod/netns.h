/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module keeps for each network namespace. */
#ifndef CG_NETNS_H
#define CG_NETNS_H

#include "counters.h"
#include "guard.h"

struct net;

struct cg_netns {
	struct cg_counters counters;
	struct cg_guard guard;
};

/* There from cg_netns_register() to cg_netns_unregister(), for every namespace. */
struct cg_netns *cg_netns_of(const struct net *net);

int __must_check cg_netns_register(void);
void cg_netns_unregister(void);

#endif
