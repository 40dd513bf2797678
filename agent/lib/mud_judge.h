/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a MUD file's entries: a rule, a setting, nothing because it is so anyway, or a reason. */
#ifndef CG_MUD_JUDGE_H
#define CG_MUD_JUDGE_H

#include "mud_ace.h"

/* One for each of mud's aces. */
struct cg_mud_entry {
	struct cg_mud_flow flow; /* of those that are not CG_MUD_NOT yet */
	size_t rank;		 /* the order its policy asks in */
};

/* Fills rules, and outcome, rule and text of the aces that were understood. */
int cg_mud_judge(struct cg_mud *mud, const struct cg_mud_entry *entries) __must_check;
void cg_mud_refuse(struct cg_mud_ace *ace, const char *why);

#endif
