/* SPDX-License-Identifier: GPL-2.0-only */
/* Near names: edit distance over code points, with neighbours swapped counting as one slip. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "near.h"
#include "utf8.h"

#define LETTERS 64

struct letters {
	uint32_t c[LETTERS];
	size_t n;
};

/* Independent of the locale: the scripts whose cases lie a fixed step apart. */
static uint32_t fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 0x20;
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
	    (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	return c;
}

static struct letters decode(const char *s)
{
	struct letters l = { .n = 0 };
	size_t len = strlen(s);
	uint32_t code;

	while (len && l.n < LETTERS) {
		size_t n = cg_utf8_next(s, len, &code);

		if (!n) {
			code = (unsigned char)*s;
			n = 1;
		}
		l.c[l.n++] = fold(code);
		s += n;
		len -= n;
	}
	return l;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const struct letters *a, const struct letters *b)
{
	size_t row[3][LETTERS + 1];

	for (size_t j = 0; j <= b->n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a->n; i++) {
		size_t *cur = row[i % 3], *prev = row[(i - 1) % 3], *before = row[(i + 1) % 3];

		cur[0] = i;
		for (size_t j = 1; j <= b->n; j++) {
			size_t d = prev[j - 1] + (a->c[i - 1] != b->c[j - 1]);

			d = least(d, least(prev[j], cur[j - 1]) + 1);
			if (i > 1 && j > 1 && a->c[i - 1] == b->c[j - 2] &&
			    a->c[i - 2] == b->c[j - 1])
				d = least(d, before[j - 2] + 1);
			cur[j] = d;
		}
	}
	return row[a->n % 3][b->n];
}

static bool holds(const struct letters *in, const struct letters *word)
{
	for (size_t i = 0; word->n && i + word->n <= in->n; i++)
		if (!memcmp(in->c + i, word->c, word->n * sizeof(word->c[0])))
			return true;
	return false;
}

size_t cg_near_find(const char *word, const char *const *names, size_t n,
		    const char *ret_near[static CG_NEAR_MAX])
{
	struct letters w = decode(word);
	size_t score[CG_NEAR_MAX], found = 0;

	for (size_t i = 0; i < n; i++) {
		struct letters l = decode(names[i]);
		size_t longer = l.n > w.n ? l.n : w.n;
		size_t d = distance(&w, &l), at;

		if (d > (longer + 2) / 3 || d >= longer) {
			if (w.n < 2 || !holds(&l, &w))
				continue;
			d = LETTERS;
		}
		for (at = found; at > 0 && score[at - 1] > d; at--)
			;
		if (at == CG_NEAR_MAX)
			continue;
		if (found < CG_NEAR_MAX)
			found++;
		for (size_t j = found - 1; j > at; j--) {
			score[j] = score[j - 1];
			ret_near[j] = ret_near[j - 1];
		}
		score[at] = d;
		ret_near[at] = names[i];
	}
	return found;
}

const char *cg_near_format(const char *const *near, size_t n, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s'%s'",
				       !i	  ? "" :
				       i + 1 == n ? " or " :
						    ", ",
				       near[i]);
	return buf;
}
