/* SPDX-License-Identifier: GPL-2.0-only */
/* Times: durations and points in local time as people write them. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "duration.h"

#define HUGE_S (1000ull * 365 * 24 * 3600)

static uint64_t unit_s(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 24 * 3600;
	}
	return 0;
}

/* "1.5" -> 1 and 50 hundredths; at most two places. */
static const char *read_number(const char *s, uint64_t *ret_whole, unsigned int *ret_hundredths)
{
	uint64_t whole = 0;
	unsigned int hundredths = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++)
		if (whole < HUGE_S)
			whole = whole * 10 + (uint64_t)(*s - '0');
	if (*s == '.') {
		unsigned int place = 10;

		if (s[1] < '0' || s[1] > '9')
			return NULL;
		for (s++; *s >= '0' && *s <= '9'; s++, place /= 10)
			hundredths += (unsigned int)(*s - '0') * place;
	}
	*ret_whole = whole;
	*ret_hundredths = hundredths;
	return s;
}

int cg_duration_parse(const char *s, uint64_t max_s, uint64_t *ret_s)
{
	uint64_t sum = 0, last = UINT64_MAX;

	if (!*s)
		return -EINVAL;
	while (*s) {
		unsigned int hundredths;
		uint64_t whole, unit;

		s = read_number(s, &whole, &hundredths);
		if (!s)
			return -EINVAL;
		/* a bare number is minutes, and only where nothing else is said */
		unit = *s ? unit_s(*s) : last == UINT64_MAX ? 60 : 0;
		if (!unit || unit >= last)
			return -EINVAL;
		last = unit;
		if (*s)
			s++;
		if (whole > HUGE_S / unit)
			whole = HUGE_S / unit;
		sum += whole * unit + unit * hundredths / 100;
	}
	if (!sum || sum > max_s)
		return -ERANGE;
	*ret_s = sum;
	return 0;
}

/* Exactly n digits. */
static const char *read_digits(const char *s, unsigned int min, unsigned int max, int *ret_value)
{
	unsigned int n = 0;
	int v = 0;

	for (; n < max && s[n] >= '0' && s[n] <= '9'; n++)
		v = v * 10 + (s[n] - '0');
	if (n < min)
		return NULL;
	*ret_value = v;
	return s + n;
}

static int read_clock(const char *s, struct tm *tm)
{
	tm->tm_sec = 0;
	s = read_digits(s, 1, 2, &tm->tm_hour);
	if (!s || *s != ':')
		return -EINVAL;
	s = read_digits(s + 1, 2, 2, &tm->tm_min);
	if (s && *s == ':')
		s = read_digits(s + 1, 2, 2, &tm->tm_sec);
	if (!s || *s || tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		return -EINVAL;
	return 0;
}

static bool same_day(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday;
}

/*
 * The first such moment after now on that day, or -1. When clocks go back a
 * time of day comes twice: both readings are tried. One that clocks going
 * forward leave out is taken as the moment they jump over it.
 */
static time_t moment(const struct tm *day, time_t now)
{
	time_t best = -1;

	for (int dst = -1; dst <= 1; dst++) {
		struct tm tm = *day, back;
		time_t t;

		tm.tm_isdst = dst;
		t = mktime(&tm);
		if (t == -1 || t <= now || !localtime_r(&t, &back) || !same_day(&back, day))
			continue;
		if (dst >= 0 && (back.tm_hour != day->tm_hour || back.tm_min != day->tm_min))
			continue;
		if (best == -1 || t < best)
			best = t;
	}
	return best;
}

/* "2026-11-25" and one blank or T; the day must exist. */
static const char *read_date(const char *s, struct tm *tm)
{
	struct tm noon;

	s = read_digits(s, 4, 4, &tm->tm_year);
	if (!s || *s != '-')
		return NULL;
	s = read_digits(s + 1, 2, 2, &tm->tm_mon);
	if (!s || *s != '-')
		return NULL;
	s = read_digits(s + 1, 2, 2, &tm->tm_mday);
	if (!s || (*s != ' ' && *s != 'T'))
		return NULL;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	noon = (struct tm){
		.tm_year = tm->tm_year,
		.tm_mon = tm->tm_mon,
		.tm_mday = tm->tm_mday,
		.tm_hour = 12,
		.tm_isdst = -1,
	};
	if (mktime(&noon) == -1 || !same_day(&noon, tm))
		return NULL;
	return s + 1;
}

/* Days are counted by the calendar: one with a clock change has no 24 hours. */
static void add_day(struct tm *tm)
{
	struct tm noon = {
		.tm_year = tm->tm_year,
		.tm_mon = tm->tm_mon,
		.tm_mday = tm->tm_mday + 1,
		.tm_hour = 12,
		.tm_isdst = -1,
	};

	(void)mktime(&noon); /* only to carry the day over; noon always exists */
	tm->tm_year = noon.tm_year;
	tm->tm_mon = noon.tm_mon;
	tm->tm_mday = noon.tm_mday;
}

int cg_until_parse(const char *s, time_t now, time_t *ret_when)
{
	const char *clock = s;
	struct tm tm;
	bool fixed = false;
	time_t when;

	if (!localtime_r(&now, &tm))
		return -EINVAL;
	if (!strncmp(s, "tomorrow ", 9)) {
		add_day(&tm);
		clock = s + 9;
		fixed = true;
	} else if (!strncmp(s, "today ", 6)) {
		clock = s + 6;
		fixed = true;
	} else if (strchr(s, '-')) {
		clock = read_date(s, &tm);
		fixed = true;
	}
	if (!clock || read_clock(clock, &tm))
		return -EINVAL;
	when = moment(&tm, now);
	if (when == -1 && !fixed) {
		add_day(&tm);
		when = moment(&tm, now);
	}
	if (when == -1)
		return -ERANGE;
	*ret_when = when;
	return 0;
}

int cg_since_parse(const char *s, time_t now, uint64_t max_s, time_t *ret_when)
{
	char midnight[32];
	uint64_t ago_s;
	time_t when, next;
	int r = cg_duration_parse(s, max_s, &ago_s);

	if (!r) {
		*ret_when = now - (time_t)ago_s;
		return 0;
	}
	if (r == -ERANGE)
		return r;
	if (!strncmp(s, "to", 2))
		return -EINVAL;
	if (strlen(s) == 10 && s[4] == '-') {
		(void)snprintf(midnight, sizeof(midnight), "%s 00:00", s);
		s = midnight;
	}
	/* A day may have 25 hours: then there are two since, and the last one is meant. */
	r = cg_until_parse(s, strchr(s, '-') ? 0 : now - 25 * 3600, &when);
	while (!r && when <= now && !cg_until_parse(s, when, &next) && next <= now)
		when = next;
	if (r)
		return r;
	if (when > now || (uint64_t)(now - when) > max_s)
		return -ERANGE;
	*ret_when = when;
	return 0;
}

const char *cg_duration_format(uint64_t s, char *buf, size_t n)
{
	static const char units[] = "dhms";
	unsigned int i = 0;
	uint64_t unit, next;

	while (units[i + 1] && s < unit_s(units[i]))
		i++;
	unit = unit_s(units[i]);
	next = units[i + 1] ? s % unit / unit_s(units[i + 1]) : 0;
	if (next)
		snprintf(buf, n, "%llu%c %llu%c", (unsigned long long)(s / unit), units[i],
			 (unsigned long long)next, units[i + 1]);
	else
		snprintf(buf, n, "%llu%c", (unsigned long long)(s / unit), units[i]);
	return buf;
}
