/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate open, close, seal, auto, off, on: what a camera may do, by hand. */
#include <errno.h>
#include <string.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "../lib/duration.h"
#include "ask.h"
#include "commands.h"
#include "direct.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "sentence.h"

#define STRICTER_TIMEOUT_MS 2000

/* Adds for_s or until_s. argv: what stands behind the camera. */
static int add_time(const struct cg_cli *cli, struct json_object *request, int argc, char **argv)
{
	bool until = argc && !strcmp(argv[0], "until");
	_cleanup_free_ char *text = NULL;
	uint64_t for_s;
	time_t when;
	int r;

	if (!argc)
		return 0;
	if ((until && argc == 1) || (!until && argc > 1))
		return cg_say_error(cli, CG_EXIT_USAGE,
				    _("A name with spaces is written in quotes."),
				    until ? _("'until' when? such as: until 18:00") :
					    _("'%s' after the time is one word too many"),
				    argv[1]);
	if (!until) {
		r = cg_duration_parse(argv[0], CG_OPEN_MAX_S, &for_s);
		if (r == -ERANGE)
			return cg_say_error(
				cli, CG_EXIT_USAGE, NULL,
				_("'%s' is no time a camera can be open: more than 0, at "
				  "most 30d"),
				argv[0]);
		if (r)
			return cg_say_error(cli, CG_EXIT_USAGE,
					    _("A name with spaces is written in quotes."),
					    _("'%s' is no time: such as 30m, 1h30m, until 18:00"),
					    argv[0]);
		json_object_object_add(request, "for_s", json_object_new_int64((int64_t)for_s));
		return 0;
	}
	if (asprintf(&text, "%s%s%s", argv[1], argc > 2 ? " " : "", argc > 2 ? argv[2] : "") < 0)
		return CG_EXIT_FAILED;
	r = cg_until_parse(text, time(NULL), &when);
	if (r == -ERANGE)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'%s' is in the past"), text);
	if (r)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("'%s' is no time of day: such as 18:00, tomorrow 07:30, "
				      "2026-11-25 18:00"),
				    text);
	if (when - time(NULL) > CG_OPEN_MAX_S)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'%s' is more than 30 days away"),
				    text);
	json_object_object_add(request, "until_s", json_object_new_int64(when));
	return 0;
}

/* One line a camera: what holds now. */
static void print_cams(const struct cg_cli *cli, const char *cmd, struct json_object *reply)
{
	char name[CG_REPLY_CAM_LEN], sentence[CG_SENTENCE_LEN], clock[CG_PRINT_LEN];
	time_t now = time(NULL);

	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *cam = cg_reply_at(reply, "cams", i);

		bool stays = !strcmp(cmd, "close") &&
			     !strcmp(cg_reply_str(cam, "exposure"), "sealed");

		cg_print_out("%s: %s%s", cg_reply_cam(cam, name), stays ? _("stays ") : "",
			     cg_sentence_exposure(cam, cli->to, now, sentence));
		if (cg_reply_has(cam, "old_until_s"))
			cg_print_out(_(" (was until %s)"),
				     cg_print_clock((time_t)cg_reply_int(cam, "old_until_s"), now,
						    clock));
		if (cg_reply_has(cam, "cut_by"))
			cg_print_out(_("; cut to what is left of its %s today"),
				     cg_reply_str(cam, "cut_by"));
		if (stays)
			cg_print_out(_("; `camgate auto %s` takes a seal by hand back"),
				     cg_reply_str(cam, "id"));
		cg_print_out("\n");
	}
	if (!cg_reply_count(reply, "cams"))
		cg_print_out(_("no camera is configured\n"));
}

int cg_cmd_open(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("open"), *reply;
	int r;

	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	r = add_time(cli, request, argc - 2, argv + 2);
	if (r) {
		json_object_put(request);
		return r;
	}
	if (cli->to)
		json_object_object_add(request, "to", json_object_new_string(cli->to));
	if (cli->given & CG_OPTION_FORCE)
		json_object_object_add(request, "force", json_object_new_boolean(true));
	r = cg_ask(cli, request, &reply);
	if (reply) {
		print_cams(cli, "open", reply);
		json_object_put(reply);
	}
	return r;
}

/* The agent may be dead, hung or gone mad: the camera is closed all the same. */
int cg_cmd_stricter(const struct cg_cli *cli, int argc, char **argv)
{
	const char *cmd = !strcmp(argv[0], "close") ? "close" : "seal";
	struct json_object *request = cg_ask_new(cmd), *reply;
	struct cg_cli soon = *cli;
	int r;

	(void)argc;
	/* without the agent it is as well done: nobody waits for a hung one */
	if (!soon.timeout_ms)
		soon.timeout_ms = STRICTER_TIMEOUT_MS;
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	r = cg_ask_try(&soon, request, &reply);
	switch (-r) {
	case 0:
		r = cg_ask_finish(cli, reply, &reply);
		break;
	case EACCES:
	case EPERM:
	case E2BIG:
		return cg_ask_unreachable(cli, r);
	default:
		r = cg_direct_set(cli, argv[1], !strcmp(cmd, "seal"), r, &reply);
		break;
	}
	if (reply) {
		print_cams(cli, cmd, reply);
		json_object_put(reply);
	}
	return r;
}

int cg_cmd_auto(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("auto"), *reply;
	int code;

	(void)argc;
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	code = cg_ask(cli, request, &reply);
	if (reply) {
		print_cams(cli, "auto", reply);
		json_object_put(reply);
	}
	return code;
}

int cg_cmd_off(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("off"), *reply;
	char clock[CG_PRINT_LEN];
	uint64_t for_s;
	int r;

	if (argc > 1) {
		if (cg_duration_parse(argv[1], CG_OFF_MAX_S, &for_s)) {
			json_object_put(request);
			return cg_say_error(cli, CG_EXIT_USAGE, NULL,
					    _("'%s' is no time camgate can be off: such as 10m, at "
					      "most 24h"),
					    argv[1]);
		}
		json_object_object_add(request, "for_s", json_object_new_int64((int64_t)for_s));
	}
	r = cg_ask(cli, request, &reply);
	if (reply) {
		cg_print_out(_("off until %s: everything passes; `camgate on` ends it\n"),
			     cg_print_clock((time_t)cg_reply_int(reply, "off_until_s"), time(NULL),
					    clock));
		json_object_put(reply);
	}
	return r;
}

int cg_cmd_on(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int code = cg_ask(cli, cg_ask_new("on"), &reply);

	(void)argc;
	(void)argv;
	if (reply) {
		cg_print_out(_("on: the policy is in force again\n"));
		json_object_put(reply);
	}
	return code;
}
