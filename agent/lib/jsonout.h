/* SPDX-License-Identifier: GPL-2.0-only */
/* Building JSON where memory may run out: json-c would end the process, or print text with holes. Pure. */
#ifndef CG_JSONOUT_H
#define CG_JSONOUT_H

#include <stdbool.h>
#include <stddef.h>
#include "cleanup.h"

struct json_object;

/*
 * Take value, whatever happens: it is filled before, and not looked at after. Where there is no memory for it (value is NULL
 * then, or o is) what it was to be part of is not whole any more, which
 * cg_json_text() finds; nobody in between has to look. A null that is meant
 * cannot be added: the member is left out.
 */
void cg_json_add(struct json_object *o, const char *key, struct json_object *value);
void cg_json_push(struct json_object *list, struct json_object *value);
/* Takes value; -ENOMEM: it is still the caller's. value may be NULL, which is null. */
int cg_json_set(struct json_object *o, const char *key, struct json_object *value) __must_check;
/* Does everything that was added to it hold? */
bool cg_json_whole(struct json_object *root);
/* All of it as text, on one line or, pretty, on many, with a line's end; freed by the caller.
 * -ENOMEM: none, or root is not whole. */
int cg_json_text(struct json_object *root, bool pretty, char **ret_text,
		 size_t *ret_n) __must_check;

#endif
