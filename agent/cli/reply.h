/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a reply's members: a missing or odd one is its default, never a crash. */
#ifndef CG_REPLY_H
#define CG_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>
#include "../lib/cleanup.h"

/* A line without its LF as a reply the caller puts: an object of our version with
 * `ok` and `code`. -EPROTO: not one. */
int cg_reply_parse(const char *line, struct json_object **ret_reply) __must_check;

bool cg_reply_has(struct json_object *o, const char *key);	  /* there and not null */
const char *cg_reply_str(struct json_object *o, const char *key); /* "" = none */
/*
 * No further from 0 than what every reader of JSON has exactly (RFC 7493 section 2.2):
 * a thousand of them, or one times a thousand, are still an int64_t.
 */
#define CG_REPLY_MOST (INT64_C(1) << 53)
int64_t cg_reply_number(struct json_object *v);		      /* 0 = none */
int64_t cg_reply_int(struct json_object *o, const char *key); /* 0 = none */
bool cg_reply_bool(struct json_object *o, const char *key);
struct json_object *cg_reply_obj(struct json_object *o, const char *key); /* NULL = none */
/* Elements of an array member; 0 = none. */
size_t cg_reply_count(struct json_object *o, const char *key);
struct json_object *cg_reply_at(struct json_object *o, const char *key, size_t i);
const char *cg_reply_str_at(struct json_object *o, const char *key, size_t i);

/* A camera object's name as people know it: "name (id)", or "id" where they are
 * the same. Returns buf. */
#define CG_REPLY_CAM_LEN 128
const char *cg_reply_cam(struct json_object *cam, char buf[static CG_REPLY_CAM_LEN]);

#define CG_REPLY_PORT_LEN 32
/* "443/tcp", "udp", "": a port, 0 for none, with the member "proto". Returns buf. */
const char *cg_reply_port(struct json_object *o, const char *key,
			  char buf[static CG_REPLY_PORT_LEN]);

#endif
