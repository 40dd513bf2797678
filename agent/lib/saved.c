/* SPDX-License-Identifier: GPL-2.0-only */
/* {"v":1,"manual":{ID:"close"|"seal"},"opening":{ID:{"to":TEXT,"until_ns":N,"set":{PREFIX:NS}}}?,"lan":[NAME],"home":[NAME or PREFIX],"fw4_dir":PATH?} */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "jsonin.h"
#include "jsonout.h"
#include "saved.h"

#define VERSION 1

static const char *const words[] = {
	[CG_MANUAL_AUTO] = "auto",
	[CG_MANUAL_CLOSE] = "close",
	[CG_MANUAL_SEAL] = "seal",
};

void cg_saved_free(struct cg_saved *s)
{
	free(s->manual);
	free(s->opening);
	free(s->lan);
	free(s->home);
	free(s->fw4_dir);
	*s = (struct cg_saved){ 0 };
}

/* ---- from text ---- */

static const char *text_of(struct json_object *o)
{
	return json_object_is_type(o, json_type_string) ? json_object_get_string(o) : NULL;
}

static int manual_take(struct cg_saved *s, struct json_object *from)
{
	struct json_object_iterator it, end;

	if (!json_object_is_type(from, json_type_object))
		return -EPROTO;
	if (json_object_object_length(from) > CG_MAX_CAMERAS)
		return -E2BIG;
	it = json_object_iter_begin(from);
	end = json_object_iter_end(from);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *word = text_of(json_object_iter_peek_value(&it));
		const char *id = json_object_iter_peek_name(&it);
		int r = 0;

		if (!word || !*id || strlen(id) >= CG_ID_LEN)
			continue;
		if (!strcmp(word, words[CG_MANUAL_CLOSE]))
			r = cg_saved_set(s, id, CG_MANUAL_CLOSE);
		else if (!strcmp(word, words[CG_MANUAL_SEAL]))
			r = cg_saved_set(s, id, CG_MANUAL_SEAL);
		if (r)
			return r;
	}
	return 0;
}

/* {PREFIX: when it ends} */
static void set_take(struct cg_viewset *set, struct json_object *from)
{
	struct json_object_iterator it, end;

	if (!json_object_is_type(from, json_type_object))
		return;
	it = json_object_iter_begin(from);
	end = json_object_iter_end(from);
	for (; !json_object_iter_equal(&it, &end) && set->n < CG_VIEWERS_PER_SLOT;
	     json_object_iter_next(&it)) {
		struct cg_viewset_one *one = &set->v[set->n];
		int64_t until = json_object_get_int64(json_object_iter_peek_value(&it));

		if (until < 0 || cg_prefix_parse(json_object_iter_peek_name(&it), &one->prefix) < 0)
			continue;
		one->until_ns = (uint64_t)until;
		set->n++;
	}
}

static int opening_take(struct cg_saved *s, struct json_object *from)
{
	struct json_object_iterator it, end;
	size_t most;

	if (!json_object_is_type(from, json_type_object))
		return 0;
	most = (size_t)json_object_object_length(from);
	if (most > CG_MAX_CAMERAS)
		return -E2BIG;
	s->opening = calloc(most + 1, sizeof(*s->opening));
	if (!s->opening)
		return -ENOMEM;
	it = json_object_iter_begin(from);
	end = json_object_iter_end(from);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct json_object *o = json_object_iter_peek_value(&it), *to, *until, *set;
		struct cg_saved_opening *e = &s->opening[s->nopening];
		const char *id = json_object_iter_peek_name(&it), *text;

		if (!*id || strlen(id) >= sizeof(e->id) ||
		    !json_object_object_get_ex(o, "to", &to) ||
		    !json_object_object_get_ex(o, "until_ns", &until))
			continue;
		text = text_of(to);
		if (!text || strlen(text) >= sizeof(e->to) || json_object_get_int64(until) <= 0)
			continue;
		memcpy(e->id, id, strlen(id) + 1);
		memcpy(e->to, text, strlen(text) + 1);
		e->until_ns = (uint64_t)json_object_get_int64(until);
		if (json_object_object_get_ex(o, "set", &set))
			set_take(&e->set, set);
		s->nopening++;
	}
	return 0;
}

static size_t length(struct json_object *from, size_t most)
{
	size_t n = json_object_is_type(from, json_type_array) ? json_object_array_length(from) : 0;

	return n > most ? 0 : n;
}

static int lan_take(struct cg_saved *s, struct json_object *from)
{
	size_t n = length(from, CG_MAX_LANS);

	s->lan = calloc(n + 1, sizeof(*s->lan));
	if (!s->lan)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *name = text_of(json_object_array_get_idx(from, i));

		if (name && *name && strlen(name) < sizeof(*s->lan))
			memcpy(s->lan[s->nlan++], name, strlen(name) + 1);
	}
	return 0;
}

static int home_take(struct cg_saved *s, struct json_object *from)
{
	size_t n = length(from, CG_MAX_NETS);

	s->home = calloc(n + 1, sizeof(*s->home));
	if (!s->home)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *text = text_of(json_object_array_get_idx(from, i));
		struct cg_policy_home *h = &s->home[s->nhome];

		if (!text || !*text)
			continue;
		if (cg_prefix_parse(text, &h->prefix) < 0) {
			if (strlen(text) >= sizeof(h->ifname))
				continue;
			memcpy(h->ifname, text, strlen(text) + 1);
		}
		s->nhome++;
	}
	return 0;
}

int cg_saved_parse(const char *text, struct cg_saved *ret_saved)
{
	_cleanup_(cg_json_freep) struct json_object *root = NULL;
	_cleanup_(cg_saved_free) struct cg_saved s = { 0 };
	struct json_object *o = NULL;
	const char *dir;
	int r = cg_json_read(text, strlen(text), &root), version;

	if (r)
		return r;
	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "v", &o) || !json_object_is_type(o, json_type_int))
		return -EPROTO;
	version = json_object_get_int(o);
	if (version < VERSION)
		return -EPROTO;
	o = NULL;
	(void)json_object_object_get_ex(root, "manual", &o);
	r = manual_take(&s, o);
	o = NULL;
	(void)json_object_object_get_ex(root, "opening", &o);
	r = r ? r : opening_take(&s, o);
	o = NULL;
	(void)json_object_object_get_ex(root, "lan", &o);
	r = r ? r : lan_take(&s, o);
	o = NULL;
	(void)json_object_object_get_ex(root, "home", &o);
	r = r ? r : home_take(&s, o);
	if (r)
		return r;
	dir = json_object_object_get_ex(root, "fw4_dir", &o) ? text_of(o) : NULL;
	if (dir && *dir == '/' && strlen(dir) < PATH_MAX) {
		s.fw4_dir = strdup(dir);
		if (!s.fw4_dir)
			return -ENOMEM;
	}
	*ret_saved = s;
	s = (struct cg_saved){ 0 };
	return version > VERSION;
}

/* ---- to text ---- */

static struct json_object *opening_new(const struct cg_saved_opening *e)
{
	struct json_object *o = json_object_new_object(), *set = json_object_new_object();
	char buf[CG_PREFIX_STRLEN];

	cg_json_add(o, "to", json_object_new_string(e->to));
	cg_json_add(o, "until_ns", json_object_new_int64((int64_t)e->until_ns));
	for (size_t i = 0; i < e->set.n; i++)
		cg_json_add(set, cg_prefix_format(&e->set.v[i].prefix, buf),
			    json_object_new_int64((int64_t)e->set.v[i].until_ns));
	cg_json_add(o, "set", set);
	return o;
}

int cg_saved_print(const struct cg_saved *s, char **ret_text)
{
	_cleanup_(cg_json_freep) struct json_object *root = json_object_new_object();
	struct json_object *manual = json_object_new_object();
	struct json_object *lan = json_object_new_array();
	struct json_object *home = json_object_new_array();
	char buf[CG_PREFIX_STRLEN];
	size_t n;

	cg_json_add(root, "v", json_object_new_int(VERSION));
	for (size_t i = 0; i < s->nmanual; i++)
		if (s->manual[i].manual != CG_MANUAL_AUTO)
			cg_json_add(manual, s->manual[i].id,
				    json_object_new_string(words[s->manual[i].manual]));
	cg_json_add(root, "manual", manual);
	if (s->nopening) {
		struct json_object *opening = json_object_new_object();

		for (size_t i = 0; i < s->nopening; i++)
			cg_json_add(opening, s->opening[i].id, opening_new(&s->opening[i]));
		cg_json_add(root, "opening", opening);
	}
	for (size_t i = 0; i < s->nlan; i++)
		cg_json_push(lan, json_object_new_string(s->lan[i]));
	for (size_t i = 0; i < s->nhome; i++)
		cg_json_push(home, json_object_new_string(
					   *s->home[i].ifname ?
						   s->home[i].ifname :
						   cg_prefix_format(&s->home[i].prefix, buf)));
	cg_json_add(root, "lan", lan);
	cg_json_add(root, "home", home);
	if (s->fw4_dir)
		cg_json_add(root, "fw4_dir", json_object_new_string(s->fw4_dir));
	return cg_json_text(root, true, ret_text, &n);
}

/* ---- one camera ---- */

int cg_saved_set(struct cg_saved *s, const char *id, enum cg_manual manual)
{
	struct cg_saved_manual *m;
	size_t i = 0;

	while (i < s->nmanual && strcmp(s->manual[i].id, id))
		i++;
	if (manual == CG_MANUAL_AUTO) {
		if (i < s->nmanual)
			s->manual[i] = s->manual[--s->nmanual];
		return 0;
	}
	if (i == s->nmanual) {
		if (s->nmanual == CG_MAX_CAMERAS || strlen(id) >= sizeof(m->id))
			return -E2BIG;
		m = reallocarray(s->manual, s->nmanual + 1, sizeof(*m));
		if (!m)
			return -ENOMEM;
		s->manual = m;
		memset(&m[i], 0, sizeof(*m));
		memcpy(m[i].id, id, strlen(id) + 1);
		s->nmanual++;
	}
	s->manual[i].manual = manual;
	return 0;
}
