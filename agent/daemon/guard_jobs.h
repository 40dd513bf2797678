/* SPDX-License-Identifier: GPL-2.0-only */
/* Work for nft: one runs at a time, and the loop goes on meanwhile. */
#ifndef CG_GUARD_JOBS_H
#define CG_GUARD_JOBS_H

#include "../kern/nft.h"
#include "agent.h"

/* Bits: what waits is a set, done from the lowest on. */
enum cg_guard_job {
	CG_GUARD_JOB_GUARD = 1,
	CG_GUARD_JOB_BOOT = 2,
	CG_GUARD_JOB_FW4 = 4,
};

struct cg_guard_jobs {
	struct cg_agent *a;
	/* The script for a job, made when its turn has come. -EALREADY or an empty
	 * one: nothing is to be done. */
	int (*text)(struct cg_agent *a, enum cg_guard_job kind, char **ret_text);
	/* err: of text or of nft; why: what nft said, "" = nothing. */
	void (*ended)(struct cg_agent *a, enum cg_guard_job kind, int err, const char *why);
	unsigned int todo;
	unsigned int running; /* 0: none */
	struct cg_nft_job job;
	ev_io watch;
};

void cg_guard_jobs_init(struct cg_guard_jobs *j, struct cg_agent *a);
/* Waits for the one that runs; forgets the others. */
void cg_guard_jobs_exit(struct cg_guard_jobs *j);
void cg_guard_jobs_add(struct cg_guard_jobs *j, enum cg_guard_job kind);
/* Starts what waits, unless one runs. */
void cg_guard_jobs_go(struct cg_guard_jobs *j);
/* The job does not wait any more, and none runs: takes seconds at most, as a rule
 * milliseconds. */
void cg_guard_jobs_drop(struct cg_guard_jobs *j, enum cg_guard_job kind);

#endif
