/* SPDX-License-Identifier: GPL-2.0-only */
/* A time zone as one line: read, and the changes of the years around a moment laid in a row. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "civil.h"
#include "tzrule.h"

/* ---- from text ---- */

static const char *read_int(const char *s, int max, int *ret)
{
	int n = 0, digits = 0;

	for (; *s >= '0' && *s <= '9' && digits < 4; s++, digits++)
		n = n * 10 + (*s - '0');
	if (!digits || n > max)
		return NULL;
	*ret = n;
	return s;
}

/* [+-]h[h[h]][:mm[:ss]] */
static const char *read_time(const char *s, int max_h, int32_t *ret_s)
{
	int sign = *s == '-' ? -1 : 1, h, m = 0, sec = 0;

	if (*s == '-' || *s == '+')
		s++;
	s = read_int(s, max_h, &h);
	if (s && *s == ':')
		s = read_int(s + 1, 59, &m);
	if (s && *s == ':')
		s = read_int(s + 1, 59, &sec);
	if (s)
		*ret_s = sign * (h * 3600 + m * 60 + sec);
	return s;
}

/* Three letters or more, or anything of letters, digits and signs in <>. */
static const char *read_name(const char *s)
{
	const char *from = s;

	if (*s == '<') {
		for (s++; isalnum((unsigned char)*s) || *s == '+' || *s == '-'; s++)
			;
		return *s == '>' && s - from > 3 ? s + 1 : NULL;
	}
	while (isalpha((unsigned char)*s))
		s++;
	return s - from >= 3 ? s : NULL;
}

static const char *read_when(const char *s, struct cg_tzrule_when *when)
{
	when->time_s = 2 * 3600;
	if (*s++ != ',')
		return NULL;
	if (*s == 'M') {
		when->kind = CG_TZRULE_MONTH;
		s = read_int(s + 1, 12, &when->month);
		s = s && *s == '.' ? read_int(s + 1, 5, &when->week) : NULL;
		s = s && *s == '.' ? read_int(s + 1, 6, &when->weekday) : NULL;
		if (!when->month || !when->week)
			return NULL;
	} else if (*s == 'J') {
		when->kind = CG_TZRULE_JULIAN;
		s = read_int(s + 1, 365, &when->day);
		if (!when->day)
			return NULL;
	} else {
		when->kind = CG_TZRULE_DAY;
		s = read_int(s, 365, &when->day);
	}
	return s && *s == '/' ? read_time(s + 1, 167, &when->time_s) : s;
}

int cg_tzrule_parse(const char *text, struct cg_tzrule *ret_rule)
{
	struct cg_tzrule r = { 0 };
	const char *s = read_name(text);
	int32_t west = 0;

	s = s ? read_time(s, 24, &west) : NULL;
	if (!s)
		return -EINVAL;
	r.std_s = -west;
	if (*s) {
		s = read_name(s);
		if (!s)
			return -EINVAL;
		r.has_dst = true;
		west -= 3600;
		if (*s != ',')
			s = read_time(s, 24, &west);
		r.dst_s = -west;
		s = s ? read_when(s, &r.to_dst) : NULL;
		s = s ? read_when(s, &r.to_std) : NULL;
		if (!s || *s)
			return -EINVAL;
	}
	*ret_rule = r;
	return 0;
}

/* ---- what holds when ---- */

/* 00:00 of the day, in seconds as if there were no zones. */
static int64_t day_of(const struct cg_tzrule_when *when, int64_t year)
{
	int64_t first = cg_civil_days(year, 1, 1), day;
	int64_t month, next;

	switch (when->kind) {
	case CG_TZRULE_JULIAN:
		return (first + when->day - 1 + (when->day >= 60 && cg_civil_leap(year))) *
		       CG_DAY_S;
	case CG_TZRULE_DAY:
		return (first + when->day) * CG_DAY_S;
	case CG_TZRULE_MONTH:
		month = cg_civil_days(year, when->month, 1);
		next = when->month == 12 ? cg_civil_days(year + 1, 1, 1) :
					   cg_civil_days(year, when->month + 1, 1);
		day = month + (when->weekday - cg_civil_weekday(month) + 7) % 7 +
		      7 * (when->week - 1);
		return (day < next ? day : day - 7) * CG_DAY_S;
	case __CG_TZRULE_MAX:
		break;
	}
	return first * CG_DAY_S;
}

struct change {
	int64_t at_s;
	int32_t off_s; /* from then on */
};

#define YEARS 5

/* Of the years around it, in order. Of two at one moment the later one holds, and
 * that is into summer time: it is how a year of nothing else is written. */
static size_t changes_of(const struct cg_tzrule *r, int64_t year, struct change c[2 * YEARS])
{
	size_t n = 0;

	for (int64_t y = year - 2; y < year - 2 + YEARS; y++) {
		struct change two[2] = {
			{ day_of(&r->to_dst, y) + r->to_dst.time_s - r->std_s, r->dst_s },
			{ day_of(&r->to_std, y) + r->to_std.time_s - r->dst_s, r->std_s },
		};

		for (int k = 0; k < 2; k++) {
			size_t i = n++;

			for (; i && (c[i - 1].at_s > two[k].at_s ||
				     (c[i - 1].at_s == two[k].at_s && two[k].off_s == r->std_s));
			     i--)
				c[i] = c[i - 1];
			c[i] = two[k];
		}
	}
	return n;
}

void cg_tzrule_at(const struct cg_tzrule *r, int64_t t, struct cg_tzspan *ret_span)
{
	struct change c[2 * YEARS];
	size_t n, i = 0;

	*ret_span = (struct cg_tzspan){ INT64_MIN, INT64_MAX, r->std_s, r->std_s };
	/* Where years have more than 64 bits of seconds nothing changes any more. */
	if (!r->has_dst || t > INT64_MAX / 2 || t < INT64_MIN / 2)
		return;
	n = changes_of(r, cg_civil_date(cg_civil_floor(t, CG_DAY_S)).year, c);
	while (i < n && c[i].at_s <= t)
		i++;
	/* Two years lie before t, so that there are two changes at least. */
	ret_span->begin_s = c[i - 1].at_s;
	ret_span->off_s = c[i - 1].off_s;
	ret_span->end_s = c[i].at_s;
	while (--i && c[i - 1].at_s == ret_span->begin_s)
		;
	ret_span->before_s = i ? c[i - 1].off_s : ret_span->off_s;
}
