/* SPDX-License-Identifier: GPL-2.0-only */
/* Of the config: what is kept of viewing sessions, for how long, and how often it is written down. */
#ifndef CG_KEEPING_H
#define CG_KEEPING_H

#include "cleanup.h"
#include "policy.h"

/* record, record_days, record_every, record_size; -EINVAL with diag. */
int cg_keeping_build(const struct cg_config *config, struct cg_diag *diag,
		     struct cg_policy *policy) __must_check;

#endif
