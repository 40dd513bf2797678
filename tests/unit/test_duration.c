/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations and points in time, with the clock given and time zones that change it. */
#include <lib/duration.h>
#include "unit.h"

#define DAY 86400

START_TEST(durations)
{
	static const struct {
		const char *s;
		uint64_t want;
	} good[] = {
		{ "90", 5400 },	      { "30m", 1800 },	 { "90s", 90 },	   { "1h30m", 5400 },
		{ "1.5h", 5400 },     { "2d", 2 * DAY }, { "20s", 20 },	   { "1d12h", 129600 },
		{ "1h30m15s", 5415 }, { "0.5m", 30 },	 { "1h0m", 3600 }, { "0.25d", 21600 },
		{ "1.75m", 105 },     { "007m", 420 },	 { "1.5", 90 },	   { "720h", 30 * DAY },
	};
	static const char *const bad[] = {
		"",	"m",   "1x",  "-5m",   "+5m",  " 5m",	"5m ",	"5 m",	  "1h30", "30m1h",
		"1m1m", "1.h", ".5h", "1..5h", "1e3s", "0x10s", "five", "1h30m!", "1hm",
	};
	static const char *const out[] = { "0",
					   "0s",
					   "0m0s",
					   "31d",
					   "721h",
					   "99999999999999999999999d",
					   "18446744073709551616s",
					   "0.001s" };
	uint64_t s = 77;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(!cg_duration_parse(good[i].s, 30 * DAY, &s), "refused '%s'",
			      good[i].s);
		ck_assert_msg(s == good[i].want, "'%s' is %llu", good[i].s, (unsigned long long)s);
	}
	s = 77;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_duration_parse(bad[i], 30 * DAY, &s) == -EINVAL, "took '%s'",
			      bad[i]);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		ck_assert_msg(cg_duration_parse(out[i], 30 * DAY, &s) == -ERANGE, "took '%s'",
			      out[i]);
	ck_assert_uint_eq(s, 77);
	ck_assert_int_eq(cg_duration_parse("10m", 600, &s), 0);
	ck_assert_int_eq(cg_duration_parse("601s", 600, &s), -ERANGE);
}
END_TEST

START_TEST(formats)
{
	static const struct {
		uint64_t s;
		const char *want;
	} cases[] = {
		{ 0, "0s" },	    { 45, "45s" },	 { 60, "1m" },	 { 90, "1m 30s" },
		{ 5400, "1h 30m" }, { 3600, "1h" },	 { 3601, "1h" }, { 86400, "1d" },
		{ 90000, "1d 1h" }, { 30 * DAY, "30d" }, { 59, "59s" },	 { 1799, "29m 59s" },
	};
	char buf[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(cg_duration_format(cases[i].s, buf, sizeof(buf)), cases[i].want);
	ck_assert_str_eq(cg_duration_format(5400, buf, 4), "1h ");
}
END_TEST

static void zone(const char *tz)
{
	ck_assert_int_eq(setenv("TZ", tz, 1), 0);
	tzset();
}

static time_t until(const char *s, time_t now)
{
	time_t when = 77;

	ck_assert_msg(!cg_until_parse(s, now, &when), "refused '%s'", s);
	return when;
}

/* 2026-11-25 17:00:00 UTC */
#define NOON5 1795626000

START_TEST(times_of_day)
{
	zone("UTC0");
	ck_assert_int_eq(until("18:00", NOON5), NOON5 + 3600);
	ck_assert_int_eq(until("17:00:01", NOON5), NOON5 + 1);
	/* now is not after now */
	ck_assert_int_eq(until("17:00", NOON5), NOON5 + DAY);
	ck_assert_int_eq(until("16:59", NOON5), NOON5 + DAY - 60);
	ck_assert_int_eq(until("7:30", NOON5), NOON5 + 14 * 3600 + 1800);
	ck_assert_int_eq(until("00:00", NOON5), NOON5 + 7 * 3600);
	ck_assert_int_eq(until("tomorrow 07:30", NOON5), NOON5 + 14 * 3600 + 1800);
	ck_assert_int_eq(until("tomorrow 18:00", NOON5), NOON5 + 25 * 3600);
	ck_assert_int_eq(until("today 23:59", NOON5), NOON5 + 7 * 3600 - 60);
	ck_assert_int_eq(until("2026-11-25 18:00", NOON5), NOON5 + 3600);
	ck_assert_int_eq(until("2026-11-25T18:00:30", NOON5), NOON5 + 3630);
	ck_assert_int_eq(until("2026-12-01 17:00", NOON5), NOON5 + 6 * DAY);
	ck_assert_int_eq(until("2028-02-29 17:00", NOON5), NOON5 + 461 * (time_t)DAY);
}
END_TEST

START_TEST(refused_times)
{
	static const char *const bad[] = {
		"",
		"18",
		"18:0",
		"24:00",
		"18:60",
		"18:00:60",
		"18:00:0",
		"18.00",
		" 18:00",
		"18:00 ",
		"18:00x",
		"-1:00",
		"180:00",
		"2026-11-25",
		"2026-11-25 ",
		"2026-13-01 18:00",
		"2026-02-29 18:00",
		"2026-11-31 18:00",
		"26-11-25 18:00",
		"2026-1-5 18:00",
		"yesterday 18:00",
		"tomorrow",
		"tomorrow 25:00",
		"2026-00-10 18:00",
		"2026-11-00 18:00",
	};
	time_t when = 77;

	zone("UTC0");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_until_parse(bad[i], NOON5, &when) == -EINVAL, "took '%s'", bad[i]);
	/* a clock that shows a year no calendar has */
	ck_assert_int_eq(cg_until_parse("18:00", INT64_MAX, &when), -EINVAL);
	ck_assert_int_eq(cg_until_parse("2026-11-25 16:59", NOON5, &when), -ERANGE);
	ck_assert_int_eq(cg_until_parse("2025-12-31 18:00", NOON5, &when), -ERANGE);
	ck_assert_int_eq(cg_until_parse("today 16:00", NOON5, &when), -ERANGE);
	ck_assert_int_eq(when, 77);
}
END_TEST

static time_t since(const char *s, time_t now)
{
	time_t when = 77;

	ck_assert_msg(!cg_since_parse(s, now, 30 * DAY, &when), "refused '%s'", s);
	return when;
}

START_TEST(since_when)
{
	static const char *const bad[] = { "",	    "soon", "tomorrow 07:30", "today 07:30",
					   "25:00", "1:3",  "2026-11-32",     "2026-11-5",
					   "-2h",   "to",   "2026-11-25 " };
	time_t when = 77;

	zone("UTC0");
	ck_assert_int_eq(since("2h", NOON5), NOON5 - 7200);
	ck_assert_int_eq(since("10", NOON5), NOON5 - 600);
	ck_assert_int_eq(since("16:59", NOON5), NOON5 - 60);
	ck_assert_int_eq(since("17:00", NOON5), NOON5);
	ck_assert_int_eq(since("17:01", NOON5), NOON5 - DAY + 60);
	ck_assert_int_eq(since("2026-11-25 16:00", NOON5), NOON5 - 3600);
	ck_assert_int_eq(since("2026-11-25", NOON5), NOON5 - 17 * 3600);
	ck_assert_int_eq(since("2026-11-20", NOON5), NOON5 - 17 * 3600 - 5 * DAY);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_since_parse(bad[i], NOON5, 30 * DAY, &when) == -EINVAL,
			      "took '%s'", bad[i]);
	ck_assert_int_eq(cg_since_parse("2026-11-25 17:01", NOON5, 30 * DAY, &when), -ERANGE);
	ck_assert_int_eq(cg_since_parse("2026-10-01", NOON5, 30 * DAY, &when), -ERANGE);
	ck_assert_int_eq(cg_since_parse("31d", NOON5, 30 * DAY, &when), -ERANGE);
	ck_assert_int_eq(when, 77);
}
END_TEST

/* Europe's rules, written out so that no zone file is needed. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
/* 2026-03-28 12:00 CET, the day before clocks go forward at 02:00 */
#define SPRING 1774695600
/* 2026-10-24 12:00 CEST, the day before clocks go back at 03:00 */
#define AUTUMN 1792836000

START_TEST(clock_changes)
{
	zone(BERLIN);
	/* that day has 23 hours */
	ck_assert_int_eq(until("tomorrow 12:00", SPRING), SPRING + 23 * 3600);
	ck_assert_int_eq(until("11:00", SPRING), SPRING + 22 * 3600);
	/* and this one 25 */
	ck_assert_int_eq(until("tomorrow 12:00", AUTUMN), AUTUMN + 25 * 3600);
	/* 02:30 comes twice: the first is meant, once it is past the second */
	ck_assert_int_eq(until("02:30", AUTUMN), AUTUMN + 14 * 3600 + 1800);
	ck_assert_int_eq(until("02:30", AUTUMN + 14 * 3600 + 1800), AUTUMN + 15 * 3600 + 1800);
	/* 02:30 is left out: within the hour around the jump */
	ck_assert_int_ge(until("tomorrow 02:30", SPRING), SPRING + 13 * 3600 + 1800);
	ck_assert_int_le(until("tomorrow 02:30", SPRING), SPRING + 14 * 3600 + 1800);
	ck_assert_int_eq(until("18:00", SPRING), SPRING + 6 * 3600);
	/* 12:00 of the long day is 25 hours after that of the day before; both 02:30 were. */
	ck_assert_int_eq(since("12:00", AUTUMN + 25 * 3600 - 60), AUTUMN);
	ck_assert_int_eq(since("02:30", AUTUMN + 20 * 3600), AUTUMN + 15 * 3600 + 1800);
}
END_TEST

int main(void)
{
	return UNIT_RUN("duration", 10, durations, formats, times_of_day, refused_times, since_when,
			clock_changes);
}
