/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as people write them: 30m, 1h30m, 90s, 2d, until 18:00. */
#ifndef CG_DURATION_H
#define CG_DURATION_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "cleanup.h"

/* "90", "90s", "30m", "1h30m", "1.5h", "2d" -> seconds; a bare number is
 * minutes. -EINVAL, -ERANGE (0 or past max_s). */
int cg_duration_parse(const char *s, uint64_t max_s, uint64_t *ret_s) __must_check;
/* "18:00", "18:00:30", "2026-11-25 18:00", "tomorrow 07:30", in local time: the
 * next such moment after now. -EINVAL, -ERANGE (in the past). */
int cg_until_parse(const char *s, time_t now, time_t *ret_when) __must_check;
/* "2h" ago, or the last such moment before now: "18:00", "2026-11-25 18:00",
 * "2026-11-25". -EINVAL,
 * -ERANGE (longer ago than max_s, or still to come). */
int cg_since_parse(const char *s, time_t now, uint64_t max_s, time_t *ret_when) __must_check;
/* "1h 30m", "45s"; returns buf. */
const char *cg_duration_format(uint64_t s, char *buf, size_t n);

#endif
