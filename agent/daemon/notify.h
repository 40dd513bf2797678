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

#define CG_NOTIFY_RUN_S	  10
#define CG_NOTIFY_QUEUE	  16
/* So many at once, then one in so many seconds. */
#define CG_NOTIFY_BURST	  10
#define CG_NOTIFY_EVERY_S 10

int cg_notify_open(struct cg_agent *a, struct cg_notify **ret_notify) __must_check;
/* What runs is ended, what waits is forgotten. */
void cg_notify_close(struct cg_notify **notify);

/* event stays the caller's. Without `notify` in the config nothing happens; what finds no
 * room is counted and told with the next. */
void cg_notify_event(struct cg_agent *a, struct json_object *event);

/* Ends what takes too long. */
void cg_notify_tick(struct cg_agent *a, uint64_t now_ns);

#endif
