/* SPDX-License-Identifier: GPL-2.0-only */
/* One request to the agent, one reply, in bounded time. */
#ifndef CG_CLIENT_H
#define CG_CLIENT_H

#include <json-c/json.h>
#include "../lib/cleanup.h"

/*
 * Sends request to the agent at path and reads the reply's line. Returns 0 and
 * a reply the caller puts: an object of our version with `ok` and `code`.
 * -ENOENT, -ECONNREFUSED: no agent there; -EACCES: not for this user;
 * -ETIMEDOUT: no whole reply in time; -ECONNRESET: the agent went away;
 * -E2BIG: request past CG_MAX_REQUEST; -EMSGSIZE: reply past CG_MAX_REPLY;
 * -EPROTO: not a reply.
 */
int cg_client_call(const char *path, struct json_object *request, int timeout_ms,
		   struct json_object **ret_reply) __must_check;
/* The same for several requests on one connection, which the caller closes. */
int cg_client_open(const char *path, int timeout_ms, int *ret_fd) __must_check;
int cg_client_ask(int fd, struct json_object *request, int timeout_ms,
		  struct json_object **ret_reply) __must_check;

#endif
