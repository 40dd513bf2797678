/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions and entries of the record in words, the same in every command. */
#ifndef CG_VIEWING_H
#define CG_VIEWING_H

#include <time.h>
#include <json-c/json.h>
#include "print.h"

#define CG_VIEWING_LEN 512

/* The remote: "p2p.vendor.example:32100/udp", "[2001:db8::1]:443/tcp", "203.0.113.0/24". Returns buf. */
const char *cg_viewing_end(struct json_object *o, char buf[static CG_VIEWING_LEN]);
/* A session's state: "watching", "stopped until 18:30". Returns buf. */
const char *cg_viewing_state(struct json_object *session, time_t now,
			     char buf[static CG_VIEWING_LEN]);
enum cg_style cg_viewing_style(const char *state);
/* How it was recognized, by "sign" and "signature"; "" where it was not. Returns buf. */
const char *cg_viewing_how(struct json_object *o, char buf[static CG_VIEWING_LEN]);
/* "1200 kbit/s" without its unit; "-" where it is not known. Returns buf. */
const char *cg_viewing_rate(struct json_object *o, const char *key, char buf[static CG_PRINT_LEN]);

#endif
