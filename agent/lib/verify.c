/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One walk from the oldest line on. What is not where it should be is accounted for by a
 * tombstone further on, which the chain itself holds; else it is a fault, and the walk ends.
 */
#include <errno.h>
#include <string.h>
#include "spans.h"
#include "verify.h"

struct walk {
	const struct cg_chain_files *files;
	const struct cg_head *head;
	struct cg_spans gone, lost;
	struct cg_anchor last; /* of the line before */
	bool known;	       /* its hash is: it is there, or the first has none before it */
	struct cg_verify v;
};

/* ---- tombstones ---- */

/* All of from to to; and what they say of the line before, where it is there, is true. */
static bool is_told(const struct cg_spans *s, uint64_t from, uint64_t to,
		    const struct cg_anchor *before)
{
	uint64_t next = from;

	for (size_t i = 0; i < s->n && next <= to; i++) {
		const struct cg_gone_span *span = &s->v[i];

		if (span->from > next)
			break;
		if (before && span->from == from && memcmp(span->prev, before->hash, CG_HASH_LEN))
			return false;
		if (span->to >= next)
			next = span->to + 1;
	}
	return next > to;
}

/* ---- the walk ---- */

static bool fault(struct walk *w, enum cg_verify_what what, const struct cg_chain_line *line)
{
	w->v.what = what;
	w->v.file = line ? line->file : 0;
	w->v.row = line ? line->row : 1;
	return false;
}

static const struct cg_chain_line *next_linked(const struct walk *w, size_t i)
{
	while (++i < w->files->n)
		if (w->files->v[i].linked)
			return &w->files->v[i];
	return NULL;
}

static void hash_of(const struct cg_chain_line *line, uint8_t hash[static CG_HASH_LEN])
{
	cg_chain_hash(line->at, line->len, hash);
}

/* Does what follows say that this very line was written there? */
static bool is_vouched(const struct walk *w, size_t i)
{
	const struct cg_chain_line *line = &w->files->v[i], *next = next_linked(w, i);
	uint8_t hash[CG_HASH_LEN];

	hash_of(line, hash);
	if (next && next->link.n == line->link.n + 1)
		return !memcmp(next->link.prev, hash, CG_HASH_LEN);
	return w->head && w->head->at.n == line->link.n &&
	       !memcmp(w->head->at.hash, hash, CG_HASH_LEN);
}

static size_t index_of(const struct walk *w, uint64_t n)
{
	for (size_t i = 0; i < w->files->n; i++)
		if (w->files->v[i].linked && w->files->v[i].link.n == n)
			return i;
	return SIZE_MAX;
}

/* One that is no link: before the first it is from before there was a chain. */
static bool unlinked(struct walk *w, size_t i, bool begun)
{
	const struct cg_chain_line *line = &w->files->v[i], *next = next_linked(w, i);
	uint64_t n = w->last.n + 1;

	if (!begun && (next || !w->head || !w->head->at.n)) {
		w->v.before++;
		return true;
	}
	/* What a power cut leaves stands at the very end, behind all the head knows of. */
	if (!line->whole && i + 1 == w->files->n && w->head && w->last.n >= w->head->at.n) {
		w->v.bytes = line->len;
		return true;
	}
	w->v.n = 0;
	/* It stands where one is missing. */
	if (next ? next->link.n == n + 1 : w->head && w->head->at.n >= n) {
		w->v.n = n;
		return fault(w, line->whole || next ? CG_VERIFY_ALTERED : CG_VERIFY_CUT, line);
	}
	return fault(w, CG_VERIFY_FOREIGN, line);
}

/* Was one, to judge by half of it. */
static bool is_broken(const struct cg_chain_line *line)
{
	return !line->linked && (memmem(line->at, line->len, "\"prev\":", 7) ||
				 memmem(line->at, line->len, "\"salt\":", 7));
}

static bool gap(struct walk *w, const struct cg_chain_line *line)
{
	uint64_t from = w->last.n + 1, to = line->link.n - 1;
	size_t later = index_of(w, from);

	if (is_told(&w->gone, from, to, w->known && from > 1 ? &w->last : NULL)) {
		w->v.gone += to - from + 1;
		w->v.good = w->last;
		return true;
	}
	w->v.n = from;
	w->v.missing = to - from + 1;
	if (later != SIZE_MAX) {
		w->v.n = line->link.n;
		w->v.missing = 0;
		return fault(w, CG_VERIFY_ORDER, line);
	}
	/* The first of all: what is no link before it was taken for one from before. */
	if (from == 1 && line > w->files->v && is_broken(line - 1))
		return fault(w, CG_VERIFY_ALTERED, line - 1);
	w->v.told = is_told(&w->lost, from, to, NULL);
	/* A tombstone is there, and says of the line before that it was another. */
	if (is_told(&w->gone, from, to, NULL)) {
		w->v.n = w->last.n;
		w->v.missing = 0;
		return fault(w, CG_VERIFY_ALTERED, line - 1);
	}
	return fault(w, CG_VERIFY_MISSING, line);
}

static bool linked(struct walk *w, size_t i, size_t before)
{
	const struct cg_chain_line *line = &w->files->v[i];
	bool joined = w->known && !memcmp(line->link.prev, w->last.hash, CG_HASH_LEN);
	uint64_t n = w->last.n + 1;

	w->v.n = line->link.n;
	if (line->link.n != n && joined && w->last.n) {
		/* It follows, whatever it is numbered. */
		w->v.n = n;
		return fault(w, CG_VERIFY_ALTERED, line);
	}
	if (line->link.n < n)
		return fault(w, CG_VERIFY_ORDER, line);
	if (line->link.n > n) {
		if (!gap(w, line))
			return false;
	} else if (!joined && w->known) {
		/* One of the two: the one that nothing else vouches for. */
		if (!w->last.n || !is_vouched(w, i))
			return fault(w, CG_VERIFY_ALTERED, line);
		w->v.n = w->last.n;
		return fault(w, CG_VERIFY_ALTERED, &w->files->v[before]);
	} else {
		w->v.good = w->last;
	}
	w->last.n = line->link.n;
	hash_of(line, w->last.hash);
	w->known = true;
	w->v.lines++;
	return true;
}

/* The end of the files against the head. */
static bool end(struct walk *w)
{
	const struct cg_chain_files *f = w->files;
	const struct cg_chain_line *line = f->n ? &f->v[f->n - 1] : NULL;
	size_t at;

	if (!w->head) {
		/* Nothing was ever chained. */
		if (!w->v.lines)
			return true;
		w->v.n = w->last.n;
		return fault(w, CG_VERIFY_HEAD, line);
	}
	if (w->last.n < w->head->at.n) {
		w->v.n = w->last.n + 1;
		w->v.missing = w->head->at.n - w->last.n;
		(void)fault(w, CG_VERIFY_CUT, line);
		if (line)
			w->v.row++;
		return false;
	}
	w->v.behind = w->last.n - w->head->at.n;
	at = index_of(w, w->head->at.n);
	if (at != SIZE_MAX) {
		uint8_t hash[CG_HASH_LEN];

		hash_of(&f->v[at], hash);
		if (memcmp(hash, w->head->at.hash, CG_HASH_LEN)) {
			w->v.n = w->head->at.n;
			/* What follows it vouches for it: then it is the head that is another. */
			return fault(w, w->v.behind ? CG_VERIFY_HEAD : CG_VERIFY_ALTERED,
				     &f->v[at]);
		}
	}
	w->v.good = w->last;
	return true;
}

/* ---- the anchor ---- */

/* The hash of line n, whether it is there or only told of; *ret_at: the line that says so. */
static bool hash_known(const struct walk *w, uint64_t n, uint8_t hash[static CG_HASH_LEN],
		       size_t *ret_at)
{
	size_t at = index_of(w, n), next = index_of(w, n + 1);

	*ret_at = at != SIZE_MAX ? at : next;
	if (at != SIZE_MAX) {
		hash_of(&w->files->v[at], hash);
		return true;
	}
	if (next != SIZE_MAX) {
		memcpy(hash, w->files->v[next].link.prev, CG_HASH_LEN);
		return true;
	}
	for (size_t i = 0; i < w->gone.n; i++) {
		if (w->gone.v[i].from != n + 1)
			continue;
		memcpy(hash, w->gone.v[i].prev, CG_HASH_LEN);
		return true;
	}
	return false;
}

static void anchor_check(struct walk *w, const struct cg_anchor *want, size_t bytes)
{
	const struct cg_chain_files *f = w->files;
	struct cg_anchor of = { .n = want->n };
	size_t at;

	if (want->n > w->last.n) {
		if (w->v.what)
			return;
		w->v.n = w->last.n + 1;
		w->v.missing = want->n - w->last.n;
		(void)fault(w, CG_VERIFY_CUT, f->n ? &f->v[f->n - 1] : NULL);
		w->v.row += f->n > 0;
		return;
	}
	if (!hash_known(w, want->n, of.hash, &at)) {
		w->v.unknown = true;
		return;
	}
	if (!memcmp(of.hash, want->hash, bytes)) {
		if (of.n > w->v.good.n)
			w->v.good = of;
		return;
	}
	/* Found altered already, or there is another chain up to here. */
	if (w->v.what == CG_VERIFY_ALTERED && w->v.n <= want->n)
		return;
	w->v.n = want->n;
	w->v.good = (struct cg_anchor){ 0 };
	(void)fault(w, CG_VERIFY_ANCHOR, at != SIZE_MAX ? &f->v[at] : NULL);
}

int cg_verify(const struct cg_chain_files *files, const struct cg_head *head,
	      const struct cg_anchor *anchor, size_t anchor_bytes, struct cg_verify *ret_verify)
{
	struct walk w = { .files = files, .head = head, .known = true, .v.head = head };
	bool begun = false, holds = true;
	int r = cg_spans_read(files, CG_GONE_GONE, &w.v.holes, &w.gone);
	size_t before = 0;

	if (!r)
		r = cg_spans_read(files, CG_GONE_HOLE, NULL, &w.lost);
	for (size_t i = 0; !r && holds && i < files->n; i++) {
		if (!files->v[i].linked) {
			holds = unlinked(&w, i, begun);
			continue;
		}
		holds = linked(&w, i, before);
		begun = true;
		before = i;
	}
	if (!r && holds)
		holds = end(&w);
	if (!r) {
		w.v.last = w.last;
		if (anchor)
			anchor_check(&w, anchor, anchor_bytes);
		*ret_verify = w.v;
	}
	cg_spans_free(&w.gone);
	cg_spans_free(&w.lost);
	return r;
}
