/* SPDX-License-Identifier: GPL-2.0-only */
/* Many entries of the record: read from its files, put together, and lines that are too old taken out. */
#ifndef CG_RECORDLIST_H
#define CG_RECORDLIST_H

#include "record.h"

#define CG_RECORD_FILE	   "record.jsonl" /* in the state folder; .1 to .3 are older */
#define CG_RECORD_HEAD	   "record.head"
#define CG_RECORD_PATH_LEN 4096
/* A file may be larger than the config lets it be now, and somebody may have added to it. */
#define CG_RECORD_READ_MAX (2 * CG_RECORD_SIZE_MAX / CG_RECORD_FILES)

struct cg_records {
	struct cg_record *v;
	size_t n, room;
};

void cg_records_free(struct cg_records *list);
/* Takes r, cleared after; -ENOMEM: still the caller's. */
int cg_records_add(struct cg_records *list, struct cg_record *r) __must_check;
/* What was said twice once, attempts within CG_RECORD_JOIN_S of each other as one, the
 * oldest first. */
void cg_records_settle(struct cg_records *list);

/* Returns buf: the file's name, 0 being the one that is written to; NULL: too long. */
const char *cg_records_path(const char *dir, unsigned int i, char buf[static CG_RECORD_PATH_LEN]);
/*
 * Adds entries from dir's files that ended at since_s or later, of cam (id or name;
 * NULL: of all). A file that is not there holds none; lines that are none are passed
 * over. The first error is returned, what could be read is added all the same.
 */
int cg_records_read(const char *dir, int64_t since_s, const char *cam,
		    struct cg_records *list) __must_check;
/* When the line, without its LF, says that it ended; false: it is none, or was written while the
 * clock was not right. */
bool cg_records_age(const char *line, size_t n, int64_t *ret_s);

#endif
