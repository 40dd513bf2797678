/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The household's own program, told of what happens: one event a run, as a line of JSON
 * on its standard input. No shell, an environment of its own, nothing of ours open; one
 * at a time, a bounded queue behind it, killed when it takes too long.
 */
#ifndef CG_DAEMON_NOTIFY_H
#define CG_DAEMON_NOTIFY_H

#include "agent.h"

struct json_object;

#define CG_NOTIFY_RUN_S	    10
#define CG_NOTIFY_QUEUE	    16
/* So many at once, then one in so many seconds. */
#define CG_NOTIFY_BURST	    10
#define CG_NOTIFY_EVERY_S   10

#define CG_NOTIFY_EVENT_LEN 32

enum cg_notify_how {
	CG_NOTIFY_NEVER, /* nothing was run yet */
	CG_NOTIFY_EXITED,
	CG_NOTIFY_SIGNAL,
	CG_NOTIFY_TIMEOUT,
	CG_NOTIFY_UNSTARTED,
	__CG_NOTIFY_MAX,
};

struct cg_notify_result {
	char event[CG_NOTIFY_EVENT_LEN];
	int64_t ended_s; /* epoch */
	enum cg_notify_how how;
	int value; /* exit status, signal, errno of UNSTARTED */
};

/* Since the agent's start. */
struct cg_notify_told {
	uint64_t count; /* runs */
	uint64_t left_out;
	size_t waiting;
	bool running;
	bool testing;			    /* a test waits or runs; test is of the one before */
	struct cg_notify_result last, test; /* of what ended */
};

int cg_notify_open(struct cg_agent *a, struct cg_notify **ret_notify) __must_check;
/* What runs is ended, what waits is forgotten. */
void cg_notify_close(struct cg_notify **notify);

/* event stays the caller's. Without `notify` in the config nothing happens; what finds no
 * room is counted and told with the next. */
void cg_notify_event(struct cg_agent *a, struct json_object *event);

/* One run of the program for somebody who waits for its end, ahead of what is queued and not
 * counted among the bounded ones. -ENOENT: no program is set; -EBUSY: a test runs or waits. */
int cg_notify_test(struct cg_agent *a) __must_check;

/* Good until the next call of this file; NULL where nothing is told at all. */
const struct cg_notify_told *cg_notify_told(const struct cg_agent *a);

/* Ends what takes too long. */
void cg_notify_tick(struct cg_agent *a, uint64_t now_ns);

#endif
