/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of the LAN that are no cameras of the config: heard, judged, told of, held.
 * A held one is a camera of the policy in force, closed and without a rule.
 */
#ifndef CG_DAEMON_DEVICES_H
#define CG_DAEMON_DEVICES_H

#include "agent.h"

struct json_object;
struct cg_command_call;

/* Reads what an earlier agent knew of them. */
int cg_devices_open(struct cg_agent *a) __must_check;
void cg_devices_close(struct cg_agent *a);

/* The watcher of the packet path's copied frames, which changes with it; and what is
 * copied. */
void cg_devices_listen(struct cg_agent *a);
void cg_devices_deaf(struct cg_agent *a);

/* Those that are to be held under this policy become cameras of it. -ENOMEM. */
int cg_devices_hold(struct cg_agent *a, struct cg_policy *policy) __must_check;
size_t cg_devices_held(const struct cg_agent *a);
/* A policy came into force. */
void cg_devices_policy(struct cg_agent *a);
void cg_devices_tick(struct cg_agent *a, uint64_t now_ns);

/* This camera is none of the config's but a held device. */
bool cg_devices_is_held(const struct cg_agent_cam *cam);
/* What there is to say of them in `status`: sentences to attention, members to the reply. */
void cg_devices_status(struct cg_command_call *c, struct json_object *attention);

#endif
