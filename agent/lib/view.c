/* SPDX-License-Identifier: GPL-2.0-only */
/* One function an object of the protocol; sentences are made here so that every client says the same. */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "exposure.h"
#include "guess.h"
#include "jsonout.h"
#include "reason.h"
#include "rule.h"
#include "view.h"

#define SEC_NS	1000000000ULL
#define SOON_NS (120 * SEC_NS)

static void put_text(struct json_object *o, const char *key, const char *s)
{
	cg_json_add(o, key, json_object_new_string(s));
}

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

static void put_bool(struct json_object *o, const char *key, bool b)
{
	cg_json_add(o, key, json_object_new_boolean(b));
}

static void put_addr(struct json_object *o, const char *key, const uint8_t b[16])
{
	char text[CG_ADDR_STRLEN];
	struct cg_addr addr;

	memcpy(&addr, b, sizeof(addr));
	put_text(o, key, cg_addr_format(&addr, text));
}

const char *cg_view_exposure_name(enum cg_exposure_state state)
{
	switch (state) {
	case CG_SEALED:
		return "sealed";
	case CG_CLOSED:
		return "closed";
	case CG_OPEN:
		return "open";
	}
	return "sealed";
}

const char *cg_view_proto(uint8_t proto, char buf[static 8])
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmp6";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		(void)snprintf(buf, 8, "%u", proto);
		return buf;
	}
}

static const char *kind_name(enum cg_rule_kind kind)
{
	switch (kind) {
	case CG_RULE_DENY:
		return "deny";
	case CG_RULE_ALLOW:
		return "allow";
	case CG_RULE_UPLOAD:
		return "upload";
	case CG_RULE_VIEWER:
		return "viewers";
	}
	return "rule";
}

const char *cg_view_rule(const struct cg_policy_rule *r, char *buf, size_t n)
{
	char text[CG_RULE_STRLEN];

	if (!r)
		return NULL;
	(void)snprintf(buf, n, "%s %s", kind_name(r->kind),
		       r->viewer ? r->viewer->name : cg_rule_format(&r->text, text));
	return buf;
}

int64_t cg_view_epoch(const struct cg_view_time *t, uint64_t ns)
{
	if (ns >= t->now_ns)
		return t->now_s + (int64_t)((ns - t->now_ns + SEC_NS / 2) / SEC_NS);
	return t->now_s - (int64_t)((t->now_ns - ns + SEC_NS / 2) / SEC_NS);
}

const char *cg_view_clock(const struct cg_view_time *t, uint64_t ns, char *buf, size_t n)
{
	time_t when = (time_t)cg_view_epoch(t, ns), now = (time_t)t->now_s;
	struct tm at, today;
	const char *how = "%Y-%m-%d %H:%M";

	localtime_r(&when, &at);
	localtime_r(&now, &today);
	if (ns < t->now_ns + SOON_NS)
		how = "%H:%M:%S";
	else if (at.tm_yday == today.tm_yday && at.tm_year == today.tm_year)
		how = "%H:%M";
	if (!strftime(buf, n, how, &at))
		buf[0] = '\0';
	return buf;
}

bool cg_view_never_seen(const struct cg_view_cam *cam)
{
	return !cam->state->last_ns;
}

static const char *for_whom(const struct cg_view_cam *cam, char buf[static CG_ADDR_STRLEN])
{
	struct cg_addr addr;

	memcpy(&addr, cam->exposure->viewer, sizeof(addr));
	return cam->to ? cam->to : cg_addr_format(&addr, buf);
}

const char *cg_view_sentence(const struct cg_view_time *t, const struct cg_view_cam *cam, char *buf,
			     size_t n)
{
	const struct cg_exposure *e = cam->exposure;
	char clock[32], who[200] = "", state[300], text[CG_ADDR_STRLEN];
	enum cg_exposure_state now = cg_exposure_now(e, t->now_ns);

	if (cam->off_until_ns > t->now_ns) {
		(void)snprintf(buf, n, "off until %s: nothing is stopped",
			       cg_view_clock(t, cam->off_until_ns, clock, sizeof(clock)));
		return buf;
	}
	if (cg_exposure_opening(e, t->now_ns)) {
		if (e->word & CG_WORD_TO)
			(void)snprintf(who, sizeof(who), " by %s", for_whom(cam, text));
		(void)snprintf(state, sizeof(state), "open until %s: can be watched from outside%s",
			       cg_view_clock(t, cg_exposure_deadline(e), clock, sizeof(clock)),
			       who);
	} else {
		switch (now) {
		case CG_OPEN:
			(void)snprintf(state, sizeof(state),
				       "always open: can be watched from outside");
			break;
		case CG_CLOSED:
			(void)snprintf(state, sizeof(state),
				       "closed: talks to its maker, nobody can watch");
			break;
		case CG_SEALED:
			(void)snprintf(state, sizeof(state), "sealed: nothing leaves");
			break;
		}
	}
	if (cam->monitor && now != CG_OPEN)
		(void)snprintf(buf, n, "monitored only, nothing is stopped; would be %s", state);
	else
		(void)snprintf(buf, n, "%s", state);
	return buf;
}

static const char *why(const struct cg_exposure *e, uint64_t now_ns)
{
	if (cg_exposure_opening(e, now_ns))
		return "opening";
	return e->manual == CG_MANUAL_AUTO ? "config" : "manual";
}

static struct json_object *total(const struct cg_stats *s, bool drop)
{
	struct json_object *o = json_object_new_object();
	uint64_t packets = 0, bytes = 0;

	for (unsigned int plane = 0; plane < CG_REASON_PLANES; plane++)
		for (unsigned int r = 0; r < CG_REASONS; r++) {
			bool monitor = plane == CG_PLANE_UP_MONITOR ||
				       plane == CG_PLANE_DOWN_MONITOR;

			if (drop != (cg_reason_is_drop(r) && !monitor))
				continue;
			packets += s->c[plane][r].packets;
			bytes += s->c[plane][r].bytes;
		}
	put_num(o, "packets", packets);
	put_num(o, "bytes", bytes);
	return o;
}

void cg_view_profile(struct json_object *o, const struct cg_policy_cam *cam)
{
	char text[256];

	if (!cam->profile[0])
		return;
	put_text(o, "profile", cam->profile);
	put_text(o, "protection", cg_profile_protections[cam->protection]);
	put_text(o, "local_view", cg_profile_local_views[cam->local_view]);
	(void)snprintf(text, sizeof(text), "%s; %s", cg_profile_protection_text(cam->protection),
		       cg_profile_local_view_text(cam->local_view));
	put_text(o, "profile_text", text);
}

struct json_object *cg_view_cam(const struct cg_view_time *t, const struct cg_view_cam *cam)
{
	const struct cg_exposure *e = cam->exposure;
	struct json_object *o = json_object_new_object(), *addrs = json_object_new_array();
	char text[400], addr[CG_ADDR_STRLEN];

	put_text(o, "id", cam->id);
	put_text(o, "name", cam->name);
	put_text(o, "exposure", cg_view_exposure_name(cg_exposure_now(e, t->now_ns)));
	put_text(o, "why", why(e, t->now_ns));
	if (cg_exposure_opening(e, t->now_ns)) {
		cg_json_add(o, "until_s",
			    json_object_new_int64(cg_view_epoch(t, cg_exposure_deadline(e))));
		if (e->word & CG_WORD_TO)
			put_text(o, "to", for_whom(cam, addr));
	}
	put_text(o, "mode", cam->monitor ? "monitor" : "enforce");
	if (cam->policy)
		cg_view_profile(o, cam->policy);
	if (cg_view_never_seen(cam))
		put_text(o, "seen", "never");
	else
		put_num(o, "seen",
			cam->state->last_ns < t->now_ns ?
				(t->now_ns - cam->state->last_ns) / SEC_NS :
				0);
	if (cam->port && !cg_view_never_seen(cam))
		put_text(o, "port", cam->port);
	for (uint32_t i = 0; i < cam->state->naddr && i < CG_SEEN_ADDRS; i++) {
		struct cg_addr addr;
		char buf[CG_ADDR_STRLEN];

		memcpy(&addr, cam->state->addr[i], sizeof(addr));
		cg_json_push(addrs, json_object_new_string(cg_addr_format(&addr, buf)));
	}
	cg_json_add(o, "addresses", addrs);
	cg_json_add(o, "passed", total(cam->stats, false));
	cg_json_add(o, "stopped", total(cam->stats, true));
	put_text(o, "text", cg_view_sentence(t, cam, text, sizeof(text)));
	return o;
}

struct json_object *cg_view_counts(const struct cg_stats *stats)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int plane = 0; plane < CG_REASON_PLANES; plane++)
		for (unsigned int r = 0; r < CG_REASONS; r++) {
			const struct cg_count *c = &stats->c[plane][r];
			bool monitor = plane == CG_PLANE_UP_MONITOR ||
				       plane == CG_PLANE_DOWN_MONITOR;
			struct json_object *o;

			if (!c->packets)
				continue;
			o = json_object_new_object();
			put_text(o, "direction",
				 plane == CG_PLANE_UP || plane == CG_PLANE_UP_MONITOR ? "up" :
											"down");
			put_text(o, "verdict", cg_reason_is_drop(r) && !monitor ? "drop" : "pass");
			put_text(o, "reason", cg_reason_name(r));
			put_num(o, "reason_nr", r);
			put_num(o, "packets", c->packets);
			put_num(o, "bytes", c->bytes);
			put_bool(o, "monitored", monitor);
			cg_json_push(list, o);
		}
	return list;
}

static const char *scope_name(uint8_t scope)
{
	switch (scope) {
	case CG_NET_LAN:
		return "lan";
	case CG_NET_HOME:
		return "home";
	case CG_NET_GATEWAY:
		return "gateway";
	case CG_NET_GROUP:
		return "group";
	default:
		return "remote";
	}
}

static const char *class_name(uint8_t class)
{
	switch (class) {
	case CG_CLASS_DENIED:
		return "denied";
	case CG_CLASS_CONTROL:
		return "control";
	case CG_CLASS_UPLOAD:
		return "upload";
	case CG_CLASS_UNRULED:
		return "unruled";
	case CG_CLASS_ABROAD:
		return "abroad";
	default:
		return "none";
	}
}

static uint64_t age(const struct cg_view_time *t, uint64_t ns)
{
	return ns < t->now_ns ? (t->now_ns - ns) / SEC_NS : 0;
}

struct json_object *cg_view_flow(const struct cg_view_time *t, const struct cg_flow_key *key,
				 const struct cg_flow *flow, const char *rule)
{
	struct json_object *o = json_object_new_object();
	char proto[8];

	put_addr(o, "peer", key->peer);
	put_num(o, "peer_port", ntohs(key->peer_port));
	put_num(o, "cam_port", ntohs(key->cam_port));
	put_text(o, "proto", cg_view_proto(key->proto, proto));
	put_text(o, "scope", scope_name(flow->scope));
	put_text(o, "began",
		 flow->flags & CG_FLOW_BY_GATEWAY ? "gateway" :
		 flow->flags & CG_FLOW_BY_PEER	  ? "peer" :
						    "camera");
	put_text(o, "class", class_name(flow->class));
	put_text(o, "verdict", cg_reason_is_drop(flow->reason) ? "drop" : "pass");
	put_text(o, "reason", cg_reason_name(flow->reason));
	put_num(o, "reason_nr", flow->reason);
	put_num(o, "up_bytes", flow->up_bytes);
	put_num(o, "down_bytes", flow->down_bytes);
	put_num(o, "age_s", age(t, flow->first_ns));
	put_num(o, "idle_s", age(t, flow->last_ns));
	if (flow->rule != 0xffff)
		put_num(o, "rule", flow->rule);
	if (rule)
		put_text(o, "rule_text", rule);
	return o;
}

struct json_object *cg_view_name(const struct cg_view_time *t, const char *name, uint64_t asked_ns,
				 uint64_t until_ns)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", name);
	put_num(o, "asked_s", age(t, asked_ns));
	put_num(o, "left_s", until_ns > t->now_ns ? (until_ns - t->now_ns) / SEC_NS : 0);
	return o;
}

static void put_guess(struct json_object *o, const struct cg_blocked_entry *e, const char *cam_id)
{
	char mend[CG_RULE_STRLEN + CG_ID_LEN + 32];
	struct cg_guess g;

	cg_guess_make(e, &g);
	put_text(o, "guess", cg_guess_name(g.role));
	put_bool(o, "known", g.known);
	if (g.maker)
		put_text(o, "maker", g.maker);
	if (cam_id && cg_guess_mend(e, &g, cam_id, mend, sizeof(mend)))
		put_text(o, "mend", mend);
}

struct json_object *cg_view_blocked(const struct cg_view_time *t, const struct cg_blocked *blocked,
				    uint32_t slot, uint64_t since_s, const char *cam_id)
{
	struct json_object *list = json_object_new_array();
	const struct cg_blocked_entry *e;
	size_t n;

	e = cg_blocked_read(blocked, slot, &n);
	for (size_t i = 0; i < n; i++) {
		bool up = e[i].plane == CG_PLANE_UP || e[i].plane == CG_PLANE_UP_MONITOR;
		bool monitor = e[i].plane == CG_PLANE_UP_MONITOR ||
			       e[i].plane == CG_PLANE_DOWN_MONITOR;
		struct json_object *o;
		char proto[8];

		if (age(t, e[i].last_ns) > since_s)
			continue;
		o = json_object_new_object();
		put_addr(o, "peer", e[i].peer);
		if (e[i].name)
			put_text(o, "name", e[i].name);
		put_num(o, "port", e[i].port);
		put_text(o, "proto", cg_view_proto(e[i].proto, proto));
		if (e[i].ethertype)
			put_num(o, "ethertype", e[i].ethertype);
		put_text(o, "direction", up ? "up" : "down");
		put_text(o, "scope", scope_name(e[i].scope));
		put_text(o, "reason", cg_reason_name(e[i].reason));
		put_num(o, "reason_nr", e[i].reason);
		put_text(o, "text", cg_reason_text(e[i].reason));
		put_bool(o, "monitored", monitor);
		put_num(o, "packets", e[i].packets);
		cg_json_add(o, "first_s", json_object_new_int64(cg_view_epoch(t, e[i].first_ns)));
		cg_json_add(o, "last_s", json_object_new_int64(cg_view_epoch(t, e[i].last_ns)));
		put_guess(o, &e[i], cam_id);
		cg_json_push(list, o);
	}
	return list;
}
