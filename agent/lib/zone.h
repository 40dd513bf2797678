/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time zones. Not by libc: its zone is one for the whole process, changing it
 * reads a file each time, musl takes an unknown one for UTC without a word, and
 * what mktime() makes of times that are not or are twice is not the same
 * everywhere. A zone is read once, into memory that nothing changes.
 */
#ifndef CG_ZONE_H
#define CG_ZONE_H

#include <stddef.h>
#include <stdint.h>
#include "cleanup.h"
#include "tzrule.h"

#define CG_ZONE_DIR	  "/usr/share/zoneinfo"
#define CG_ZONE_NAME_LEN  64
#define CG_ZONE_MAX_BYTES (64 * 1024)
#define CG_ZONE_MAX_NEAR  1024 /* names that are looked at for near ones */

struct cg_zone;

/*
 * name: a file below ROOT CG_ZONE_DIR, a line as in tzrule.h, or UTC. NULL: the
 * machine's, which is $TZ, else ROOT/etc/localtime, else the line in ROOT/etc/TZ
 * (OpenWrt), else UTC. -ENOENT: none of these; -EPROTO, -ENOTSUP: the file is not
 * one of ours.
 */
int cg_zone_read(const char *root, const char *name, struct cg_zone **ret_zone) __must_check;
void cg_zone_free(struct cg_zone **zone);

void cg_zone_at(const struct cg_zone *zone, int64_t t, struct cg_tzspan *ret_span);
/*
 * What a clock on the wall reads at t, as seconds since 1970-01-01 00:00 of its
 * own, but for the hour that comes twice when clocks go back: the second time it
 * stands still at the last second of the first. It never goes back.
 */
int64_t cg_zone_wall(const struct cg_zone *zone, int64_t t);
/* The first moment at which the wall reads wall or later. */
int64_t cg_zone_reach(const struct cg_zone *zone, int64_t wall);

/* Names that look like name, from the folder it would be in: "'a' or 'b'", or "". */
const char *cg_zone_near(const char *root, const char *name, char *buf, size_t n);

#endif
