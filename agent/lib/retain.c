/* SPDX-License-Identifier: GPL-2.0-only */
/* What is kept of the record, and what a tombstone has to say of the rest. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "recordlist.h"
#include "spans.h"

/* ---- which lines ---- */

void cg_retain_old(const struct cg_chain_files *files, int64_t before_s, bool *drop)
{
	bool keep = true, standing = false;

	/* Backwards, as an unsure line asks the next. */
	for (size_t i = files->n; i--;) {
		const struct cg_chain_line *line = &files->v[i];
		int64_t last_s;

		/* Half a line may be one that is being written. */
		if (!line->whole)
			continue;
		if (cg_records_age(line->at, line->len, &last_s))
			keep = last_s >= before_s;
		drop[i] = !keep;
	}
	/* What says what became of others is needed while one of those before it stands. */
	for (size_t i = 0; i < files->n; i++) {
		drop[i] = drop[i] && !(files->v[i].gone && standing);
		standing |= files->v[i].linked && !drop[i];
	}
}

void cg_retain_size(const struct cg_chain_files *files, uint64_t size, bool *drop)
{
	uint64_t left = 0;

	for (size_t i = 0; i < files->n; i++)
		left += drop[i] ? 0 : files->v[i].len + 1;
	for (size_t i = 0; i < files->n && left > size; i++) {
		left -= drop[i] ? 0 : files->v[i].len + 1;
		drop[i] = true;
	}
}

void cg_retain_cam(const struct cg_chain_files *files, const char *cam, bool *drop)
{
	char member[CG_ID_LEN + 16];
	size_t n = (size_t)snprintf(member, sizeof(member), "\"cam\":\"%s\"", cam);

	for (size_t i = 0; i < files->n; i++) {
		const struct cg_chain_line *line = &files->v[i];

		if (!line->gone && memmem(line->at, line->len, member, n))
			drop[i] = true;
	}
}

/* ---- what is said of them ---- */

struct run {
	struct cg_gone_span span; /* the run under way; from 0: none */
	bool news;		  /* no tombstone knows of it yet */
	bool standing;		  /* something stays before it */
	uint64_t next;		  /* the least number that may come */
};

static int run_end(struct run *run, struct cg_spans *spans)
{
	int r = run->span.from && run->news ? cg_spans_add(spans, &run->span) : 0;

	run->span.from = 0;
	run->news = false;
	return r;
}

static int take(struct run *run, const struct cg_chain_line *line, bool drop, bool told,
		struct cg_spans *spans)
{
	int r = 0;

	/* Somebody moved it: nothing is said of such a place. */
	if (line->link.n < run->next)
		return 0;
	run->next = line->link.n + 1;
	if (!drop || (told && run->standing)) {
		run->standing |= !drop;
		return run_end(run, spans);
	}
	/* What is gone from the beginning on goes with all that told of it. */
	if (run->span.from && run->standing && line->link.n != run->span.to + 1)
		r = run_end(run, spans);
	if (!run->span.from) {
		run->span = (struct cg_gone_span){ .from = run->standing ? line->link.n : 1 };
		if (run->span.from > 1)
			memcpy(run->span.prev, line->link.prev, CG_HASH_LEN);
	}
	run->span.to = line->link.n;
	run->news |= !told;
	return r;
}

int cg_retain_spans(const struct cg_chain_files *files, const bool *drop,
		    const struct cg_spans *told, struct cg_spans *ret_spans, uint64_t *ret_count)
{
	struct run run = { .next = 1 };
	uint64_t count = 0;
	int r = 0;

	for (size_t i = 0; !r && i < files->n; i++) {
		const struct cg_chain_line *line = &files->v[i];
		bool known = line->linked && cg_spans_has(told, line->link.n);

		count += drop[i] && !known;
		if (line->linked)
			r = take(&run, line, drop[i], known, ret_spans);
	}
	if (!r)
		r = run_end(&run, ret_spans);
	*ret_count = count;
	return r;
}
