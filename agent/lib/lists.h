/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of prefixes and names that rules stand for by one word: lists/NAME.txt beside the config. */
#ifndef CG_LISTS_H
#define CG_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "config.h"
#include "diag.h"
#include "policy.h"

/*
 * Reads every list that a rule of config names into config->lists. A line is a prefix or
 * address of either family, or a name as in rules; `#` and `;` begin a comment. -EINVAL with
 * diag: a file that is not there, empty, too long (limits.h), whose last line does not end (it
 * was cut off), that has another file's content, or names everything.
 */
int cg_lists_read(struct cg_config *config, struct cg_diag *diag) __must_check;
/* Into policy->lists; their rules point there. */
int cg_lists_build(const struct cg_config *config, struct cg_diag *diag,
		   struct cg_policy *policy) __must_check;
void cg_lists_free(struct cg_policy *policy);
/* NULL: none of that name. */
const struct cg_policy_list *cg_lists_find(const struct cg_policy *policy, const char *name);

#endif
