/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that cannot be read is as none: telling begins anew, which the other side hears. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../lib/jsonget.h"
#include "../lib/jsonin.h"
#include "../lib/jsonout.h"
#include "../lib/wholefile.h"
#include "carried.h"

#define VERSION	 1
#define FILE_MAX 4096
#define PATH_LEN 4096

static const char *path_of(const char *dir, char buf[static PATH_LEN])
{
	return snprintf(buf, PATH_LEN, "%s/fleet.json", dir) < PATH_LEN ? buf : NULL;
}

int cg_mqtt_carried_read(const char *dir, struct cg_mqtt_carried *ret_carried)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	_cleanup_free_ char *text = NULL;
	struct cg_mqtt_carried c = { 0 };
	char path[PATH_LEN];
	size_t n;
	int r = path_of(dir, path) ? cg_wholefile_read(path, FILE_MAX, &text, &n) : -ENAMETOOLONG;

	if (!r)
		r = cg_json_read(text, n, &o);
	if (r)
		return r;
	if (!json_object_is_type(o, json_type_object) || cg_json_get_num(o, "v") != VERSION ||
	    !*cg_json_get_text(o, "gateway"))
		return -EPROTO;
	(void)snprintf(c.gateway, sizeof(c.gateway), "%s", cg_json_get_text(o, "gateway"));
	c.n = cg_json_get_count(o, "n");
	c.seq = cg_json_get_count(o, "seq");
	c.from = cg_json_get_count(o, "from");
	c.wish.rev = cg_json_get_num(o, "rev");
	c.wish.done = cg_json_get_flag(o, "done");
	(void)snprintf(c.wish.error, sizeof(c.wish.error), "%s", cg_json_get_text(o, "error"));
	*ret_carried = c;
	return 0;
}

int cg_mqtt_carried_write(const char *dir, const struct cg_mqtt_carried *carried)
{
	_cleanup_(cg_json_freep) struct json_object *o = json_object_new_object();
	_cleanup_free_ char *text = NULL;
	char path[PATH_LEN];
	size_t n;
	int r;

	cg_json_add(o, "v", json_object_new_int(VERSION));
	cg_json_add(o, "gateway", json_object_new_string(carried->gateway));
	cg_json_add(o, "n", json_object_new_int64((int64_t)carried->n));
	cg_json_add(o, "seq", json_object_new_int64((int64_t)carried->seq));
	cg_json_add(o, "from", json_object_new_int64((int64_t)carried->from));
	cg_json_add(o, "rev", json_object_new_int64(carried->wish.rev));
	cg_json_add(o, "done", json_object_new_boolean(carried->wish.done));
	cg_json_add(o, "error", json_object_new_string(carried->wish.error));
	r = cg_json_text(o, false, &text, &n);
	if (r)
		return r;
	return path_of(dir, path) ?
		       cg_wholefile_replace(path, text, n, 0600, geteuid(), getegid()) :
		       -ENAMETOOLONG;
}

int cg_mqtt_carried_remove(const char *dir)
{
	char path[PATH_LEN];

	if (!path_of(dir, path))
		return -ENAMETOOLONG;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}
