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
/* The name a camera asked for last that has this address, in buf; NULL: none. */
const char *cg_names_of(struct cg_agent *a, uint32_t slot, const struct cg_addr *addr,
			char buf[static CG_NAMEPAT_LEN]);
/* From the packet path. */
void cg_names_event(void *ctx, const struct cg_name_event *e);

#endif
