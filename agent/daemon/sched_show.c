/* SPDX-License-Identifier: GPL-2.0-only */
/* What `status` says of a camera's schedule and quotas, as JSON. */
#include <json-c/json.h>
#include "../lib/exposure.h"
#include "../lib/jsonout.h"
#include "../lib/view.h"
#include "sched.h"

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	cg_json_add(o, key, json_object_new_int64((int64_t)n));
}

static void put_text(struct json_object *o, const char *key, const char *s)
{
	cg_json_add(o, key, json_object_new_string(s));
}

static void put_window(struct json_object *o, const char *key, const struct cg_policy_cam *p, int i)
{
	char text[CG_WINDOW_STRLEN];
	const struct cg_window *w;

	if (i < 0)
		return;
	w = &p->windows[i];
	put_text(o, key, cg_schedule_format(w, text));
	if (w->pos.file && key[0] == 'w') {
		put_text(o, "file", w->pos.file);
		cg_json_add(o, "line", json_object_new_int(w->pos.line));
	}
}

static void put_schedule(struct json_object *cam, const struct cg_policy_cam *p,
			 const struct cg_sched_view *v)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "now", cg_view_exposure_name(v->now.state));
	cg_json_add(o, "clock_right", json_object_new_boolean(v->clock_right));
	put_window(o, "window", p, v->now.window);
	if (v->now.changes) {
		cg_json_add(o, "until_s", json_object_new_int64(v->now.until_s));
		put_text(o, "next", cg_view_exposure_name(v->now.then));
		put_window(o, "next_window", p, v->now.then_window);
	}
	cg_json_add(cam, "schedule", o);
}

static void put_quota(struct json_object *cam, const struct cg_policy_cam *p,
		      const struct cg_sched_view *v)
{
	struct json_object *o = json_object_new_object();

	if (p->daily_bytes) {
		put_num(o, "upload_bytes", v->account.up_bytes);
		put_num(o, "upload_limit", p->daily_bytes);
		cg_json_add(o, "upload_stopped", json_object_new_boolean(v->full));
	}
	if (p->open_s) {
		put_num(o, "open_s", v->account.open_ns / CG_SEC_NS);
		put_num(o, "open_limit_s", p->open_s);
		cg_json_add(o, "open_spent", json_object_new_boolean(v->spent));
	}
	if (v->day_end_s)
		cg_json_add(o, "day_end_s", json_object_new_int64(v->day_end_s));
	cg_json_add(cam, "quota", o);
}

/* Of what view.c said: an opening that is the schedule's, a state that is a window's. */
static void put_why(struct cg_agent *a, const struct cg_agent_cam *cam, struct json_object *o,
		    const struct cg_sched_view *v)
{
	const struct cg_exposure *e = &cg_datapath_exposure(a->kern.dp)[cam->slot];
	uint64_t now = a->boot_ns();
	bool timed = cg_exposure_timed(e, now);

	if (e->manual != CG_MANUAL_AUTO || (cg_exposure_opening(e, now) && !timed))
		return;
	if (v->now.state == CG_OPEN && !timed)
		put_text(o, "why", "quota");
	else if (v->now.window >= 0 || (cam->policy->nwindows && !v->clock_right))
		put_text(o, "why", "schedule");
	else
		put_text(o, "why", "config");
	/* As far as was looked is no end. */
	if (timed && !v->now.changes && !v->cut) {
		json_object_object_del(o, "until_s");
		put_text(o, "text", "always open: can be watched from outside");
	}
}

bool cg_sched_show(struct cg_agent *a, const struct cg_agent_cam *cam, struct json_object *o)
{
	struct cg_sched_view v;

	cg_sched_view(a, cam, &v);
	if (!v.timed)
		return false;
	if (cam->policy->nwindows)
		put_schedule(o, cam->policy, &v);
	if (cam->policy->daily_bytes || cam->policy->open_s)
		put_quota(o, cam->policy, &v);
	put_why(a, cam, o, &v);
	return !v.clock_right;
}
