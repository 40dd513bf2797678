/* SPDX-License-Identifier: GPL-2.0-only */
/* Which flows end when a camera may less than before. The packet path has stopped them already: this tells their ends. */
#ifndef CG_STOP_H
#define CG_STOP_H

#include "agent.h"

/* What holds now is taken for known: nothing of before is ended. */
int cg_stop_open(struct cg_agent *a) __must_check;
void cg_stop_close(struct cg_agent *a);

/* Looks whether any camera may less: closed, sealed, open to fewer, an opening that is
 * over, other rules, `off` that is over. Its flows are walked when the loop goes on, those
 * that may not pass any more end. Cheap where nothing has changed. */
void cg_stop_look(struct cg_agent *a);
/* The same for one camera, for what cannot be seen from its exposure and rules. */
void cg_stop_walk(struct cg_agent *a, const struct cg_agent_cam *cam);
/* Every flow of a session that was stopped ends, whatever the rules say of it. */
void cg_stop_session(struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_session_event *event);
/* A packet that was dropped; true: of a flow that is being ended, so that it says nothing
 * else. */
bool cg_stop_event(struct cg_agent *a, const struct cg_event *event);
void cg_stop_tick(struct cg_agent *a, uint64_t now_ns);

#endif
