/* SPDX-License-Identifier: GPL-2.0-only */
/* setup: interfaces written into the config's lists of LAN and home, tried as allow and deny are. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "../lib/setup.h"
#include "command.h"
#include "edit.h"

/* Strings of an array, which they belong to; false after having failed the call. */
static bool words_read(struct cg_command_call *c, const char *key, const char ***ret_words,
		       size_t *ret_n)
{
	struct json_object *list = NULL;
	const char **words;
	size_t n;

	if (!json_object_object_get_ex(c->args, key, &list) || !list)
		return true;
	n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	words = calloc(n + 1, sizeof(*words));
	if (!words) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
		return false;
	}
	*ret_words = words;
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		words[i] = json_object_is_type(o, json_type_string) ? json_object_get_string(o) :
								      "";
		if (!*words[i] || strlen(words[i]) != (size_t)json_object_get_string_len(o))
			n = 0;
	}
	if (!n)
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'%s': expected a list of names", key);
	*ret_n = n;
	return n > 0;
}

static void put(struct cg_command_call *c, const struct cg_setup_plan *plan)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < 2; i++)
		if (plan->added[i])
			cg_json_push(list, json_object_new_string(plan->added[i]));
	cg_command_put_text(c, "file", plan->file);
	cg_command_put(c, "added", list);
}

static void carry_out(struct cg_command_call *c, const struct cg_setup_plan *plan)
{
	struct cg_undo undo = { .text = plan->was, .len = plan->was_len };
	int err;

	memcpy(undo.file, plan->file, sizeof(undo.file));
	cg_setup_plan_what(plan, undo.what);
	undo.after = cg_undo_hash(plan->text, plan->len);
	err = cg_undo_save(c->a->opts.state_dir, &undo, undo.copy);
	if (err < 0) {
		/* A change that cannot be taken back is not made. */
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed",
				"%s: no copy can be kept: %s", c->a->opts.state_dir,
				strerror(-err));
		return;
	}
	err = cg_edit_try(c, &undo, plan->text, plan->len, plan->was, plan->was_len);
	if (err) {
		if (err == 1)
			(void)unlink(undo.copy);
		return;
	}
	cg_log_notice("config: '%s' added to %s", undo.what, undo.file);
	cg_command_put_text(c, "what", undo.what);
	cg_command_put_text(c, "undo", "camgate undo");
}

void cg_command_setup(struct cg_command_call *c)
{
	_cleanup_free_ const char **lan = NULL, **home = NULL;
	_cleanup_(cg_setup_plan_clear) struct cg_setup_plan plan = { 0 };
	time_t now = (time_t)c->a->real_s();
	struct cg_diag diag = { 0 };
	struct cg_setup setup = { 0 };
	struct json_object *show;
	char when[64];
	struct tm tm;
	int err;

	if (!words_read(c, "lan", &lan, &setup.nlan) || !words_read(c, "home", &home, &setup.nhome))
		return;
	localtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "camgate setup, %Y-%m-%d %H:%M", &tm);
	setup.lan = lan;
	setup.home = home;
	setup.when = when;
	err = cg_setup_plan(c->a->opts.config, &setup, &diag, &plan);
	if (err < 0) {
		cg_command_fail(c, err == -ENOMEM ? CG_EXIT_FAILED : CG_EXIT_CONFIG,
				"nothing was changed", "%s%s%s",
				diag.text[0] ? diag.text : c->a->opts.config,
				diag.text[0] ? "" : ": ", diag.text[0] ? "" : strerror(-err));
		return;
	}
	put(c, &plan);
	if ((!plan.added[0] && !plan.added[1]) ||
	    (json_object_object_get_ex(c->args, "show", &show) && json_object_get_boolean(show)))
		return;
	carry_out(c, &plan);
}
