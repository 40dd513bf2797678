/* SPDX-License-Identifier: GPL-2.0-only */
/* `learn`: what a camera asks for and reaches, for a time. Lets nothing pass that would not pass anyway. */
#ifndef CG_LEARN_H
#define CG_LEARN_H

#include "agent.h"

/* Cameras watched at once: 100 KiB each. */
#define CG_LEARN_MAX 16

void cg_learn_close(struct cg_learn **learn);
void cg_learn_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e);
void cg_learn_name(struct cg_agent *a, const struct cg_agent_cam *cam, const char *name,
		   uint64_t ns);
/* Flows that were there before, and the end. */
void cg_learn_tick(struct cg_agent *a, uint64_t now_ns);

#endif
