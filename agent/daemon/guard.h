/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands behind the packet path: the guard, the boot guard, the rules in fw4. */
#ifndef CG_GUARD_H
#define CG_GUARD_H

#include "agent.h"

struct cg_guard;

int cg_guard_open(struct cg_agent *a, struct cg_guard **ret_guard) __must_check;
/* The guard stays in force: its marks go on being made. */
void cg_guard_close(struct cg_guard **guard);

/*
 * A guard that looks for the mark in a frame that could not carry it drops what
 * was allowed; one that does not look lets pass what no filter saw. So it stays in
 * force through every change, and what it holds is at any time what the filters
 * mark: marks begin before it looks for them and end after it, cameras and ports
 * leave it before they leave the filters and join it after them.
 *
 * Before policy is put in force in dp, which may be the packet path of now or the
 * one that follows it.
 */
int cg_guard_before(struct cg_agent *a, struct cg_datapath *dp,
		    const struct cg_policy *policy) __must_check;
/* Before filters are taken from ports that are not in ports. */
void cg_guard_ports_go(struct cg_agent *a, const struct cg_ports_plan *ports);
/* The module is told. */
void cg_guard_applied(struct cg_agent *a);
/* Files of the boot guard and fw4, of the policy in force. They wait for a disk,
 * so that ports are attached first. */
void cg_guard_files(struct cg_agent *a);
/* Makes the guard what policy and ports ask for; does not wait. */
void cg_guard_sync(struct cg_agent *a);
/* Policy is in force on every port: what denied cameras since the boot goes. */
void cg_guard_handover(struct cg_agent *a);
void cg_guard_tick(struct cg_agent *a, uint64_t now_ns);

struct cg_guard_state {
	enum cg_guard_mode mode; /* asked for */
	const char *by;		 /* "module", "nftables"; NULL: not in force */
	const char *why;	 /* it is not; "" = no reason known yet */
	size_t ports, left_out;	 /* guarded, and those whose name cannot be written */
	uint64_t unmarked;	 /* packets that no filter of ours had passed */
	bool boot_held;		 /* cameras are denied forwarding since the boot */
};
void cg_guard_state_read(struct cg_agent *a, struct cg_guard_state *ret_state);

/* guard_fix.c */

/* `doctor --fix`: what was done, one line each, through say; waits for nft. */
void cg_guard_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text), void *ctx);
bool cg_guard_kept_out(void);
/* Where the fw4 include is, or would be put. */
const char *cg_guard_fw4_dir(const struct cg_agent *a);
/* It is in dir now: noted, so that `detach` finds it without the agent. */
void cg_guard_fw4_note(struct cg_agent *a, const char *dir);

#endif
