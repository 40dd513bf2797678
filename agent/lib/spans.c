/* SPDX-License-Identifier: GPL-2.0-only */
/* A growing list; a tombstone that cannot be read tells of nothing. */
#include <errno.h>
#include "spans.h"

void cg_spans_free(struct cg_spans *s)
{
	free(s->v);
	*s = (struct cg_spans){ 0 };
}

int cg_spans_add(struct cg_spans *s, const struct cg_gone_span *span)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		struct cg_gone_span *v = reallocarray(s->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->v = v;
		s->room = room;
	}
	s->v[s->n++] = *span;
	return 0;
}

static int by_from(const void *p, const void *q)
{
	const struct cg_gone_span *x = p, *y = q;

	return x->from < y->from ? -1 : x->from > y->from;
}

void cg_spans_sort(struct cg_spans *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_from);
}

static int take(const struct cg_chain_line *line, enum cg_gone_what what, uint64_t *holes,
		struct cg_spans *s)
{
	struct cg_gone g;
	int r = cg_gone_parse(line->at, line->len, &g);

	if (r)
		return r == -ENOMEM ? r : 0;
	if (holes)
		*holes += g.what == CG_GONE_HOLE;
	for (size_t i = 0; !r && g.what == what && i < g.nspan; i++)
		/* Only what lies before it. */
		if (g.span[i].to < line->link.n)
			r = cg_spans_add(s, &g.span[i]);
	return r;
}

int cg_spans_read(const struct cg_chain_files *files, enum cg_gone_what what, uint64_t *holes,
		  struct cg_spans *s)
{
	int r = 0;

	for (size_t i = 0; !r && i < files->n; i++)
		if (files->v[i].gone)
			r = take(&files->v[i], what, holes, s);
	cg_spans_sort(s);
	return r;
}

bool cg_spans_has(const struct cg_spans *s, uint64_t n)
{
	for (size_t i = 0; i < s->n && s->v[i].from <= n; i++)
		if (s->v[i].to >= n)
			return true;
	return false;
}
