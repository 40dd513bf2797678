/* SPDX-License-Identifier: GPL-2.0-only */
/* Beginnings, tombstones and holes as JSON. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "gone.h"
#include "jsonin.h"
#include "jsonget.h"
#include "jsonout.h"

#define HEX_LEN (2 * CG_HASH_LEN)

static const char *const whats[] = {
	[CG_GONE_BEGIN] = "begin",
	[CG_GONE_GONE] = "gone",
	[CG_GONE_HOLE] = "hole",
};
static const char *const whys[] = {
	[CG_GONE_NONE] = "",	   [CG_GONE_DAYS] = "days", [CG_GONE_SIZE] = "size",
	[CG_GONE_ERASE] = "erase", [CG_GONE_CUT] = "cut",   [CG_GONE_HEAD] = "head",
	[CG_GONE_LOST] = "lost",
};

const char *cg_gone_what_name(enum cg_gone_what what)
{
	return whats[what];
}

const char *cg_gone_why_name(enum cg_gone_why why)
{
	return whys[why];
}

/* Quotes inside a string have a backslash before them: only the member fits. */
bool cg_gone_is(const char *line, size_t n)
{
	char member[32];

	for (int what = CG_GONE_BEGIN; what < __CG_GONE_WHAT_MAX; what++) {
		(void)snprintf(member, sizeof(member), "\"what\":\"%s\"", whats[what]);
		if (memmem(line, n, member, strlen(member)))
			return true;
	}
	return false;
}

/* ---- out ---- */

static void put(struct json_object *o, const char *key, int64_t n)
{
	if (n)
		cg_json_add(o, key, json_object_new_int64(n));
}

static void put_text(struct json_object *o, const char *key, const char *s)
{
	if (*s)
		cg_json_add(o, key, json_object_new_string(s));
}

struct json_object *cg_gone_to_json(const struct cg_gone *g)
{
	struct json_object *o = json_object_new_object(), *spans;
	char hash[HEX_LEN + 1];

	if (!o)
		return NULL;
	put(o, "v", CG_RECORD_VERSION);
	put_text(o, "what", whats[g->what]);
	put_text(o, "why", whys[g->why]);
	put(o, "count", (int64_t)g->count);
	put(o, "bytes", (int64_t)g->bytes);
	put(o, "first_s", g->first_s);
	cg_json_add(o, "last_s", json_object_new_int64(g->last_s));
	if (g->unsure)
		cg_json_add(o, "clock_unsure", json_object_new_boolean(true));
	put_text(o, "cam", g->cam);
	if (g->uid >= 0)
		cg_json_add(o, "uid", json_object_new_int64(g->uid));
	put_text(o, "user", g->user);
	if (!g->nspan)
		return o;
	spans = json_object_new_array();
	for (size_t i = 0; i < g->nspan; i++) {
		struct json_object *span = json_object_new_array();

		cg_json_push(span, json_object_new_int64((int64_t)g->span[i].from));
		cg_json_push(span, json_object_new_int64((int64_t)g->span[i].to));
		if (g->span[i].from > 1)
			cg_json_push(span,
				     json_object_new_string(cg_hash_format(g->span[i].prev, hash)));
		cg_json_push(spans, span);
	}
	cg_json_add(o, "spans", spans);
	return o;
}

int cg_gone_print(const struct cg_gone *g, char **ret_line)
{
	_cleanup_(cg_json_freep) struct json_object *o = cg_gone_to_json(g);
	size_t n;

	return cg_json_text(o, false, ret_line, &n);
}

static int64_t num(struct json_object *o, const char *key, int64_t otherwise)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return otherwise;
	return json_object_get_int64(v);
}

static int64_t at(struct json_object *list, size_t i)
{
	struct json_object *v = json_object_array_get_idx(list, i);

	return json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : 0;
}

static bool take_span(struct json_object *o, struct cg_gone_span *ret)
{
	struct json_object *prev;

	if (!json_object_is_type(o, json_type_array) || at(o, 0) < 1 || at(o, 1) < at(o, 0))
		return false;
	*ret = (struct cg_gone_span){ .from = (uint64_t)at(o, 0), .to = (uint64_t)at(o, 1) };
	if (ret->from == 1)
		return true;
	prev = json_object_array_get_idx(o, 2);
	return json_object_is_type(prev, json_type_string) &&
	       json_object_get_string_len(prev) == HEX_LEN &&
	       cg_hash_parse(json_object_get_string(prev), HEX_LEN, ret->prev);
}

static int word(const char *const *words, int n, const char *s)
{
	for (int i = 0; i < n; i++)
		if (words[i] && !strcmp(words[i], s))
			return i;
	return -1;
}

int cg_gone_parse(const char *line, size_t n, struct cg_gone *ret_gone)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	struct json_object *spans = NULL, *unsure = NULL;
	struct cg_gone g = { 0 };
	int r = cg_json_read(line, n, &o), what, why;

	if (r)
		return r;
	if (!json_object_is_type(o, json_type_object) || num(o, "v", 0) != CG_RECORD_VERSION)
		return -EPROTO;
	what = word(whats, __CG_GONE_WHAT_MAX, cg_json_get_text(o, "what"));
	why = word(whys, __CG_GONE_WHY_MAX, cg_json_get_text(o, "why"));
	if (what < 0 || why < 0)
		return -EPROTO;
	g.what = (enum cg_gone_what)what;
	g.why = (enum cg_gone_why)why;
	g.count = (uint64_t)num(o, "count", 0);
	g.bytes = (uint64_t)num(o, "bytes", 0);
	g.first_s = num(o, "first_s", 0);
	g.last_s = num(o, "last_s", 0);
	g.unsure = json_object_object_get_ex(o, "clock_unsure", &unsure) &&
		   json_object_get_boolean(unsure);
	g.uid = num(o, "uid", -1);
	(void)snprintf(g.cam, sizeof(g.cam), "%s", cg_json_get_text(o, "cam"));
	(void)snprintf(g.user, sizeof(g.user), "%s", cg_json_get_text(o, "user"));
	if (json_object_object_get_ex(o, "spans", &spans)) {
		if (!json_object_is_type(spans, json_type_array) ||
		    json_object_array_length(spans) > CG_SPANS_MAX)
			return -EPROTO;
		for (; g.nspan < json_object_array_length(spans); g.nspan++)
			if (!take_span(json_object_array_get_idx(spans, g.nspan), &g.span[g.nspan]))
				return -EPROTO;
	}
	*ret_gone = g;
	return 0;
}
