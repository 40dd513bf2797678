/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera's rules as a MUD file (RFC 8520), and what such a file has no words for. */
#ifndef CG_MUD_WRITE_H
#define CG_MUD_WRITE_H

#include <json-c/json.h>
#include <time.h>
#include "policy.h"

/* NULL if s may be a mud-url, else what was expected. */
const char *cg_mud_url_fault(const char *s);
/*
 * url: NULL: one that leads nowhere; now: the file's last-update. What of the
 * camera is not in the file, or not as it is meant, goes into *ret_missing, an
 * array of texts. The caller puts both. -ENOMEM.
 */
int cg_mud_write(const struct cg_policy_cam *cam, const char *url, time_t now,
		 struct json_object **ret_root, struct json_object **ret_missing) __must_check;

#endif
