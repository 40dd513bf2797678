/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A time zone as one line, CET-1CEST,M3.5.0,M10.5.0/3: POSIX.1-2017, base
 * definitions 8.3, with the hours of -167 to 167 that RFC 8536 3.3.1 adds.
 */
#ifndef CG_TZRULE_H
#define CG_TZRULE_H

#include <stdbool.h>
#include <stdint.h>
#include "cleanup.h"

/* How far local time may be from UTC, RFC 8536 3.2: -25 to 26 hours, both ends left out. */
#define CG_TZ_MIN_S (-25 * 3600 + 1)
#define CG_TZ_MAX_S (26 * 3600 - 1)

/* A time with one distance from UTC, within it t + off_s is what clocks read. */
struct cg_tzspan {
	int64_t begin_s,
		end_s;	  /* from, and up to but not including; INT64_MIN, INT64_MAX: for ever */
	int32_t off_s;	  /* east of UTC */
	int32_t before_s; /* what it was until begin_s */
};

enum cg_tzrule_kind {
	CG_TZRULE_MONTH,  /* Mm.w.d */
	CG_TZRULE_JULIAN, /* Jn: 1 to 365, February 29 is not counted */
	CG_TZRULE_DAY,	  /* n: 0 to 365 */
	__CG_TZRULE_MAX,
};

struct cg_tzrule_when {
	enum cg_tzrule_kind kind;
	int month, week, weekday; /* of MONTH; week 5 is the last */
	int day;		  /* of the others */
	int32_t time_s; /* local time of that day, what holds before; may be another day's */
};

struct cg_tzrule {
	int32_t std_s, dst_s; /* east of UTC */
	bool has_dst;
	struct cg_tzrule_when to_dst, to_std;
};

/* -EINVAL: not such a line. One that names summer time and not when it is is
 * refused: what that means differs from system to system. */
int cg_tzrule_parse(const char *text, struct cg_tzrule *ret_rule) __must_check;
/* The span that t is in. */
void cg_tzrule_at(const struct cg_tzrule *rule, int64_t t, struct cg_tzspan *ret_span);

#endif
