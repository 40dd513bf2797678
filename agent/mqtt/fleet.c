/* SPDX-License-Identifier: GPL-2.0-only */
/* A member goes out because it is named here; what the record gains later stays at home. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonget.h"
#include "../lib/jsonin.h"
#include "../lib/jsonout.h"
#include "fleet.h"
#include "obey.h"

#define VERSION	   1
#define HASH_SHOWN 8

const char *cg_fleet_topic(const struct cg_fleet_how *how, const char *what,
			   char buf[static CG_FLEET_TOPIC_LEN])
{
	(void)snprintf(buf, CG_FLEET_TOPIC_LEN, CG_FLEET_TOPIC "/%s/%s", how->gateway, what);
	return buf;
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	if (text && *text)
		cg_json_add(o, key, json_object_new_string(text));
}

static void put_num(struct json_object *o, const char *key, int64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n));
}

static void put_some(struct json_object *o, const char *key, int64_t n)
{
	if (n)
		put_num(o, key, n);
}

static void put_flag(struct json_object *o, const char *key, bool on)
{
	if (on)
		cg_json_add(o, key, json_object_new_boolean(true));
}

static struct json_object *event_new(const struct cg_fleet_how *how, const char *id, uint64_t seq,
				     const char *what, int64_t time_s)
{
	struct json_object *o = json_object_new_object();

	put_num(o, "v", VERSION);
	put_text(o, "id", id);
	put_text(o, "gateway", how->gateway);
	put_num(o, "seq", (int64_t)seq);
	put_text(o, "what", what);
	put_num(o, "time_s", time_s);
	return o;
}

/* ---- lines ---- */

/* Of many (::/0) there is none to be named. */
static bool viewer_of(struct json_object *line, struct cg_prefix *ret)
{
	const char *text = cg_json_get_text(line, "viewer");
	struct cg_prefix p;

	if (!*text)
		text = cg_json_get_text(line, "peer");
	if (!*text || cg_prefix_parse(text, &p) || !p.len)
		return false;
	*ret = cg_fleet_viewer(&p);
	return true;
}

static void put_prefix(struct json_object *o, const char *key, const struct cg_fleet_how *how,
		       const struct cg_prefix *p)
{
	char name[CG_FLEET_NAME_LEN], text[CG_PREFIX_STRLEN];

	switch (how->addresses) {
	case CG_FLEET_HASHED:
		put_text(o, key, cg_fleet_name(&how->key, p, name));
		break;
	case CG_FLEET_PLAIN:
		put_text(o, key,
			 p->len == 128 ? cg_addr_format(&p->addr, text) :
					 cg_prefix_format(p, text));
		break;
	case CG_FLEET_NONE:
	case __CG_FLEET_ADDRESSES_MAX:
		break;
	}
}

static void put_viewer(struct json_object *o, const struct cg_fleet_how *how,
		       struct json_object *line)
{
	struct cg_prefix p, net;

	if (how->addresses == CG_FLEET_NONE || !viewer_of(line, &p))
		return;
	net = cg_fleet_net(&p);
	put_prefix(o, "viewer", how, &p);
	put_prefix(o, "net", how, &net);
	put_flag(o, "whole", p.len > net.len);
}

/* Who at home had it let in: somebody's rule, somebody's hand, a schedule; else nobody. */
static const char *by_of(struct json_object *line)
{
	struct json_object *opening;

	if (*cg_json_get_text(line, "rule"))
		return "rule";
	return json_object_object_get_ex(line, "opening", &opening) ?
		       cg_json_get_text(opening, "by") :
		       "";
}

static bool is_session(const char *what)
{
	return !strcmp(what, "allowed") || !strcmp(what, "stopped") || !strcmp(what, "refused");
}

static void session_put(struct json_object *o, const struct cg_fleet_how *how,
			struct json_object *line)
{
	char name[CG_FLEET_NAME_LEN];

	put_text(o, "cam",
		 cg_fleet_cam(&how->key, how->gateway, cg_json_get_text(line, "cam"), name));
	if (how->names)
		put_text(o, "name", cg_json_get_text(line, "name"));
	put_some(o, "session", (int64_t)cg_json_get_count(line, "id"));
	put_num(o, "first_s", cg_json_get_num(line, "first_s"));
	put_some(o, "duration_s", cg_json_get_num(line, "duration_s"));
	put_num(o, "count", cg_json_get_num(line, "count"));
	put_flag(o, "running", cg_json_get_flag(line, "running"));
	put_flag(o, "monitored", cg_json_get_flag(line, "monitored"));
	put_flag(o, "clock_unsure", cg_json_get_flag(line, "clock_unsure"));
	put_viewer(o, how, line);
	put_text(o, "by", by_of(line));
	/* A server that the camera went to by its name; which one is not told. */
	put_flag(o, "named",
		 *cg_json_get_text(line, "asked") &&
			 strcmp(cg_json_get_text(line, "began"), "peer") != 0);
	put_text(o, "sign", cg_json_get_text(line, "sign"));
	put_text(o, "country", cg_json_get_text(line, "country"));
	put_text(o, "network", cg_json_get_text(line, "network"));
	put_num(o, "up_bytes", cg_json_get_num(line, "up_bytes"));
	put_some(o, "stopped_bytes", cg_json_get_num(line, "stopped_bytes"));
}

int cg_fleet_event(const struct cg_fleet_how *how, struct json_object *line, uint64_t seq,
		   struct json_object **ret_event)
{
	const char *what = cg_json_get_text(line, "what");
	const char *hash = cg_json_get_text(line, "hash");
	uint64_t n = cg_json_get_count(line, "n");
	char id[CG_FLEET_ID_LEN];
	bool session = is_session(what);

	if (!n || strlen(hash) < HASH_SHOWN || (!session && strcmp(what, "hole") != 0))
		return 0;
	(void)snprintf(id, sizeof(id), "%s-%" PRIu64 "-%.*s", how->gateway, n, HASH_SHOWN, hash);
	*ret_event = event_new(how, id, seq, what, cg_json_get_num(line, "last_s"));
	put_num(*ret_event, "n", (int64_t)n);
	if (session)
		session_put(*ret_event, how, line);
	return 1;
}

struct json_object *cg_fleet_gap(const struct cg_fleet_how *how, uint64_t from, uint64_t to,
				 int64_t now_s, uint64_t seq)
{
	char id[CG_FLEET_ID_LEN];
	struct json_object *o;

	(void)snprintf(id, sizeof(id), "%s-gap-%" PRIu64 "-%" PRIu64, how->gateway, from, to);
	o = event_new(how, id, seq, "gap", now_s);
	put_num(o, "from", (int64_t)from);
	put_num(o, "to", (int64_t)to);
	put_num(o, "count", to >= from ? (int64_t)(to - from + 1) : 0);
	return o;
}

struct json_object *cg_fleet_begin(const struct cg_fleet_how *how, uint64_t n, int64_t now_s,
				   uint64_t seq)
{
	char id[CG_FLEET_ID_LEN];
	struct json_object *o;

	(void)snprintf(id, sizeof(id), "%s-begin-%" PRIu64 "-%" PRId64, how->gateway, n, now_s);
	o = event_new(how, id, seq, "begin", now_s);
	put_num(o, "n", (int64_t)n);
	return o;
}

/* ---- how it is ---- */

static void wish_put(struct json_object *o, const struct cg_fleet_wish *wish)
{
	struct json_object *w;

	if (!wish->rev)
		return;
	w = json_object_new_object();
	put_num(w, "rev", wish->rev);
	put_text(w, "result", wish->done ? "done" : "refused");
	put_text(w, "error", wish->error);
	cg_json_add(o, "desired", w);
}

static void cams_put(struct json_object *o, const struct cg_fleet_how *how,
		     struct json_object *status)
{
	static const char *const words[] = { "sealed", "closed", "open" };
	struct json_object *count = json_object_new_object(), *names = json_object_new_array();
	int64_t n[3] = { 0 };
	struct json_object *list;
	size_t ncam = 0;

	if (json_object_object_get_ex(status, "cams", &list) &&
	    json_object_is_type(list, json_type_array))
		ncam = json_object_array_length(list);
	for (size_t i = 0; i < ncam; i++) {
		struct json_object *cam = json_object_array_get_idx(list, i);

		if (cg_json_get_flag(cam, "held"))
			continue;
		for (size_t k = 0; k < 3; k++)
			n[k] += !strcmp(cg_json_get_text(cam, "exposure"), words[k]);
		if (how->names)
			cg_json_push(names, json_object_new_string(cg_json_get_text(cam, "name")));
	}
	for (size_t k = 0; k < 3; k++)
		put_num(count, words[k], n[k]);
	cg_json_add(o, "cams", count);
	if (how->names)
		cg_json_add(o, "names", names);
	else
		json_object_put(names);
}

struct json_object *cg_fleet_reported(const struct cg_fleet_how *how, struct json_object *status,
				      const struct cg_fleet_wish *wish, uint64_t seq, int64_t now_s)
{
	struct json_object *o = json_object_new_object(), *list;

	put_num(o, "v", VERSION);
	put_text(o, "gateway", how->gateway);
	put_num(o, "time_s", now_s);
	put_some(o, "events", (int64_t)seq);
	put_text(o, "version", cg_json_get_text(status, "version"));
	put_text(o, "enforced", cg_json_get_text(status, "enforced"));
	cams_put(o, how, status);
	if (json_object_object_get_ex(status, "attention", &list) &&
	    json_object_is_type(list, json_type_array))
		put_num(o, "attention", (int64_t)json_object_array_length(list));
	put_text(o, "addresses",
		 how->addresses == CG_FLEET_HASHED ? "hashed" :
		 how->addresses == CG_FLEET_PLAIN  ? "plain" :
						     "none");
	if (how->addresses == CG_FLEET_HASHED)
		put_text(o, "key", how->key.id);
	wish_put(o, wish);
	return o;
}

/* ---- what is wished ---- */

static bool again_read(struct json_object *o, struct cg_fleet_desired *ret)
{
	struct json_object *again;

	if (!json_object_object_get_ex(o, "again", &again))
		return false;
	ret->again = true;
	ret->n = cg_json_get_count(again, "n");
	ret->seq = cg_json_get_count(again, "seq");
	return true;
}

static bool exposure_read(struct json_object *o, struct cg_fleet_desired *ret)
{
	static const struct {
		const char *exposure, *cmd;
	} wishes[] = { { "sealed", "seal" }, { "closed", "close" }, { "auto", "auto" } };

	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		if (strcmp(wishes[i].exposure, cg_json_get_text(o, "exposure")) != 0)
			continue;
		ret->request = cg_mqtt_request(wishes[i].cmd);
		cg_json_add(ret->request, "cam", json_object_new_string("all"));
		return true;
	}
	return false;
}

int cg_fleet_desired(const char *text, size_t n, struct cg_fleet_desired *ret)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	int r;

	*ret = (struct cg_fleet_desired){ 0 };
	/* A topic that was emptied. */
	if (!n)
		return 0;
	r = cg_json_read(text, n, &o);
	if (r == -ENOMEM)
		return r;
	ret->why = "expected {\"v\":1,\"rev\":NUMBER,\"exposure\":\"sealed|closed|auto\"}";
	if (r || !json_object_is_type(o, json_type_object) || cg_json_get_num(o, "v") != VERSION ||
	    cg_json_get_num(o, "rev") < 1)
		return -EPROTO;
	ret->rev = cg_json_get_num(o, "rev");
	ret->why = "exposure: expected sealed, closed or auto";
	return again_read(o, ret) || exposure_read(o, ret) ? 1 : -EPROTO;
}
