/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A compiled time zone, as RFC 8536 describes it: versions 1 to 4, the 64-bit part
 * where there is one, its footer for the time behind the last change.
 */
#ifndef CG_TZFILE_H
#define CG_TZFILE_H

#include <stddef.h>
#include "tzrule.h"

struct cg_tzfile_change {
	int64_t at_s;
	int32_t off_s; /* from then on */
};

struct cg_tzfile {
	struct cg_tzfile_change *change; /* in order */
	size_t n;
	int32_t first_s; /* before all of them */
	bool has_rule;	 /* behind the last of them; else it stays as it is */
	struct cg_tzrule rule;
};

/* -EPROTO: not such a file, or one that breaks its own rules; -ENOTSUP: it counts
 * leap seconds, which no wall clock here does. Reads nothing behind data + n. */
int cg_tzfile_parse(const void *data, size_t n, struct cg_tzfile *ret_file) __must_check;
void cg_tzfile_free(struct cg_tzfile *file);
void cg_tzfile_at(const struct cg_tzfile *file, int64_t t, struct cg_tzspan *ret_span);

#endif
