/* SPDX-License-Identifier: GPL-2.0-only */
/* A day's bytes by country and by network: a short list, and one sum of those it has no room for. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "day.h"
#include "jsonget.h"
#include "jsonout.h"

struct cg_day_place *cg_day_place(struct cg_day_places *list, const char *text)
{
	struct cg_day_place *p;

	for (uint32_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].text, text))
			return &list->v[i];
	if (list->n == CG_DAY_PLACES) {
		list->nother++;
		return &list->other;
	}
	p = &list->v[list->n++];
	*p = (struct cg_day_place){ 0 };
	(void)snprintf(p->text, sizeof(p->text), "%s", text);
	return p;
}

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	if (n)
		cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

static struct json_object *place_json(const struct cg_day_place *p, const char *key)
{
	struct json_object *o = json_object_new_object();

	if (*p->text)
		cg_json_add(o, key, json_object_new_string(p->text));
	put_num(o, "up_bytes", p->up_bytes);
	put_num(o, "down_bytes", p->down_bytes);
	put_num(o, "stopped_bytes", p->stopped_bytes);
	return o;
}

struct json_object *cg_day_places_json(const struct cg_day_places *list, const char *key)
{
	struct json_object *all = list->n ? json_object_new_array() : NULL, *o;

	if (!all)
		return NULL;
	for (uint32_t i = 0; i < list->n; i++)
		cg_json_push(all, place_json(&list->v[i], key));
	if (list->nother) {
		o = place_json(&list->other, key);
		put_num(o, "others", list->nother);
		cg_json_push(all, o);
	}
	return all;
}

void cg_day_places_parse(struct json_object *o, const char *key, struct cg_day_places *ret_list)
{
	*ret_list = (struct cg_day_places){ 0 };
	if (!json_object_is_type(o, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(o); i++) {
		struct json_object *one = json_object_array_get_idx(o, i);
		const char *text;
		struct cg_day_place *p;
		uint64_t more;

		if (!json_object_is_type(one, json_type_object))
			continue;
		text = cg_json_get_text(one, key);
		more = cg_json_get_count(one, "others");
		if (*text && strlen(text) < sizeof(p->text) && ret_list->n < CG_DAY_PLACES) {
			p = cg_day_place(ret_list, text);
		} else if (!*text && more && !ret_list->nother) {
			p = &ret_list->other;
			ret_list->nother = more > UINT32_MAX ? UINT32_MAX : (uint32_t)more;
		} else {
			continue;
		}
		p->up_bytes = cg_json_get_count(one, "up_bytes");
		p->down_bytes = cg_json_get_count(one, "down_bytes");
		p->stopped_bytes = cg_json_get_count(one, "stopped_bytes");
	}
}
