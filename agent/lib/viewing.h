/* SPDX-License-Identifier: GPL-2.0-only */
/* Of a camera's config: the signs of viewing that count, budgets, how many may watch; each its own or the defaults'. */
#ifndef CG_VIEWING_H
#define CG_VIEWING_H

#include "cleanup.h"
#include "policy.h"

/* signs_off, max_viewers and budget of cam. -EINVAL with diag. */
int cg_viewing_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy_cam *cam) __must_check;
/* The two budgets that are there always; before any other. */
void cg_viewing_defaults(const struct cg_policy_cam *defaults, struct cg_policy *policy);
/* The number of each rule's budget; equal ones share it. -EINVAL: a deny has one;
 * -E2BIG: more than CG_BUDGETS. */
int cg_viewing_number(struct cg_policy *policy, struct cg_policy_cam *cam,
		      struct cg_diag *diag) __must_check;
/* "inbound, signature", "none". */
#define CG_SIGNS_STRLEN 48
const char *cg_viewing_signs(uint32_t signs_off, char buf[static CG_SIGNS_STRLEN]);

#endif
