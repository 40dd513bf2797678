/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedules and daily quotas, put into the packet path. A scheduled opening carries its
 * end in the exposure word and ends there, whatever becomes of the agent; it begins only
 * by the agent. Windows and accounts are asked once a second.
 */
#ifndef CG_SCHED_H
#define CG_SCHED_H

#include "../lib/account.h"
#include "../lib/schedule.h"
#include "agent.h"

struct json_object;

/* The accounts into memory; a file that is missing or broken begins them anew. */
int cg_sched_open(struct cg_agent *a) __must_check;
void cg_sched_close(struct cg_agent *a);

/* Before policy is put in force: set says of each camera what holds now without an
 * opening, so that what a window seals is not loose until the next second. */
void cg_sched_config(struct cg_agent *a, const struct cg_policy *policy, struct cg_mapset *set);
/* Behind it, and behind what was typed. */
void cg_sched_applied(struct cg_agent *a);
void cg_sched_tick(struct cg_agent *a, uint64_t now_ns);

/* Around every change of a camera's exposure by hand. */
void cg_sched_before(struct cg_agent *a, const struct cg_agent_cam *cam);
void cg_sched_after(struct cg_agent *a, const struct cg_agent_cam *cam);

/* Is the wall clock known to be right? */
bool cg_sched_clock_right(const struct cg_agent *a);

/* Until when an opening by hand may last, boot clock; UINT64_MAX: as long as one likes.
 * 0: not at all, and *ret_why says what is used up. */
uint64_t cg_sched_open_until(struct cg_agent *a, const struct cg_agent_cam *cam,
			     const char **ret_why);

/* What `status` shows of a camera. */
struct cg_sched_view {
	bool timed; /* false: nothing of what follows */
	bool clock_right;
	bool full, spent;	    /* daily_upload, open_time are used up */
	bool cut;		    /* an opening ends by a quota before its window does */
	struct cg_schedule_now now; /* of the windows; where the clock is not right, state only */
	int64_t day_end_s;	    /* 0: not known */
	struct cg_account account;
};
void cg_sched_view(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_sched_view *ret);
/* Adds it to the object of a camera; true: its clock is what it waits for. */
bool cg_sched_show(struct cg_agent *a, const struct cg_agent_cam *cam, struct json_object *o);

#endif
