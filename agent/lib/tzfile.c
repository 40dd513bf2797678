/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled time zone: every count is checked against what is there before anything is read. */
#include <errno.h>
#include <string.h>
#include "tzfile.h"

#define HEADER	    44
/* Four times what the richest zone has, in the form with every change written out. */
#define MAX_CHANGES 2048
#define MAX_TYPES   256
#define MAX_CHARS   4096
#define MAX_FOOTER  128

struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

/* What is left to read. */
struct cursor {
	const uint8_t *p;
	size_t n;
};

/* NULL: it is not there. */
static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (n > c->n)
		return NULL;
	c->p += n;
	c->n -= n;
	return p;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_time(const uint8_t *p, size_t width)
{
	if (width == 4)
		return (int32_t)be32(p);
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static int read_header(struct cursor *c, struct counts *ret_counts, char *ret_version)
{
	const uint8_t *p = take(c, HEADER);

	if (!p || memcmp(p, "TZif", 4))
		return -EPROTO;
	*ret_version = (char)p[4];
	*ret_counts = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28),
				       be32(p + 32), be32(p + 36), be32(p + 40) };
	if (ret_counts->time > MAX_CHANGES || ret_counts->type > MAX_TYPES || !ret_counts->type ||
	    ret_counts->chars > MAX_CHARS || ret_counts->leap > MAX_CHANGES ||
	    ret_counts->isut > MAX_TYPES || ret_counts->isstd > MAX_TYPES)
		return -EPROTO;
	return 0;
}

static size_t body_size(const struct counts *n, size_t width)
{
	return n->time * (width + 1) + n->type * 6 + n->chars + n->leap * (width + 4) + n->isstd +
	       n->isut;
}

static int read_body(struct cursor *c, const struct counts *n, size_t width, struct cg_tzfile *f)
{
	const uint8_t *body = take(c, body_size(n, width)), *index, *type;

	if (!body)
		return -EPROTO;
	if (n->leap)
		return -ENOTSUP;
	index = body + n->time * width;
	type = index + n->time;
	for (size_t i = 0; i < n->type; i++) {
		int32_t off = (int32_t)be32(type + 6 * i);

		if (off < CG_TZ_MIN_S || off > CG_TZ_MAX_S)
			return -EPROTO;
	}
	f->first_s = (int32_t)be32(type);
	f->change = calloc(n->time + 1, sizeof(*f->change));
	if (!f->change)
		return -ENOMEM;
	for (; f->n < n->time; f->n++) {
		struct cg_tzfile_change *ch = &f->change[f->n];

		if (index[f->n] >= n->type)
			return -EPROTO;
		ch->at_s = be_time(body + f->n * width, width);
		ch->off_s = (int32_t)be32(type + 6 * index[f->n]);
		if (f->n && ch->at_s <= ch[-1].at_s)
			return -EPROTO;
	}
	return 0;
}

/* A line between two line ends; an empty one says nothing. */
static int read_footer(struct cursor *c, struct cg_tzfile *f)
{
	const uint8_t *p = take(c, 1), *end = p && *p == '\n' ? memchr(c->p, '\n', c->n) : NULL;
	char text[MAX_FOOTER];
	size_t n = end ? (size_t)(end - c->p) : sizeof(text);

	if (n >= sizeof(text) || memchr(c->p, '\0', n))
		return -EPROTO;
	if (!n)
		return 0;
	memcpy(text, c->p, n);
	text[n] = '\0';
	f->has_rule = true;
	return cg_tzrule_parse(text, &f->rule) ? -EPROTO : 0;
}

static int parse(struct cursor *c, struct cg_tzfile *f)
{
	struct counts n;
	char version;
	int r = read_header(c, &n, &version);

	if (r)
		return r;
	if (!version)
		return read_body(c, &n, 4, f);
	if (version < '2' || version > '4')
		return -EPROTO;
	/* The same again with 32 bits, for readers of version 1. */
	if (!take(c, body_size(&n, 4)))
		return -EPROTO;
	r = read_header(c, &n, &version);
	if (!r)
		r = read_body(c, &n, 8, f);
	return r ? r : read_footer(c, f);
}

int cg_tzfile_parse(const void *data, size_t n, struct cg_tzfile *ret_file)
{
	struct cursor c = { data, n };
	struct cg_tzfile f = { 0 };
	int r = parse(&c, &f);

	if (r) {
		cg_tzfile_free(&f);
		return r;
	}
	*ret_file = f;
	return 0;
}

void cg_tzfile_free(struct cg_tzfile *file)
{
	free(file->change);
	*file = (struct cg_tzfile){ 0 };
}

void cg_tzfile_at(const struct cg_tzfile *f, int64_t t, struct cg_tzspan *ret_span)
{
	size_t lo = 0, hi = f->n;

	/* How many have been. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->change[mid].at_s <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	ret_span->begin_s = lo ? f->change[lo - 1].at_s : INT64_MIN;
	ret_span->end_s = lo < f->n ? f->change[lo].at_s : INT64_MAX;
	ret_span->off_s = lo ? f->change[lo - 1].off_s : f->first_s;
	ret_span->before_s = lo > 1 ? f->change[lo - 2].off_s : lo ? f->first_s : ret_span->off_s;
	if (f->has_rule && lo == f->n) {
		struct cg_tzspan by_rule;

		cg_tzrule_at(&f->rule, t, &by_rule);
		ret_span->end_s = by_rule.end_s;
		ret_span->off_s = by_rule.off_s;
		if (by_rule.begin_s > ret_span->begin_s) {
			ret_span->begin_s = by_rule.begin_s;
			ret_span->before_s = by_rule.before_s;
		}
	}
}
