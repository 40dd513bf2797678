/* SPDX-License-Identifier: GPL-2.0-only */
/* `audit`: puts together what is known of a camera, judges it, and has it asked where that is wanted. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/auditjson.h"
#include "../lib/civil.h"
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "audit_state.h"
#include "command.h"
#include "guard.h"
#include "mappings.h"
#include "places.h"
#include "sched.h"

/* 0 where the clock is not known to be right: a date would be judged by nothing. */
static int64_t today(const struct cg_agent *a)
{
	int64_t now_s = a->real_s();

	return cg_sched_clock_right(a) && now_s >= CG_CLOCK_FLOOR_S ? now_s / CG_DAY_S : 0;
}

static size_t stopped(const struct cg_traffic_row *const *row, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < CG_TRAFFIC_HOURS; k++)
			if (row[i]->cell[k].tries) {
				found++;
				break;
			}
	return found;
}

/* What leads to it from outside; NULL: that was not looked for. */
static struct json_object *mappings(const struct cg_mappings_found *found,
				    const struct cg_agent_cam *cam, size_t *ret_n)
{
	struct json_object *list = json_object_new_array();
	char text[CG_MAPPINGS_TEXT];

	for (size_t i = 0; i < found->list.n; i++) {
		const struct cg_mapping *m = &found->list.m[i];
		struct json_object *o;

		if (m->slot != cam->slot || !cg_mappings_counts(&found->list, i))
			continue;
		o = json_object_new_object();
		cg_json_add(o, "text", json_object_new_string(cg_mappings_text(m, text)));
		cg_json_add(o, "where", json_object_new_string(cg_mappings_where(m, text)));
		cg_json_push(list, o);
		++*ret_n;
	}
	return list;
}

static bool places(const struct cg_agent *a, const struct cg_traffic_row *const *row, size_t n,
		   struct cg_audit_place *ret_place)
{
	struct cg_places_where where;
	struct cg_addr addr;

	for (size_t i = 0; i < n; i++) {
		memcpy(&addr, row[i]->peer, sizeof(addr));
		cg_places_where(a, &addr, &where);
		memcpy(ret_place[i].country, where.country, sizeof(ret_place[i].country));
		memcpy(ret_place[i].network, where.network, sizeof(ret_place[i].network));
	}
	return a->geo.book[0] || a->geo.book[1];
}

static void cam_put(struct cg_command_call *c, struct json_object *list,
		    const struct cg_agent_cam *cam, bool hours, const char *unasked,
		    const struct cg_mappings_found *found)
{
	static const struct cg_audit_seen nothing;
	const struct cg_traffic_row *row[CG_TRAFFIC_PER_CAM];
	struct cg_audit_place place[CG_TRAFFIC_PER_CAM];
	struct cg_audit_finding finding[CG_AUDIT_FINDINGS];
	struct json_object *leads = NULL, *o;
	struct cg_agent *a = c->a;
	struct cg_audit *u = a->audit;
	struct cg_view_time t = { .now_ns = a->boot_ns(), .now_s = a->real_s() };
	bool known = cam->slot < u->ncam && u->cam[cam->slot];
	struct cg_audit_view v = {
		.id = cam->id,
		.name = cam->name,
		.seen = known ? u->cam[cam->slot] : &nothing,
		.finding = finding,
		.row = row,
		.nrow = cg_traffic_read(u->traffic, cam->slot, t.now_ns, row),
		.hours = hours,
		.probing = cg_probes_busy(u->probes, cam->id),
		.unasked = unasked,
	};
	struct cg_audit_case it = {
		.seen = v.seen,
		.policy = cam->policy,
		.guard = a->policy.now ? a->policy.now->guard : CG_GUARD_OFF,
		.always_open = cam->policy && cam->policy->exposure == CG_OPEN,
		.today = today(a),
		.stopped = stopped(row, v.nrow),
	};

	if (!unasked && v.seen->absent && !v.probing)
		v.unasked = CG_PROBE_ABSENT;
	if (places(a, row, v.nrow, place))
		v.place = place;
	if (found)
		leads = mappings(found, cam, &it.mappings);
	v.nfinding = cg_audit_judge(&it, finding);
	o = cg_audit_json(&t, &v);
	if (found)
		cg_json_add(o, "mappings", leads);
	cg_json_push(list, o);
}

/* "" : it is being asked; NULL: the call has failed. */
static const char *ask(struct cg_command_call *c, const struct cg_agent_cam *cam)
{
	const char *why;
	int r = cg_probes_add(c->a->audit->probes, cam, &why);

	if (!r)
		return "";
	if (why)
		return why;
	cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s cannot be asked: %s", cam->name, strerror(-r));
	return NULL;
}

static bool probing(const struct cg_agent *a)
{
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (cg_probes_busy(a->audit->probes, a->policy.cams[i].id))
			return true;
	return false;
}

void cg_command_audit(struct cg_command_call *c)
{
	_cleanup_(cg_mappings_free) struct cg_mappings_found found = { 0 };
	struct cg_agent *a = c->a;
	const struct cg_agent_cam *one = NULL;
	bool probe = cg_command_flag(c, "probe"), look;
	char text[CG_PLACES_TEXT];
	struct json_object *list;

	if (probe && !c->privileged) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL,
				N_("only root and members of group `camgate` may do this"));
		return;
	}
	if (cg_command_text(c, "cam")) {
		one = cg_command_cam(c);
		if (!one)
			return;
	}
	cg_audit_look(a, a->boot_ns());
	/* It takes a while, and who only waits for answers, or may only read, is spared it. */
	look = c->privileged && !probe && !probing(a);
	if (look && cg_mappings_find(a, one, &found) < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
		return;
	}
	if (*found.why)
		cg_command_put_text(c, "incomplete", found.why);
	list = json_object_new_array();
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		const char *unasked = "";

		if (one && cam != one)
			continue;
		if (probe)
			unasked = ask(c, cam);
		if (!unasked)
			break;
		cam_put(c, list, cam, one, *unasked ? unasked : NULL, look ? &found : NULL);
	}
	cg_command_put_text(c, "standard", CG_AUDIT_STANDARD);
	cg_command_put_text(c, "countries",
			    *cg_places_list(a, text) ? text : N_("no country database"));
	cg_command_put(c, "cams", list);
}
