/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands about the record: what it says, how far it goes, and erasing a camera from it. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "command.h"
#include "peer.h"
#include "sessions_state.h"

/* Newest entries of one reply. */
#define LOG_MAX 1000

static void put_anchor(struct cg_command_call *c)
{
	char anchor[CG_ANCHOR_STRLEN];

	if (*cg_sessions_anchor(c->a, anchor))
		cg_command_put_text(c, "anchor", anchor);
}

static bool flag(const struct cg_command_call *c, const char *key)
{
	struct json_object *o;

	return json_object_object_get_ex(c->args, key, &o) && json_object_get_boolean(o);
}

void cg_command_record(struct cg_command_call *c)
{
	struct cg_agent *a = c->a;

	if (!a->sessions) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "there is no record");
		return;
	}
	if (flag(c, "write") && cg_sessions_mode(a) != CG_RECORD_OFF) {
		cg_sessions_flush(a, a->boot_ns(), true);
		if (a->sessions->failing) {
			cg_command_fail(c, CG_EXIT_FAILED, NULL,
					"%s/%s: cannot be written, see the log", a->opts.state_dir,
					CG_RECORD_FILE);
			return;
		}
	}
	cg_command_put_text(c, "record", cg_sessions_mode_name(a));
	if (a->policy.now) {
		cg_command_put(c, "record_days", json_object_new_int64(a->policy.now->record_days));
		cg_command_put(c, "record_size", json_object_new_int64(a->policy.now->record_size));
	}
	put_anchor(c);
}

/* The id that a camera has, or had; NULL after having failed the call. */
static const char *id_of(struct cg_command_call *c, char buf[static CG_ID_LEN])
{
	_cleanup_(cg_records_free) struct cg_records list = { 0 };
	const char *name = cg_command_text(c, "cam");
	const struct cg_agent_cam *cam = name ? cg_agent_find(c->a, name) : NULL;
	int r;

	if (!name) {
		(void)cg_command_cam(c);
		return NULL;
	}
	if (cam) {
		memcpy(buf, cam->id, CG_ID_LEN);
		return buf;
	}
	r = cg_records_read(c->a->opts.state_dir, 0, name, &list);
	if (r == -ENOMEM) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(-r));
		return NULL;
	}
	if (!list.n) {
		(void)cg_command_cam(c);
		return NULL;
	}
	memcpy(buf, list.v[list.n - 1].cam, CG_ID_LEN);
	return buf;
}

void cg_command_erase(struct cg_command_call *c)
{
	struct cg_agent *a = c->a;
	struct cg_recordfile f = cg_sessions_file(a);
	struct cg_gone gone = { .uid = c->uid };
	char cam[CG_ID_LEN], user[CG_PEER_USER];
	int r;

	if (!id_of(c, cam))
		return;
	(void)snprintf(gone.user, sizeof(gone.user), "%s", cg_peer_user(c->uid, user));
	r = cg_recordfile_erase(&f, &gone, cam);
	if (r) {
		cg_command_fail(c, CG_EXIT_FAILED, "what is erased already stays so", "%s/%s: %s",
				a->opts.state_dir, CG_RECORD_FILE, strerror(-r));
		return;
	}
	if (a->sessions) {
		cg_sessions_wrote(a, &f);
		cg_sessions_forget(a, cam);
	}
	cg_log_notice("record: %s erased by user %s (%lld), %llu lines", cam,
		      *gone.user ? gone.user : "?", (long long)c->uid,
		      (unsigned long long)gone.count);
	cg_command_put_text(c, "cam", cam);
	cg_command_put(c, "count", json_object_new_int64((int64_t)gone.count));
	put_anchor(c);
}

/* What is in memory only, as the file will say it. */
static int memory_add(struct cg_agent *a, int64_t since_s, const char *cam, struct cg_records *list)
{
	const struct cg_entries *all = &a->sessions->entries;
	struct cg_view_time t = cg_sessions_time(a);

	for (size_t i = 0; i < all->n; i++) {
		_cleanup_free_ char *line = NULL;
		struct cg_record r;
		int err;

		cg_entry_record(all->v[i], &t, cg_sessions_mode(a), false, &r);
		if (r.last_s < since_s || (cam && strcmp(cam, r.cam) && strcmp(cam, r.cam_name)))
			continue;
		err = cg_record_print(&r, &line);
		if (!err)
			err = cg_record_parse(line, &r);
		if (err)
			return err;
		err = cg_records_add(list, &r);
		if (err) {
			cg_record_clear(&r);
			return err;
		}
	}
	return 0;
}

void cg_command_log(struct cg_command_call *c)
{
	_cleanup_(cg_records_free) struct cg_records list = { 0 };
	const char *name = cg_command_text(c, "cam");
	const struct cg_agent_cam *cam = name ? cg_agent_find(c->a, name) : NULL;
	char anchor[CG_ANCHOR_STRLEN];
	struct json_object *entries;
	uint64_t since = 0;
	size_t from;
	int err;

	if (cg_command_number(c, "since_s", &since) == -EINVAL) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'since_s' is no moment");
		return;
	}
	/* A camera that is gone has left its entries. */
	if (cam)
		name = cam->id;
	err = cg_records_read(c->a->opts.state_dir, (int64_t)since, name, &list);
	if (!err && c->a->sessions)
		err = memory_add(c->a, (int64_t)since, name, &list);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s/%s: %s", c->a->opts.state_dir,
				CG_RECORD_FILE, strerror(-err));
		return;
	}
	if (name && !cam && !list.n && !cg_command_cam(c))
		return;
	cg_records_settle(&list);
	from = list.n > LOG_MAX ? list.n - LOG_MAX : 0;
	entries = json_object_new_array();
	for (size_t i = from; i < list.n; i++)
		cg_json_push(entries, cg_record_to_json(&list.v[i]));
	cg_command_put(c, "entries", entries);
	if (from)
		cg_command_put(c, "left_off", json_object_new_int64((int64_t)from));
	cg_command_put_text(c, "record", cg_sessions_mode_name(c->a));
	if (*cg_sessions_anchor(c->a, anchor))
		cg_command_put_text(c, "anchor", anchor);
	if (c->a->policy.now)
		cg_command_put(c, "record_days",
			       json_object_new_int64(c->a->policy.now->record_days));
}
