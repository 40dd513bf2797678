/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/net/camgate: the counters of this namespace as text.
 *
 * The first line is "slot plane reason packets bytes". Each other line holds
 * those five numbers, decimal, with one blank between, for a place that counted
 * something; ordered by slot, plane, reason. Columns may be added behind. Read
 * by root and its group only (0440), or by everybody (0444) with public=1.
 * While the map is being replaced a reading may hold parts of both: netlink
 * tells of that, this does not.
 */
#ifndef CG_PROCFS_H
#define CG_PROCFS_H

#include <linux/compiler.h>

struct net;

int __must_check cg_procfs_add(struct net *net);
void cg_procfs_remove(struct net *net);

#endif
