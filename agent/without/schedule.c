/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_SCHEDULE=no: no windows and no daily quotas; whether the clock is right is known all the same. */
#include <errno.h>
#include "../lib/exposure.h"
#include "../daemon/sched.h"
#include "../daemon/wallclock.h"

struct cg_sched {
	struct cg_wallclock clock;
};

int cg_sched_open(struct cg_agent *a)
{
	a->sched = calloc(1, sizeof(*a->sched));
	return a->sched ? 0 : -ENOMEM;
}

void cg_sched_close(struct cg_agent *a)
{
	free(a->sched);
	a->sched = NULL;
}

void cg_sched_config(struct cg_agent *a, const struct cg_policy *policy, struct cg_mapset *set)
{
	(void)set;
	if (a->sched)
		cg_wallclock_look(&a->sched->clock, a, policy->clock_trusted);
}

/* A build that knows them may have left a mark of theirs: a quota used up, a window's opening. */
void cg_sched_applied(struct cg_agent *a)
{
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		struct cg_exposure *slot = &cg_datapath_exposure(a->kern.dp)[cam->slot], e = *slot;
		uint64_t now = a->boot_ns();

		if (!cam->policy || (!(e.word & CG_WORD_FULL) && !cg_exposure_timed(&e, now)))
			continue;
		cg_exposure_full(&e, false);
		cg_exposure_schedule(&e, now,
				     &(struct cg_exposure_plan){ .state = cam->policy->exposure });
		cg_exposure_store(cg_datapath_meta(a->kern.dp), slot, &e);
	}
}

void cg_sched_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)now_ns;
	if (!a->sched)
		return;
	cg_wallclock_look(&a->sched->clock, a, a->policy.now && a->policy.now->clock_trusted);
	a->sched->clock.stepped = false;
}

void cg_sched_before(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	(void)a;
	(void)cam;
}

void cg_sched_after(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	(void)a;
	(void)cam;
}

bool cg_sched_clock_right(const struct cg_agent *a)
{
	return a->sched && a->sched->clock.right;
}

uint64_t cg_sched_open_until(struct cg_agent *a, const struct cg_agent_cam *cam,
			     const char **ret_why)
{
	(void)a;
	(void)cam;
	*ret_why = NULL;
	return UINT64_MAX;
}

void cg_sched_view(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_sched_view *ret)
{
	(void)a;
	(void)cam;
	*ret = (struct cg_sched_view){ 0 };
}

bool cg_sched_show(struct cg_agent *a, const struct cg_agent_cam *cam, struct json_object *o)
{
	(void)a;
	(void)cam;
	(void)o;
	return false;
}
