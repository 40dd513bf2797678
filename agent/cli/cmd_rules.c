/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate allow, deny, undo: rules written into the config by the agent. */
#include <camgate/ctl.h>
#include "../lib/rule.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"

int cg_cmd_rule(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request, *reply;
	struct cg_diag diag = { "" };
	struct cg_rule_text rule;
	int code;

	(void)argc;
	if (cg_rule_parse(argv[2], NULL, &diag, &rule))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, "%s", diag.text);
	cg_rule_clear(&rule);
	request = cg_ask_new(argv[0]);
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	json_object_object_add(request, "rule", json_object_new_string(argv[2]));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	cg_print_out(_("added to %s:%lld: %s\n"), cg_reply_str(reply, "file"),
		     (long long)cg_reply_int(reply, "line"), cg_reply_str(reply, "added"));
	if (*cg_reply_str(reply, "undo"))
		cg_print_out(_("to take it back: %s\n"), cg_reply_str(reply, "undo"));
	json_object_put(reply);
	return code;
}

int cg_cmd_undo(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int code = cg_ask(cli, cg_ask_new("undo"), &reply);

	(void)argc;
	(void)argv;
	if (!reply)
		return code;
	cg_print_out(_("taken back in %s: %s\n"), cg_reply_str(reply, "file"),
		     cg_reply_str(reply, "what"));
	json_object_put(reply);
	return code;
}
