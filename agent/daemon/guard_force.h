/* SPDX-License-Identifier: GPL-2.0-only */
/* Which guard is in force, by whom, and what changes it; for guard.c only. */
#ifndef CG_GUARD_FORCE_H
#define CG_GUARD_FORCE_H

#include "guard_jobs.h"
#include "guard_plan.h"

enum cg_guard_by {
	CG_GUARD_BY_NOBODY,
	CG_GUARD_BY_MODULE,
	CG_GUARD_BY_NFT,
};

struct cg_guard {
	enum cg_guard_by by;
	struct cg_guard_plan now;  /* in force, unless by nobody */
	struct cg_guard_plan next; /* that nft is working on */
	bool looked;		   /* for what an earlier run left in force */
	bool unsure;		   /* that is what now stands for: rules may differ */
	bool refused;		   /* by the module that is there */
	char why[256];		   /* it is not in force, or not as asked for */
	uint64_t retry_ns;
	uint64_t unmarked; /* told of */
	struct cg_log_limit limit;
	bool boot_held;
	struct cg_guard_jobs jobs;
};

/* Logged once; tried again later. */
void cg_guard_force_failed(struct cg_agent *a, const char *what, int err, const char *why);
/* What was in force is not any more. */
void cg_guard_force_lost(struct cg_guard *g);

/*
 * What an earlier run left in force goes on. Whose frames it looks for is what the
 * packet path knows; where that is new too, policy's: sooner none than unseen.
 */
void cg_guard_force_look(struct cg_agent *a, const struct cg_policy *policy);
/* plan instead of what is in force, by whom it is; it is taken. Waits. */
int cg_guard_force_replace(struct cg_agent *a, struct cg_guard_plan *plan) __must_check;
/* Another mark without a moment at which one that is looked for is missing; dp is
 * the packet path that follows, or that of now. It may be off afterwards. */
int cg_guard_force_remark(struct cg_agent *a, struct cg_datapath *dp,
			  const struct cg_mark *mark) __must_check;
/* The module does it, as policy and ports ask for. */
bool cg_guard_force_by_module(struct cg_agent *a);
void cg_guard_force_off(struct cg_agent *a);

/* By nftables, as a job. */
int cg_guard_force_text(struct cg_agent *a, char **ret_text) __must_check;
void cg_guard_force_ended(struct cg_agent *a, int err, const char *why);

#endif
