/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate report: what left the house and to where, what was stopped, who opened; from the record's files. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../lib/day.h"
#include "../lib/duration.h"
#include "../lib/gone.h"
#include "../lib/jsonin.h"
#include "../lib/recordlist.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "record.h"
#include "reply.h"
#include "report.h"
#include "say.h"
#include "sentence.h"

#define DAY_S	  86400
#define FAR_PAST  (CG_RECORD_DAYS_MAX * (uint64_t)DAY_S)
#define OPENED_IS "\"what\":\"opened\""

struct range {
	time_t from, to; /* to is not in it */
	const char *cam; /* id or name; NULL: all */
};

/* ---- what the files say ---- */

static struct json_object *list_of(struct json_object *reply, const char *key)
{
	return json_object_object_get(reply, key);
}

static bool is_cam(const struct range *range, struct json_object *o)
{
	return !range->cam || !strcmp(cg_reply_str(o, "cam"), range->cam) ||
	       !strcmp(cg_reply_str(o, "name"), range->cam);
}

static bool is_in(const struct range *range, int64_t first_s, int64_t last_s)
{
	return last_s >= range->from && first_s < range->to;
}

/* A later line of a day takes the place of an earlier one. */
static void day_put(struct json_object *days, struct json_object *o)
{
	for (size_t i = json_object_array_length(days); i--;) {
		struct json_object *was = json_object_array_get_idx(days, i);

		if (strcmp(cg_reply_str(was, "cam"), cg_reply_str(o, "cam")) ||
		    strcmp(cg_reply_str(was, "day"), cg_reply_str(o, "day")))
			continue;
		json_object_array_put_idx(days, i, o);
		return;
	}
	json_object_array_add(days, o);
}

static int take_day(const struct range *range, const struct cg_chain_line *line,
		    struct json_object *reply)
{
	struct json_object *o;
	struct cg_day day;
	int r = cg_day_parse(line->at, line->len, &day);

	if (r)
		return r == -ENOMEM ? r : 0;
	o = is_in(range, day.first_s, day.last_s) ? cg_day_to_json(&day) : NULL;
	cg_day_clear(&day);
	if (!o)
		return 0;
	if (is_cam(range, o))
		day_put(list_of(reply, "days"), o);
	else
		json_object_put(o);
	return 0;
}

static int take_gone(const struct range *range, const struct cg_chain_line *line,
		     struct json_object *reply)
{
	struct json_object *o;
	struct cg_gone g;
	int r = cg_gone_parse(line->at, line->len, &g);

	if (r)
		return r == -ENOMEM ? r : 0;
	if (g.what == CG_GONE_BEGIN || !is_in(range, g.last_s, g.last_s) ||
	    (range->cam && *g.cam && strcmp(g.cam, range->cam)))
		return 0;
	/* The numbers are for verifying. */
	g.nspan = 0;
	o = cg_gone_to_json(&g);
	json_object_array_add(list_of(reply, g.what == CG_GONE_HOLE ? "holes" : "erased"), o);
	return 0;
}

static int take_opened(const struct range *range, const struct cg_chain_line *line,
		       struct json_object *reply)
{
	struct json_object *o = NULL;
	int64_t at;
	int r = cg_json_read(line->at, line->len, &o);

	if (r)
		return r == -ENOMEM ? r : 0;
	at = cg_reply_int(o, "last_s");
	if (is_in(range, at, at) && is_cam(range, o)) {
		json_object_object_del(o, "n");
		json_object_object_del(o, "salt");
		json_object_object_del(o, "prev");
		json_object_array_add(list_of(reply, "opened"), o);
	} else {
		json_object_put(o);
	}
	return 0;
}

static int take_lines(const struct cg_cli *cli, const struct range *range,
		      struct json_object *reply)
{
	_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
	int r = cg_chain_files_read(cli->state_dir, &files);

	for (size_t i = 0; !r && i < files.n; i++) {
		const struct cg_chain_line *line = &files.v[i];

		if (line->gone)
			r = take_gone(range, line, reply);
		else if (line->linked && cg_day_is(line->at, line->len))
			r = take_day(range, line, reply);
		else if (line->linked && memmem(line->at, line->len, OPENED_IS, strlen(OPENED_IS)))
			r = take_opened(range, line, reply);
	}
	return r;
}

static int take_sessions(const struct cg_cli *cli, const struct range *range,
			 struct json_object *reply)
{
	_cleanup_(cg_records_free) struct cg_records list = { 0 };
	int r = cg_records_read(cli->state_dir, (int64_t)range->from, range->cam, &list);

	if (r)
		return r;
	cg_records_settle(&list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].first_s < range->to)
			json_object_array_add(list_of(reply, "sessions"),
					      cg_record_to_json(&list.v[i]));
	return 0;
}

/* ---- words ---- */

static const char *or_none(const char *s)
{
	return s ? s : "";
}

static void put_text(void *ctx, const struct cg_report_row *r)
{
	char cell[CG_PRINT_LEN], other[CG_PRINT_LEN];
	struct cg_table *table = ctx;
	time_t now = time(NULL);

	cg_print_cell(table, CG_STYLE_NONE, "%s", cg_report_word(r->kind));
	cg_print_cell(table, CG_STYLE_NONE, "%s", r->cam ? r->cam : "");
	cg_print_cell(table, CG_STYLE_NONE, "%s",
		      r->from_s > 0 ? cg_print_clock((time_t)r->from_s, now, cell) :
		      r->to_s > 0   ? cg_print_clock((time_t)r->to_s, now, cell) :
				      "");
	cg_print_cell(table, CG_STYLE_NONE, "%s", cg_report_word(r->what));
	cg_print_cell(table, CG_STYLE_NONE, "%s%s%s%s%s%s%s",
		      r->name ? cg_sentence_label(r->name) : "", r->name && r->net ? " " : "",
		      r->net ? cg_sentence_label(r->net) : "",
		      r->country && (r->name || r->net) ? " " : "", or_none(r->country),
		      r->network && (r->name || r->net || r->country) ? " " : "",
		      or_none(r->network));
	cg_print_cell(table, CG_STYLE_NONE, "%s",
		      r->up_bytes < 0 ? "" : cg_print_size((uint64_t)r->up_bytes, cell));
	cg_print_cell(table, CG_STYLE_NONE, "%s",
		      r->down_bytes < 0 ? "" : cg_print_size((uint64_t)r->down_bytes, other));
	cg_print_cell(table, CG_STYLE_NONE, "%s",
		      r->stopped_bytes < 0 ? "" : cg_print_size((uint64_t)r->stopped_bytes, cell));
	cg_print_cell(table, CG_STYLE_NONE, "%s", cg_report_word(r->by));
}

static void print_report(struct json_object *reply)
{
	const struct cg_column columns[] = {
		{ .title = _("KIND") },
		{ .title = _("CAMERA") },
		{ .title = _("SINCE"), .right = true },
		{ .title = _("WHAT") },
		{ .title = _("WHERE"), .flex = true },
		{ .title = _("SENT"), .right = true },
		{ .title = _("RECEIVED"), .right = true },
		{ .title = _("STOPPED"), .right = true },
		{ .title = _("BY") },
	};
	struct cg_table *table = cg_print_table_new(columns, 9);

	cg_report_rows(reply, put_text, table);
	cg_print_table_end(&table);
	if (!cg_reply_bool(reply, "whole"))
		cg_print_out(_("the record is NOT as it was written: `camgate log verify` says "
			       "where\n"));
	if (cg_reply_has(reply, "anchor"))
		cg_print_out(_("anchor %s\n"), cg_reply_str(reply, "anchor"));
}

/* ---- the command ---- */

static int range_read(const struct cg_cli *cli, struct range *ret)
{
	time_t now = time(NULL);
	struct range range = { .to = now + 1, .cam = cli->cam };

	if (cli->from && cg_since_parse(cli->from, now, FAR_PAST, &range.from))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--from '%s': no time past, such as 7d or 2026-11-25"),
				    cli->from);
	if (cli->to && cg_since_parse(cli->to, now, FAR_PAST, &range.to))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--to '%s': no time past, such as 7d or 2026-11-25"),
				    cli->to);
	/* A day is meant whole. */
	if (cli->to && strlen(cli->to) == strlen("2026-11-25") && strchr(cli->to, '-'))
		range.to += DAY_S;
	if (range.from >= range.to)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("--to is not after --from"));
	*ret = range;
	return 0;
}

/* What is in memory goes to the files first; without an agent they are what there is. */
static void written(const struct cg_cli *cli)
{
	struct json_object *request = cg_ask_new("record"), *reply = NULL;

	json_object_object_add(request, "write", json_object_new_boolean(true));
	if (!cg_ask_try(cli, request, &reply))
		json_object_put(reply);
}

static int gather(const struct cg_cli *cli, const struct range *range, struct json_object *reply)
{
	static const char *const lists[] = { "days", "sessions", "opened", "erased", "holes" };
	char anchor[CG_ANCHOR_STRLEN];
	struct cg_verify v;
	int r = cg_record_verify(cli->state_dir, NULL, 0, &v);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_object_add(reply, lists[i], json_object_new_array());
	if (range->from)
		json_object_object_add(reply, "from_s", json_object_new_int64(range->from));
	json_object_object_add(reply, "to_s", json_object_new_int64(range->to));
	if (r)
		return r;
	json_object_object_add(reply, "whole", json_object_new_boolean(!v.what));
	if (v.good.n)
		json_object_object_add(reply, "anchor",
				       json_object_new_string(cg_anchor_format(&v.good, anchor)));
	r = take_lines(cli, range, reply);
	return r ? r : take_sessions(cli, range, reply);
}

int cg_cmd_report(const struct cg_cli *cli, int argc, char **argv)
{
	const char *format = cli->json ? "json" : cli->format ? cli->format : "text";
	struct json_object *reply;
	struct range range;
	int r;

	(void)argc;
	(void)argv;
	if (strcmp(format, "text") && strcmp(format, "json") && strcmp(format, "csv") &&
	    strcmp(format, "html"))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--format '%s': expected text, json, csv or html"), format);
	r = range_read(cli, &range);
	if (r)
		return r;
	written(cli);
	reply = cg_say_new(CG_EXIT_OK);
	r = gather(cli, &range, reply);
	if (r == -EACCES || r == -EPERM)
		r = cg_say_error(cli, CG_EXIT_FAILED, NULL, _("%s/%s is for root and group '%s'"),
				 cli->state_dir, CG_RECORD_FILE, CG_CTL_GROUP);
	else if (r)
		r = cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s/%s: %s", cli->state_dir,
				 CG_RECORD_FILE, strerror(-r));
	else if (!strcmp(format, "json"))
		cg_say_json(reply);
	else if (!strcmp(format, "csv"))
		cg_report_csv(reply, stdout);
	else if (!strcmp(format, "html"))
		cg_report_html(reply, stdout);
	else
		print_report(reply);
	json_object_put(reply);
	return r;
}
