/* SPDX-License-Identifier: GPL-2.0-only */
/* The map the counters are read from: found by a program, checked, held, let go of. */
#ifndef CG_SOURCE_H
#define CG_SOURCE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct cg_counters;
struct netlink_ext_ack;
struct nlattr;

/*
 * Takes the map named CAMGATE_MAP_NAME of the program behind the current
 * process's descriptor `fd` in place of the one held. On failure nothing has
 * changed, and `extack` says why and points to `attr`. Takes c->lock.
 */
int __must_check cg_source_set(struct cg_counters *c, u32 fd, struct netlink_ext_ack *extack,
			       const struct nlattr *attr);

/* Lets go of the map, if one is held. Takes c->lock. */
void cg_source_unset(struct cg_counters *c);

#endif
