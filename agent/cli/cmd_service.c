/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate reload, detach, version: the service itself. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "ask.h"
#include "caller.h"
#include "commands.h"
#include "direct.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "sentence.h"

int cg_cmd_reload(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply, *request = cg_ask_new("reload");
	char text[CG_ADDR_STRLEN];
	struct cg_addr from;
	long long ncams, nrules;
	int code;

	(void)argc;
	(void)argv;
	if (!cg_caller_address(&from))
		json_object_object_add(request, "from",
				       json_object_new_string(cg_addr_format(&from, text)));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	ncams = cg_reply_int(reply, "cameras");
	nrules = cg_reply_int(reply, "rules");
	cg_print_out(_("generation %lld is in force: "),
		     (long long)cg_reply_int(reply, "generation"));
	cg_print_out(n_("%lld camera, ", "%lld cameras, ", (unsigned long)ncams), ncams);
	cg_print_out(n_("%lld rule", "%lld rules", (unsigned long)nrules), nrules);
	cg_print_out(" (+%lld -%lld ~%lld)\n", (long long)cg_reply_int(reply, "added"),
		     (long long)cg_reply_int(reply, "removed"),
		     (long long)cg_reply_int(reply, "changed"));
	if (cg_reply_has(reply, "lists_error"))
		cg_print_out(_("but %s\n"), cg_reply_str(reply, "lists_error"));
	cg_say_warnings(cg_reply_obj(reply, "warnings"));
	json_object_put(reply);
	return code;
}

int cg_cmd_detach(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	size_t n;
	int r = cg_ask_try(cli, cg_ask_new("detach"), &reply);

	(void)argc;
	(void)argv;
	/* a hung agent would put its filters back: only a dead one is done without */
	switch (-r) {
	case 0:
		r = cg_ask_finish(cli, reply, &reply);
		/* A service manager's mount keeps the agent from removing its own folder. */
		if (!r)
			(void)rmdir(cli->pin_dir);
		break;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
	case ECONNRESET:
		r = cg_direct_detach(cli, &reply);
		break;
	default:
		return cg_ask_unreachable(cli, r);
	}
	if (!reply)
		return r;
	n = cg_reply_count(reply, "removed");
	for (size_t i = 0; i < n; i++)
		cg_print_out(_("removed: %s\n"), cg_reply_str_at(reply, "removed", i));
	cg_print_out(n ? _("detached: camgate holds nothing back any more\n") :
			 _("nothing of camgate was there\n"));
	json_object_put(reply);
	return r;
}

int cg_cmd_version(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int r;

	(void)argc;
	(void)argv;
	if (!cli->json)
		cg_print_out("camgate %s\n", CG_VERSION);
	r = cg_ask(cli, cg_ask_new("version"), &reply);
	if (reply) {
		cg_print_out(_("agent %s, packet path ABI %lld\n"), cg_reply_str(reply, "version"),
			     (long long)cg_reply_int(reply, "abi"));
		json_object_put(reply);
	}
	return r;
}
