/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate learn: begins and ends the recording of what a camera sends to, prints the rules it suggests. */
#include <stdio.h>
#include <time.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "../lib/duration.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"

static void say(struct json_object *reply, bool begun)
{
	char clock[CG_PRINT_LEN], cam[CG_REPLY_CAM_LEN];
	time_t now = time(NULL);
	const char *until = cg_print_clock((time_t)cg_reply_int(reply, "until_s"), now, clock);

	if (begun) {
		cg_print_out(_("%s: learning until %s\n"), cg_reply_cam(reply, cam), until);
		cg_print_out(_("camgate learn %s --show prints what was seen so far\n"),
			     cg_reply_str(reply, "id"));
	} else if (cg_reply_bool(reply, "learning")) {
		cg_print_err(_("%s: still learning, until %s\n"), cg_reply_cam(reply, cam), until);
	}
	if (*cg_reply_str(reply, "note"))
		cg_print_err("%s: %s\n", cg_reply_cam(reply, cam), cg_reply_str(reply, "note"));
}

int cg_cmd_learn(const struct cg_cli *cli, int argc, char **argv)
{
	bool show = cli->given & CG_OPTION_SHOW, stop = cli->given & CG_OPTION_STOP;
	struct json_object *request, *reply;
	uint64_t for_s = 0;
	int code;

	if (argc > 2 && (show || stop))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'%s' takes no time"),
				    show ? "--show" : "--stop");
	if (argc > 2 && cg_duration_parse(argv[2], CG_LEARN_MAX_S, &for_s))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("'%s': no time of at most 7d, such as 24h"), argv[2]);
	request = cg_ask_new("learn");
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	if (for_s)
		json_object_object_add(request, "for_s", json_object_new_int64((int64_t)for_s));
	if (show)
		json_object_object_add(request, "show", json_object_new_boolean(true));
	if (stop)
		json_object_object_add(request, "stop", json_object_new_boolean(true));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	/* the block alone on stdout: it is to be pasted */
	cg_print_out("%s", cg_reply_str(reply, "block"));
	say(reply, !show && !stop);
	json_object_put(reply);
	return code;
}
