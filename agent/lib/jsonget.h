/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of an object as they are meant: what is absent or of another type counts as nothing. Pure. */
#ifndef CG_JSONGET_H
#define CG_JSONGET_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/* The object's own; "" = none. */
const char *cg_json_get_text(struct json_object *o, const char *key);
int64_t cg_json_get_num(struct json_object *o, const char *key);
/* What counts is never below nothing. */
uint64_t cg_json_get_count(struct json_object *o, const char *key);
/* true itself: neither 1 nor "true". */
bool cg_json_get_flag(struct json_object *o, const char *key);

#endif
