/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is the wall clock right? Nothing that a clock opens may come before that is known:
 * a gateway without a hardware clock begins in 1970, or (OpenWrt) at the time of its
 * newest file. It counts as right when it says no less than CG_CLOCK_FLOOR_S and
 * - adjtimex(2) said once in this boot that it is synchronised, which stays true when
 *   the servers can no longer be reached; or
 * - the kernel set it from a hardware clock, and it is not before the time that was
 *   last known to be right; or
 * - the config says `clock = trusted`.
 */
#ifndef CG_WALLCLOCK_H
#define CG_WALLCLOCK_H

#include "agent.h"

struct cg_wallclock {
	bool right;
	bool synced;	   /* was, in this boot */
	bool stepped;	   /* it was set, and somebody has yet to take that back */
	bool known;	   /* offset_ns is */
	int64_t offset_ns; /* wall clock less boot clock */
	int64_t right_s;   /* last known to be right in an earlier boot; 0: never */
};

/* Looks: once a tick, and before anything is made of what it says. */
void cg_wallclock_look(struct cg_wallclock *w, const struct cg_agent *a, bool trusted);

#endif
