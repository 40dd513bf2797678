/* SPDX-License-Identifier: GPL-2.0-only */
/* Schedules and daily quotas: what each camera's clock wants, what its account leaves of it, stored where packets see it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/civil.h"
#include "../lib/exposure.h"
#include "../lib/timing.h"
#include "../lib/viewers.h"
#include "sched.h"
#include "usagefile.h"
#include "viewers.h"
#include "wallclock.h"

/* Two looks at two clocks differ by less than this. */
#define JITTER_NS (100 * 1000 * 1000ULL)

struct cam {
	struct cg_schedule_now now; /* asked at from_s, holds until its end */
	int64_t from_s;
	bool asked, right;
	bool full, spent, cut;
	bool said; /* of the state below */
	enum cg_exposure_state state;
};

struct cg_sched {
	struct cg_wallclock clock;
	struct cg_usagefile file;
	struct cam *cam; /* by the policy's order */
	size_t ncam;
};

static bool is_timed(const struct cg_agent_cam *cam)
{
	return cam->policy && cg_timing_is_timed(cam->policy);
}

static struct cg_exposure *slot_of(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	return &cg_datapath_exposure(a->kern.dp)[cam->slot];
}

static struct cam *state_of(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	size_t i = (size_t)(cam - a->policy.cams);

	return a->sched && i < a->sched->ncam ? &a->sched->cam[i] : NULL;
}

/* A moment of the wall clock on the boot clock. */
static uint64_t to_boot(const struct cg_sched *s, int64_t real_s)
{
	int64_t ns = real_s * (int64_t)CG_SEC_NS - s->clock.offset_ns;

	return ns > 0 ? (uint64_t)ns : 0;
}

static int64_t real_s(const struct cg_agent *a)
{
	return cg_civil_floor(a->real_ns(), (int64_t)CG_SEC_NS);
}

/* ---- what the clock wants ---- */

static struct cg_schedule_now ask(const struct cg_sched *s, const struct cg_policy_cam *p,
				  int64_t now_s)
{
	struct cg_schedule_now now = { .state = p->exposure, .window = -1, .then_window = -1 };

	now.until_s = now_s + CG_SCHEDULE_AHEAD_S;
	now.then = now.state;
	if (p->nwindows && s->clock.right)
		cg_schedule_at(p->windows, p->nwindows, p->exposure, now_s, &now);
	else if (p->nwindows)
		now.state = cg_schedule_unknown(p->windows, p->nwindows, p->exposure);
	return now;
}

/* Nothing changes between two changes, unless the clock is set back. */
static void look(struct cg_agent *a, const struct cg_agent_cam *cam, struct cam *c)
{
	int64_t now_s = real_s(a);

	/* Half way to a moment that is only as far as was looked. */
	if (c->asked && c->right == a->sched->clock.right && now_s >= c->from_s &&
	    now_s < (c->now.changes ? c->now.until_s : c->from_s + CG_SCHEDULE_AHEAD_S / 2))
		return;
	c->now = ask(a->sched, cam->policy, now_s);
	c->from_s = now_s;
	c->asked = true;
	c->right = a->sched->clock.right;
}

/* ---- what the account leaves of it ---- */

static bool has_quota(const struct cg_policy_cam *p)
{
	return p->daily_bytes || p->open_s;
}

/* A midnight that passed since the last look parts what was open before from after. */
static void count(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_account *account)
{
	const struct cg_exposure *e = slot_of(a, cam);
	const struct cg_sched *s = a->sched;
	struct cg_stats stats;

	if (cam->policy->daily_bytes && !cg_datapath_stats_read(a->kern.dp, cam->slot, &stats))
		cg_account_bytes(account, cg_account_counter(&stats));
	if (s->clock.right) {
		int64_t today = cg_schedule_day(cam->policy->zone, real_s(a));

		if (account->day != CG_ACCOUNT_NO_DAY && today > account->day && !s->clock.stepped)
			cg_account_open(
				account, e,
				to_boot(s, cg_zone_reach(cam->policy->zone, today * CG_DAY_S)));
		if (cg_account_day(account, today, s->clock.stepped))
			a->sched->file.dirty = true;
	}
	cg_account_open(account, e, a->boot_ns());
}

static struct cg_account *account_of(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_account *account = cg_usage_find(&a->sched->file.usage, cam->id), fresh;
	struct cg_stats stats = { 0 };

	if (account)
		return account;
	(void)!cg_datapath_stats_read(a->kern.dp, cam->slot, &stats);
	fresh = cg_account_new(cam->id, a->boot_ns(), cg_account_counter(&stats));
	return cg_usage_add(&a->sched->file.usage, &fresh);
}

static uint64_t day_end_ns(const struct cg_agent *a, const struct cg_policy_cam *p)
{
	return a->sched->clock.right ? to_boot(a->sched, cg_schedule_day_end(p->zone, real_s(a))) :
				       0;
}

/* Until when it may be open; UINT64_MAX: nothing ends that. */
static uint64_t may_until(struct cg_agent *a, const struct cg_agent_cam *cam, struct cam *c)
{
	const struct cg_policy_cam *p = cam->policy;
	struct cg_account *account;

	c->full = c->spent = false;
	if (!has_quota(p))
		return UINT64_MAX;
	account = account_of(a, cam);
	if (account)
		count(a, cam, account);
	/* Without memory for it nothing is known, and that is the closed side. */
	c->full = p->daily_bytes && (!account || account->up_bytes >= p->daily_bytes);
	c->spent = p->open_s && (!account || !cg_account_left_ns(account, p->open_s));
	if (c->full || c->spent)
		return 0;
	return p->open_s ? cg_account_until(account, p->open_s, a->boot_ns(), day_end_ns(a, p)) :
			   UINT64_MAX;
}

/* ---- into the packet path ---- */

static void say(struct cg_agent *a, const struct cg_agent_cam *cam, struct cam *c,
		enum cg_exposure_state state)
{
	static const char *const words[] = { "sealed", "closed", "open" };
	char text[CG_WINDOW_STRLEN];

	if (c->said && c->state != state)
		cg_log_notice(
			"%s: by schedule %s%s%s%s", cam->name, words[state],
			c->now.window < 0 ? "" : ": ",
			c->now.window < 0 ?
				"" :
				cg_schedule_format(&cam->policy->windows[c->now.window], text),
			slot_of(a, cam)->manual == CG_MANUAL_AUTO ? "" : "; what was typed holds");
	c->said = true;
	c->state = state;
}

static void say_quota(struct cg_agent *a, const struct cg_agent_cam *cam, bool was_full,
		      bool was_spent, const struct cam *c)
{
	if (c->full && !was_full)
		cg_log_notice("%s: has sent the daily_upload of its day, uploads are stopped",
			      cam->name);
	if (c->spent && !was_spent)
		cg_log_notice("%s: was open for the open_time of its day, stays closed", cam->name);
	if ((was_full && !c->full) || (was_spent && !c->spent))
		cg_log_notice("%s: a new day for its quotas", cam->name);
	if (c->full != was_full || c->spent != was_spent)
		a->sched->file.dirty = true;
}

/* A deadline that is the same but for two readings of the clocks is left alone: every
 * store makes packets be judged the long way for once. */
static void store(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_exposure *e)
{
	struct cg_exposure *slot = slot_of(a, cam);
	uint64_t now = a->boot_ns();
	size_t i = (size_t)(cam - a->policy.cams);

	a->run.deadline[i] = cg_exposure_opening(e, now) && !cg_exposure_timed(e, now) ?
				     cg_exposure_deadline(e) :
				     0;
	if (!memcmp(e, slot, sizeof(*e)))
		return;
	cg_exposure_store(cg_datapath_meta(a->kern.dp), slot, e);
	cg_agent_notify(a, CG_AGENT_CHANGED);
}

static uint64_t nearly(uint64_t until_ns, const struct cg_exposure *e, uint64_t now_ns)
{
	uint64_t old = cg_exposure_deadline(e);
	uint64_t off = old > until_ns ? old - until_ns : until_ns - old;

	return cg_exposure_timed(e, now_ns) && off < JITTER_NS ? old : until_ns;
}

static void apply_untimed(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_exposure e = *slot_of(a, cam);
	uint64_t now = a->boot_ns();

	/* A policy of an earlier run, which nobody here can read: its openings end by themselves. */
	if (!cam->policy || (!(e.word & CG_WORD_FULL) && !cg_exposure_timed(&e, now)))
		return;
	cg_exposure_full(&e, false);
	cg_exposure_schedule(&e, now, &(struct cg_exposure_plan){ .state = cam->policy->exposure });
	store(a, cam, &e);
}

static void apply(struct cg_agent *a, const struct cg_agent_cam *cam, struct cam *c)
{
	struct cg_exposure e = *slot_of(a, cam);
	bool full = c->full, spent = c->spent;
	struct cg_exposure_plan plan;
	uint64_t now = a->boot_ns(), may;

	look(a, cam, c);
	may = may_until(a, cam, c);
	say_quota(a, cam, full, spent, c);
	plan = (struct cg_exposure_plan){ .state = c->now.state, .then = c->now.then };
	c->cut = false;
	if (plan.state == CG_OPEN) {
		plan.until_ns = to_boot(a->sched, c->now.until_s);
		c->cut = may < plan.until_ns;
		if (c->cut) {
			plan.until_ns = may;
			plan.then = CG_CLOSED;
		}
		plan.until_ns = nearly(plan.until_ns, &e, now);
		if (plan.until_ns <= now)
			plan.state = CG_CLOSED;
	}
	plan.to = plan.state == CG_OPEN && cg_viewers_has(cam->policy);
	/* An opening by hand has viewers of its own. */
	if (plan.to && e.manual == CG_MANUAL_AUTO &&
	    (!cg_exposure_opening(&e, now) || cg_exposure_timed(&e, now)) &&
	    cg_viewers_begin(a, cam, "") < 0)
		plan.state = CG_CLOSED;
	say(a, cam, c, plan.state);
	cg_exposure_schedule(&e, now, &plan);
	/* Typed before the quota was, or before it was less. */
	if (may != UINT64_MAX && cg_exposure_cut(&e, now, may + (may ? JITTER_NS : 0)))
		cg_log_notice("%s: its opening is cut to what its quota leaves", cam->name);
	cg_exposure_full(&e, c->full);
	store(a, cam, &e);
}

static void apply_all(struct cg_agent *a)
{
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];

		if (is_timed(cam) && i < a->sched->ncam)
			apply(a, cam, &a->sched->cam[i]);
		else
			apply_untimed(a, cam);
	}
}

static void clock_look(struct cg_agent *a, const struct cg_policy *policy)
{
	struct cg_wallclock *w = &a->sched->clock;
	bool was = w->right, stepped = w->stepped;

	cg_wallclock_look(w, a, policy && policy->clock_trusted);
	if (w->right && !was)
		cg_log_info("clock: known to be right");
	if (!w->right && was)
		cg_log_warning("clock: set to a time before this version, not right");
	if (w->stepped && !stepped && w->right)
		cg_log_info("clock: was set, schedules are asked again");
}

/* ---- from outside ---- */

int cg_sched_open(struct cg_agent *a)
{
	struct cg_sched *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	a->sched = s;
	cg_usagefile_read(&s->file, a, &s->clock);
	return 0;
}

void cg_sched_close(struct cg_agent *a)
{
	struct cg_sched *s = a->sched;

	if (!s)
		return;
	/* What is open counts up to now. */
	for (size_t i = 0; i < a->policy.ncams; i++)
		cg_sched_before(a, &a->policy.cams[i]);
	if (s->file.usage.n || s->file.dirty)
		cg_usagefile_write(&s->file, a, &s->clock);
	cg_usage_free(&s->file.usage);
	free(s->cam);
	free(s);
	a->sched = NULL;
}

void cg_sched_config(struct cg_agent *a, const struct cg_policy *policy, struct cg_mapset *set)
{
	if (!a->sched)
		return;
	clock_look(a, policy);
	for (size_t i = 0; i < policy->ncams && i < set->nslots; i++) {
		enum cg_exposure_state state;

		if (!cg_timing_is_timed(&policy->cams[i]))
			continue;
		state = ask(a->sched, &policy->cams[i], real_s(a)).state;
		set->slots[i].config = state < CG_CLOSED ? state : CG_CLOSED;
	}
}

void cg_sched_applied(struct cg_agent *a)
{
	struct cam *cam;

	if (!a->sched)
		return;
	cam = calloc(a->policy.ncams + 1, sizeof(*cam));
	free(a->sched->cam);
	a->sched->cam = cam;
	/* Without memory nothing is open by schedule. */
	a->sched->ncam = cam ? a->policy.ncams : 0;
	apply_all(a);
	a->sched->clock.stepped = false;
}

void cg_sched_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!a->sched)
		return;
	clock_look(a, a->policy.now);
	apply_all(a);
	cg_usagefile_tick(&a->sched->file, a, &a->sched->clock, now_ns);
	a->sched->clock.stepped = false;
}

void cg_sched_before(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_account *account;

	if (!a->sched || !is_timed(cam) || !has_quota(cam->policy))
		return;
	clock_look(a, a->policy.now);
	account = account_of(a, cam);
	if (account)
		count(a, cam, account);
}

void cg_sched_after(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cam *c = state_of(a, cam);

	if (c && is_timed(cam)) {
		a->sched->file.dirty |= has_quota(cam->policy);
		apply(a, cam, c);
	}
}

bool cg_sched_clock_right(const struct cg_agent *a)
{
	return a->sched && a->sched->clock.right;
}

uint64_t cg_sched_open_until(struct cg_agent *a, const struct cg_agent_cam *cam,
			     const char **ret_why)
{
	struct cam none = { 0 };
	uint64_t may;

	*ret_why = NULL;
	if (!a->sched || !is_timed(cam))
		return UINT64_MAX;
	clock_look(a, a->policy.now);
	may = may_until(a, cam, &none);
	*ret_why = none.full ? "daily_upload" : "open_time";
	return may;
}

void cg_sched_view(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_sched_view *ret)
{
	const struct cam *c = state_of(a, cam);
	struct cg_account *account;

	*ret = (struct cg_sched_view){ .timed = c && is_timed(cam) };
	if (!ret->timed)
		return;
	clock_look(a, a->policy.now);
	ret->clock_right = a->sched->clock.right;
	ret->now = c->now;
	ret->full = c->full;
	ret->spent = c->spent;
	ret->cut = c->cut;
	if (!has_quota(cam->policy))
		return;
	if (ret->clock_right)
		ret->day_end_s = cg_schedule_day_end(cam->policy->zone, real_s(a));
	account = account_of(a, cam);
	if (account) {
		count(a, cam, account);
		ret->account = *account;
	}
}
