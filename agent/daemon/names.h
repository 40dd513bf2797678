/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path cannot learn by itself: names a camera may have kept from before, answers that are cut or come by TCP. */
#ifndef CG_NAMES_H
#define CG_NAMES_H

#include "agent.h"

/* Asks for every whole name of the rules that is not known. */
int cg_names_open(struct cg_agent *a, struct cg_names **ret_names) __must_check;
void cg_names_close(struct cg_names **names);
/* Another policy is in force. */
void cg_names_policy(struct cg_agent *a);
void cg_names_tick(struct cg_agent *a, uint64_t now_ns);
/* From the packet path. */
void cg_names_event(void *ctx, const struct cg_name_event *e);

#endif
