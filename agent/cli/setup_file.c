/* SPDX-License-Identifier: GPL-2.0-only */
/* Either way there is a copy that `camgate undo` takes back, made before the file is changed. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "../lib/undo.h"
#include "../lib/wholefile.h"
#include "ask.h"
#include "i18n.h"
#include "judge.h"
#include "print.h"
#include "say.h"
#include "setup_file.h"

static int diag_say(const struct cg_cli *cli, int r, const char *file, const struct cg_diag *diag)
{
	bool file_is_bad = r == -EINVAL || r == -EEXIST || r == -ENOENT || r == -E2BIG;

	return cg_say_error(cli, file_is_bad ? CG_EXIT_CONFIG : CG_EXIT_FAILED,
			    _("Nothing was changed."), "%s%s%s", *diag->text ? diag->text : file,
			    *diag->text ? "" : ": ", *diag->text ? "" : strerror(-r));
}

int cg_setup_file_plan(const struct cg_cli *cli, const char *path, struct cg_setup_file *f)
{
	time_t now = time(NULL);
	struct cg_diag diag = { "" };
	struct cg_setup setup = {
		.lan = f->lan, .home = f->home, .nlan = f->nlan, .nhome = f->nhome
	};
	char when[64];
	struct tm tm;
	int r;

	localtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "camgate setup, %Y-%m-%d %H:%M", &tm);
	setup.when = when;
	r = cg_setup_plan(path, &setup, &diag, &f->plan);
	if (r)
		return diag_say(cli, r, path, &diag);
	cg_setup_plan_what(&f->plan, f->what);
	return 0;
}

/* ---- by the agent ---- */

static struct json_object *words(const char *const *v, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(v[i]));
	return list;
}

/* Asked whatever --json says: what it prints is setup's. 0, or the exit code. */
static int agent_ask(const struct cg_cli *cli, struct json_object *request)
{
	struct json_object *reply;
	int r = cg_ask_try(cli, request, &reply), code;

	if (r)
		return cg_ask_unreachable(cli, r);
	code = json_object_get_boolean(json_object_object_get(reply, "ok")) ?
		       0 :
		       cg_say_refusal(cli, reply);
	json_object_put(reply);
	return code;
}

static int agent_write(const struct cg_cli *cli, const struct cg_setup_file *f)
{
	struct json_object *request = cg_ask_new("setup");

	if (f->nlan)
		json_object_object_add(request, "lan", words(f->lan, f->nlan));
	if (f->nhome)
		json_object_object_add(request, "home", words(f->home, f->nhome));
	return agent_ask(cli, request);
}

/* ---- without ---- */

static int replace(const struct cg_setup_plan *plan, const char *text, size_t len)
{
	struct stat st;

	if (stat(plan->file, &st) < 0)
		return -errno;
	return cg_wholefile_replace(plan->file, text, len, st.st_mode & 07777, st.st_uid,
				    st.st_gid);
}

static int copy_keep(const struct cg_cli *cli, struct cg_setup_file *f)
{
	struct cg_undo undo = { .text = f->plan.was, .len = f->plan.was_len };
	int r;

	memcpy(undo.file, f->plan.file, sizeof(undo.file));
	memcpy(undo.what, f->what, sizeof(undo.what));
	undo.after = cg_undo_hash(f->plan.text, f->plan.len);
	/* The service manager makes it where the agent ever ran. */
	if (mkdir(cli->state_dir, 0750) < 0 && errno != EEXIST)
		return -errno;
	r = cg_undo_save(cli->state_dir, &undo, undo.copy);
	if (!r)
		memcpy(f->copy, undo.copy, sizeof(f->copy));
	return r;
}

static int own_write(const struct cg_cli *cli, struct cg_setup_file *f)
{
	_cleanup_(cg_policy_free) struct cg_policy *policy = NULL;
	struct cg_links *links = NULL;
	struct cg_diag diag = { "" };
	int r = copy_keep(cli, f);

	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, _("Nothing was changed."),
				    _("%s: no copy can be kept: %s"), cli->state_dir, strerror(-r));
	r = replace(&f->plan, f->plan.text, f->plan.len);
	if (!r) {
		if (cg_links_open(NULL, NULL, &links))
			links = NULL;
		r = cg_judge(f->plan.file, links, &diag, &policy);
		cg_links_close(&links);
		if (r && replace(&f->plan, f->plan.was, f->plan.was_len))
			return cg_say_error(cli, CG_EXIT_FAILED, _("`camgate undo` tries again."),
					    _("%s: changed, not valid, and not put back"),
					    f->plan.file);
	}
	if (!r)
		return 0;
	(void)unlink(f->copy);
	return diag_say(cli, r, f->plan.file, &diag);
}

/* ---- either ---- */

int cg_setup_file_write(const struct cg_cli *cli, struct cg_setup_file *f)
{
	int code = f->online ? agent_write(cli, f) : own_write(cli, f);

	f->written = !code;
	return code;
}

bool cg_setup_file_back(const struct cg_cli *cli, struct cg_setup_file *f)
{
	struct json_object *request;
	int r;

	if (!f->written)
		return true;
	if (f->online) {
		request = cg_ask_new("undo");
		/* not what somebody else changed meanwhile */
		json_object_object_add(request, "what", json_object_new_string(f->what));
		f->written = agent_ask(cli, request) != 0;
		return !f->written;
	}
	r = replace(&f->plan, f->plan.was, f->plan.was_len);
	if (r)
		cg_print_err("camgate: %s: %s\n", f->plan.file, strerror(-r));
	else
		(void)unlink(f->copy);
	f->written = r != 0;
	return !r;
}

void cg_setup_file_clear(struct cg_setup_file *f)
{
	cg_setup_plan_clear(&f->plan);
}
