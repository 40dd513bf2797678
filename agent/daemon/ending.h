/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of single flows: both ends are told, connection tracking forgets them. */
#ifndef CG_ENDING_H
#define CG_ENDING_H

#include "agent.h"

struct cg_endings;

/* Lacking rights are no error: then what cannot be done is left out, and said. */
int cg_endings_open(struct cg_agent *a, struct cg_endings **ret_endings) __must_check;
void cg_endings_close(struct cg_endings **endings);
/* What cannot be done, for `doctor`; NULL: nothing. */
const char *cg_endings_no_resets(const struct cg_endings *e);
const char *cg_endings_no_conntrack(const struct cg_endings *e);

/* A flow with a remote that passes no more, and of which no packet is at hand. UDP: both
 * ends are told and connection tracking forgets it, now. TCP: the camera is made to
 * speak; what it says comes as an event; it is forgotten then, or a moment later. */
void cg_ending_begin(struct cg_agent *a, const struct cg_flow_key *key, const struct cg_flow *flow);
/* A packet of a camera that was dropped: the first of a flow that had passed, or one
 * more of a flow that is being ended; others are none of its business: false. */
bool cg_ending_event(struct cg_agent *a, const struct cg_event *event);
/* Does what is due. */
void cg_endings_run(struct cg_agent *a, uint64_t now_ns);
uint64_t cg_endings_next(const struct cg_endings *e); /* boot clock; UINT64_MAX: nothing */

#endif
