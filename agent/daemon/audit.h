/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of cameras for the report: services that others of the LAN use, what they look for
 * outside, bytes by destination and hour, and what they answered when they were asked. From the
 * packet path's own tables; nothing of it outlives the agent.
 */
#ifndef CG_DAEMON_AUDIT_H
#define CG_DAEMON_AUDIT_H

#include "../lib/audit.h"
#include "agent.h"

struct cg_command_call;

int cg_audit_open(struct cg_agent *a) __must_check;
void cg_audit_close(struct cg_agent *a);
void cg_audit_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e);
/* Flows and sessions are looked at every half minute. */
void cg_audit_tick(struct cg_agent *a, uint64_t now_ns);
/* The slot has another camera now. */
void cg_audit_forget(struct cg_agent *a, uint32_t slot);

/* Of the camera that has this id; NULL: no memory. */
struct cg_audit_seen *cg_audit_of(struct cg_agent *a, const char *id);

/* command_audit.c */
void cg_command_audit(struct cg_command_call *c);

#endif
