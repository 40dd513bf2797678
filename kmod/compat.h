/* SPDX-License-Identifier: GPL-2.0-only */
/* Every difference between kernels 5.10 and today, and nothing else. */
#ifndef CG_COMPAT_H
#define CG_COMPAT_H

#include <linux/netfilter.h>
#include <linux/u64_stats_sync.h>
#include <linux/version.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "camgate needs kernel 5.10 or later"
#endif

/* Since 6.7 a dump's attributes lie in the same structure as a command's. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define cg_dump_attrs(cb)	(genl_info_dump(cb)->attrs)
#else
#define cg_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#endif

/*
 * Who may join a group: said by a flag of its own since 6.7 and in stable
 * kernels that took it over, by the commands' flag before, not at all in the
 * oldest.
 */
#if defined(GENL_MCAST_CAP_NET_ADMIN)
#define CG_GROUP_ADMIN		.flags = GENL_MCAST_CAP_NET_ADMIN,
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 204) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0))
#define CG_GROUP_ADMIN		.flags = GENL_UNS_ADMIN_PERM,
#else
#define CG_GROUP_ADMIN
#endif

/* Until 6.3 a reader had to say that the writer runs in soft interrupts. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define cg_stats_begin(syncp)		u64_stats_fetch_begin(syncp)
#define cg_stats_retry(syncp, start)	u64_stats_fetch_retry(syncp, start)
#else
#define cg_stats_begin(syncp)		u64_stats_fetch_begin_irq(syncp)
#define cg_stats_retry(syncp, start)	u64_stats_fetch_retry_irq(syncp, start)
#endif

/* A kernel without netfilter has no guard. */
#if IS_ENABLED(CONFIG_NETFILTER)
#define cg_hook_register(net, ops)	nf_register_net_hook(net, ops)
#define cg_hook_unregister(net, ops)	nf_unregister_net_hook(net, ops)
#else
#define cg_hook_register(net, ops)	(-EOPNOTSUPP)
#define cg_hook_unregister(net, ops)	do { } while (0)
#endif

#endif
