/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * STATE_DIR/record.jsonl: added to in one write, chained (agent/lib/chain.h), kept small, read
 * by the group. record.head says how far it goes, and is written behind the lines: a power
 * cut leaves it behind them, never ahead, and what was begun and not ended is cut off with a
 * line that says so.
 */
#ifndef CG_RECORDFILE_H
#define CG_RECORDFILE_H

#include <stddef.h>
#include <stdint.h>
#include "../lib/chain.h"
#include "../lib/gone.h"

struct cg_recordfile {
	const char *dir;
	int64_t now_s;
	bool unsure;   /* the clock is not known to be right */
	uint64_t size; /* bytes of all files, CG_RECORD_SIZE_* */
	/* out: how far it goes */
	struct cg_anchor at;
};

/* The folder and the files there are to the group, where there is one. */
void cg_recordfile_own(const char *dir);
/* Somebody writes from now on. Where the last one did not end that becomes a line. */
int cg_recordfile_begin(struct cg_recordfile *f) __must_check;
/* And has ended. */
int cg_recordfile_end(struct cg_recordfile *f) __must_check;
/* Adds whole lines, JSON objects, and syncs; where they would not fit the files move up
 * first. Returns 1 where they did, 0, or -errno with the file as it was. */
int cg_recordfile_append(struct cg_recordfile *f, const char *text, size_t n) __must_check;

/*
 * Takes lines out of every file, and leaves a tombstone in the chain. trim: what ended before
 * before_s, and the oldest that is more than size. erase: of one camera, by its id; gone says
 * who asked, and its count is how many then. What a power cut left of an earlier time is ended.
 */
int cg_recordfile_trim(struct cg_recordfile *f, int64_t before_s) __must_check;
int cg_recordfile_erase(struct cg_recordfile *f, struct cg_gone *gone,
			const char *cam) __must_check;

#endif
