/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of the record that are no entry but say what became of others: where the chain
 * begins, which lines are gone and why, and what was lost. A line of JSON, in and out.
 */
#ifndef CG_GONE_H
#define CG_GONE_H

#include "chain.h"
#include "record.h"

enum cg_gone_what {
	CG_GONE_BEGIN = 1, /* lines before it, `count` of them, are not chained */
	CG_GONE_GONE = 2,  /* taken out: a tombstone */
	CG_GONE_HOLE = 3,  /* lost: by a power cut, or by somebody */
	__CG_GONE_WHAT_MAX = 4,
};

enum cg_gone_why {
	CG_GONE_NONE = 0,
	CG_GONE_DAYS = 1,  /* older than record_days */
	CG_GONE_SIZE = 2,  /* more than record_size */
	CG_GONE_ERASE = 3, /* somebody asked for it */
	CG_GONE_CUT = 4,   /* a hole: the agent did not end, what it had in memory is lost */
	CG_GONE_HEAD = 5,  /* a hole: there was no head, or one that cannot be read */
	CG_GONE_LOST = 6,  /* a hole: lines the head knows of are not there */
	__CG_GONE_WHY_MAX = 7,
};

/* Lines from to to, and the hash of the one before them; of from = 1 zeros. */
struct cg_gone_span {
	uint64_t from, to;
	uint8_t prev[CG_HASH_LEN];
};

/* Of one line; a tombstone of more spans is several lines. */
#define CG_SPANS_MAX 64

struct cg_gone {
	enum cg_gone_what what;
	enum cg_gone_why why;
	uint64_t count;	     /* lines */
	uint64_t bytes;	     /* of a hole: of lines that were begun and not ended */
	int64_t first_s;     /* of a hole: what was written last, 0 = not known */
	int64_t last_s;	     /* when it was said */
	bool unsure;	     /* the clock was not known to be right */
	char cam[CG_ID_LEN]; /* erased; "" = of all */
	int64_t uid;	     /* who; -1: nobody but the agent */
	char user[CG_RECORD_USER_LEN];
	struct cg_gone_span span[CG_SPANS_MAX];
	size_t nspan;
};

const char *cg_gone_what_name(enum cg_gone_what what);
const char *cg_gone_why_name(enum cg_gone_why why);
/* Looks like one, at a glance. */
bool cg_gone_is(const char *line, size_t n);
struct json_object *cg_gone_to_json(const struct cg_gone *g); /* NULL without memory */
/* With its LF, freed by the caller. */
int cg_gone_print(const struct cg_gone *g, char **ret_line) __must_check;
/* line without its LF, of n bytes. -EPROTO: none. */
int cg_gone_parse(const char *line, size_t n, struct cg_gone *ret_gone) __must_check;

#endif
