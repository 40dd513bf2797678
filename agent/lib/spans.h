/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines that are gone, as tombstones in the record tell of them. */
#ifndef CG_SPANS_H
#define CG_SPANS_H

#include "chainfiles.h"
#include "gone.h"

struct cg_spans {
	struct cg_gone_span *v; /* by from, once read */
	size_t n, room;
};

void cg_spans_free(struct cg_spans *s);
int cg_spans_add(struct cg_spans *s, const struct cg_gone_span *span) __must_check;
void cg_spans_sort(struct cg_spans *s);
/* What the lines of that kind say; holes may be NULL: how many holes there are. -ENOMEM. */
int cg_spans_read(const struct cg_chain_files *files, enum cg_gone_what what, uint64_t *holes,
		  struct cg_spans *s) __must_check;
bool cg_spans_has(const struct cg_spans *s, uint64_t n);

/* ---- retain.c: what is taken out; drop has files->n places ---- */

/* What ended before before_s. A line that was written while the clock was not right, and
 * what is no line, is as old as the next; one of gone.h stays while something stands before it. */
void cg_retain_old(const struct cg_chain_files *files, int64_t before_s, bool *drop);
/* The oldest, until what is left has no more than size bytes. */
void cg_retain_size(const struct cg_chain_files *files, uint64_t size, bool *drop);
/* Entries of a camera, by its id. */
void cg_retain_cam(const struct cg_chain_files *files, const char *cam, bool *drop);
/* The runs of lines that are not there any more without those that are dropped, as far as told
 * does not know of them; how many lines are dropped that it does not know of. -ENOMEM. */
int cg_retain_spans(const struct cg_chain_files *files, const bool *drop,
		    const struct cg_spans *told, struct cg_spans *ret_spans,
		    uint64_t *ret_count) __must_check;

#endif
