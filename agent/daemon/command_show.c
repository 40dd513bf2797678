/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that only read: status, who, blocked, why, counters. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "../lib/reason.h"
#include "../lib/rule.h"
#include "../lib/view.h"
#include "../lib/told.h"
#include "command.h"
#include "devices.h"
#include "guard.h"
#include "mappings.h"
#include "module.h"
#include "mqtt.h"
#include "names.h"
#include "places.h"
#include "sched.h"
#include "sessions.h"
#include "viewers.h"

static struct cg_view_time now(const struct cg_agent *a)
{
	return (struct cg_view_time){ .now_ns = a->boot_ns(), .now_s = a->real_s() };
}

static const char *ifname(const struct cg_agent *a, uint32_t ifindex)
{
	const struct cg_link *link = cg_links_find(a->kern.links, (int)ifindex);

	return link ? link->name : NULL;
}

static const struct cg_policy_rule *rule_of(const struct cg_agent_cam *cam, int id)
{
	if (!cam->policy || id < 0 || (size_t)id >= cam->policy->nrules)
		return NULL;
	return &cam->policy->rules[id];
}

/* What a rule lets through of talk, as the packet path counts it; NULL: it counts nothing. */
static const char *budget_text(const struct cg_agent_cam *cam, const struct cg_policy_rule *r,
			       char buf[static CG_BUDGET_STRLEN])
{
	struct cg_budget_text t = r->text.budget;

	if ((r->kind != CG_RULE_ALLOW && r->kind != CG_RULE_UPLOAD) ||
	    cam->policy->signs_off & CG_CAM_NO_BUDGET)
		return NULL;
	cg_budget_under(&t, &cam->policy->budget[r->kind == CG_RULE_UPLOAD]);
	return cg_budget_format(&t, buf);
}

static void __attribute__((format(printf, 2, 3)))
attention(struct json_object *list, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cg_json_push(list, json_object_new_string(text));
}

static void ports_put(struct cg_command_call *c, struct json_object *attn)
{
	struct json_object *list = json_object_new_array();
	const struct cg_agent *a = c->a;

	for (size_t i = 0; i < a->run.nport; i++) {
		const struct cg_agent_port *p = &a->run.port[i];
		struct json_object *o = json_object_new_object();

		cg_json_add(o, "name", json_object_new_string(p->name));
		cg_json_add(o, "attached", json_object_new_boolean(p->attached));
		cg_json_push(list, o);
		if (!p->attached)
			attention(attn, "port %s is not enforced: %s", p->name,
				  p->err ? strerror(-p->err) : N_("not attached yet"));
		if (p->before)
			attention(
				attn,
				"port %s: %u filters of others are asked before camgate's and may pass packets by",
				p->name, p->before);
	}
	for (size_t i = 0; a->run.plan && i < a->run.plan->nlan && i < a->policy.nlan; i++)
		if (a->run.plan->missing[i])
			attention(attn, "LAN interface %s is not there", a->policy.lan[i]);
	cg_command_put(c, "ports", list);
}

/* Returns whether nothing passes the filters by. */
static bool offload_put(struct cg_command_call *c, struct json_object *attn)
{
	struct cg_offload_found list[CG_OFFLOAD_FOUND_MAX];
	size_t n = cg_agent_offload(c->a, list);
	char text[300];
	bool none = true;

	for (size_t i = 0; i < n; i++) {
		if (!list[i].bypass)
			continue;
		none = false;
		attention(attn, "%s", cg_offload_text(&list[i], text, sizeof(text)));
	}
	return none;
}

static void guard_put(struct cg_command_call *c, struct json_object *attn)
{
	static const char *const modes[] = {
		[CG_GUARD_OFF] = "off",
		[CG_GUARD_COUNT] = "count",
		[CG_GUARD_DROP] = "drop",
	};
	struct json_object *o = json_object_new_object();
	struct cg_guard_state s;

	cg_guard_state_read(c->a, &s);
	cg_json_add(o, "mode", json_object_new_string(modes[s.mode]));
	if (s.by)
		cg_json_add(o, "by", json_object_new_string(s.by));
	cg_json_add(o, "ports", json_object_new_int64((int64_t)s.ports));
	cg_json_add(o, "unmarked", json_object_new_int64((int64_t)s.unmarked));
	cg_command_put(c, "guard", o);
	if (s.boot_held)
		attention(attn, "the boot guard still denies cameras forwarding");
	if (s.mode != CG_GUARD_OFF && !s.by)
		attention(attn, "the guard is not in force%s%s", *s.why ? ": " : "", s.why);
	if (s.unmarked)
		attention(
			attn,
			s.mode == CG_GUARD_DROP ?
				N_("%llu packets of cameras had passed no filter: the guard dropped them") :
				N_("%llu packets of cameras had passed no filter: the guard counted them"),
			(unsigned long long)s.unmarked);
	if (c->a->run.reattached)
		attention(
			attn,
			"filters were removed by somebody else %llu times and put back within %llu ms",
			(unsigned long long)c->a->run.reattached,
			(unsigned long long)((c->a->run.gap_ns + 999999) / 1000000));
}

/* Returns whether every camera was seen. */
static bool cams_put(struct cg_command_call *c, const struct cg_view_time *t,
		     struct json_object *attn)
{
	struct json_object *list = json_object_new_array();
	struct cg_agent *a = c->a;
	bool all = true, waits = false;

	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		struct cg_state state = { 0 };
		struct cg_stats stats = { 0 };
		char to[CG_VIEWERS_TEXT];
		struct json_object *o;
		struct cg_view_cam v = {
			.id = cam->id,
			.name = cam->name,
			.exposure = &cg_datapath_exposure(a->kern.dp)[cam->slot],
			.state = &state,
			.stats = &stats,
			.monitor = cam->policy && cam->policy->monitor,
			.off_until_ns = cg_datapath_meta(a->kern.dp)->off_until_ns,
			.to = cg_viewers_text(a, cam, to),
			.policy = cam->policy,
		};

		if (cg_datapath_state_read(a->kern.dp, cam->slot, &state) < 0 ||
		    cg_datapath_stats_read(a->kern.dp, cam->slot, &stats) < 0)
			attention(attn, "%s: its counters cannot be read", cam->name);
		v.port = ifname(a, state.ifindex);
		if (cg_view_never_seen(&v) && !cg_devices_is_held(cam)) {
			attention(attn, "%s: never seen: check the MAC", cam->name);
			all = false;
		}
		o = cg_view_cam(t, &v);
		waits |= cg_sched_show(a, cam, o);
		if (cg_devices_is_held(cam))
			cg_json_add(o, "held", json_object_new_boolean(true));
		cg_json_push(list, o);
	}
	if (waits)
		attention(attn,
			  "the clock is not known to be right: nothing opens by schedule, and "
			  "days of quotas do not end");
	cg_command_put(c, "cams", list);
	return all;
}

/* The names that an opening may be for. */
static void viewers_put(struct cg_command_call *c)
{
	const struct cg_policy *policy = c->a->policy.now;
	struct json_object *list;

	if (!policy || !policy->nviewers)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < policy->nviewers; i++)
		cg_json_push(list, json_object_new_string(policy->viewers[i].name));
	cg_command_put(c, "viewers", list);
}

void cg_command_status(struct cg_command_call *c)
{
	const struct cg_agent *a = c->a;
	struct cg_view_time t = now(a);
	struct json_object *attn = json_object_new_array();
	const char *enforced = cg_agent_enforced(a);
	uint64_t off = cg_datapath_meta(a->kern.dp)->off_until_ns, lost = 0;
	char clock[32];
	bool seen, all_seen_by_filters;

	cg_command_put_text(c, "version", CG_VERSION);
	/* A page that counts down has another clock. */
	cg_command_put(c, "now_s", json_object_new_int64(t.now_s));
	cg_command_put(c, "generation", json_object_new_int64(cg_datapath_generation(a->kern.dp)));
	cg_command_put_text(c, "config", a->opts.config);
	if (a->cfg.error[0]) {
		cg_command_put_text(c, "config_error", a->cfg.error);
		attention(attn, "the config is not in force: %s", a->cfg.error);
	}
	if (off > t.now_ns) {
		cg_command_put(c, "off_until_s", json_object_new_int64(cg_view_epoch(&t, off)));
		attention(attn, "off until %s: nothing is stopped",
			  cg_view_clock(&t, off, clock, sizeof(clock)));
	}
	if (cg_datapath_lost_read(a->kern.dp, &lost) < 0)
		attention(attn, "the count of lost events cannot be read");
	cg_command_put(c, "lost_events", json_object_new_int64((int64_t)lost));
	ports_put(c, attn);
	if (a->policy.ncams && !a->run.nport)
		attention(attn, "no LAN port is there: no camera is enforced");
	if (a->run.nets_failed)
		attention(attn, "the tables of networks could not be written");
	all_seen_by_filters = offload_put(c, attn);
	if (!all_seen_by_filters && !strcmp(enforced, "full"))
		enforced = "partial";
	cg_command_put_text(c, "enforced", enforced);
	guard_put(c, attn);
	if (cg_mappings_count(a))
		attention(attn,
			  cg_mappings_count(a) == 1 ?
				  N_("%zu port opening leads to cameras: `camgate mappings`") :
				  N_("%zu port openings lead to cameras: `camgate mappings`"),
			  cg_mappings_count(a));
	seen = cams_put(c, &t, attn);
	cg_devices_status(c, attn);
	cg_sessions_status(c);
	viewers_put(c);
	cg_places_status(c, attn);
	cg_mqtt_status(c);
	cg_command_put(c, "attention", attn);
	/* `off` is what somebody asked for; the rest is not. */
	if (!seen || !all_seen_by_filters || !strcmp(enforced, "partial") ||
	    (!strcmp(enforced, "off") && off <= t.now_ns))
		cg_command_put(c, "code", json_object_new_int(CG_EXIT_PARTIAL));
}

/* The name the flow passed by, and what else the address was learned for; NULL:
 * none. */
static struct json_object *names_of(const struct cg_agent *a, uint32_t slot, const uint8_t *peer,
				    uint64_t id)
{
	struct cg_datapath_name names[CG_NAMES_PER_ADDR + 1];
	struct json_object *list = NULL;
	struct cg_view_time t = now(a);
	struct cg_addr addr;
	size_t n = 0;

	memcpy(&addr, peer, sizeof(addr));
	if (id && !cg_datapath_name_find(a->kern.dp, slot, id, &names[0]))
		n = 1;
	n += cg_datapath_names_of(a->kern.dp, slot, &addr, &names[n]);
	for (size_t i = 0; i < n; i++) {
		if (i && !strcmp(names[i].text, names[0].text))
			continue;
		if (!list)
			list = json_object_new_array();
		cg_json_push(list,
			     cg_view_name(&t, names[i].text, names[i].asked_ns, names[i].until_ns));
	}
	return list;
}

struct flows {
	const struct cg_agent *a;
	const struct cg_agent_cam *cam;
	struct cg_view_time t;
	struct json_object *list;
};

static int flow_add(void *ctx, const struct cg_flow_key *key, const struct cg_flow *flow)
{
	struct flows *f = ctx;
	const struct cg_policy_rule *r = NULL;
	struct json_object *o, *names;
	char text[CG_RULE_STRLEN + 16];
	struct cg_addr addr;
	const char *viewer;

	/* A rule's number means nothing in another generation. */
	if (flow->rule != 0xffff && flow->gen == cg_datapath_generation(f->a->kern.dp))
		r = rule_of(f->cam, flow->rule);
	o = cg_view_flow(&f->t, key, flow, cg_view_rule(r, text, sizeof(text)));
	memcpy(&addr, key->peer, sizeof(addr));
	viewer = cg_viewers_name(f->a, &addr);
	if (viewer)
		cg_json_add(o, "viewer", json_object_new_string(viewer));
	names = names_of(f->a, f->cam->slot, key->peer, flow->name);
	if (names)
		cg_json_add(o, "names", names);
	cg_json_push(f->list, o);
	return 0;
}

void cg_command_who(struct cg_command_call *c)
{
	struct flows f = { .a = c->a, .t = now(c->a) };
	int err;

	f.cam = cg_command_cam(c);
	if (!f.cam)
		return;
	f.list = json_object_new_array();
	err = cg_datapath_flows_read(c->a->kern.dp, f.cam->slot, flow_add, &f);
	cg_command_put(c, "peers", f.list);
	if (err < 0)
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "flows of %s: %s", f.cam->name,
				strerror(-err));
}

void cg_command_blocked(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);
	struct cg_view_time t = now(c->a);
	uint64_t since = CG_BLOCKED_KEEP_S;
	const struct cg_blocked_entry *e;
	struct json_object *list;
	size_t n;

	if (!cam)
		return;
	if (cg_command_number(c, "since_s", &since) == -EINVAL) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'since_s' is no number of seconds");
		return;
	}
	/* Asked for since it was stopped. */
	e = cg_blocked_read(c->a->run.blocked, cam->slot, &n);
	for (size_t i = 0; i < n; i++) {
		char name[CG_NAMEPAT_LEN];
		struct cg_addr addr;

		memcpy(&addr, e[i].peer, sizeof(addr));
		if (!e[i].name && cg_names_of(c->a, cam->slot, &addr, name))
			cg_blocked_name(c->a->run.blocked, cam->slot, i, name);
	}
	list = cg_view_blocked(&t, c->a->run.blocked, cam->slot, since,
			       cg_devices_is_held(cam) ? NULL : cam->id);
	cg_mappings_blocked(c->a, list);
	cg_command_put(c, "blocked", list);
}

static int proto_parse(const char *s)
{
	static const struct {
		const char *name;
		int nr;
	} protos[] = {
		{ "tcp", IPPROTO_TCP },	     { "udp", IPPROTO_UDP },	   { "icmp", IPPROTO_ICMP },
		{ "icmp6", IPPROTO_ICMPV6 }, { "icmpv6", IPPROTO_ICMPV6 }, { "sctp", IPPROTO_SCTP },
		{ "gre", IPPROTO_GRE },	     { "esp", IPPROTO_ESP },	   { "ah", IPPROTO_AH },
	};
	unsigned int nr;
	char rest;

	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!strcmp(protos[i].name, s))
			return protos[i].nr;
	if (sscanf(s, "%3u%c", &nr, &rest) == 1 && nr < 256)
		return (int)nr;
	return -EINVAL;
}

/* {"address", "port"?, "proto"?, "direction"?} into a question; false after failing the call. */
static bool probe_read(struct cg_command_call *c, struct cg_datapath_probe *probe)
{
	const char *address = cg_command_text(c, "address"), *proto = cg_command_text(c, "proto");
	const char *direction = cg_command_text(c, "direction");
	uint64_t port = 0;
	int nr, err;

	if (!address || cg_addr_parse(address, &probe->peer) < 0) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'%s' is no address",
				address ? address : "address");
		return false;
	}
	err = cg_command_number(c, "port", &port);
	if (err == -EINVAL || port > 65535) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "expected a port of 1 to 65535");
		return false;
	}
	nr = proto ? proto_parse(proto) : IPPROTO_TCP;
	if (nr < 0) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL,
				"'%s' is no protocol, expected tcp, udp, icmp or a number", proto);
		return false;
	}
	if (direction && strcmp(direction, "up") && strcmp(direction, "down")) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'direction' is up or down");
		return false;
	}
	probe->up = !direction || !strcmp(direction, "up");
	probe->port = (uint16_t)port;
	/* HTTPS is what most cameras speak to their makers. */
	if (!port && (nr == IPPROTO_TCP || nr == IPPROTO_UDP))
		probe->port = 443;
	probe->proto = (uint8_t)nr;
	return true;
}

static void answer_put(const struct cg_agent *a, struct json_object *o,
		       const struct cg_agent_cam *cam, const struct cg_datapath_probe *probe,
		       const struct cg_datapath_answer *ans)
{
	const struct cg_policy_rule *r = rule_of(cam, ans->rule);
	static const char *const formats[2][2] = {
		{ N_("%s from %s passes: %s"), N_("%s from %s is stopped: %s") },
		{ N_("%s to %s passes: %s"), N_("%s to %s is stopped: %s") },
	};
	bool drop = cg_reason_is_drop(ans->reason), v6 = !cg_addr_is_v4(&probe->peer);
	char text[2048], end[CG_ADDR_STRLEN + 32], because[1536], rule[CG_RULE_STRLEN + 16],
		addr[CG_ADDR_STRLEN], proto[8], port[16] = "", at[CG_RULE_STRLEN + 300] = "",
						budget[CG_BUDGET_STRLEN],
						place[CG_PLACES_TEXT] = "";

	if (probe->proto == IPPROTO_TCP || probe->proto == IPPROTO_UDP ||
	    probe->proto == IPPROTO_SCTP)
		(void)snprintf(port, sizeof(port), ":%u", probe->port);
	if (ans->scope == CG_NET_REMOTE)
		(void)cg_places_text(a, &probe->peer, place);
	if (r) {
		(void)cg_view_rule(r, rule, sizeof(rule));
		cg_json_add(o, "rule", json_object_new_string(rule));
		if (budget_text(cam, r, budget))
			cg_json_add(o, "budget", json_object_new_string(budget));
		if (r->of_profile)
			cg_json_add(o, "profile", json_object_new_string(cam->policy->profile));
		if (r->pos.file) {
			cg_json_add(o, "file", json_object_new_string(r->pos.file));
			cg_json_add(o, "line", json_object_new_int(r->pos.line));
			(void)snprintf(at, sizeof(at), " (%s%s%s, %s:%d)", rule,
				       r->of_profile ? ", profile " : "",
				       r->of_profile ? cam->policy->profile : "", r->pos.file,
				       r->pos.line);
		}
	}
	(void)snprintf(end, sizeof(end), "%s%s%s%s/%s", v6 && port[0] ? "[" : "",
		       cg_addr_format(&probe->peer, addr), v6 && port[0] ? "]" : "", port,
		       cg_view_proto(probe->proto, proto));
	(void)snprintf(because, sizeof(because), "%s%s%s%s",
		       ans->reason == CG_PASS_CONTROL && !r ? N_("its dns or ntp is `any`") :
							      cg_reason_text(ans->reason),
		       at, place[0] ? "; " : "", place);
	(void)snprintf(text, sizeof(text), formats[probe->up][drop], cam->name, end, because);
	if (place[0])
		cg_json_add(o, "place", json_object_new_string(place));
	cg_json_add(o, "verdict", json_object_new_string(drop ? "drop" : "pass"));
	cg_json_add(o, "reason", json_object_new_string(cg_reason_name(ans->reason)));
	cg_json_add(o, "reason_nr", json_object_new_int(ans->reason));
	cg_json_add(o, "direction", json_object_new_string(probe->up ? "up" : "down"));
	cg_json_add(o, "text", json_object_new_string(text));
}

void cg_command_why(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);
	struct cg_datapath_probe probe = { 0 };
	struct cg_datapath_answer ans;
	struct json_object *names;
	int err;

	if (!cam || !probe_read(c, &probe))
		return;
	probe.slot = cam->slot;
	err = cg_datapath_why(c->a->kern.dp, &probe, &ans);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "the packet path could not be asked: %s",
				strerror(-err));
		return;
	}
	answer_put(c->a, c->reply, cam, &probe, &ans);
	names = names_of(c->a, cam->slot, probe.peer.b, 0);
	if (names)
		cg_command_put(c, "names", names);
	/* The other way round is what the next question would be. */
	if (!cg_command_text(c, "direction")) {
		struct json_object *o = json_object_new_object();

		probe.up = false;
		if (!cg_datapath_why(c->a->kern.dp, &probe, &ans))
			answer_put(c->a, o, cam, &probe, &ans);
		cg_command_put(c, "inbound", o);
	}
}

void cg_command_counters(struct cg_command_call *c)
{
	const struct cg_agent_cam *one = NULL;
	const struct cg_agent *a = c->a;
	struct json_object *list;

	if (cg_command_text(c, "cam")) {
		one = cg_command_cam(c);
		if (!one)
			return;
	}
	list = json_object_new_array();
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		struct json_object *o;
		struct cg_stats stats;
		struct cg_module_source source;

		if ((one && cam != one) || cg_module_stats(c->a, cam->slot, &stats, &source) < 0)
			continue;
		o = json_object_new_object();
		cg_json_add(o, "id", json_object_new_string(cam->id));
		cg_json_add(o, "name", json_object_new_string(cam->name));
		cg_json_add(o, "slot", json_object_new_int64(cam->slot));
		cg_json_add(o, "source", json_object_new_string(source.name));
		cg_json_add(o, "counts", cg_view_counts(&stats));
		if (source.differs)
			cg_json_add(o, "differs", json_object_new_boolean(true));
		cg_json_push(list, o);
	}
	cg_command_put(c, "cams", list);
	cg_command_put_text(c, "source", cg_module_source(a));
}
