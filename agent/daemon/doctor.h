/* SPDX-License-Identifier: GPL-2.0-only */
/* What `doctor --fix` does besides the rules in fw4. */
#ifndef CG_DOCTOR_H
#define CG_DOCTOR_H

#include "agent.h"

/* What was done, or what is missing and who brings it, one line each, through
 * say; waits for nft. doctor_fix.c */
void cg_doctor_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text),
		   void *ctx);

#endif
