/* SPDX-License-Identifier: GPL-2.0-only */
/* A line of a client, whoever brought it: text to a command, and its reply. */
#ifndef CG_REQUEST_H
#define CG_REQUEST_H

#include <json-c/json.h>
#include "agent.h"

/* line need not be terminated, and is without its LF; privileged and uid as
 * cg_command_run takes them. The caller puts the reply; NULL: no memory. */
struct json_object *cg_request_run(struct cg_agent *a, const char *line, size_t len,
				   bool privileged, int64_t uid);

#endif
