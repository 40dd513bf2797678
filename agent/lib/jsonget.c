/* SPDX-License-Identifier: GPL-2.0-only */
/* Types are asked first: json-c would make numbers of texts. */
#include <json-c/json.h>
#include "jsonget.h"

const char *cg_json_get_text(struct json_object *o, const char *key)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
		return "";
	return json_object_get_string(v);
}

int64_t cg_json_get_num(struct json_object *o, const char *key)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return 0;
	return json_object_get_int64(v);
}

uint64_t cg_json_get_count(struct json_object *o, const char *key)
{
	int64_t n = cg_json_get_num(o, key);

	return n > 0 ? (uint64_t)n : 0;
}

bool cg_json_get_flag(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_boolean) &&
	       json_object_get_boolean(v);
}
