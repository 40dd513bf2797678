/* SPDX-License-Identifier: GPL-2.0-only */
/* The order in which the agent comes up, and goes down from wherever it is. */
#ifndef CG_STAGES_H
#define CG_STAGES_H

#include "agent.h"

/* Top-down; what failed has been logged and what was up is down again. Returns
 * 0 or an exit code. */
int cg_stages_start(struct cg_agent *a);
/* Bottom-up. Enforcement goes on. */
void cg_stages_stop(struct cg_agent *a);

/* The main of the agent, where both programs are one: agent/one. */
int cg_camgated(int argc, char **argv);

#endif
