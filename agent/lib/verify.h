/* SPDX-License-Identifier: GPL-2.0-only */
/* Is the record as it was written? Finds the first line that is not. */
#ifndef CG_VERIFY_H
#define CG_VERIFY_H

#include "chainfiles.h"

enum cg_verify_what {
	CG_VERIFY_WHOLE = 0,
	CG_VERIFY_ALTERED, /* this line is another than was written */
	CG_VERIFY_FOREIGN, /* this line is none of the chain */
	CG_VERIFY_MISSING, /* before this line some are not there */
	CG_VERIFY_ORDER,   /* this line stands in another place */
	CG_VERIFY_CUT,	   /* the last lines are not there: row is where they would begin */
	CG_VERIFY_HEAD,	   /* there is no head, or one that is none */
	CG_VERIFY_ANCHOR,  /* the line of the anchor is another than was noted down */
	__CG_VERIFY_MAX,
};

struct cg_verify {
	enum cg_verify_what what;
	/* The first fault; file as cg_records_path() counts. */
	unsigned int file;
	uint32_t row;
	uint64_t n;	       /* of the line that is altered, foreign (0) or, the first, missing */
	uint64_t missing;      /* how many; 0 = not known */
	bool told;	       /* a hole in the record says that they were lost */
	bool head;	       /* there is one */
	struct cg_anchor good; /* the last up to which all holds; n 0: none */
	struct cg_anchor last; /* as the files end */
	uint64_t lines;	       /* that are chained and there */
	uint64_t before;       /* not chained */
	uint64_t gone;	       /* accounted for by tombstones */
	uint64_t holes;	       /* that say of a power cut */
	uint64_t behind; /* lines behind the head, and bytes that are no line: a power cut just now */
	uint64_t bytes;
	bool unknown; /* the line of the anchor is gone: nothing to hold it against */
};

/*
 * anchor: what somebody noted down, its first anchor_bytes; NULL: none. head NULL: there is
 * none. -ENOMEM.
 */
int cg_verify(const struct cg_chain_files *files, const struct cg_head *head,
	      const struct cg_anchor *anchor, size_t anchor_bytes,
	      struct cg_verify *ret_verify) __must_check;

#endif
