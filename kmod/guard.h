/* SPDX-License-Identifier: GPL-2.0-only */
/* The guard: behind tc ingress, a camera's frames without our mark are counted or dropped. */
#ifndef CG_GUARD_H
#define CG_GUARD_H

#include <linux/if.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

struct cg_guard_policy;
struct net;
struct netlink_ext_ack;

struct cg_guard_stats {
	u64_stats_t marked;
	u64_stats_t unmarked;
	u64_stats_t dropped;
	struct u64_stats_sync syncp;
};

/* Which interfaces are wanted; see CAMGATE_P_*. */
struct cg_guard_port {
	u32 kind;		/* enum camgate_port_attr */
	int ifindex;
	char name[IFNAMSIZ];
};

struct cg_guard_ports {
	u32 n;
	struct cg_guard_port port[];
};

/* One a namespace. All but stats and what packets read of policy is RTNL's. */
struct cg_guard {
	struct net *net;
	struct cg_guard_policy __rcu *policy;	/* NULL: never set */
	struct cg_guard_stats __percpu *stats;
	struct cg_guard_ports *ports;		/* NULL: none listed */
	struct list_head hooked;
	u8 *stage;				/* addresses not yet in force */
	u32 nstage;
};

/* What a GUARD_SET asks for. */
struct cg_guard_change {
	bool has_mode;
	bool has_mark;			/* mark and mask are given */
	u32 mode;
	u32 mark;
	u32 mask;
	u32 flags;			/* CAMGATE_F_MACS_* */
	struct cg_guard_ports *ports;	/* NULL: unchanged; taken over on success */
	const u8 *macs;			/* to stage; checked */
	u32 nmacs;
};

struct cg_guard_state {
	u64 marked;
	u64 unmarked;
	u64 dropped;
	u32 mode;
	u32 mark;
	u32 mask;
	u32 nmacs;
	u32 nhooked;
	u32 failed;
};

int __must_check cg_guard_init(struct cg_guard *g, struct net *net);
void cg_guard_exit(struct cg_guard *g);

/*
 * All of it or nothing; -E2BIG: too many addresses, -EINVAL: a mode without a
 * mark; else what registering a hook said. Under RTNL.
 */
int __must_check cg_guard_set(struct cg_guard *g, struct cg_guard_change *change,
			      struct netlink_ext_ack *extack);

/* Under RTNL, as is the walk over what is hooked: fn returning non-zero ends it. */
void cg_guard_read(struct cg_guard *g, struct cg_guard_state *ret_state);
int cg_guard_each_hooked(struct cg_guard *g, int (*fn)(int ifindex, void *arg), void *arg);

/* Following the interfaces that come and go, in every namespace. */
int __must_check cg_guard_register(void);
void cg_guard_unregister(void);

#endif
