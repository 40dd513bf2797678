/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate check: a configuration judged without an agent, and what is odd about it on this machine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../kern/own.h"
#include "../lib/timing.h"
#include "../lib/ucistage.h"
#include "../lib/view.h"
#include "../lib/viewers.h"
#include "../lib/viewing.h"
#include "caller.h"
#include "commands.h"
#include "i18n.h"
#include "judge.h"
#include "print.h"
#include "profiles.h"
#include "reply.h"
#include "say.h"

/* Of windows that say different things at once the strictest holds: which two, and which. */
static void overlap(const struct cg_policy_cam *cam, struct json_object *list)
{
	char a[CG_WINDOW_STRLEN], b[CG_WINDOW_STRLEN];
	const struct cg_window *w = cam->windows;
	_cleanup_free_ char *line = NULL;
	size_t i, j;

	if (!cg_schedule_overlap(w, cam->nwindows, time(NULL), &i, &j))
		return;
	if (asprintf(&line,
		     _("%s:%d: camera '%s': the windows '%s' and '%s' of line %d overlap, the stricter "
		       "holds"),
		     w[j].pos.file, w[j].pos.line, cam->name, cg_schedule_format(&w[j], b),
		     cg_schedule_format(&w[i], a), w[i].pos.line) >= 0)
		json_object_array_add(list, json_object_new_string(line));
}

/* What viewers and the program that is told do not do as they seem to. */
static void viewers_odd(const struct cg_policy *policy, struct json_object *list)
{
	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];
		_cleanup_free_ char *line = NULL;

		if (cam->exposure != CG_OPEN || cg_timing_is_timed(cam) || !cg_viewers_has(cam) ||
		    asprintf(&line,
			     _("%s:%d: camera '%s': exposure = open lets anyone watch from outside, "
			       "its viewers hold for openings only"),
			     cam->pos.file, cam->pos.line, cam->name) < 0)
			continue;
		json_object_array_add(list, json_object_new_string(line));
	}
	if (policy->notify && access(policy->notify, X_OK)) {
		_cleanup_free_ char *line = NULL;

		if (asprintf(&line, _("notify: %s: %s"), policy->notify, strerror(errno)) >= 0)
			json_object_array_add(list, json_object_new_string(line));
	}
}

/* What is no fault of the file and odd all the same. */
static struct json_object *warnings(struct cg_links *links, const struct cg_policy *policy)
{
	struct json_object *list = json_object_new_array();
	char text[CG_MARK_TEXT_LEN], line[256];
	const struct cg_policy_cam *cam = NULL;
	const struct cg_mark_user *user;
	struct cg_addr from;
	size_t at = 0;

	if (links && !policy->force && !cg_caller_address(&from))
		cam = cg_own_caller(links, policy, &from);
	if (cam) {
		(void)snprintf(line, sizeof(line),
			       _("camera '%s' is the device you are logged in from"), cam->name);
		json_object_array_add(list, json_object_new_string(line));
	}
	for (size_t i = 0; i < policy->ncams; i++)
		overlap(&policy->cams[i], list);
	viewers_odd(policy, list);
	while ((user = cg_own_mark_user(policy, &at)))
		json_object_array_add(
			list, json_object_new_string(cg_mark_text(policy->mark.mask, user, text)));
	return list;
}

/* What each camera's profile means is said before it is in force. */
static struct json_object *profiles(const struct cg_policy *policy)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];
		struct json_object *o;

		if (!cam->profile[0])
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "id", json_object_new_string(cam->id));
		json_object_object_add(o, "name", json_object_new_string(cam->name));
		cg_view_profile(o, cam);
		json_object_array_add(list, o);
	}
	return list;
}

/* What a camera's config says of viewing, where that is not what holds without a word. */
static struct json_object *viewing(const struct cg_policy *policy)
{
	static const char *const keys[] = { "control_budget", "upload_budget" };
	struct json_object *list = json_object_new_array();
	char signs[CG_SIGNS_STRLEN], text[CG_BUDGET_STRLEN];

	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];
		struct json_object *o = json_object_new_object();

		if (cam->signs_off)
			json_object_object_add(
				o, "signs",
				json_object_new_string(cg_viewing_signs(cam->signs_off, signs)));
		for (int upload = 0; upload < 2; upload++) {
			struct cg_budget_text t = cg_budget_default(upload);

			if (!cg_budget_same(&t, &cam->budget[upload]))
				json_object_object_add(o, keys[upload],
						       json_object_new_string(cg_budget_format(
							       &cam->budget[upload], text)));
		}
		if (cam->max_viewers)
			json_object_object_add(o, "max_viewers",
					       json_object_new_int(cam->max_viewers));
		if (!json_object_object_length(o)) {
			json_object_put(o);
			continue;
		}
		json_object_object_add(o, "id", json_object_new_string(cam->id));
		json_object_object_add(o, "name", json_object_new_string(cam->name));
		json_object_array_add(list, o);
	}
	return list;
}

static void viewing_print(struct json_object *list)
{
	static const char *const keys[] = { "signs", "control_budget", "upload_budget",
					    "max_viewers" };

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *sep = "";

		cg_print_out("%s: ", cg_reply_str(o, "name"));
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			struct json_object *v;

			if (!json_object_object_get_ex(o, keys[k], &v))
				continue;
			cg_print_out("%s%s = %s", sep, keys[k], json_object_get_string(v));
			sep = "; ";
		}
		cg_print_out("\n");
	}
}

/* Where there is UCI the config is made of it. */
static const char *config_of(const struct cg_cli *cli)
{
	return !strcmp(cli->config, CG_CONFIG_PATH) && cg_uci_is(CG_UCI_PATH) ? CG_UCI_PATH :
										cli->config;
}

/* What is said of the folder that it was judged in is meant of UCI. */
static void warnings_name(const struct cg_uci_stage *stage, struct json_object *odd)
{
	for (size_t i = 0; odd && i < json_object_array_length(odd); i++) {
		struct json_object *o = json_object_array_get_idx(odd, i);
		struct cg_diag text;

		(void)snprintf(text.text, sizeof(text.text), "%s", json_object_get_string(o));
		cg_uci_stage_diag(stage, &text);
		json_object_array_put_idx(odd, i, json_object_new_string(text.text));
	}
}

int cg_cmd_check(const struct cg_cli *cli, int argc, char **argv)
{
	_cleanup_(cg_uci_stage_end) struct cg_uci_stage stage = { 0 };
	_cleanup_(cg_policy_free) struct cg_policy *policy = NULL;
	const char *file = argc > 1 ? argv[1] : config_of(cli), *judged = file;
	struct cg_diag diag = { "" };
	struct json_object *reply, *odd, *makes, *seen;
	struct cg_links *links = NULL;
	size_t rules = 0;
	int r = 0;

	/* OpenWrt: what a reload would make of it. */
	if (cg_uci_is(file)) {
		r = cg_uci_stage(file, cli->config, &diag, &stage);
		judged = stage.config;
	}
	/* Without it the file alone is judged. */
	if (cg_links_open(NULL, NULL, &links))
		links = NULL;
	if (!r)
		r = cg_judge(judged, links, &diag, &policy);
	odd = r ? NULL : warnings(links, policy);
	cg_uci_stage_diag(&stage, &diag);
	warnings_name(&stage, odd);
	cg_links_close(&links);

	if (r && *diag.text)
		return cg_say_error(cli, CG_EXIT_CONFIG, NULL, "%s", diag.text);
	if (r)
		return cg_say_error(cli, r == -ENOMEM ? CG_EXIT_FAILED : CG_EXIT_CONFIG, NULL,
				    "%s: %s", file, strerror(-r));
	for (size_t i = 0; i < policy->ncams; i++)
		rules += policy->cams[i].nrules;
	makes = profiles(policy);
	seen = viewing(policy);
	if (cli->json) {
		reply = cg_say_new(CG_EXIT_OK);
		json_object_object_add(reply, "file", json_object_new_string(file));
		json_object_object_add(reply, "cameras",
				       json_object_new_int64((int64_t)policy->ncams));
		json_object_object_add(reply, "rules", json_object_new_int64((int64_t)rules));
		if (json_object_array_length(odd))
			json_object_object_add(reply, "warnings", json_object_get(odd));
		if (json_object_array_length(makes))
			json_object_object_add(reply, "profiles", json_object_get(makes));
		if (json_object_array_length(seen))
			json_object_object_add(reply, "viewing", json_object_get(seen));
		cg_say_json(reply);
		json_object_put(reply);
		json_object_put(odd);
		json_object_put(makes);
		json_object_put(seen);
		return CG_EXIT_OK;
	}
	cg_print_out(_("%s: ok, "), file);
	cg_print_out(n_("%zu camera, ", "%zu cameras, ", policy->ncams), policy->ncams);
	cg_print_out(n_("%zu rule\n", "%zu rules\n", rules), rules);
	cg_profiles_print(makes);
	viewing_print(seen);
	cg_say_warnings(odd);
	json_object_put(odd);
	json_object_put(makes);
	json_object_put(seen);
	return CG_EXIT_OK;
}
