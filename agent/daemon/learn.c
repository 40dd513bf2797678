/* SPDX-License-Identifier: GPL-2.0-only */
/* What drop and flow events, names and flows say of a camera that is learned from; in memory alone. */
#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/duration.h"
#include "../lib/exposure.h"
#include "../lib/jsonout.h"
#include "../lib/learned.h"
#include "../lib/reason.h"
#include "../lib/view.h"
#include "../lib/told.h"
#include "command.h"
#include "learn.h"
#include "names.h"

#define LOOK_NS (10 * CG_SEC_NS)

struct learned {
	char id[CG_ID_LEN]; /* "" = free */
	uint64_t began_ns, until_ns;
	bool ended;
	struct cg_learned_of of;
};

struct cg_learn {
	struct learned *cam[CG_LEARN_MAX];
	uint64_t look_ns; /* when flows are looked at next */
};

void cg_learn_close(struct cg_learn **learn)
{
	struct cg_learn *l = TAKE_PTR(*learn);

	for (size_t i = 0; l && i < CG_LEARN_MAX; i++)
		free(l->cam[i]);
	free(l);
}

/* By id: a slot may be another camera's after a reload. */
static struct learned *of(const struct cg_agent *a, const struct cg_agent_cam *cam)
{
	for (size_t i = 0; a->learn && i < CG_LEARN_MAX; i++)
		if (a->learn->cam[i] && !strcmp(a->learn->cam[i]->id, cam->id))
			return a->learn->cam[i];
	return NULL;
}

static bool runs(const struct learned *l, uint64_t now_ns)
{
	return l && !l->ended && now_ns < l->until_ns;
}

static void add(struct cg_agent *a, uint32_t slot, struct learned *l, struct cg_learned_report *r)
{
	char name[CG_NAMEPAT_LEN];

	r->name = cg_names_of(a, slot, &r->peer, name);
	(void)cg_learned_add(&l->of, r);
}

/* What a rule could change. */
static bool is_of_rules(uint8_t reason)
{
	switch (reason) {
	case CG_PASS_CONTROL:
	case CG_PASS_UPLOAD:
	case CG_PASS_OPEN:
	case CG_PASS_OFF:
	case CG_DROP_SEALED:
	case CG_DROP_UNRULED:
	case CG_DROP_DENIED:
	case CG_DROP_INBOUND:
	case CG_DROP_VIEWER:
	case CG_DROP_ICMP:
	case CG_DROP_TIME:
		return true;
	}
	return false;
}

void cg_learn_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e)
{
	struct learned *l = of(a, cam);
	struct cg_learned_report r = {
		.peer_port = ntohs(e->peer_port),
		.cam_port = ntohs(e->cam_port),
		.proto = e->proto,
		.reason = e->reason,
		.up = e->plane == CG_PLANE_UP || e->plane == CG_PLANE_UP_MONITOR,
		.begun = e->type & CG_EVENT_FLOW,
		.ns = e->ns,
	};

	if (!runs(l, a->boot_ns()) || e->scope != CG_NET_REMOTE || !is_of_rules(e->reason) ||
	    !(e->type & (CG_EVENT_FLOW | CG_EVENT_DROP)))
		return;
	memcpy(&r.peer, e->peer, sizeof(r.peer));
	add(a, cam->slot, l, &r);
}

void cg_learn_name(struct cg_agent *a, const struct cg_agent_cam *cam, const char *name,
		   uint64_t ns)
{
	struct learned *l = of(a, cam);

	if (runs(l, a->boot_ns()))
		cg_learned_ask(&l->of, name, ns);
}

struct look {
	struct cg_agent *a;
	struct learned *l;
	uint64_t since_ns;
};

static int flow_add(void *ctx, const struct cg_flow_key *key, const struct cg_flow *flow)
{
	struct look *look = ctx;
	struct cg_learned_report r = {
		.peer_port = ntohs(key->peer_port),
		.cam_port = ntohs(key->cam_port),
		.proto = key->proto,
		.reason = flow->reason,
		.up = !(flow->flags & (CG_FLOW_BY_PEER | CG_FLOW_BY_GATEWAY)),
		.begun = true,
		.ns = flow->last_ns,
	};

	/* one that has gone on since the last look */
	if (flow->scope != CG_NET_REMOTE || !is_of_rules(flow->reason) ||
	    flow->last_ns < look->since_ns)
		return 0;
	memcpy(&r.peer, key->peer, sizeof(r.peer));
	add(look->a, key->slot, look->l, &r);
	return 0;
}

void cg_learn_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!a->learn)
		return;
	for (size_t i = 0; i < a->policy.ncams; i++) {
		struct learned *l = of(a, &a->policy.cams[i]);
		struct look look = { a, l,
				     a->learn->look_ns > LOOK_NS ? a->learn->look_ns - LOOK_NS :
								   0 };

		int err = 0;

		if (!l || l->ended)
			continue;
		if (look.since_ns < l->began_ns)
			look.since_ns = l->began_ns;
		if (now_ns >= a->learn->look_ns || now_ns >= l->until_ns)
			err = cg_datapath_flows_read(a->kern.dp, a->policy.cams[i].slot, flow_add,
						     &look);
		if (err < 0)
			cg_log_debug("%s: flows: %s", l->id, strerror(-err));
		if (now_ns < l->until_ns)
			continue;
		l->ended = true;
		cg_log_notice("%s: learned, `camgate learn %s --show` tells what",
			      a->policy.cams[i].name, l->id);
	}
	if (now_ns >= a->learn->look_ns)
		a->learn->look_ns = now_ns + LOOK_NS;
}

/* ---- the command ---- */

static const char *clock_of(void *ctx, uint64_t ns, char *buf, size_t n)
{
	return cg_view_clock(ctx, ns, buf, n);
}

static struct json_object *peers_json(const struct cg_agent *a, const struct learned *l)
{
	struct json_object *list = json_object_new_array();
	char addr[CG_ADDR_STRLEN], proto[8], rule[CG_LEARNED_RULE_LEN];

	for (size_t i = 0; i < l->of.npeers; i++) {
		const struct cg_learned_peer *p = &l->of.peers[i];
		enum cg_learned_kind kind = cg_learned_kind_of(&l->of, p);
		struct json_object *o = json_object_new_object();

		cg_json_add(o, "peer", json_object_new_string(cg_addr_format(&p->addr, addr)));
		if (p->named)
			cg_json_add(o, "name", json_object_new_string(l->of.names[p->name].name));
		cg_json_add(o, "port", json_object_new_int(p->port));
		cg_json_add(o, "proto", json_object_new_string(cg_view_proto(p->proto, proto)));
		cg_json_add(o, "reason", json_object_new_string(cg_reason_name(p->reason)));
		cg_json_add(o, "as", json_object_new_string(cg_learned_kind_name(kind)));
		if (kind == CG_LEARNED_ALLOW)
			cg_json_add(o, "rule",
				    json_object_new_string(cg_learned_rule(&l->of, p, rule)));
		cg_json_add(o, "reports", json_object_new_int64(p->reports));
		cg_json_add(o, "first_s", json_object_new_int64(cg_agent_epoch(a, p->first_ns)));
		cg_json_add(o, "last_s", json_object_new_int64(cg_agent_epoch(a, p->last_ns)));
		cg_json_push(list, o);
	}
	return list;
}

static struct json_object *names_json(const struct cg_agent *a, const struct learned *l)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < l->of.nnames; i++) {
		const struct cg_learned_asked *n = &l->of.names[i];
		struct json_object *o = json_object_new_object();

		cg_json_add(o, "name", json_object_new_string(n->name));
		cg_json_add(o, "reports", json_object_new_int64(n->reports));
		cg_json_add(o, "last_s",
			    json_object_new_int64(
				    cg_agent_epoch(a, n->reports ? n->last_ns : n->first_ns)));
		cg_json_push(list, o);
	}
	return list;
}

/* A closed camera stays closed: what learning does and does not do, said each time. */
static void notes_put(struct cg_command_call *c, const struct cg_agent_cam *cam)
{
	bool monitor = cam->policy && cam->policy->monitor;
	enum cg_exposure_state now =
		cg_exposure_now(&cg_datapath_exposure(c->a->kern.dp)[cam->slot], c->a->boot_ns());
	char text[512];

	if (monitor)
		(void)snprintf(
			text, sizeof(text),
			N_("its mode is monitor: nothing of it is stopped, and it can be watched from outside until mode = monitor is taken out and `camgate reload` typed"));
	else if (now == CG_OPEN)
		(void)snprintf(
			text, sizeof(text),
			N_("it is open: what it sends to now may be its viewers, and is not made a rule"));
	else
		(void)snprintf(
			text, sizeof(text),
			N_("it stays %s: of what its rules stop, only the try is seen. To see all, write mode = monitor into its block and `camgate reload`; it can be watched from outside as long as that stands there"),
			cg_view_exposure_name(now));
	cg_command_put_text(c, "mode", monitor ? "monitor" : "enforce");
	cg_command_put_text(c, "note", text);
}

static void reply_put(struct cg_command_call *c, const struct cg_agent_cam *cam,
		      const struct learned *l, bool show)
{
	struct cg_view_time t = { .now_ns = c->a->boot_ns(), .now_s = c->a->real_s() };
	_cleanup_free_ char *block = NULL;

	cg_command_put_text(c, "id", cam->id);
	cg_command_put_text(c, "name", cam->name);
	cg_command_put(c, "learning", json_object_new_boolean(runs(l, t.now_ns)));
	cg_command_put(c, "began_s", json_object_new_int64(cg_agent_epoch(c->a, l->began_ns)));
	cg_command_put(c, "until_s", json_object_new_int64(cg_agent_epoch(c->a, l->until_ns)));
	if (!show)
		return;
	block = cg_learned_block(&l->of, cam->name, clock_of, &t);
	if (!block) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
		return;
	}
	cg_command_put(c, "full", json_object_new_int64(l->of.full));
	cg_command_put(c, "peers", peers_json(c->a, l));
	cg_command_put(c, "names", names_json(c->a, l));
	cg_command_put_text(c, "block", block);
}

/* A free place, or that of one whose camera is gone or whose time is over. */
static struct learned **place(struct cg_agent *a)
{
	struct learned **ended = NULL;

	if (!a->learn)
		a->learn = calloc(1, sizeof(*a->learn));
	for (size_t i = 0; a->learn && i < CG_LEARN_MAX; i++) {
		struct learned **l = &a->learn->cam[i];

		if (!*l)
			return l;
		if ((*l)->ended || !cg_agent_find(a, (*l)->id))
			ended = l;
	}
	return ended;
}

static struct learned *begin(struct cg_command_call *c, const struct cg_agent_cam *cam)
{
	struct cg_agent *a = c->a;
	struct learned *l = of(a, cam), **at;

	/* a second one moves the end, as with open */
	if (runs(l, a->boot_ns()))
		return l;
	if (!l) {
		at = place(a);
		if (!at && a->learn) {
			cg_command_fail(c, CG_EXIT_FAILED, "`camgate learn CAM --stop` ends one",
					"%d cameras are learned from already", CG_LEARN_MAX);
			return NULL;
		}
		if (at && !*at)
			*at = malloc(sizeof(**at));
		l = at ? *at : NULL;
	}
	if (!l) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
		return NULL;
	}
	memset(l, 0, sizeof(*l));
	memcpy(l->id, cam->id, sizeof(l->id));
	l->began_ns = a->boot_ns();
	return l;
}

void cg_command_learn(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);
	bool show = cg_command_flag(c, "show"), stop = cg_command_flag(c, "stop");
	uint64_t for_s = CG_LEARN_DEFAULT_S, now = c->a->boot_ns();
	struct learned *l;
	char text[32];

	if (!cam)
		return;
	if (cg_command_number(c, "for_s", &for_s) == -EINVAL || !for_s || for_s > CG_LEARN_MAX_S) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "expected a time of 1s to %s",
				cg_duration_format(CG_LEARN_MAX_S, text, sizeof(text)));
		return;
	}
	l = show || stop ? of(c->a, cam) : begin(c, cam);
	if (!l) {
		if (show || stop)
			cg_command_fail(c, CG_EXIT_FAILED, "`camgate learn CAM` begins",
					"nothing was learned of %s", cam->name);
		return;
	}
	if (!show && !stop)
		l->until_ns = now + for_s * CG_SEC_NS;
	if (runs(l, now)) {
		c->a->learn->look_ns = 0;
		cg_learn_tick(c->a, now);
	}
	if (stop && runs(l, now)) {
		l->until_ns = now;
		l->ended = true;
	}
	if (!show)
		cg_log_notice("%s: learning %s", cam->name, stop ? "ends" : "begins");
	reply_put(c, cam, l, show || stop);
	notes_put(c, cam);
}
