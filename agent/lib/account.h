/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a camera has used of its daily quotas. A day is a date of its time zone, and
 * ends when midnight passes; where the clock is set instead, the date moves and what
 * was used stays, so that no setting of clocks gives anything back.
 */
#ifndef CG_ACCOUNT_H
#define CG_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>

#define CG_ACCOUNT_NO_DAY INT64_MIN

struct cg_account {
	char id[CG_ID_LEN];
	int64_t day;	/* days since 1970-01-01; CG_ACCOUNT_NO_DAY: not known yet */
	int64_t passed; /* the last day that began with a midnight, not with a clock set */
	uint64_t open_ns;
	uint64_t up_bytes;
	uint64_t seen_ns;    /* openings are counted up to here; boot clock */
	uint64_t seen_bytes; /* the packet path's counter, as far as it is counted */
	uint64_t ends_ns;    /* of an opening then in force; 0: none, INT64_MAX: for good */
};

/* An account that begins now. */
struct cg_account cg_account_new(const char *id, uint64_t now_ns, uint64_t counter);
/* stepped: the clock was set since the last call. Returns whether a new day began. */
bool cg_account_day(struct cg_account *a, int64_t today, bool stepped);
/* Counts what *e was open from where it was counted last up to now_ns: before *e is
 * changed, and often enough otherwise. */
void cg_account_open(struct cg_account *a, const struct cg_exposure *e, uint64_t now_ns);
/* The account of another boot goes on in this one. What it was open between the last
 * look and the end of that boot nobody knows: at most at_most_s are taken for it. */
void cg_account_reboot(struct cg_account *a, uint64_t now_ns, uint32_t at_most_s);
/* A counter below what it was has begun anew. */
void cg_account_bytes(struct cg_account *a, uint64_t counter);
/* How long an opening may last, boot clock: what is left of limit_s; or, where that
 * is more than what is left of the day, day_end_ns and limit_s of the next. day_end_ns
 * 0: not known. */
uint64_t cg_account_until(const struct cg_account *a, uint32_t limit_s, uint64_t now_ns,
			  uint64_t day_end_ns);
uint64_t cg_account_left_ns(const struct cg_account *a, uint32_t limit_s);
/* Bytes sent to remotes, of all the camera's counters. */
uint64_t cg_account_counter(const struct cg_stats *stats);

#endif
