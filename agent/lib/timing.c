/* SPDX-License-Identifier: GPL-2.0-only */
/* Of a camera's config: its time zone, schedule and daily quotas, each its own or the defaults'. */
#include <errno.h>
#include <stdlib.h>
#include "timing.h"
#include "value.h"

static const struct cg_text *either(const struct cg_text *own, const struct cg_text *defaults)
{
	return own->s ? own : defaults;
}

static int build_windows(const struct cg_config_cam *c, struct cg_diag *diag,
			 struct cg_policy_cam *cam)
{
	if (c->nschedule > CG_MAX_WINDOWS)
		return cg_diag_set(diag, &c->schedule[CG_MAX_WINDOWS].pos, -E2BIG,
				   "schedule: found %zu of a camera, expected at most %d",
				   c->nschedule, CG_MAX_WINDOWS);
	cam->windows = calloc(c->nschedule + 1, sizeof(*cam->windows));
	if (!cam->windows)
		return -ENOMEM;
	for (; cam->nwindows < c->nschedule; cam->nwindows++) {
		int r = cg_schedule_read(&c->schedule[cam->nwindows], diag,
					 &cam->windows[cam->nwindows]);

		if (r)
			return r;
	}
	return 0;
}

int cg_timing_build(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, struct cg_policy_cam *cam)
{
	const struct cg_text *zone = either(&own->timezone, &defaults->timezone);
	int r = cg_value_zone(zone, diag, cam->zone_name);

	cam->zone_pos = zone->pos;
	if (!r)
		r = cg_value_daily_size(either(&own->daily_upload, &defaults->daily_upload),
					"daily_upload", diag, &cam->daily_bytes);
	if (!r)
		r = cg_value_daily_time(either(&own->open_time, &defaults->open_time), "open_time",
					diag, &cam->open_s);
	return r ? r : build_windows(own->nschedule ? own : defaults, diag, cam);
}

bool cg_timing_is_timed(const struct cg_policy_cam *cam)
{
	return cam->nwindows || cam->daily_bytes || cam->open_s;
}
