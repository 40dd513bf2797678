/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading JSON where memory may run out: json-c's parser crashes then, or takes a member for another. Pure. */
#ifndef CG_JSONIN_H
#define CG_JSONIN_H

#include <stddef.h>
#include "cleanup.h"

struct json_object;

#define CG_JSON_DEPTH 16

/*
 * One JSON value (RFC 8259, UTF-8), white space around it; what json-c's other
 * functions take, put by the caller; NULL for null. -EPROTO: it is none, is more
 * than one, or lies deeper than CG_JSON_DEPTH; -ENOMEM. Whole numbers past 64 bits
 * are the largest or smallest there is.
 */
int cg_json_read(const char *text, size_t n, struct json_object **ret_value) __must_check;
void cg_json_freep(struct json_object **o);

#endif
