/* SPDX-License-Identifier: GPL-2.0-only */
/* A command's question to the agent, with whatever goes wrong said in a sentence. */
#include <errno.h>
#include <string.h>
#include <camgate/ctl.h>
#include "ask.h"
#include "client.h"
#include "i18n.h"
#include "reply.h"
#include "say.h"
#include "told.h"

/* A reload of hundreds of cameras on a small router is the slowest. */
#define TIMEOUT_MS 30000

static int timeout_of(const struct cg_cli *cli)
{
	return cli->timeout_ms ? cli->timeout_ms : TIMEOUT_MS;
}

struct json_object *cg_ask_new(const char *cmd)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "v", json_object_new_int(CG_CTL_VERSION));
	json_object_object_add(request, "cmd", json_object_new_string(cmd));
	return request;
}

int cg_ask_try(const struct cg_cli *cli, struct json_object *request,
	       struct json_object **ret_reply)
{
	int r = cg_client_call(cli->socket, request, timeout_of(cli), ret_reply);

	json_object_put(request);
	if (!r && !cli->json)
		cg_told_reply(*ret_reply);
	return r;
}

int cg_ask_open(const struct cg_cli *cli, int *ret_fd)
{
	return cg_client_open(cli->socket, timeout_of(cli), ret_fd);
}

int cg_ask_on(const struct cg_cli *cli, int fd, struct json_object *request,
	      struct json_object **ret_reply)
{
	int r = cg_client_ask(fd, request, timeout_of(cli), ret_reply);

	json_object_put(request);
	if (!r && !cli->json)
		cg_told_reply(*ret_reply);
	return r;
}

int cg_ask_unreachable(const struct cg_cli *cli, int r)
{
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return cg_say_error(cli, CG_EXIT_NO_AGENT,
				    _("What was in force stays in force. `camgate close` and "
				      "`camgate seal` work for root all the same."),
				    _("the agent is not running (nobody listens at %s)"),
				    cli->socket);
	case ECONNRESET:
		return cg_say_error(cli, CG_EXIT_NO_AGENT, NULL,
				    _("the agent ended before it answered"));
	case ETIMEDOUT:
		return cg_say_error(cli, CG_EXIT_NO_AGENT,
				    _("What was asked for may still be done."),
				    _("the agent did not answer in time"));
	case EACCES:
	case EPERM:
		return cg_say_error(cli, CG_EXIT_FAILED, NULL,
				    _("not permitted: be root or a member of group '%s'"),
				    CG_CTL_GROUP);
	case EPROTO:
		return cg_say_error(cli, CG_EXIT_FAILED,
				    _("Agent and command may be of different versions."),
				    _("the agent's answer makes no sense"));
	case EMSGSIZE:
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, _("the agent's answer is too long"));
	case E2BIG:
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("the arguments are too long"));
	default:
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s: %s", cli->socket, strerror(-r));
	}
}

int cg_ask_finish(const struct cg_cli *cli, struct json_object *reply,
		  struct json_object **ret_reply)
{
	int code = cg_say_code(reply);

	*ret_reply = NULL;
	if (!cg_reply_bool(reply, "ok")) {
		code = cg_say_refusal(cli, reply);
	} else if (cli->json) {
		cg_say_json(reply);
	} else {
		*ret_reply = reply;
		return code;
	}
	json_object_put(reply);
	return code;
}

int cg_ask(const struct cg_cli *cli, struct json_object *request, struct json_object **ret_reply)
{
	struct json_object *reply;
	int r = cg_ask_try(cli, request, &reply);

	if (r) {
		*ret_reply = NULL;
		return cg_ask_unreachable(cli, r);
	}
	return cg_ask_finish(cli, reply, ret_reply);
}
