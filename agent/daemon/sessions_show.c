/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that tell of sessions: as they are now, and what was stopped lately. */
#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/exposure.h"
#include "../lib/jsonout.h"
#include "../lib/signature.h"
#include "../lib/told.h"
#include "command.h"
#include "places.h"
#include "sessions_state.h"

/* Two readings make a rate when they are so far apart. */
#define RATE_MIN_NS (900 * 1000 * 1000ULL)
#define RATE_MAX_NS (30 * CG_SEC_NS)

static void put_text(struct json_object *o, const char *key, const char *s)
{
	if (s && *s)
		cg_json_add(o, key, json_object_new_string(s));
}

static void put_num(struct json_object *o, const char *key, int64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n));
}

/* ---- rates ---- */

static bool is_sample(const struct cg_sample *x, const struct cg_flow_key *key)
{
	return x->slot == key->slot && !memcmp(x->peer, key->peer, sizeof(x->peer));
}

static struct cg_sample *sample_of(struct cg_sessions *s, const struct cg_flow_key *key,
				   uint64_t now_ns)
{
	struct cg_sample *oldest = &s->sample[0];

	for (size_t i = 0; i < s->nsample; i++) {
		if (is_sample(&s->sample[i], key))
			return &s->sample[i];
		if (s->sample[i].ns < oldest->ns)
			oldest = &s->sample[i];
	}
	if (s->nsample < CG_SAMPLES)
		oldest = &s->sample[s->nsample++];
	else if (oldest->ns + RATE_MAX_NS > now_ns)
		return NULL;
	*oldest = (struct cg_sample){ .slot = key->slot };
	memcpy(oldest->peer, key->peer, sizeof(oldest->peer));
	return oldest;
}

static uint32_t rate(uint64_t now, uint64_t before, uint64_t ns)
{
	uint64_t bps = now > before ? (now - before) * 1000 / (ns / 1000000) : 0;

	return bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bps;
}

void cg_sessions_sample(struct cg_sessions *s, const struct cg_flow_key *key,
			const struct cg_session *session, uint64_t now_ns)
{
	struct cg_sample *x = sample_of(s, key, now_ns);
	uint64_t past = x ? now_ns - x->ns : 0;

	if (!x || (x->ns && past < RATE_MIN_NS))
		return;
	x->rated = x->ns && past <= RATE_MAX_NS;
	if (x->rated) {
		x->up_bps = rate(session->up_bytes, x->up_bytes, past);
		x->down_bps = rate(session->down_bytes, x->down_bytes, past);
	}
	x->ns = now_ns;
	x->up_bytes = session->up_bytes;
	x->down_bytes = session->down_bytes;
}

const struct cg_sample *cg_sessions_sampled(const struct cg_sessions *s,
					    const struct cg_flow_key *key)
{
	for (size_t i = 0; i < s->nsample; i++)
		if (is_sample(&s->sample[i], key))
			return s->sample[i].rated ? &s->sample[i] : NULL;
	return NULL;
}

/* ---- sessions ---- */

struct cam_sum {
	uint64_t up_bps, down_bps;
	size_t watching, stopped;
};

struct live {
	struct cg_command_call *c;
	struct cg_view_time t;
	const struct cg_agent_cam *only;
	struct json_object *list;
	struct cam_sum *sum; /* by the policy's order */
};

static const char *state_of(const struct cg_session *s, const struct cg_exposure *x,
			    uint64_t now_ns)
{
	bool monitored = cg_session_monitored(s);

	if (s->block_ns > now_ns && !monitored)
		return "stopped";
	/* The flag outlives a block until the next packet, and a viewer that has left. */
	if (s->flags & CG_SESSION_VIEWING && (!s->block_ns || monitored) &&
	    now_ns < s->last_ns + CG_RECORD_IDLE_S * CG_SEC_NS)
		return monitored || cg_exposure_now(x, now_ns) == CG_OPEN ? "watching" : "ended";
	if (s->flags & CG_SESSION_OPEN)
		return "open";
	if (s->class == CG_CLASS_UPLOAD)
		return "upload";
	return s->class == CG_CLASS_CONTROL ? "control" : "other";
}

static void put_end(struct live *l, struct json_object *o, const struct cg_agent_cam *cam,
		    const struct cg_flow_key *key, const struct cg_session *s)
{
	static const uint8_t none[16];
	struct cg_datapath_name name;
	char text[CG_ADDR_STRLEN], proto[8];
	struct cg_addr addr;

	memcpy(&addr, memcmp(s->peer, none, sizeof(none)) ? s->peer : key->peer, sizeof(addr));
	put_text(o, "peer", cg_addr_format(&addr, text));
	if (s->peer_port)
		put_num(o, "peer_port", ntohs(s->peer_port));
	if (s->cam_port)
		put_num(o, "cam_port", ntohs(s->cam_port));
	if (s->proto)
		put_text(o, "proto", cg_view_proto(s->proto, proto));
	if (s->name && !cg_datapath_name_find(l->c->a->kern.dp, cam->slot, s->name, &name))
		put_text(o, "asked", name.text);
	if (memcmp(s->viewer, none, sizeof(none))) {
		memcpy(&addr, s->viewer, sizeof(addr));
		put_text(o, "viewer", cg_addr_format(&addr, text));
	}
	put_text(o, "began", s->flags & CG_SESSION_BY_PEER ? "peer" : "camera");
}

static void put_where(const struct cg_agent *a, struct json_object *o,
		      const struct cg_flow_key *key, const struct cg_session *s)
{
	static const uint8_t none[16];
	struct cg_places_where where;
	struct cg_addr addr;

	memcpy(&addr, memcmp(s->peer, none, sizeof(none)) ? s->peer : key->peer, sizeof(addr));
	cg_places_where(a, &addr, &where);
	put_text(o, "country", where.country);
	put_text(o, "network", where.network);
}

static void put_rule(struct json_object *o, const struct cg_agent_cam *cam, uint16_t rule)
{
	char text[CG_RULE_STRLEN + 16];
	const struct cg_policy_rule *r;

	if (!cam->policy || rule >= cam->policy->nrules)
		return;
	r = &cam->policy->rules[rule];
	put_text(o, "rule", cg_view_rule(r, text, sizeof(text)));
	if (!r->pos.file)
		return;
	put_text(o, "file", r->pos.file);
	put_num(o, "line", r->pos.line);
}

static int64_t kbps(uint64_t bps)
{
	return (int64_t)(bps * 8 / 1000);
}

static int live_add(void *ctx, const struct cg_flow_key *key, const struct cg_session *s)
{
	struct live *l = ctx;
	struct cg_agent *a = l->c->a;
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, key->slot);
	const struct cg_sample *sample;
	const struct cg_exposure *x = &cg_datapath_exposure(a->kern.dp)[key->slot];
	const char *state = state_of(s, x, l->t.now_ns);
	struct json_object *o;
	struct cam_sum *sum;

	if (!cam)
		return 0;
	sum = &l->sum[cam - a->policy.cams];
	o = json_object_new_object();
	put_text(o, "cam", cam->id);
	put_text(o, "name", cam->name);
	put_end(l, o, cam, key, s);
	put_where(a, o, key, s);
	put_text(o, "state", state);
	if (s->plane == CG_PLANE_UP_MONITOR || s->plane == CG_PLANE_DOWN_MONITOR)
		cg_json_add(o, "monitored", json_object_new_boolean(true));
	if (s->sign) {
		put_text(o, "sign", cg_sign_name(s->sign));
		put_text(o, "sign_text", cg_sign_text(s->sign));
	}
	if (s->signature) {
		put_text(o, "signature", cg_signature_name(s->signature));
		put_text(o, "signature_text", cg_signature_text(s->signature));
	}
	put_rule(o, cam, s->rule);
	put_num(o, "up_bytes", (int64_t)s->up_bytes);
	put_num(o, "down_bytes", (int64_t)s->down_bytes);
	put_num(o, "stopped_bytes", (int64_t)s->stopped_bytes);
	cg_sessions_sample(a->sessions, key, s, l->t.now_ns);
	sample = cg_sessions_sampled(a->sessions, key);
	if (sample) {
		put_num(o, "up_kbps", kbps(sample->up_bps));
		put_num(o, "down_kbps", kbps(sample->down_bps));
		sum->up_bps += sample->up_bps;
		sum->down_bps += sample->down_bps;
	}
	put_num(o, "since_s", cg_view_epoch(&l->t, s->viewing_ns ? s->viewing_ns : s->first_ns));
	put_num(o, "idle_s",
		l->t.now_ns > s->last_ns ? (int64_t)((l->t.now_ns - s->last_ns) / CG_SEC_NS) : 0);
	if (!strcmp(state, "stopped")) {
		put_num(o, "until_s", cg_view_epoch(&l->t, s->block_ns));
		put_num(o, "repeats", s->repeats);
		sum->stopped++;
	} else if (!strcmp(state, "watching")) {
		sum->watching++;
	}
	cg_json_push(l->list, o);
	return 0;
}

static void put_cams(struct live *l)
{
	struct json_object *list = json_object_new_array();
	struct cg_agent *a = l->c->a;

	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		const struct cg_exposure *e = &cg_datapath_exposure(a->kern.dp)[cam->slot];
		struct cg_sum sum = { 0 };
		struct json_object *o;

		if (l->only && cam != l->only)
			continue;
		o = json_object_new_object();
		put_text(o, "id", cam->id);
		put_text(o, "name", cam->name);
		put_text(o, "exposure", cg_view_exposure_name(cg_exposure_now(e, l->t.now_ns)));
		if (cg_exposure_opening(e, l->t.now_ns))
			put_num(o, "until_s", cg_view_epoch(&l->t, cg_exposure_deadline(e)));
		put_num(o, "watching", (int64_t)l->sum[i].watching);
		put_num(o, "stopped", (int64_t)l->sum[i].stopped);
		put_num(o, "up_kbps", kbps(l->sum[i].up_bps));
		put_num(o, "down_kbps", kbps(l->sum[i].down_bps));
		/* One that has sent nothing has no sum. */
		if (!cg_datapath_sum_read(a->kern.dp, cam->slot, &sum) &&
		    sum.block_ns > l->t.now_ns)
			put_num(o, "blocked_until_s", cg_view_epoch(&l->t, sum.block_ns));
		cg_json_push(list, o);
	}
	cg_command_put(l->c, "cams", list);
}

void cg_command_sessions(struct cg_command_call *c)
{
	struct cg_agent *a = c->a;
	_cleanup_free_ struct cam_sum *sum = calloc(a->policy.ncams + 1, sizeof(*sum));
	struct live l = { .c = c, .t = cg_sessions_time(a), .sum = sum };
	int err = sum && a->sessions ? 0 : -ENOMEM;

	if (cg_command_text(c, "cam")) {
		l.only = cg_command_cam(c);
		if (!l.only)
			return;
	}
	l.list = json_object_new_array();
	if (!err)
		err = cg_datapath_sessions_read(a->kern.dp, l.only ? l.only->slot : UINT32_MAX,
						live_add, &l);
	cg_command_put(c, "sessions", l.list);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "sessions: %s", strerror(-err));
		return;
	}
	put_cams(&l);
}

/* ---- log ---- */

/* ---- status ---- */

static const struct cg_stop *stops_of(const struct cg_sessions *s, const char *id, uint64_t now_ns,
				      uint64_t *ret_count)
{
	const struct cg_stop *last = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < CG_STOPS && i < s->nstop; i++) {
		const struct cg_stop *x = &s->stop[i];

		if (strcmp(x->cam, id) || now_ns >= x->ns + CG_STOPPED_LATELY_S * CG_SEC_NS)
			continue;
		*ret_count += x->count;
		if (!last || x->ns >= last->ns)
			last = x;
	}
	return last;
}

static void stop_put(struct json_object *list, const struct cg_agent_cam *cam,
		     const struct cg_view_time *t, const struct cg_stop *stop, uint64_t count)
{
	struct json_object *o = json_object_new_object();
	const char *signature = stop->signature ? cg_signature_text(stop->signature) : "";
	char peer[CG_ADDR_STRLEN], clock[32], how[256], text[512];

	(void)cg_addr_format(&stop->peer.addr, peer);
	(void)cg_view_clock(t, stop->ns, clock, sizeof(clock));
	(void)snprintf(how, sizeof(how), "%s%s%s%s", cg_sign_text(stop->sign),
		       *signature ? " (" : "", signature, *signature ? ")" : "");
	if (count > 1)
		(void)snprintf(
			text, sizeof(text),
			N_("%s: viewing was stopped %llu times within a day, the last at %s: %s, %s"),
			cam->name, (unsigned long long)count, clock, peer, how);
	else
		(void)snprintf(text, sizeof(text), N_("%s: viewing was stopped at %s: %s, %s"),
			       cam->name, clock, peer, how);
	put_text(o, "id", cam->id);
	put_text(o, "name", cam->name);
	put_num(o, "count", (int64_t)count);
	put_num(o, "last_s", cg_view_epoch(t, stop->ns));
	put_text(o, "peer", peer);
	put_text(o, "sign", cg_sign_name(stop->sign));
	if (stop->signature)
		put_text(o, "signature", cg_signature_name(stop->signature));
	put_text(o, "text", text);
	cg_json_push(list, o);
}

void cg_sessions_status(struct cg_command_call *c)
{
	struct json_object *list = json_object_new_array();
	struct cg_view_time t = cg_sessions_time(c->a);
	struct cg_agent *a = c->a;

	for (size_t i = 0; a->sessions && i < a->policy.ncams; i++) {
		uint64_t count;
		const struct cg_stop *last =
			stops_of(a->sessions, a->policy.cams[i].id, t.now_ns, &count);

		if (last)
			stop_put(list, &a->policy.cams[i], &t, last, count);
	}
	cg_command_put(c, "stopped_lately", list);
}
