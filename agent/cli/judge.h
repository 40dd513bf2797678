/* SPDX-License-Identifier: GPL-2.0-only */
/* A configuration judged without an agent: all that a reload would do before it touches the packet path. */
#ifndef CG_JUDGE_H
#define CG_JUDGE_H

#include "../kern/own.h"
#include "../lib/policy.h"

/* links NULL: what is this machine's own is not known. 0 and a policy that the caller
 * frees, or -errno, mostly with diag. */
int cg_judge(const char *file, struct cg_links *links, struct cg_diag *diag,
	     struct cg_policy **ret_policy) __must_check;

#endif
