/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys about countries and networks: the databases, stay_in, and what rules may say of them. */
#ifndef CG_STAYING_H
#define CG_STAYING_H

#include "policy.h"

/* Is this build able to read a database (with libmaxminddb)? */
bool cg_staying_can(void);
/* All: -EINVAL or -E2BIG with diag set. The databases' paths; nothing is looked for there. */
int cg_staying_files(const struct cg_config *config, struct cg_diag *diag,
		     struct cg_policy *policy) __must_check;
int cg_staying_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy *policy,
		     struct cg_policy_cam *cam) __must_check;
/* Adds what the camera's rules name to policy->places. */
int cg_staying_rules(struct cg_policy *policy, const struct cg_policy_cam *cam,
		     struct cg_diag *diag) __must_check;

#endif
