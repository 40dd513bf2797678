/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate status: what is open, what was stopped, what needs attention. */
#include <string.h>
#include "../lib/optional.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "lists_print.h"
#include "mqtt_print.h"
#include "print.h"
#include "profiles.h"
#include "reply.h"
#include "sentence.h"

CG_OPTIONAL(cg_mqtt_print);

static void print_enforced(struct json_object *reply, time_t now)
{
	const char *enforced = cg_reply_str(reply, "enforced");
	size_t ncams = cg_reply_count(reply, "cams"), nports = cg_reply_count(reply, "ports");
	char clock[CG_PRINT_LEN];

	if (cg_reply_has(reply, "off_until_s")) {
		cg_print_styled(CG_STYLE_BAD, _("OFF"));
		cg_print_out(_(" until %s: everything passes. `camgate on` ends it.\n"),
			     cg_print_clock((time_t)cg_reply_int(reply, "off_until_s"), now,
					    clock));
	} else if (!strcmp(enforced, "full")) {
		cg_print_styled(CG_STYLE_GOOD, _("Enforced"));
		cg_print_out(n_(": generation %lld on %zu port.\n",
				": generation %lld on %zu ports.\n", nports),
			     (long long)cg_reply_int(reply, "generation"), nports);
	} else if (!strcmp(enforced, "partial")) {
		cg_print_styled(CG_STYLE_BAD, _("Only partly enforced"));
		cg_print_out(_(": generation %lld.\n"),
			     (long long)cg_reply_int(reply, "generation"));
	} else {
		cg_print_styled(CG_STYLE_BAD, _("Not enforced"));
		cg_print_out(_(": everything passes.\n"));
	}
	if (!ncams)
		cg_print_out(_("No camera is configured: nothing is held back. See %s.\n"),
			     cg_reply_str(reply, "config"));
}

static void print_open(struct json_object *reply)
{
	size_t n = 0;
	char buf[CG_REPLY_CAM_LEN];

	if (!cg_reply_count(reply, "cams"))
		return;
	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *cam = cg_reply_at(reply, "cams", i);

		if (strcmp(cg_reply_str(cam, "exposure"), "open"))
			continue;
		cg_print_out("%s%s", n++ ? ", " : _("Open now: "), cg_reply_cam(cam, buf));
	}
	cg_print_out("%s", n ? "\n" : _("No camera can be watched from outside.\n"));
}

static void print_stopped(struct json_object *reply)
{
	for (size_t i = 0; i < cg_reply_count(reply, "stopped_lately"); i++) {
		cg_print_styled(CG_STYLE_BAD,
				cg_reply_str(cg_reply_at(reply, "stopped_lately", i), "text"));
		cg_print_out("\n");
	}
}

static void print_cams(struct json_object *reply, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("NOW"), .flex = true },
		{ .title = _("PASSED"), .right = true },
		{ .title = _("STOPPED"), .right = true },
		{ .title = _("LAST SEEN"), .right = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 5);
	char name[CG_REPLY_CAM_LEN], sentence[CG_SENTENCE_LEN], size[CG_PRINT_LEN];
	bool off = cg_reply_has(reply, "off_until_s");

	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *cam = cg_reply_at(reply, "cams", i);
		struct json_object *passed = cg_reply_obj(cam, "passed");
		struct json_object *stopped = cg_reply_obj(cam, "stopped");

		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_cam(cam, name));
		cg_print_cell(table, off ? CG_STYLE_BAD : cg_sentence_style(cam), "%s%s",
			      off ? _("off; then ") : "",
			      cg_sentence_exposure(cam, NULL, now, sentence));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(passed, "bytes"), size));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(stopped, "bytes"), size));
		if (json_object_is_type(cg_reply_obj(cam, "seen"), json_type_int))
			cg_print_cell(table, CG_STYLE_NONE, _("%s ago"),
				      cg_print_span((uint64_t)cg_reply_int(cam, "seen"), size));
		else
			cg_print_cell(table, CG_STYLE_NONE, "%s", _("never"));
	}
	if (cg_reply_count(reply, "cams"))
		cg_print_out("\n");
	cg_print_table_end(&table);
}

/* "closed by schedule (mon 22:00-06:30 closed) until 06:30, then open" */
static void print_schedule(struct json_object *cam, time_t now)
{
	struct json_object *s = cg_reply_obj(cam, "schedule");
	char name[CG_REPLY_CAM_LEN], clock[CG_PRINT_LEN];

	if (!s)
		return;
	cg_print_out(_("%s: by schedule %s"), cg_reply_cam(cam, name),
		     cg_sentence_label(cg_reply_str(s, "now")));
	if (!cg_reply_bool(s, "clock_right"))
		cg_print_out(_(", for the clock is not known to be right"));
	if (cg_reply_has(s, "window"))
		cg_print_out(" (%s)", cg_reply_str(s, "window"));
	if (cg_reply_has(s, "until_s"))
		cg_print_out(_(" until %s, then %s"),
			     cg_print_clock((time_t)cg_reply_int(s, "until_s"), now, clock),
			     cg_sentence_label(cg_reply_str(s, "next")));
	cg_print_out("\n");
}

static void print_quota(struct json_object *cam)
{
	struct json_object *q = cg_reply_obj(cam, "quota");
	char name[CG_REPLY_CAM_LEN], used[CG_PRINT_LEN], limit[CG_PRINT_LEN];

	if (cg_reply_has(q, "upload_limit"))
		cg_print_out(_("%s: sent %s of %s today%s\n"), cg_reply_cam(cam, name),
			     cg_print_size((uint64_t)cg_reply_int(q, "upload_bytes"), used),
			     cg_print_size((uint64_t)cg_reply_int(q, "upload_limit"), limit),
			     cg_reply_bool(q, "upload_stopped") ?
				     _(": uploads are stopped and it stays closed") :
				     "");
	if (cg_reply_has(q, "open_limit_s"))
		cg_print_out(_("%s: open for %s of %s today%s\n"), cg_reply_cam(cam, name),
			     cg_print_span((uint64_t)cg_reply_int(q, "open_s"), used),
			     cg_print_span((uint64_t)cg_reply_int(q, "open_limit_s"), limit),
			     cg_reply_bool(q, "open_spent") ? _(": it stays closed") : "");
}

static void print_times(struct json_object *reply, time_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *cam = cg_reply_at(reply, "cams", i);

		if (!cg_reply_has(cam, "schedule") && !cg_reply_has(cam, "quota"))
			continue;
		if (!n++)
			cg_print_out("\n");
		print_schedule(cam, now);
		print_quota(cam);
	}
}

int cg_cmd_status(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int code = cg_ask(cli, cg_ask_new("status"), &reply);
	int64_t lost;
	time_t now = time(NULL);

	(void)argc;
	(void)argv;
	if (!reply)
		return code;
	print_enforced(reply, now);
	print_open(reply);
	if (cg_mqtt_print)
		cg_mqtt_print(cg_reply_obj(reply, "mqtt"), now);
	print_stopped(reply);
	print_cams(reply, now);
	cg_profiles_print(cg_reply_obj(reply, "cams"));
	print_times(reply, now);
	if (cg_reply_count(reply, "databases") || cg_reply_count(reply, "lists")) {
		cg_print_out("\n");
		cg_print_styled(CG_STYLE_BOLD, _("Lists"));
		cg_print_out(":\n");
		cg_lists_print(reply);
	}
	lost = cg_reply_int(reply, "lost_events");
	if (cg_reply_count(reply, "attention") || lost) {
		cg_print_out("\n");
		cg_print_styled(CG_STYLE_BOLD, _("Needs attention"));
		cg_print_out(":\n");
	}
	for (size_t i = 0; i < cg_reply_count(reply, "attention"); i++)
		cg_print_out("- %s\n", cg_reply_str_at(reply, "attention", i));
	if (lost)
		cg_print_out(n_("- %lld report from the packet path was lost; verdicts are not "
				"affected\n",
				"- %lld reports from the packet path were lost; verdicts are not "
				"affected\n",
				(unsigned long)lost),
			     (long long)lost);
	json_object_put(reply);
	return code;
}
