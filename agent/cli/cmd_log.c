/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate log: the record, from the agent or, where it is dead, from its files. */
#include <errno.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/duration.h"
#include "../lib/recordlist.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "record.h"
#include "reply.h"
#include "say.h"
#include "viewing.h"

/* As the agent has it. */
#define ENTRIES_MAX 1000

/* ---- straight from the files ---- */

static bool is_dead(int r)
{
	return r == -ENOENT || r == -ENOTDIR || r == -ECONNREFUSED || r == -ECONNRESET ||
	       r == -ETIMEDOUT;
}

static int read_files(const struct cg_cli *cli, time_t since, int cause,
		      struct json_object **ret_reply)
{
	_cleanup_(cg_records_free) struct cg_records list = { 0 };
	struct json_object *reply, *entries;
	char anchor[CG_ANCHOR_STRLEN];
	struct cg_head head;
	size_t from;
	int r = cg_records_read(cli->state_dir, (int64_t)since, cli->cam, &list);

	if (r == -EACCES || r == -EPERM)
		return cg_say_error(cli, CG_EXIT_NO_AGENT, NULL,
				    _("the agent is not running, and %s/%s is for root and group "
				      "'%s'"),
				    cli->state_dir, CG_RECORD_FILE, CG_CTL_GROUP);
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s/%s: %s", cli->state_dir,
				    CG_RECORD_FILE, strerror(-r));
	if (!list.n && !since && !cli->cam)
		return cg_ask_unreachable(cli, cause);
	cg_records_settle(&list);
	from = list.n > ENTRIES_MAX ? list.n - ENTRIES_MAX : 0;
	entries = json_object_new_array();
	for (size_t i = from; i < list.n; i++)
		json_object_array_add(entries, cg_record_to_json(&list.v[i]));
	reply = cg_say_new(CG_EXIT_OK);
	json_object_object_add(reply, "direct", json_object_new_boolean(true));
	json_object_object_add(reply, "entries", entries);
	if (!cg_chain_head_read(cli->state_dir, &head) && head.at.n)
		json_object_object_add(reply, "anchor",
				       json_object_new_string(cg_anchor_format(&head.at, anchor)));
	if (from)
		json_object_object_add(reply, "left_off", json_object_new_int64((int64_t)from));
	*ret_reply = reply;
	return 0;
}

/* ---- words ---- */

/* "let in by allow 198.51.100.0/24 (camgate.conf:12)", "opened by anna", … */
static void put_why(FILE *f, struct json_object *e, time_t now)
{
	struct json_object *o = cg_reply_obj(e, "opening");
	const char *by = cg_reply_str(o, "by"), *user = cg_reply_str(o, "user");
	char clock[CG_PRINT_LEN];

	if (cg_reply_has(o, "by")) {
		if (!strcmp(by, "config"))
			(void)fprintf(f, _("; always open"));
		else if (!strcmp(by, "schedule"))
			(void)fprintf(f, _("; open by schedule"));
		else if (*user)
			(void)fprintf(f, _("; opened by %s"), user);
		else if (cg_reply_has(o, "uid"))
			(void)fprintf(f, _("; opened by user %lld"),
				      (long long)cg_reply_int(o, "uid"));
		else
			(void)fprintf(f, _("; opened by hand"));
		if (cg_reply_has(o, "since_s"))
			(void)fprintf(f, _(" at %s"),
				      cg_print_clock((time_t)cg_reply_int(o, "since_s"), now,
						     clock));
	} else if (cg_reply_has(e, "rule")) {
		(void)fprintf(f, "; %s", cg_reply_str(e, "rule"));
		if (cg_reply_has(e, "file"))
			(void)fprintf(f, " (%s:%lld)", cg_reply_str(e, "file"),
				      (long long)cg_reply_int(e, "line"));
	}
}

/* The caller frees it. */
static char *detail(struct json_object *e, time_t now)
{
	char how[CG_VIEWING_LEN], clock[CG_PRINT_LEN], *text = NULL;
	int64_t until = cg_reply_int(e, "blocked_until_s");
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	(void)fputs(cg_viewing_how(e, how), f);
	if (cg_reply_bool(e, "monitored"))
		(void)fputs(_("; would be stopped, but for mode = monitor"), f);
	if (cg_reply_has(e, "viewer"))
		(void)fprintf(f, _("; for the viewer %s"), cg_reply_str(e, "viewer"));
	put_why(f, e, now);
	if (until > now)
		(void)fprintf(f, _("; blocked until %s"),
			      cg_print_clock((time_t)until, now, clock));
	if (cg_reply_has(e, "country") || cg_reply_has(e, "network"))
		(void)fprintf(f, "; %s %s", cg_reply_str(e, "country"), cg_reply_str(e, "network"));
	if (cg_reply_bool(e, "clock_unsure"))
		(void)fputs(_("; the clock was not known to be right"), f);
	return fclose(f) ? NULL : text;
}

static void print_entries(struct json_object *reply)
{
	const struct cg_column columns[] = {
		{ .title = _("WHEN"), .right = true },
		{ .title = _("CAMERA") },
		{ .title = _("WHAT") },
		{ .title = _("OTHER SIDE") },
		{ .title = _("TIMES"), .right = true },
		{ .title = _("LASTED"), .right = true },
		{ .title = _("SENT"), .right = true },
		{ .title = _("HOW"), .flex = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 8);
	char text[CG_VIEWING_LEN], cell[CG_PRINT_LEN];
	time_t now = time(NULL);

	for (size_t i = 0; i < cg_reply_count(reply, "entries"); i++) {
		struct json_object *e = cg_reply_at(reply, "entries", i);
		_cleanup_free_ char *more = detail(e, now);
		bool running = cg_reply_bool(e, "running") &&
			       !strcmp(cg_reply_str(e, "what"), "allowed");

		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_clock((time_t)cg_reply_int(e, "first_s"), now, cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(e, "name"));
		cg_print_cell(table, cg_viewing_style(cg_reply_str(e, "what")), "%s%s",
			      cg_viewing_state(e, now, text), running ? _(", goes on") : "");
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_end(e, text));
		cg_print_cell(table, CG_STYLE_NONE, "%lld", (long long)cg_reply_int(e, "count"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_span((uint64_t)cg_reply_int(e, "duration_s"), cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(e, "up_bytes"), cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", more ? more : "");
	}
	cg_print_table_end(&table);
}

static void print_log(struct json_object *reply)
{
	if (cg_reply_has(reply, "left_off"))
		cg_print_out(_("%lld older entries are left out\n"),
			     (long long)cg_reply_int(reply, "left_off"));
	if (!cg_reply_count(reply, "entries"))
		cg_print_out(_("nobody outside watched or tried to\n"));
	print_entries(reply);
	if (!strcmp(cg_reply_str(reply, "record"), "off"))
		cg_print_out(_("nothing is recorded now: record = off\n"));
	if (cg_reply_has(reply, "anchor"))
		cg_print_out(_("anchor %s\n"), cg_reply_str(reply, "anchor"));
	if (cg_reply_bool(reply, "direct"))
		cg_print_err(_("camgate: the agent is not running; this is what it had written "
			       "down\n"));
}

int cg_cmd_log(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request, *reply;
	time_t since = 0;
	int code;

	if (argc > 1)
		return cg_record_command(cli, argc, argv);
	if (cli->given & (CG_OPTION_ANCHOR | CG_OPTION_YES))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'log' has no option %s"),
				    cli->given & CG_OPTION_ANCHOR ? "--anchor" : "--yes");
	if (cli->since &&
	    cg_since_parse(cli->since, time(NULL), CG_RECORD_DAYS_MAX * 86400ULL, &since))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--since '%s': no time past, such as 2h, 18:00 or "
				      "2026-11-25"),
				    cli->since);
	request = cg_ask_new("log");
	if (cli->cam)
		json_object_object_add(request, "cam", json_object_new_string(cli->cam));
	if (since)
		json_object_object_add(request, "since_s", json_object_new_int64(since));
	code = cg_ask_try(cli, request, &reply);
	if (code && !is_dead(code))
		return cg_ask_unreachable(cli, code);
	if (code) {
		code = read_files(cli, since, code, &reply);
		if (code)
			return code;
	}
	code = cg_ask_finish(cli, reply, &reply);
	if (!reply)
		return code;
	print_log(reply);
	json_object_put(reply);
	return code;
}
