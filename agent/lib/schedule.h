/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows of a camera's schedule: which is in force, and when that changes.
 *
 * A window holds while the clock on the wall (cg_zone_wall) reads from `from` up to
 * but not including `to`, on the days it names; one whose `to` is not behind its
 * `from` ends on the day after, which need not be named. So, when clocks change:
 * - a time that is left out: what begins then begins, and what ends then ends, at the
 *   moment clocks go forward; a window that lies within what is left out does not come;
 * - a time that comes twice counts the first time, and while it comes again windows
 *   stay as they are: what has ended does not begin again.
 * Of several windows in force the strictest holds; without one, the configuration.
 */
#ifndef CG_SCHEDULE_H
#define CG_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "config.h"
#include "diag.h"
#include "zone.h"

struct cg_window {
	uint8_t days;	       /* bit 0: Sunday */
	uint32_t from_s, to_s; /* of the day; to_s up to 86400; never the same */
	enum cg_exposure_state exposure;
	char zone_name[CG_ZONE_NAME_LEN]; /* "": the camera's */
	struct cg_pos zone_pos;
	const struct cg_zone *zone; /* the policy's; NULL until cg_zones_find() */
	struct cg_pos pos;
};

/* Looked ahead: every window comes once a week, and a week may be an hour or, where
 * an island changes sides, a day longer. */
#define CG_SCHEDULE_AHEAD_S (9 * 86400)

struct cg_schedule_now {
	enum cg_exposure_state state;
	int window;	 /* whose it is; -1: the configuration's */
	int64_t until_s; /* it changes then; or CG_SCHEDULE_AHEAD_S from now, and not before */
	bool changes;	 /* the first of these */
	enum cg_exposure_state then; /* what follows */
	int then_window;
};

/* What holds at t. */
enum cg_exposure_state cg_schedule_state(const struct cg_window *windows, size_t n,
					 enum cg_exposure_state config, int64_t t, int *ret_window);
void cg_schedule_at(const struct cg_window *windows, size_t n, enum cg_exposure_state config,
		    int64_t t, struct cg_schedule_now *ret_now);
/* What holds while nobody knows what time it is: the strictest of them all, and
 * never open. */
enum cg_exposure_state cg_schedule_unknown(const struct cg_window *windows, size_t n,
					   enum cg_exposure_state config);

/* The first moment of the local day after the one that t is in. */
int64_t cg_schedule_day_end(const struct cg_zone *zone, int64_t t);
/* Days since 1970-01-01 of the local date. */
int64_t cg_schedule_day(const struct cg_zone *zone, int64_t t);

/* Two windows that are in force at once, at some time of the year from t on, and say
 * different things: the first such pair; false: none. */
bool cg_schedule_overlap(const struct cg_window *windows, size_t n, int64_t t, size_t *ret_a,
			 size_t *ret_b);

/* All but the zone itself. -EINVAL with diag. */
int cg_schedule_read(const struct cg_config_window *written, struct cg_diag *diag,
		     struct cg_window *ret_window) __must_check;
/* "mon-fri 22:00-06:30 closed"; returns buf. */
#define CG_WINDOW_STRLEN 96
const char *cg_schedule_format(const struct cg_window *window, char buf[static CG_WINDOW_STRLEN]);

#endif
