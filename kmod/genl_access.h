/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may send which command, and whether a message's header is one of ours. */
#ifndef CG_GENL_ACCESS_H
#define CG_GENL_ACCESS_H

#include <linux/compiler.h>

struct genl_info;
struct net;
struct netlink_callback;
struct sk_buff;

/*
 * For commands that read, that write, and for dumps (all of which read):
 * -EPERM, or -EINVAL with a message for what the header says wrong.
 */
int __must_check cg_genl_access_read(struct sk_buff *skb, struct genl_info *info);
int __must_check cg_genl_access_write(struct sk_buff *skb, struct genl_info *info);
int __must_check cg_genl_access_dump(struct netlink_callback *cb);

#endif
