/* SPDX-License-Identifier: GPL-2.0-only */
/* A command's question to the agent, with whatever goes wrong said in a sentence. */
#ifndef CG_ASK_H
#define CG_ASK_H

#include <json-c/json.h>
#include "command.h"

/* {"v":1, "cmd":cmd}; the caller adds arguments. */
struct json_object *cg_ask_new(const char *cmd);
/* Consumes request. 0 or as cg_client_call, nothing said. */
int cg_ask_try(const struct cg_cli *cli, struct json_object *request,
	       struct json_object **ret_reply);
/* Several on one connection, which the caller closes. */
int cg_ask_open(const struct cg_cli *cli, int *ret_fd);
/* Consumes request; as cg_ask_try. */
int cg_ask_on(const struct cg_cli *cli, int fd, struct json_object *request,
	      struct json_object **ret_reply);
/* What r of cg_ask_try means, said; returns the exit code. */
int cg_ask_unreachable(const struct cg_cli *cli, int r);
/* Consumes reply. Says a refusal, prints what --json asks for: NULL in
 * *ret_reply then, else the reply for people. Returns the exit code. */
int cg_ask_finish(const struct cg_cli *cli, struct json_object *reply,
		  struct json_object **ret_reply);
/* All of it. */
int cg_ask(const struct cg_cli *cli, struct json_object *request, struct json_object **ret_reply);

#endif
