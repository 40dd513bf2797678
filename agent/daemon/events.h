/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path reports, into the table of blocked things and a few log lines. */
#ifndef CG_EVENTS_H
#define CG_EVENTS_H

#include "agent.h"

/* Reads one bounded batch. */
void cg_events_read(struct cg_agent *a);
/* Lost events are counted by the packet path; says when there are more. */
void cg_events_tick(struct cg_agent *a, uint64_t now_ns);

/* From the packet path: handed to whom it concerns. ctx: struct cg_agent. */
void cg_events_session(void *ctx, const struct cg_session_event *e);

#endif
