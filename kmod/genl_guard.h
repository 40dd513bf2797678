/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands about the guard: GUARD_SET and GUARD_GET. */
#ifndef CG_GENL_GUARD_H
#define CG_GENL_GUARD_H

struct genl_info;
struct nla_policy;
struct sk_buff;

extern const struct nla_policy cg_genl_guard_policy[];

int cg_genl_guard_set(struct sk_buff *skb, struct genl_info *info);
int cg_genl_guard_get(struct sk_buff *skb, struct genl_info *info);

#endif
