/* SPDX-License-Identifier: GPL-2.0-only */
/* An entry as JSON; a member that says nothing is left out. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <camgate/session_abi.h>
#include "jsonin.h"
#include "jsonget.h"
#include "jsonout.h"
#include "record.h"
#include "signature.h"
#include "utf8.h"
#include "view.h"

/* ---- out ---- */

static void put_text(struct json_object *o, const char *key, const char *s)
{
	if (s && *s)
		cg_json_add(o, key, json_object_new_string(s));
}

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

static void put_some(struct json_object *o, const char *key, int64_t n)
{
	if (n)
		cg_json_add(o, key, json_object_new_int64(n));
}

static void put_flag(struct json_object *o, const char *key, bool on)
{
	if (on)
		cg_json_add(o, key, json_object_new_boolean(true));
}

/* A whole address without its length. */
static void put_prefix(struct json_object *o, const char *key, const struct cg_prefix *p)
{
	char text[CG_PREFIX_STRLEN];

	put_text(o, key,
		 p->len == 128 ? cg_addr_format(&p->addr, text) : cg_prefix_format(p, text));
}

static void put_evidence(struct json_object *o, const struct cg_record *r)
{
	struct json_object *e = json_object_new_object();
	char hex[2 * CG_FIRST_BYTES + 1] = "";

	for (size_t i = 0; i < r->nfirst && i < CG_FIRST_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", r->first[i]);
	put_num(e, "up_packets", r->up_packets);
	put_num(e, "down_packets", r->down_packets);
	put_some(e, "windows", r->windows);
	put_text(e, "first", hex);
	cg_json_add(o, "evidence", e);
}

static void put_opening(struct json_object *o, const struct cg_record_opening *opening)
{
	struct json_object *e;

	if (!*opening->by)
		return;
	e = json_object_new_object();
	put_text(e, "by", opening->by);
	put_some(e, "since_s", opening->since_s);
	put_some(e, "until_s", opening->until_s);
	if (opening->uid >= 0)
		cg_json_add(e, "uid", json_object_new_int64(opening->uid));
	put_text(e, "user", opening->user);
	cg_json_add(o, "opening", e);
}

struct json_object *cg_record_to_json(const struct cg_record *r)
{
	struct json_object *o = json_object_new_object();
	char proto[8];

	if (!o)
		return NULL;
	put_num(o, "v", CG_RECORD_VERSION);
	put_num(o, "id", r->id);
	put_text(o, "what", cg_record_what_name(r->what));
	put_text(o, "cam", r->cam);
	put_text(o, "name", r->cam_name);
	cg_json_add(o, "first_s", json_object_new_int64(r->first_s));
	cg_json_add(o, "last_s", json_object_new_int64(r->last_s));
	put_num(o, "duration_s", r->duration_s);
	put_num(o, "count", r->count);
	put_flag(o, "running", r->running);
	put_flag(o, "monitored", r->monitored);
	put_flag(o, "clock_unsure", r->unsure);
	put_prefix(o, "peer", &r->peer);
	put_some(o, "peer_port", r->peer_port);
	put_some(o, "cam_port", r->cam_port);
	if (r->proto)
		put_text(o, "proto", cg_view_proto(r->proto, proto));
	put_text(o, "asked", r->asked);
	put_text(o, "country", r->country);
	put_text(o, "network", r->network);
	put_text(o, "began", r->by_peer ? "peer" : "camera");
	put_text(o, "sign", cg_sign_name(r->sign));
	if (r->signature)
		put_text(o, "signature", cg_signature_name(r->signature));
	put_num(o, "up_bytes", r->up_bytes);
	put_num(o, "down_bytes", r->down_bytes);
	put_num(o, "stopped_bytes", r->stopped_bytes);
	put_evidence(o, r);
	put_text(o, "rule", r->rule);
	if (r->file) {
		put_text(o, "file", r->file);
		put_num(o, "line", (uint64_t)r->line);
	}
	put_opening(o, &r->opening);
	if (r->viewer.len)
		put_prefix(o, "viewer", &r->viewer);
	put_some(o, "blocked_until_s", r->blocked_s);
	return o;
}

int cg_record_print(const struct cg_record *r, char **ret_line)
{
	_cleanup_(cg_json_freep) struct json_object *o = cg_record_to_json(r);
	size_t n;

	return cg_json_text(o, false, ret_line, &n);
}

static uint32_t count32(struct json_object *o, const char *key)
{
	uint64_t n = cg_json_get_count(o, key);

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static uint16_t port(struct json_object *o, const char *key)
{
	uint64_t n = cg_json_get_count(o, key);

	return n > UINT16_MAX ? 0 : (uint16_t)n;
}

/* false: no memory. */
static bool copy(struct json_object *o, const char *key, char **ret)
{
	const char *s = cg_json_get_text(o, key);

	*ret = *s ? strdup(s) : NULL;
	return !*s || *ret;
}

static void take_first(struct json_object *evidence, struct cg_record *r)
{
	const char *hex = cg_json_get_text(evidence, "first");
	unsigned int b;

	while (r->nfirst < CG_FIRST_BYTES && sscanf(hex, "%2x", &b) == 1 && hex[1]) {
		r->first[r->nfirst++] = (uint8_t)b;
		hex += 2;
	}
}

static void take_opening(struct json_object *o, struct cg_record_opening *ret)
{
	struct json_object *e, *uid;

	ret->uid = -1;
	if (!json_object_object_get_ex(o, "opening", &e))
		return;
	cg_utf8_cut(ret->by, sizeof(ret->by), cg_json_get_text(e, "by"));
	cg_utf8_cut(ret->user, sizeof(ret->user), cg_json_get_text(e, "user"));
	ret->since_s = cg_json_get_num(e, "since_s");
	ret->until_s = cg_json_get_num(e, "until_s");
	if (json_object_object_get_ex(e, "uid", &uid) && json_object_is_type(uid, json_type_int))
		ret->uid = json_object_get_int64(uid);
}

static uint8_t take_proto(struct json_object *o)
{
	const char *s = cg_json_get_text(o, "proto");
	char buf[8];

	for (unsigned int nr = 1; *s && nr < 256; nr++)
		if (!strcmp(cg_view_proto((uint8_t)nr, buf), s))
			return (uint8_t)nr;
	return 0;
}

static uint8_t take_what(struct json_object *o)
{
	const char *s = cg_json_get_text(o, "what");

	for (unsigned int what = CG_RECORD_ALLOWED; what <= CG_RECORD_REFUSED; what++)
		if (!strcmp(cg_record_what_name(what), s))
			return (uint8_t)what;
	return 0;
}

int cg_record_from_json(struct json_object *o, struct cg_record *ret_record)
{
	_cleanup_(cg_record_clear) struct cg_record r = { 0 };
	struct json_object *evidence = NULL;

	if (!json_object_is_type(o, json_type_object) || cg_json_get_num(o, "v") < 1 ||
	    cg_json_get_num(o, "v") > CG_RECORD_VERSION)
		return -EPROTO;
	cg_utf8_cut(r.cam, sizeof(r.cam), cg_json_get_text(o, "cam"));
	cg_utf8_cut(r.cam_name, sizeof(r.cam_name), cg_json_get_text(o, "name"));
	r.what = take_what(o);
	if (!*r.cam || !r.what || cg_prefix_parse(cg_json_get_text(o, "peer"), &r.peer) < 0)
		return -EPROTO;
	if (*cg_json_get_text(o, "viewer") &&
	    cg_prefix_parse(cg_json_get_text(o, "viewer"), &r.viewer) < 0)
		return -EPROTO;
	if (!copy(o, "asked", &r.asked) || !copy(o, "country", &r.country) ||
	    !copy(o, "network", &r.network) || !copy(o, "rule", &r.rule) ||
	    !copy(o, "file", &r.file))
		return -ENOMEM;
	r.id = cg_json_get_count(o, "id");
	r.first_s = cg_json_get_num(o, "first_s");
	r.last_s = cg_json_get_num(o, "last_s");
	r.duration_s = cg_json_get_count(o, "duration_s");
	r.count = count32(o, "count");
	r.running = cg_json_get_flag(o, "running");
	r.monitored = cg_json_get_flag(o, "monitored");
	r.unsure = cg_json_get_flag(o, "clock_unsure");
	r.by_peer = !strcmp(cg_json_get_text(o, "began"), "peer");
	r.peer_port = port(o, "peer_port");
	r.cam_port = port(o, "cam_port");
	r.proto = take_proto(o);
	r.sign = (uint8_t)cg_sign_find(cg_json_get_text(o, "sign"));
	r.signature = (uint8_t)cg_signature_find(cg_json_get_text(o, "signature"));
	r.up_bytes = cg_json_get_count(o, "up_bytes");
	r.down_bytes = cg_json_get_count(o, "down_bytes");
	r.stopped_bytes = cg_json_get_count(o, "stopped_bytes");
	r.line = (int)(count32(o, "line") & INT32_MAX);
	r.blocked_s = cg_json_get_num(o, "blocked_until_s");
	if (json_object_object_get_ex(o, "evidence", &evidence)) {
		r.up_packets = count32(evidence, "up_packets");
		r.down_packets = count32(evidence, "down_packets");
		r.windows = (uint8_t)(cg_json_get_count(evidence, "windows") & 0xf);
		take_first(evidence, &r);
	}
	take_opening(o, &r.opening);
	*ret_record = r;
	r = (struct cg_record){ 0 };
	return 0;
}

int cg_record_parse(const char *line, struct cg_record *ret_record)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	int r = cg_json_read(line, strlen(line), &o);

	return r ? r : cg_record_from_json(o, ret_record);
}
