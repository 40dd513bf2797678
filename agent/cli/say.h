/* SPDX-License-Identifier: GPL-2.0-only */
/* Success and failure said once, to people or, with --json, as the reply object. */
#ifndef CG_SAY_H
#define CG_SAY_H

#include <json-c/json.h>
#include "command.h"

/* A failure of our own; hint NULL: none. Returns code. */
int cg_say_error(const struct cg_cli *cli, int code, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A reply with "ok": false, said. Returns its exit code. */
int cg_say_refusal(const struct cg_cli *cli, struct json_object *reply);
/* An array of sentences, to people; NULL: none. */
void cg_say_warnings(struct json_object *list);
/* The reply object itself, one line on stdout. */
void cg_say_json(struct json_object *reply);
/* A reply of our own making, {"v", "ok", "code"}; the caller adds and puts. */
struct json_object *cg_say_new(int code);
/* The exit code a reply asks for. */
int cg_say_code(struct json_object *reply);

#endif
