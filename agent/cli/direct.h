/* SPDX-License-Identifier: GPL-2.0-only */
/* What root may do without the agent: close, seal and detach, straight on the pinned maps. */
#ifndef CG_DIRECT_H
#define CG_DIRECT_H

#include <stdbool.h>
#include <json-c/json.h>
#include "../kern/pins.h"
#include "command.h"

/*
 * Closes or seals cam (an id, a name, or "all") in the packet path and notes it
 * in the state file, so that the agent and the next boot know. cause: what the
 * agent failed with (cg_ask_try), to be said. Returns the exit code and, for
 * people, a reply with cams in *ret_reply (else NULL).
 */
int cg_direct_set(const struct cg_cli *cli, const char *cam, bool seal, int cause,
		  struct json_object **ret_reply);
/* As the agent's detach: filters, maps, pins. */
int cg_direct_detach(const struct cg_cli *cli, struct json_object **ret_reply);

/* The counters of cam (NULL: of all) as the agent would tell them, with "direct". */
int cg_direct_counters(const struct cg_cli *cli, const char *cam, int cause,
		       struct json_object **ret_reply);

/* For direct_read.c. Why nothing can be done without the agent; returns the exit code. */
int cg_direct_no_pins(const struct cg_cli *cli, int cause, int err);
int cg_direct_no_camera(const struct cg_cli *cli, const struct cg_pins *pins, const char *cam);

#endif
