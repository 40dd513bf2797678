/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes by destination and hour of the last day, of every camera: bounded, from counters that are there anyway. Pure. */
#ifndef CG_TRAFFIC_H
#define CG_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "cleanup.h"

#define CG_TRAFFIC_HOURS   24
#define CG_TRAFFIC_HOUR_NS 3600000000000ULL
/* Destinations of one camera that have a row; the rest share the last one. About 750 bytes each. */
#define CG_TRAFFIC_PER_CAM 24
/* Rows of all cameras together: 3 MB. */
#define CG_TRAFFIC_ROWS	   4096

struct cg_traffic_cell {
	uint64_t up_bytes, down_bytes; /* passed, from and to the camera */
	uint32_t tries;		       /* reports of what was stopped: a part of them all */
	uint32_t pad;
};

struct cg_traffic_row {
	char *name;	  /* the destination was asked for by it; NULL: not known */
	uint8_t peer[16]; /* of a name: the last one */
	bool rest;	  /* all those without a row of their own */
	uint64_t hour;	  /* of cell[0]: hours of the boot clock */
	struct cg_traffic_cell cell[CG_TRAFFIC_HOURS]; /* [1]: the hour before … */
};

struct cg_traffic;

int cg_traffic_new(struct cg_traffic **ret_traffic) __must_check;
void cg_traffic_free(struct cg_traffic **traffic);
/* The slot has another camera now. */
void cg_traffic_forget(struct cg_traffic *t, uint32_t slot);

/* Has the camera a row of this very peer? Then its name, if it has one, is known. */
bool cg_traffic_has(const struct cg_traffic *t, uint32_t slot, const uint8_t peer[16]);

struct cg_traffic_news {
	uint32_t slot;
	const uint8_t *peer; /* 16 bytes */
	const char *name;    /* NULL: not known */
	uint64_t up_bytes, down_bytes;
	uint32_t tries;
	uint64_t ns;
};
/* Peers of one name are one row. -ENOMEM: it is lost. */
int cg_traffic_add(struct cg_traffic *t, const struct cg_traffic_news *news);

/*
 * A session's counters as they are now: what they have grown by since the last look is
 * added. One that was there at the first look (begins is false) counts from then on.
 */
int cg_traffic_count(struct cg_traffic *t, const struct cg_traffic_news *total, uint64_t first_ns,
		     bool begins);
/* Behind each look at all sessions: those it did not see are gone. */
void cg_traffic_counted(struct cg_traffic *t);

/* Rows of the slot with something in the last day, as of now_ns; most bytes first. n at
 * most CG_TRAFFIC_PER_CAM; valid until the next call that changes t. */
size_t cg_traffic_read(struct cg_traffic *t, uint32_t slot, uint64_t now_ns,
		       const struct cg_traffic_row *ret_rows[static CG_TRAFFIC_PER_CAM]);

#endif
