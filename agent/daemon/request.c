/* SPDX-License-Identifier: GPL-2.0-only */
/* One JSON object a line, strictly: what is half of one, or more than one, runs nothing. */
#include <errno.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonin.h"
#include "command.h"
#include "request.h"

struct json_object *cg_request_run(struct cg_agent *a, const char *line, size_t len,
				   bool privileged, int64_t uid)
{
	struct json_object *request = NULL, *reply;
	int err;

	if (memchr(line, '\0', len))
		return cg_command_refuse(CG_EXIT_USAGE,
					 "a request is text, and this one holds a NUL");
	err = cg_json_read(line, len, &request);
	if (err == -ENOMEM)
		return NULL;
	if (err || !json_object_is_type(request, json_type_object))
		reply = cg_command_refuse(CG_EXIT_USAGE, "a request is one JSON object a line");
	else
		reply = cg_command_run(a, request, privileged, uid);
	json_object_put(request);
	return reply;
}
