/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a reply's members. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "reply.h"

static void tokener_freep(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

int cg_reply_parse(const char *line, struct json_object **ret_reply)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener = json_tokener_new();
	struct json_object *reply, *v, *ok, *code;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* the NUL too: it ends a number or a bare word */
	reply = json_tokener_parse_ex(tokener, line, (int)strlen(line) + 1);
	if (json_object_is_type(reply, json_type_object) &&
	    json_object_object_get_ex(reply, "v", &v) && json_object_get_int(v) == CG_CTL_VERSION &&
	    json_object_object_get_ex(reply, "ok", &ok) &&
	    json_object_is_type(ok, json_type_boolean) &&
	    json_object_object_get_ex(reply, "code", &code) &&
	    json_object_is_type(code, json_type_int)) {
		*ret_reply = reply;
		return 0;
	}
	json_object_put(reply);
	return -EPROTO;
}

struct json_object *cg_reply_obj(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ?
		       v :
		       NULL;
}

bool cg_reply_has(struct json_object *o, const char *key)
{
	return cg_reply_obj(o, key) != NULL;
}

const char *cg_reply_str(struct json_object *o, const char *key)
{
	struct json_object *v = cg_reply_obj(o, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

int64_t cg_reply_number(struct json_object *v)
{
	int64_t n = json_object_get_int64(v);

	return n < -CG_REPLY_MOST ? -CG_REPLY_MOST : n > CG_REPLY_MOST ? CG_REPLY_MOST : n;
}

int64_t cg_reply_int(struct json_object *o, const char *key)
{
	return cg_reply_number(cg_reply_obj(o, key));
}

bool cg_reply_bool(struct json_object *o, const char *key)
{
	return json_object_get_boolean(cg_reply_obj(o, key));
}

size_t cg_reply_count(struct json_object *o, const char *key)
{
	struct json_object *v = cg_reply_obj(o, key);

	return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
}

struct json_object *cg_reply_at(struct json_object *o, const char *key, size_t i)
{
	return i < cg_reply_count(o, key) ? json_object_array_get_idx(cg_reply_obj(o, key), i) :
					    NULL;
}

const char *cg_reply_str_at(struct json_object *o, const char *key, size_t i)
{
	struct json_object *v = cg_reply_at(o, key, i);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

const char *cg_reply_cam(struct json_object *cam, char buf[static CG_REPLY_CAM_LEN])
{
	const char *id = cg_reply_str(cam, "id"), *name = cg_reply_str(cam, "name");

	if (!*name || !strcmp(id, name))
		snprintf(buf, CG_REPLY_CAM_LEN, "%s", id);
	else
		snprintf(buf, CG_REPLY_CAM_LEN, "%s (%s)", name, id);
	return buf;
}

const char *cg_reply_port(struct json_object *o, const char *key,
			  char buf[static CG_REPLY_PORT_LEN])
{
	const char *proto = cg_reply_str(o, "proto");
	unsigned int port = (unsigned int)cg_reply_int(o, key) & 0xffff;
	char nr[8] = "";

	if (port)
		snprintf(nr, sizeof(nr), "%u", port);
	snprintf(buf, CG_REPLY_PORT_LEN, "%s%s%s", nr, port && *proto ? "/" : "", proto);
	return buf;
}
