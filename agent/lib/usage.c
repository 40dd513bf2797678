/* SPDX-License-Identifier: GPL-2.0-only */
/* usage.json, from text and to it. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include "jsonin.h"
#include "jsonout.h"
#include "usage.h"
#include "utf8.h"

#define VERSION 1

void cg_usage_free(struct cg_usage *u)
{
	free(u->v);
	*u = (struct cg_usage){ 0 };
}

struct cg_account *cg_usage_find(const struct cg_usage *u, const char *id)
{
	for (size_t i = 0; i < u->n; i++)
		if (!strcmp(u->v[i].id, id))
			return &u->v[i];
	return NULL;
}

struct cg_account *cg_usage_add(struct cg_usage *u, const struct cg_account *account)
{
	struct cg_account *v;

	if (u->n == 2 * CG_MAX_CAMERAS)
		return NULL;
	/* room for the next power of two: 8192 one by one would be copied as often */
	if (!(u->n & (u->n - 1))) {
		v = reallocarray(u->v, u->n ? 2 * u->n : 1, sizeof(*v));
		if (!v)
			return NULL;
		u->v = v;
	}
	u->v[u->n] = *account;
	return &u->v[u->n++];
}

void cg_usage_drop(struct cg_usage *u, struct cg_account *account)
{
	*account = u->v[--u->n];
}

/* ---- from text ---- */

static bool take(struct json_object *from, const char *key, int64_t min, int64_t *ret)
{
	struct json_object *o;

	if (!json_object_object_get_ex(from, key, &o) || !json_object_is_type(o, json_type_int))
		return false;
	*ret = json_object_get_int64(o);
	return *ret >= min;
}

static bool take_account(const char *id, struct json_object *o, struct cg_account *ret)
{
	struct cg_account a = cg_account_new(id, 0, 0);
	int64_t open, up, ns, bytes, ends;

	if (!*id || strlen(id) >= sizeof(a.id) || !json_object_is_type(o, json_type_object) ||
	    !take(o, "day", CG_ACCOUNT_NO_DAY, &a.day) ||
	    !take(o, "passed", CG_ACCOUNT_NO_DAY, &a.passed) || !take(o, "open_ns", 0, &open) ||
	    !take(o, "up_bytes", 0, &up) || !take(o, "seen_ns", 0, &ns) ||
	    !take(o, "seen_bytes", 0, &bytes) || !take(o, "ends_ns", 0, &ends))
		return false;
	a.open_ns = (uint64_t)open;
	a.up_bytes = (uint64_t)up;
	a.seen_ns = (uint64_t)ns;
	a.seen_bytes = (uint64_t)bytes;
	a.ends_ns = (uint64_t)ends;
	*ret = a;
	return true;
}

int cg_usage_parse(const char *text, struct cg_usage *ret_usage)
{
	_cleanup_(cg_json_freep) struct json_object *root = NULL;
	_cleanup_(cg_usage_free) struct cg_usage u = { 0 };
	struct json_object_iterator it, end;
	struct json_object *o;
	int64_t version;
	int r = cg_json_read(text, strlen(text), &root);

	if (r)
		return r;
	if (!json_object_is_type(root, json_type_object) || !take(root, "v", 0, &version) ||
	    version < VERSION)
		return -EPROTO;
	if (json_object_object_get_ex(root, "boot", &o) && json_object_is_type(o, json_type_string))
		cg_utf8_cut(u.boot, sizeof(u.boot), json_object_get_string(o));
	if (!take(root, "wall_s", 0, &u.wall_s))
		u.wall_s = 0;
	if (!take(root, "offset_ns", INT64_MIN, &u.offset_ns))
		u.offset_ns = 0;
	u.synced = json_object_object_get_ex(root, "synced", &o) && json_object_get_boolean(o);
	if (!json_object_object_get_ex(root, "cams", &o) ||
	    !json_object_is_type(o, json_type_object))
		return -EPROTO;
	it = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct cg_account a;

		if (!take_account(json_object_iter_peek_name(&it), json_object_iter_peek_value(&it),
				  &a))
			continue;
		if (!cg_usage_add(&u, &a))
			return u.n == 2 * CG_MAX_CAMERAS ? -E2BIG : -ENOMEM;
	}
	*ret_usage = u;
	u = (struct cg_usage){ 0 };
	return version > VERSION;
}

/* ---- to text ---- */

static void put(struct json_object *o, const char *key, int64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n));
}

int cg_usage_print(const struct cg_usage *u, char **ret_text)
{
	_cleanup_(cg_json_freep) struct json_object *root = json_object_new_object();
	struct json_object *cams = json_object_new_object();
	size_t n;

	put(root, "v", VERSION);
	cg_json_add(root, "boot", json_object_new_string(u->boot));
	put(root, "wall_s", u->wall_s);
	put(root, "offset_ns", u->offset_ns);
	cg_json_add(root, "synced", json_object_new_boolean(u->synced));
	for (size_t i = 0; i < u->n; i++) {
		const struct cg_account *a = &u->v[i];
		struct json_object *o = json_object_new_object();

		put(o, "day", a->day);
		put(o, "passed", a->passed);
		put(o, "open_ns", (int64_t)a->open_ns);
		put(o, "up_bytes", (int64_t)a->up_bytes);
		put(o, "seen_ns", (int64_t)a->seen_ns);
		put(o, "seen_bytes", (int64_t)a->seen_bytes);
		put(o, "ends_ns", (int64_t)a->ends_ns);
		cg_json_add(cams, a->id, o);
	}
	cg_json_add(root, "cams", cams);
	return cg_json_text(root, true, ret_text, &n);
}
