/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands about counters: SET, UNSET, GET and its dump. */
#ifndef CG_GENL_COUNTERS_H
#define CG_GENL_COUNTERS_H

#include <linux/compiler.h>

struct genl_info;
struct netlink_callback;
struct nla_policy;
struct cg_counters;
struct sk_buff;

extern const struct nla_policy cg_genl_counters_set_policy[];
extern const struct nla_policy cg_genl_counters_get_policy[];

int cg_genl_counters_set(struct sk_buff *skb, struct genl_info *info);
int cg_genl_counters_unset(struct sk_buff *skb, struct genl_info *info);
int cg_genl_counters_get(struct sk_buff *skb, struct genl_info *info);
int cg_genl_counters_start(struct netlink_callback *cb);
int cg_genl_counters_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* Which map: SERIAL, and SLOTS and MAP_ID where there is one. Takes c->lock. */
int __must_check cg_genl_counters_put_source(struct sk_buff *msg, struct cg_counters *c);

#endif
