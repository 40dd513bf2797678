/* SPDX-License-Identifier: GPL-2.0-only */
/* MACs that are no camera's: this machine's own, its default gateway's, its resolver's. */
#ifndef CG_OWN_H
#define CG_OWN_H

#include "../kern/links.h"
#include "../lib/diag.h"
#include "../lib/policy.h"

/* -EINVAL with diag. `force = yes` in the config lets them through. */
int cg_own_check(struct cg_links *links, const struct cg_policy *policy,
		 struct cg_diag *diag) __must_check;

#endif
