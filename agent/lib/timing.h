/* SPDX-License-Identifier: GPL-2.0-only */
/* Of a camera's config: its time zone, schedule and daily quotas. */
#ifndef CG_TIMING_H
#define CG_TIMING_H

#include "cleanup.h"
#include "config.h"
#include "diag.h"
#include "policy.h"

/* Sets zone_name, windows, daily_bytes, open_s. A schedule of its own takes the place
 * of the defaults'. -EINVAL, -EEXIST, -E2BIG with diag; positions point into the
 * config's file names. */
int cg_timing_build(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, struct cg_policy_cam *cam) __must_check;
/* Does what it may do change with the time of day, or with what it has done? */
bool cg_timing_is_timed(const struct cg_policy_cam *cam);

#endif
