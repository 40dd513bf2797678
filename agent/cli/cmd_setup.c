/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate setup: which interfaces are LAN and home, which devices are cameras: asked or from options, shown, then done, or taken back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/duration.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "setup_ask.h"
#include "setup_run.h"
#include "setup_start.h"

#define TRY_DEFAULT "10m"
#define START_S	    30

static void run_clear(struct cg_setup_run *run)
{
	cg_setup_net_clear(&run->net);
	cg_config_free(&run->config);
	cg_setup_file_clear(&run->file);
	json_object_put(run->status);
	json_object_put(run->json);
}

/* ---- as it was ---- */

/* Answers the exit code: what this run did is undone, newest first. */
static int take_back(struct cg_setup_run *run)
{
	struct cg_cli quiet = *run->cli;
	bool changed = run->nadopted || run->file.written, good = true;

	quiet.json = false;
	while (run->nadopted) {
		struct json_object *request = cg_ask_new("forget"), *reply;
		const char *id = run->adopted[--run->nadopted];
		int r;

		json_object_object_add(request, "cam", json_object_new_string(id));
		r = cg_ask_try(&quiet, request, &reply);
		if (r || !cg_reply_bool(reply, "ok")) {
			good = false;
			if (r)
				(void)cg_ask_unreachable(&quiet, r);
			else
				(void)cg_say_refusal(&quiet, reply);
		}
		if (!r)
			json_object_put(reply);
	}
	good = cg_setup_file_back(&quiet, &run->file) && good;
	if (run->started)
		cg_print_err(_("the agent that was started goes on\n"));
	return cg_say_error(run->cli, CG_EXIT_FAILED, NULL, "%s",
			    !changed ? _("ended: nothing was changed") :
			    good     ? _("ended: all is as it was before") :
				       _("ended: not all could be taken back"));
}

/* ---- the agent ---- */

/* 0, or as cg_ask_try. */
static int status_ask(struct cg_setup_run *run)
{
	struct json_object *reply;
	int r = cg_ask_try(run->cli, cg_ask_new("status"), &reply);

	if (r)
		return r;
	json_object_put(run->status);
	run->status = reply;
	run->online = true;
	return 0;
}

static int agent_start(struct cg_setup_run *run)
{
	int r = cg_setup_start();

	if (r == -ENOENT)
		return cg_say_error(run->cli, CG_EXIT_NO_AGENT, _("Start camgated by hand."),
				    _("there is no service manager here that is known"));
	if (r)
		return cg_say_error(
			run->cli, CG_EXIT_NO_AGENT, NULL, _("the agent cannot be started: %s"),
			r == -ECHILD ? _("the service manager said why") : strerror(-r));
	run->started = true;
	for (int s = 0; s < START_S * 5; s++) {
		const struct timespec span = { .tv_nsec = 200 * 1000 * 1000 };

		if (!status_ask(run))
			return 0;
		(void)nanosleep(&span, NULL);
		if (cg_setup_ask_ended())
			return -ECANCELED;
	}
	return cg_say_error(run->cli, CG_EXIT_NO_AGENT, NULL,
			    _("the agent was started and does not answer"));
}

/* Is it there, or to be started? 0 also where it stays away. */
static int agent_find(struct cg_setup_run *run)
{
	const char *how = cg_setup_start_how();
	bool yes = run->cli->given & CG_OPTION_START;
	char text[CG_SETUP_LINE];
	int r = status_ask(run);

	if (!r)
		return 0;
	if (r != -ENOENT && r != -ENOTDIR && r != -ECONNREFUSED)
		return cg_ask_unreachable(run->cli, r);
	if (run->ask && !yes && how) {
		cg_print_out(_("The agent is not running.\n"));
		(void)snprintf(text, sizeof(text), _("Start it now (%s)?"), how);
		r = cg_setup_ask_yes(text, false, &yes);
		if (r)
			return r;
	}
	return yes && !(run->cli->given & CG_OPTION_SHOW) ? agent_start(run) : 0;
}

static void agent_how(const struct cg_setup_run *run)
{
	const char *how = cg_setup_start_how();

	if (run->cli->json)
		return;
	cg_print_out(_("The agent is not running: nothing is enforced by it, and devices are not "
		       "known.\nTo start it: %s\nThen type camgate setup again.\n"),
		     how ? how : "camgated");
}

/* ---- the config ---- */

static void change_json(struct cg_setup_run *run)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < 2; i++)
		if (run->file.plan.added[i])
			json_object_array_add(list,
					      json_object_new_string(run->file.plan.added[i]));
	json_object_object_add(run->json, "file", json_object_new_string(run->file.plan.file));
	json_object_object_add(run->json, "added", list);
	json_object_object_add(run->json, "interfaces", cg_setup_net_json(&run->net));
}

/* Shown, then written; 0, -ECANCELED or the exit code. *ret_go: there is more to do. */
static int config_change(struct cg_setup_run *run, bool *ret_go)
{
	const struct cg_cli *cli = run->cli;
	struct cg_setup_file *f = &run->file;
	bool yes = true;
	int r;

	f->lan = run->lan;
	f->home = run->home;
	f->online = run->online;
	r = cg_setup_file_plan(cli, run->path, f);
	if (r)
		return r;
	change_json(run);
	*ret_go = true;
	if (!f->plan.added[0] && !f->plan.added[1]) {
		if (!cli->json)
			cg_print_out(_("%s says so already: it stays as it is.\n"), f->plan.file);
		return 0;
	}
	if (!cli->json) {
		cg_print_out(cli->given & CG_OPTION_SHOW ? _("Would be added to %s:\n") :
							   _("To be added to %s:\n"),
			     f->plan.file);
		for (size_t i = 0; i < 2; i++)
			if (f->plan.added[i])
				cg_print_out("  %s\n", f->plan.added[i]);
	}
	if (cli->given & CG_OPTION_SHOW)
		return 0;
	if (run->ask) {
		r = cg_setup_ask_yes(_("Write that?"), true, &yes);
		if (r)
			return r;
	}
	if (!yes) {
		cg_print_out(_("Nothing was changed.\n"));
		*ret_go = false;
		return 0;
	}
	r = cg_setup_file_write(cli, f);
	if (!r && !cli->json)
		cg_print_out(_("Written. To take it back: camgate undo\n"));
	return r;
}

/* ---- all of it ---- */

static int options_check(struct cg_setup_run *run)
{
	const struct cg_cli *cli = run->cli;

	run->try_text = cli->trial ? cli->trial : TRY_DEFAULT;
	if (cg_duration_parse(run->try_text, CG_OPEN_MAX_S, &run->try_s))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--try '%s': no time of at most 30d, such as 10m"),
				    cli->trial);
	run->ask = !(cli->given & (CG_OPTION_YES | CG_OPTION_SHOW));
	if (run->ask && (cli->json || !isatty(STDIN_FILENO)))
		return cg_say_error(
			cli, CG_EXIT_USAGE,
			_("--yes takes the answers from options, --show changes nothing."),
			_("there is no terminal to ask at"));
	return 0;
}

static int begin(struct cg_setup_run *run)
{
	struct cg_diag diag = { "" };
	int r = agent_find(run);

	if (r)
		return r;
	run->path = run->cli->config;
	if (run->online && *cg_reply_str(run->status, "config"))
		run->path = cg_reply_str(run->status, "config");
	r = cg_config_read(run->path, &diag, &run->config);
	if (r)
		return cg_say_error(run->cli, CG_EXIT_CONFIG, _("Nothing was changed."), "%s%s%s",
				    *diag.text ? diag.text : run->path, *diag.text ? "" : ": ",
				    *diag.text ? "" : strerror(-r));
	r = cg_setup_net_read(&run->net);
	if (r)
		return cg_say_error(run->cli, CG_EXIT_FAILED, NULL,
				    _("the interfaces cannot be read: %s"), strerror(-r));
	return 0;
}

static int steps(struct cg_setup_run *run)
{
	const struct cg_cli *cli = run->cli;
	bool go = false;
	int r = begin(run);

	if (r)
		return r;
	if (!cli->json)
		cg_setup_net_print(&run->net);
	r = cg_setup_lan_choose(run);
	if (!r)
		r = cg_setup_home_choose(run);
	if (!r)
		r = config_change(run, &go);
	if (!r && cg_setup_ask_ended())
		r = -ECANCELED;
	if (r || !go)
		return r;
	if (!run->online) {
		agent_how(run);
		return CG_EXIT_NO_AGENT;
	}
	/* Before they are written nothing is heard there. */
	if (cli->given & CG_OPTION_SHOW && !run->config->lan.n)
		return 0;
	r = cg_setup_devices(run);
	return !r && cg_setup_ask_ended() ? -ECANCELED : r;
}

int cg_cmd_setup(const struct cg_cli *cli, int argc, char **argv)
{
	static char status[] = "status";
	char *words[] = { status, NULL };
	_cleanup_(run_clear) struct cg_setup_run run = { .cli = cli };
	int code = options_check(&run);

	(void)argc;
	(void)argv;
	if (code)
		return code;
	run.json = cg_say_new(CG_EXIT_OK);
	json_object_object_add(run.json, "adopted", json_object_new_array());
	cg_setup_ask_begin();
	code = steps(&run);
	if (code == -ECANCELED)
		return take_back(&run);
	if (cli->json && !code) {
		if (!status_ask(&run))
			json_object_object_add(run.json, "status", json_object_get(run.status));
		cg_say_json(run.json);
	} else if (cli->json && code == CG_EXIT_NO_AGENT && cg_reply_has(run.json, "file")) {
		json_object_object_add(run.json, "code", json_object_new_int(code));
		json_object_object_add(run.json, "ok", json_object_new_boolean(false));
		json_object_object_add(run.json, "error",
				       json_object_new_string(_("the agent is not running")));
		cg_say_json(run.json);
	} else if (!code && run.online && !(cli->given & CG_OPTION_SHOW)) {
		cg_print_out("\n");
		code = cg_cmd_status(cli, 1, words);
	}
	return code;
}
