/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remote viewing sessions: what the packet path says of them becomes entries of the
 * record, which are written down now and then. The packet path's table is the truth:
 * it is read while something goes on, and what no event told of is taken from there.
 */
#ifndef CG_SESSIONS_H
#define CG_SESSIONS_H

#include "agent.h"

struct cg_command_call;

/* Behind the policy: what was under way when the agent ended goes on. */
int cg_sessions_open(struct cg_agent *a) __must_check;
/* Writes everything down. */
void cg_sessions_close(struct cg_agent *a);
void cg_sessions_event(struct cg_agent *a, const struct cg_agent_cam *cam,
		       const struct cg_session_event *e);
/* Somebody outside knocked at a camera that is closed, or open for others. */
void cg_sessions_knock(struct cg_agent *a, const struct cg_agent_cam *cam,
		       const struct cg_event *e);
/* uid has opened it by hand; -1: not known. via: what by, where it was no person; NULL. */
void cg_sessions_opened(struct cg_agent *a, const struct cg_agent_cam *cam, int64_t uid,
			const char *via);
/* Another packet path: its table is read with the next tick. */
void cg_sessions_moved(struct cg_agent *a);
void cg_sessions_tick(struct cg_agent *a, uint64_t now_ns);

/* sessions_show.c */
void cg_command_sessions(struct cg_command_call *c);
/* recordcmd.c */
void cg_command_log(struct cg_command_call *c);
void cg_command_record(struct cg_command_call *c);
void cg_command_erase(struct cg_command_call *c);
/* recordlines.c */
void cg_command_lines(struct cg_command_call *c);
/* What `status` says was stopped within a day. */
void cg_sessions_status(struct cg_command_call *c);

#endif
