/* SPDX-License-Identifier: GPL-2.0-only */
/* Viewers at home by their MACs: the addresses they have now become rules of the cameras that name them. */
#ifndef CG_DAEMON_VIEWERS_LAN_H
#define CG_DAEMON_VIEWERS_LAN_H

#include "agent.h"

/* Before policy is put in force: whom the neighbours and the old policy know. */
void cg_viewers_lan_before(struct cg_agent *a, struct cg_policy *policy);
/* Looks again, and puts the policy in force anew where somebody moved. */
void cg_viewers_lan_tick(struct cg_agent *a, uint64_t now_ns);

#endif
