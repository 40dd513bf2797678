/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands behind the packet path: the guard, the boot guard, the kernel module, the rules in fw4. */
#ifndef CG_GUARD_H
#define CG_GUARD_H

#include "agent.h"

struct cg_guard;

int cg_guard_open(struct cg_agent *a, struct cg_guard **ret_guard) __must_check;
/* The guard stays in force: its marks go on being made. */
void cg_guard_close(struct cg_guard **guard);

/*
 * A guard must never be asked about a frame that could not carry the mark. So,
 * around every new policy: before it is put in force in dp, marks begin and
 * cameras that go are no longer guarded; after it, those that came are.
 */
int cg_guard_before(struct cg_agent *a, struct cg_datapath *dp,
		    const struct cg_policy *policy) __must_check;
/* Files of the boot guard and fw4, the module's map, announcements. */
void cg_guard_applied(struct cg_agent *a);
/* Makes the guard what policy and ports ask for; does not wait. */
void cg_guard_sync(struct cg_agent *a);
/* Policy is in force on every port: what denied cameras since the boot goes. */
void cg_guard_handover(struct cg_agent *a);
void cg_guard_tick(struct cg_agent *a, uint64_t now_ns);

/* Counters of a slot from the module, else from the map. *ret_differs: both were
 * asked and do not agree. */
int cg_guard_stats(struct cg_agent *a, uint32_t slot, struct cg_stats *ret_stats,
		   bool *ret_differs) __must_check;
/* "module" or "agent". */
const char *cg_guard_source(const struct cg_agent *a);
/* About the module, a sentence; NULL: all is well, its version is in
 * cg_guard_module_version. */
const char *cg_guard_module_why(const struct cg_agent *a);
const char *cg_guard_module_version(const struct cg_agent *a);

struct cg_guard_state {
	enum cg_guard_mode mode; /* asked for */
	const char *by;		 /* "module", "nftables"; NULL: not in force */
	const char *why;	 /* it is not; "" = no reason known yet */
	size_t ports, left_out;	 /* guarded, and those whose name cannot be written */
	uint64_t unmarked;	 /* packets that no filter of ours had passed */
	bool boot_held;		 /* cameras are denied forwarding since the boot */
};
void cg_guard_state_read(struct cg_agent *a, struct cg_guard_state *ret_state);

/* `doctor --fix`: what was done, one line each, through say; waits for nft. */
void cg_guard_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text), void *ctx);
bool cg_guard_kept_out(void);

#endif
