/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_SCHEDULE=no: a config with a schedule or a daily quota is refused, agent and command do. */
#include "../lib/timing.h"
#include "../lib/zones.h"
#include "refuse.h"

int cg_timing_build(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, struct cg_policy_cam *cam)
{
	const struct cg_config_cam *of[] = { own, defaults };

	(void)cam;
	for (int i = 0; i < 2; i++) {
		if (of[i]->nschedule)
			return refuse(&of[i]->schedule[0].pos, "schedule", diag);
		if (of[i]->daily_upload.s)
			return refuse(&of[i]->daily_upload.pos, "daily_upload", diag);
		if (of[i]->open_time.s)
			return refuse(&of[i]->open_time.pos, "open_time", diag);
	}
	return 0;
}

bool cg_timing_is_timed(const struct cg_policy_cam *cam)
{
	(void)cam;
	return false;
}

int cg_zones_find(struct cg_policy *policy, const char *root, struct cg_diag *diag)
{
	(void)policy;
	(void)root;
	(void)diag;
	return 0;
}

void cg_zones_free(struct cg_policy *policy)
{
	(void)policy;
}

/* ---- agent/lib/schedule.h, of what there is none ---- */

bool cg_schedule_overlap(const struct cg_window *windows, size_t n, int64_t t, size_t *ret_a,
			 size_t *ret_b)
{
	(void)windows;
	(void)n;
	(void)t;
	(void)ret_a;
	(void)ret_b;
	return false;
}

const char *cg_schedule_format(const struct cg_window *window, char buf[static CG_WINDOW_STRLEN])
{
	(void)window;
	buf[0] = '\0';
	return buf;
}
