/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON from strangers: bounded, no key twice, texts made harmless. */
#ifndef CG_MUD_JSON_H
#define CG_MUD_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include "cleanup.h"
#include "diag.h"

/* -E2BIG (mud.h's limits), -EPROTO (no JSON, or a key twice in one object, of
 * which readers keep only one) with diag. */
int cg_mud_json_parse(const char *text, size_t n, const char *file, struct cg_diag *diag,
		      struct json_object **ret_root) __must_check;
/* Elements of every list called key, wherever it stands. */
size_t cg_mud_json_count(struct json_object *o, const char *key);
/* The key without the name of a module in front of it that RFC 8520 uses. */
const char *cg_mud_json_key(const char *key);
/* A string without a NUL in it, else NULL. */
const char *cg_mud_json_text(struct json_object *o);
/* What a key may be called, ended by NULL; NULL where none of them is there. */
struct json_object *cg_mud_json_get(struct json_object *o, const char *const *names);
/* Printable ASCII only, shortened with "..."; NULL gives "". Returns buf. */
const char *cg_mud_json_clean(const char *s, char *buf, size_t size);

static inline void cg_json_putp(struct json_object **o)
{
	json_object_put(*o);
}

#endif
