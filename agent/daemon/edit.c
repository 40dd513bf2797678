/* SPDX-License-Identifier: GPL-2.0-only */
/* allow, deny, undo: a config file changed, tried, and put back if it is refused. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../lib/confedit.h"
#include "../lib/rule.h"
#include "../lib/wholefile.h"
#include "../lib/told.h"
#include "command.h"
#include "devices.h"
#include "uci.h"
#include "edit.h"

static void undo_free(struct cg_undo *u)
{
	free(u->text);
}

int cg_edit_try(struct cg_command_call *c, const struct cg_undo *u, const char *text, size_t len,
		const char *was, size_t was_len)
{
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	char error[sizeof(c->a->cfg.error)];
	bool back = false; /* what is in force, too */
	struct stat st;
	int err;

	if (stat(u->file, &st) < 0)
		err = -errno;
	else
		err = cg_wholefile_replace(u->file, text, len, st.st_mode & 07777, st.st_uid,
					   st.st_gid);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s: %s", u->file,
				strerror(-err));
		return 1;
	}
	memcpy(error, c->a->cfg.error, sizeof(error));
	err = cg_agent_reload(c->a, &diag, &applied);
	if (!err) {
		err = cg_uci_keep(c->a);
		if (!err)
			return 0;
		back = true;
	}
	memcpy(c->a->cfg.error, error, sizeof(error));
	if (cg_wholefile_replace(u->file, was, was_len, st.st_mode & 07777, st.st_uid, st.st_gid) <
	    0) {
		cg_log_error("%s: cannot be put back as it was", u->file);
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate undo` tries again",
				"%s: changed, not taken, and not put back", u->file);
		return -EIO;
	}
	if (back)
		(void)cg_agent_reload(c->a, &diag, &applied);
	if (diag.text[0])
		cg_command_fail(c, CG_EXIT_CONFIG, "nothing was changed", "%s", diag.text);
	else
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s", strerror(-err));
	return 1;
}

/* Where the camera is written; false after having failed the call. */
static bool file_find(struct cg_command_call *c, const struct cg_agent_cam *cam,
		      char ret_path[static PATH_MAX])
{
	if (cg_devices_is_held(cam)) {
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate adopt` makes it one",
				"%s is held and no camera of the config", cam->name);
		return false;
	}
	if (!cam->policy || !cam->policy->pos.file) {
		cg_command_fail(c, CG_EXIT_CONFIG, "repair the config first", "%s",
				c->a->cfg.error[0] ? c->a->cfg.error :
						     N_("the config is not in force"));
		return false;
	}
	/* A link is followed: the file it leads to is the one to change. */
	if (!realpath(cam->policy->pos.file, ret_path)) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s: %s", cam->policy->pos.file,
				strerror(errno));
		return false;
	}
	return true;
}

static void add(struct cg_command_call *c, const char *key)
{
	_cleanup_(undo_free) struct cg_undo undo = { 0 };
	_cleanup_free_ char *text = NULL;
	const struct cg_agent_cam *cam = cg_command_cam(c);
	const char *rule = cg_command_text(c, "rule");
	struct cg_confedit edit = { .key = key };
	_cleanup_(cg_rule_clear) struct cg_rule_text parsed = { 0 };
	struct cg_diag diag = { 0 };
	time_t now = (time_t)c->a->real_s();
	char id[CG_ID_LEN], comment[64], added[CG_RULE_STRLEN + 16], canon[CG_RULE_STRLEN];
	struct tm tm;
	size_t len;
	int line, err;

	if (!cam)
		return;
	/* The reload below frees the camera. */
	memcpy(id, cam->id, sizeof(id));
	if (!rule || cg_rule_parse(rule, NULL, &diag, &parsed) < 0) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "%s",
				diag.text[0] ? diag.text : N_("'rule' is missing"));
		return;
	}
	if (!strcmp(key, "deny") && cg_budget_is_set(&parsed.budget)) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL,
				"'%s': what is denied has no budget, expected none", rule);
		return;
	}
	if (!file_find(c, cam, undo.file))
		return;
	err = cg_wholefile_read(undo.file, CG_MAX_CONFIG_BYTES, &undo.text, &undo.len);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s: %s", undo.file, strerror(-err));
		return;
	}
	localtime_r(&now, &tm);
	(void)strftime(comment, sizeof(comment), "camgate, %Y-%m-%d %H:%M", &tm);
	(void)snprintf(added, sizeof(added), "%s %s", key, cg_rule_format(&parsed, canon));
	(void)snprintf(undo.what, sizeof(undo.what), "%s %s %s", key, cam->id, canon);
	edit.camera = cam->name;
	edit.rule = rule;
	edit.comment = comment;
	err = cg_confedit_add(undo.text, undo.len, undo.file, &edit, &diag, &text, &len, &line);
	if (err < 0) {
		cg_command_fail(
			c, err == -EINVAL ? CG_EXIT_CONFIG : CG_EXIT_FAILED, "nothing was changed",
			diag.text[0] ? "%s" : N_("the camera's block cannot be found in %s"),
			diag.text[0] ? diag.text : undo.file);
		return;
	}
	undo.after = cg_undo_hash(text, len);
	err = cg_undo_save(c->a->opts.state_dir, &undo, undo.copy);
	if (err < 0) {
		/* A change that cannot be taken back is not made. */
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed",
				"%s: no copy can be kept: %s", c->a->opts.state_dir,
				strerror(-err));
		return;
	}
	err = cg_edit_try(c, &undo, text, len, undo.text, undo.len);
	if (err) {
		if (err == 1)
			(void)unlink(undo.copy);
		return;
	}
	cg_log_notice("%s: %s added at %s:%d", id, added, undo.file, line);
	cg_command_put_text(c, "file", undo.file);
	cg_command_put(c, "line", json_object_new_int(line));
	cg_command_put_text(c, "added", added);
	cg_command_put_text(c, "undo", "camgate undo");
}

void cg_command_allow(struct cg_command_call *c)
{
	add(c, "allow");
}

void cg_command_deny(struct cg_command_call *c)
{
	add(c, "deny");
}

void cg_command_undo(struct cg_command_call *c)
{
	const char *what = cg_command_text(c, "what");
	_cleanup_(undo_free) struct cg_undo undo = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t len;
	int err;

	err = cg_undo_last(c->a->opts.state_dir, &undo);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s",
				err == -ENOENT ? N_("there is nothing to take back") :
						 strerror(-err));
		return;
	}
	if (what && strcmp(what, undo.what)) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed",
				"the last change is another: '%s'", undo.what);
		return;
	}
	err = cg_wholefile_read(undo.file, CG_MAX_CONFIG_BYTES, &text, &len);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s: %s", undo.file, strerror(-err));
		return;
	}
	/* Somebody's later work must not vanish with it. */
	if (cg_undo_hash(text, len) != undo.after) {
		cg_command_fail(c, CG_EXIT_FAILED, "take the line out by hand",
				"%s was changed since '%s'", undo.file, undo.what);
		return;
	}
	if (cg_edit_try(c, &undo, undo.text, undo.len, text, len))
		return;
	(void)unlink(undo.copy);
	cg_log_notice("config: '%s' taken back in %s", undo.what, undo.file);
	cg_command_put_text(c, "file", undo.file);
	cg_command_put(c, "restored", json_object_new_boolean(true));
	cg_command_put_text(c, "what", undo.what);
}
