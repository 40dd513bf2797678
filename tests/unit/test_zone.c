/* SPDX-License-Identifier: GPL-2.0-only */
/* Time zones: the calendar, lines and files as libc reads them, files that lie, names, and a wall that never goes back. */
#include <lib/civil.h>
#include <lib/tzfile.h>
#include <lib/zone.h>
#include <time.h>
#include "unit.h"

/* Check notes every assertion in a file: where there are millions, only what fails. */
#define MUST(cond)                                 \
	do {                                       \
		if (!(cond))                       \
			ck_abort_msg("%s", #cond); \
	} while (0)

static void calendar_is(int64_t days, int64_t year, int month, int day, int weekday)
{
	struct cg_civil c = cg_civil_date(days);

	ck_assert_int_eq(cg_civil_days(year, month, day), days);
	ck_assert_int_eq(c.year, year);
	ck_assert_int_eq(c.month, month);
	ck_assert_int_eq(c.day, day);
	ck_assert_int_eq(cg_civil_weekday(days), weekday);
}

START_TEST(calendar)
{
	calendar_is(0, 1970, 1, 1, 4);
	calendar_is(-1, 1969, 12, 31, 3);
	calendar_is(11016, 2000, 2, 29, 2);
	calendar_is(11017, 2000, 3, 1, 3);
	calendar_is(20783, 2026, 11, 26, 4);
	ck_assert(cg_civil_leap(2000) && cg_civil_leap(2028));
	ck_assert(!cg_civil_leap(1900) && !cg_civil_leap(2026));
	for (int64_t d = -200000; d < 200000; d++) {
		time_t t = (time_t)d * CG_DAY_S;
		struct cg_civil c = cg_civil_date(d);
		struct tm tm;

		MUST(gmtime_r(&t, &tm));
		MUST(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 &&
		     c.day == tm.tm_mday && cg_civil_weekday(d) == tm.tm_wday);
	}
}
END_TEST

/* ---- against libc ---- */

static int64_t libc_offset(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	MUST(localtime_r(&when, &tm));
	return tm.tm_gmtoff;
}

/* Every span from that year to 2120 begins where libc changes and nowhere else. */
static void since(int year, const char *name, size_t least)
{
	int64_t t = cg_civil_days(year, 1, 1) * CG_DAY_S,
		end = cg_civil_days(2120, 1, 1) * CG_DAY_S;
	struct cg_zone *z = NULL;
	struct cg_tzspan span;
	size_t changes = 0;

	ck_assert_int_eq(cg_zone_read("", name, &z), 0);
	setenv("TZ", name, 1);
	tzset();
	for (int64_t probe = t; probe < end; probe += 50 * 3600 - 7) {
		cg_zone_at(z, probe, &span);
		if (span.off_s != libc_offset(probe))
			ck_abort_msg("%s at %lld: %d", name, (long long)probe, span.off_s);
	}
	while (t < end) {
		cg_zone_at(z, t, &span);
		ck_assert_int_le(span.begin_s, t);
		ck_assert_int_gt(span.end_s, t);
		if (span.end_s >= end)
			break;
		ck_assert_int_eq(libc_offset(span.end_s - 1), span.off_s);
		t = span.end_s;
		cg_zone_at(z, t, &span);
		ck_assert_int_eq(span.begin_s, t);
		ck_assert_int_eq(libc_offset(t), span.off_s);
		ck_assert_int_eq(libc_offset(t - 1), span.before_s);
		changes++;
	}
	ck_assert_msg(changes >= least, "%s: %zu changes", name, changes);
	cg_zone_free(&z);
}

static void as_libc(const char *name, size_t least)
{
	since(1950, name, least);
}

/* glibc takes summer to begin in 1970 (time/tzset.c, compute_change). */
static void line_as_libc(const char *name, size_t least)
{
	since(1971, name, least);
}

START_TEST(files_as_libc)
{
	as_libc("Europe/Berlin", 270);
	as_libc("America/New_York", 300);
	as_libc("Australia/Lord_Howe", 200);
	as_libc("Pacific/Chatham", 200);
	as_libc("America/St_Johns", 300);
	as_libc("Asia/Kathmandu", 1);
	as_libc("Africa/Casablanca", 100);
	as_libc("Pacific/Apia", 5);
	as_libc("Europe/Dublin", 270);
	as_libc("UTC", 0);
}
END_TEST

START_TEST(lines_as_libc)
{
	line_as_libc("CET-1CEST,M3.5.0,M10.5.0/3", 290);
	line_as_libc("EST5EDT,M3.2.0/2,M11.1.0/2", 290);
	line_as_libc("AEST-10AEDT,M10.1.0,M4.1.0/3", 290);
	line_as_libc("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 290);
	line_as_libc("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", 290);
	line_as_libc("XXX4YYY,J60/1:30,J300", 290);
	line_as_libc("XXX4YYY,59,299/25", 290);
	line_as_libc("<+0545>-5:45", 0);
	line_as_libc("UTC0", 0);
}
END_TEST

START_TEST(summer_all_year)
{
	struct cg_tzrule r;
	struct cg_tzspan span;

	/* RFC 8536 3.3.1: how a zone of nothing but summer time is written */
	ck_assert_int_eq(cg_tzrule_parse("XXX3EDT4,0/0,J365/23", &r), 0);
	for (int64_t t = 1700000000; t < 1800000000; t += 3333) {
		cg_tzrule_at(&r, t, &span);
		MUST(span.off_s == -4 * 3600);
	}
}
END_TEST

START_TEST(bad_lines)
{
	static const char *const bad[] = {
		"",
		"C",
		"CE-1",
		"CET",
		"CET-",
		"CET-1x",
		"CET-25",
		"CET-1:60",
		"CET-1CEST",
		"CET-1CEST,",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M3.5.0,",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M0.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,J0,J300",
		"CET-1CEST,J1,J366",
		"CET-1CEST,366,1",
		"CET-1CEST,M3.5.0,M10.5.0/3x",
		"<CET-1",
		"<>1",
		"Europe/Berlin",
	};
	struct cg_tzrule r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_tzrule_parse(bad[i], &r) == -EINVAL, "'%s' is taken", bad[i]);
}
END_TEST

/* ---- files ---- */

struct made {
	uint8_t b[512];
	size_t n;
};

static void put(struct made *m, const void *p, size_t n)
{
	memcpy(m->b + m->n, p, n);
	m->n += n;
}

static void put32(struct made *m, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			       (uint8_t)v };

	put(m, b, 4);
}

static void put_header(struct made *m, char version, uint32_t leap, uint32_t time, uint32_t type)
{
	char head[20] = "TZif";

	head[4] = version;
	put(m, head, sizeof(head));
	put32(m, 0);
	put32(m, 0);
	put32(m, leap);
	put32(m, time);
	put32(m, type);
	put32(m, 4);
}

/* Version 2, one change at 1000 from UTC to off. */
static struct made make(uint32_t off, uint32_t leap, uint8_t index, const char *footer)
{
	struct made m = { .n = 0 };

	put_header(&m, '2', 0, 0, 1);
	put(&m, "\0\0\0\0\0\0UTC", 10);
	put_header(&m, '2', leap, 1, 2);
	put32(&m, 0);
	put32(&m, 1000);
	put(&m, &index, 1);
	put(&m, "\0\0\0\0\0", 6);
	put32(&m, off);
	put(&m, "\0", 2);
	put(&m, "UTC", 4);
	for (uint32_t i = 0; i < leap; i++)
		put(&m, "\0\0\0\0\0\0\0\0\0\0\0\1", 12);
	put(&m, footer, strlen(footer));
	return m;
}

static int parse(const struct made *m, size_t n)
{
	struct cg_tzfile f;
	/* just as large, so that reading behind it is seen */
	uint8_t *copy = malloc(n + !n);
	int r;

	memcpy(copy, m->b, n);
	r = cg_tzfile_parse(copy, n, &f);
	free(copy);
	if (!r)
		cg_tzfile_free(&f);
	return r;
}

START_TEST(good_and_bad_files)
{
	struct made m = make(3600, 0, 1, "\nCET-1\n");
	struct cg_tzfile f;
	struct cg_tzspan span;

	ck_assert_int_eq(cg_tzfile_parse(m.b, m.n, &f), 0);
	cg_tzfile_at(&f, 999, &span);
	ck_assert(span.begin_s == INT64_MIN && span.end_s == 1000 && span.off_s == 0);
	cg_tzfile_at(&f, 1000, &span);
	ck_assert(span.begin_s == 1000 && span.end_s == INT64_MAX && span.off_s == 3600 &&
		  span.before_s == 0);
	cg_tzfile_free(&f);
	for (size_t n = 0; n < m.n; n++)
		ck_assert_msg(parse(&m, n) == -EPROTO, "%zu of %zu bytes are taken", n, m.n);
	m = make(3600, 0, 1, "\n\n");
	ck_assert_int_eq(parse(&m, m.n), 0);
	m = make(3600, 0, 2, "\n\n");
	ck_assert_int_eq(parse(&m, m.n), -EPROTO);
	m = make(26 * 3600, 0, 1, "\n\n");
	ck_assert_int_eq(parse(&m, m.n), -EPROTO);
	m = make(3600, 0, 1, "\nCET\n");
	ck_assert_int_eq(parse(&m, m.n), -EPROTO);
	m = make(3600, 1, 1, "\n\n");
	ck_assert_int_eq(parse(&m, m.n), -ENOTSUP);
	m = make(3600, 0, 1, "\n\n");
	m.b[0] = 'X';
	ck_assert_int_eq(parse(&m, m.n), -EPROTO);
}
END_TEST

START_TEST(files_with_any_byte_wrong)
{
	struct made good = make(3600, 0, 1, "\nCET-1CEST,M3.5.0,M10.5.0/3\n");

	for (size_t i = 0; i < good.n; i++)
		for (int v = 0; v < 256; v++) {
			struct made m = good;

			m.b[i] = (uint8_t)v;
			(void)parse(&m, m.n);
		}
}
END_TEST

START_TEST(names)
{
	struct unit_dir d = unit_dir_new();
	struct cg_zone *z = NULL;
	struct cg_tzspan span;
	char text[160], path[200];

	ck_assert_int_eq(cg_zone_read("", "Europe/Berln", &z), -ENOENT);
	UNIT_HOLDS(cg_zone_near("", "Europe/Berln", text, sizeof(text)), "'Europe/Berlin'");
	UNIT_HOLDS(cg_zone_near("", "Europ", text, sizeof(text)), "'Europe'");
	ck_assert_str_eq(cg_zone_near("", "Nowhere/At/All", text, sizeof(text)), "");
	ck_assert_int_eq(cg_zone_read("", "Europe", &z), -ENOENT);
	ck_assert_int_eq(cg_zone_read("", "zone1970.tab", &z), -ENOENT);
	ck_assert_int_eq(cg_zone_read("", "tzdata.zi", &z), -ENOENT);
	ck_assert_int_eq(cg_zone_read("", "../../../etc/localtime", &z), -ENOENT);
	ck_assert_int_eq(cg_zone_read("", "/etc/localtime", &z), -ENOENT);
	/* without zoneinfo, as on a small gateway */
	ck_assert_int_eq(cg_zone_read(d.path, "Europe/Berlin", &z), -ENOENT);
	ck_assert_int_eq(cg_zone_read(d.path, "UTC", &z), 0);
	cg_zone_free(&z);
	/* the machine's */
	unsetenv("TZ");
	ck_assert_int_eq(cg_zone_read(d.path, NULL, &z), 0);
	cg_zone_at(z, 0, &span);
	ck_assert_int_eq(span.off_s, 0);
	cg_zone_free(&z);
	snprintf(path, sizeof(path), "%s/etc", d.path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	unit_write(&d, "etc/TZ", "CET-1\n", 6);
	ck_assert_int_eq(cg_zone_read(d.path, NULL, &z), 0);
	cg_zone_at(z, 0, &span);
	ck_assert_int_eq(span.off_s, 3600);
	cg_zone_free(&z);
	setenv("TZ", "EST5", 1);
	ck_assert_int_eq(cg_zone_read(d.path, NULL, &z), 0);
	cg_zone_at(z, 0, &span);
	ck_assert_int_eq(span.off_s, -5 * 3600);
	cg_zone_free(&z);
	unit_dir_free(&d);
}
END_TEST

/* ---- the wall ---- */

START_TEST(the_wall_never_goes_back)
{
	static const char *const zones[] = { "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
					     "Africa/Casablanca" };

	for (size_t i = 0; i < 4; i++) {
		/* 2011: Samoa left a day out */
		int64_t t = cg_civil_days(2011, 1, 1) * CG_DAY_S, last, wall;
		struct cg_zone *z = NULL;
		int stood = 0;

		ck_assert_int_eq(cg_zone_read("", zones[i], &z), 0);
		last = cg_zone_wall(z, t - 60);
		for (int64_t end = t + 370 * CG_DAY_S; t < end; t += 60) {
			wall = cg_zone_wall(z, t);
			MUST(wall >= last);
			stood += wall == last;
			/* what is read since the last look was reached since then */
			MUST(t % 3600 || wall == last ||
			     (cg_zone_reach(z, wall) <= t && cg_zone_reach(z, last + 1) > t - 60));
			last = wall;
		}
		/* an hour comes twice, in Casablanca twice a year, on Lord Howe half of one */
		ck_assert_int_ge(stood, 28);
		ck_assert_int_le(stood, 120);
		cg_zone_free(&z);
	}
}
END_TEST

START_TEST(hours_that_are_not_and_that_are_twice)
{
	/* 2026-03-29 01:00 UTC clocks go from 2 to 3, 2026-10-25 01:00 UTC from 3 to 2 */
	int64_t spring = cg_civil_days(2026, 3, 29) * CG_DAY_S + 3600;
	int64_t autumn = cg_civil_days(2026, 10, 25) * CG_DAY_S + 3600;
	int64_t march = cg_civil_days(2026, 3, 29) * CG_DAY_S;
	int64_t october = cg_civil_days(2026, 10, 25) * CG_DAY_S;
	struct cg_zone *z = NULL;

	ck_assert_int_eq(cg_zone_read("", "Europe/Berlin", &z), 0);
	ck_assert_int_eq(cg_zone_wall(z, spring - 1), march + 2 * 3600 - 1);
	ck_assert_int_eq(cg_zone_wall(z, spring), march + 3 * 3600);
	ck_assert_int_eq(cg_zone_reach(z, march + 2 * 3600 + 1800), spring);
	ck_assert_int_eq(cg_zone_wall(z, autumn - 1), october + 3 * 3600 - 1);
	ck_assert_int_eq(cg_zone_wall(z, autumn), october + 3 * 3600 - 1);
	ck_assert_int_eq(cg_zone_wall(z, autumn + 3599), october + 3 * 3600 - 1);
	ck_assert_int_eq(cg_zone_wall(z, autumn + 3600), october + 3 * 3600);
	ck_assert_int_eq(cg_zone_reach(z, october + 2 * 3600 + 1800), autumn - 1800);
	ck_assert_int_eq(cg_zone_reach(z, october + 3 * 3600), autumn + 3600);
	cg_zone_free(&z);
}
END_TEST

int main(void)
{
	return UNIT_RUN("zone", 120, calendar, files_as_libc, lines_as_libc, summer_all_year,
			bad_lines, good_and_bad_files, files_with_any_byte_wrong, names,
			the_wall_never_goes_back, hours_that_are_not_and_that_are_twice);
}
