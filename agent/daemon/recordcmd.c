/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands about the record as such: how far it goes, and erasing a camera from it. */
#include <errno.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "command.h"
#include "sessions_state.h"

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
	const struct passwd *pw = c->uid >= 0 ? getpwuid((uid_t)c->uid) : NULL;
	char cam[CG_ID_LEN];
	int r;

	if (!id_of(c, cam))
		return;
	if (pw)
		(void)snprintf(gone.user, sizeof(gone.user), "%s", pw->pw_name);
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
