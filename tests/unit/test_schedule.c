/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows: what may be written, what holds when, over midnight and over clock changes, and which of two. */
#include <lib/civil.h>
#include <lib/policy.h>
#include <lib/schedule.h>
#include <lib/timing.h>
#include <lib/zones.h>
#include "unit.h"

static int load(const char *text, struct cg_diag *d, struct cg_policy **ret)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	char path[128];
	int r;

	unit_write(&dir, "s.conf", text, strlen(text));
	*d = (struct cg_diag){ "" };
	*ret = NULL;
	r = cg_config_read(unit_path(&dir, "s.conf", path), d, &config);
	if (!r) {
		r = cg_policy_build(config, d, ret);
		cg_config_free(&config);
	}
	if (!r)
		r = cg_zones_find(*ret, "", d);
	if (r)
		cg_policy_free(ret);
	unit_dir_free(&dir);
	return r;
}

#define CAM(extra)    "lan = \"br-lan\"\ncamera \"a\" {\n mac = \"02:ca:00:00:00:01\"\n" extra "\n}\n"
/* line 4 */
#define WINDOW(extra) CAM(" schedule { " extra " }")

static struct cg_policy *loaded(const char *text)
{
	struct cg_policy *p;
	struct cg_diag d;

	ck_assert_msg(!load(text, &d, &p), "%s", d.text);
	return p;
}

#define REFUSED(conf, ...)                                  \
	do {                                                \
		struct cg_policy *_p;                       \
		struct cg_diag _d;                          \
		ck_assert_int_lt(load(conf, &_d, &_p), 0);  \
		UNIT_HOLDS(_d.text, "s.conf", __VA_ARGS__); \
	} while (0)

static const char *written(const struct cg_policy *p, size_t i)
{
	static char text[CG_WINDOW_STRLEN];

	ck_assert_uint_lt(i, p->cams[0].nwindows);
	return cg_schedule_format(&p->cams[0].windows[i], text);
}

START_TEST(what_is_written)
{
	struct cg_policy *p = loaded(CAM(
		" schedule { days = { mon, tue } from = \"22:00\" to = \"06:30\"\n"
		"  timezone = \"Europe/Berlin\" exposure = sealed }\n"
		" schedule { from = 7:00 to = \"24:00\" exposure = open }\n"
		" schedule { days = sun from = \"22:00:05\" to = \"22:00:09\" exposure = closed }\n"
		" timezone = \"Asia/Kathmandu\" daily_upload = 200M open_time = \"2h/day\""));
	const struct cg_policy_cam *c = &p->cams[0];

	ck_assert_uint_eq(c->nwindows, 3);
	ck_assert_str_eq(written(p, 0), "mon tue 22:00-06:30 sealed");
	ck_assert_str_eq(written(p, 1), "07:00-24:00 open");
	ck_assert_str_eq(written(p, 2), "sun 22:00:05-22:00:09 closed");
	ck_assert_int_eq(c->windows[0].pos.line, 4);
	ck_assert_int_eq(c->windows[1].pos.line, 6);
	ck_assert_ptr_ne(c->windows[0].zone, c->zone);
	ck_assert_ptr_eq(c->windows[1].zone, c->zone);
	ck_assert_uint_eq(p->nzones, 2);
	ck_assert_uint_eq(c->daily_bytes, 200000000);
	ck_assert_uint_eq(c->open_s, 7200);
	ck_assert(cg_timing_is_timed(c));
	cg_policy_free(&p);
	p = loaded(CAM(""));
	ck_assert(!cg_timing_is_timed(&p->cams[0]));
	cg_policy_free(&p);
}
END_TEST

START_TEST(own_in_place_of_defaults)
{
	const char *defaults = "defaults { timezone = \"Asia/Kathmandu\" open_time = 30m\n"
			       " schedule { from = \"1:00\" to = \"2:00\" exposure = open } }\n";
	char text[1024];
	struct cg_policy *p;

	snprintf(text, sizeof(text), "%s%s", defaults, CAM(""));
	p = loaded(text);
	ck_assert_str_eq(written(p, 0), "01:00-02:00 open");
	ck_assert_str_eq(p->cams[0].zone_name, "Asia/Kathmandu");
	ck_assert_uint_eq(p->cams[0].open_s, 1800);
	cg_policy_free(&p);
	snprintf(text, sizeof(text), "%s%s", defaults,
		 WINDOW("from = \"3:00\" to = \"4:00\" exposure = closed"));
	p = loaded(text);
	ck_assert_uint_eq(p->cams[0].nwindows, 1);
	ck_assert_str_eq(written(p, 0), "03:00-04:00 closed");
	cg_policy_free(&p);
}
END_TEST

START_TEST(what_is_refused)
{
	char many[4096] = "";

	REFUSED(WINDOW(""), ":4:", "no 'from'");
	REFUSED(WINDOW("from = \"1:00\" exposure = open"), ":4:", "no 'to'");
	REFUSED(WINDOW("from = \"1:00\" to = \"2:00\""), ":4:", "no 'exposure'");
	REFUSED(WINDOW("from = \"24:00\" to = \"2:00\" exposure = open"), ":4:20:", "'24:00'");
	REFUSED(WINDOW("from = \"1:60\" to = \"2:00\" exposure = open"), ":4:20:", "'1:60'",
		"22:00");
	REFUSED(WINDOW("from = \"1\" to = \"2:00\" exposure = open"), "'1'");
	REFUSED(WINDOW("from = \"1:0\" to = \"2:00\" exposure = open"), "'1:0'");
	REFUSED(WINDOW("from = \"1:00:00:00\" to = \"2:00\" exposure = open"), "'1:00:00:00'");
	REFUSED(WINDOW("from = \"1:00\" to = \"24:01\" exposure = open"), "'24:01'");
	REFUSED(WINDOW("from = \"1:00\" to = \"01:00\" exposure = open"), "another time");
	REFUSED(WINDOW("from = \"1:00\" to = \"2:00\" exposure = shut"), "'shut'", "'closed'");
	REFUSED(WINDOW("days = { mon, Monday } from = \"1:00\" to = \"2:00\" exposure = open"),
		":4:27:", "'Monday'", "'mon'");
	REFUSED(WINDOW("days = { mon, mon } from = \"1:00\" to = \"2:00\" exposure = open"),
		"twice");
	REFUSED(WINDOW("from = \"1:00\" to = \"2:00\" exposure = open day = mon"),
		":4:", "unknown key 'day'", "'days'");
	REFUSED(WINDOW("from = \"1:00\" from = \"2:00\""), ":4:", "repeated");
	REFUSED(WINDOW("mac = \"02:ca:00:00:00:01\""), "found 'mac' inside a block");
	REFUSED(CAM(" schedule = open"), ":4:", "expected '{'");
	REFUSED(WINDOW("from = \"1:00\" to = \"2:00\" exposure = open timezone = \"Europe/Berln\""),
		":4:66:", "'Europe/Berln'", "'Europe/Berlin'");
	REFUSED(CAM(" timezone = \"\""), ":4:13:", "timezone");
	/* in Debian's tzdata-legacy since 13 */
	if (!access(CG_ZONE_DIR "/right/UTC", R_OK))
		REFUSED(CAM(" timezone = \"right/UTC\""), ":4:13:", "leap seconds");
	REFUSED("lan = \"br-lan\"\ndefaults { schedule { from = \"1:00\" } }\n", ":2:", "no 'to'");
	REFUSED(CAM(" daily_upload = 200X"), ":4:17:", "'200X'", "200M");
	REFUSED(CAM(" daily_upload = M"), "'M'");
	REFUSED(CAM(" daily_upload = 63K"), "'63K'");
	REFUSED(CAM(" daily_upload = 1001G"), "'1001G'");
	REFUSED(CAM(" daily_upload = 99999999999999999999"), "daily_upload");
	REFUSED(CAM(" open_time = \"2h/week\""), "'2h/week'", "2h/day");
	REFUSED(CAM(" open_time = 25h"), "'25h'");
	REFUSED(CAM(" open_time = 0"), "'0'");
	for (int i = 0; i <= CG_MAX_WINDOWS; i++)
		strcat(many, " schedule { from = \"1:00\" to = \"2:00\" exposure = open }\n");
	{
		char text[8192];

		snprintf(text, sizeof(text), CAM("%s"), many);
		REFUSED(text, ":20:", "at most 16");
	}
}
END_TEST

/* ---- what holds ---- */

static int64_t at(int64_t year, int month, int day, int hour, int min)
{
	return cg_civil_days(year, month, day) * CG_DAY_S + hour * 3600 + min * 60;
}

static enum cg_exposure_state state(const struct cg_policy *p, int64_t t)
{
	const struct cg_policy_cam *c = &p->cams[0];
	struct cg_schedule_now now;
	int window;
	enum cg_exposure_state s =
		cg_schedule_state(c->windows, c->nwindows, c->exposure, t, &window);

	cg_schedule_at(c->windows, c->nwindows, c->exposure, t, &now);
	ck_assert_int_eq(now.state, s);
	ck_assert_int_eq(now.window, window);
	return s;
}

static void until(const struct cg_policy *p, int64_t t, int64_t end, enum cg_exposure_state then)
{
	struct cg_schedule_now now;

	cg_schedule_at(p->cams[0].windows, p->cams[0].nwindows, p->cams[0].exposure, t, &now);
	ck_assert(now.changes);
	ck_assert_int_eq(now.until_s, end);
	ck_assert_int_eq(now.then, then);
}

START_TEST(over_midnight)
{
	/* 2026-11-23 is a Monday */
	struct cg_policy *p = loaded(WINDOW(
		"days = { mon } from = \"22:00\" to = \"06:30\" timezone = UTC exposure = open"));

	ck_assert_int_eq(state(p, at(2026, 11, 23, 21, 59)), CG_CLOSED);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 22, 0)), CG_OPEN);
	ck_assert_int_eq(state(p, at(2026, 11, 24, 6, 29)), CG_OPEN);
	ck_assert_int_eq(state(p, at(2026, 11, 24, 6, 30)), CG_CLOSED);
	/* the night before is Sunday's */
	ck_assert_int_eq(state(p, at(2026, 11, 23, 3, 0)), CG_CLOSED);
	ck_assert_int_eq(state(p, at(2026, 11, 24, 22, 0)), CG_CLOSED);
	until(p, at(2026, 11, 23, 12, 0), at(2026, 11, 23, 22, 0), CG_OPEN);
	until(p, at(2026, 11, 23, 22, 0), at(2026, 11, 24, 6, 30), CG_CLOSED);
	until(p, at(2026, 11, 24, 6, 30), at(2026, 11, 30, 22, 0), CG_OPEN);
	cg_policy_free(&p);
}
END_TEST

START_TEST(windows_that_meet_are_one)
{
	struct cg_policy *p =
		loaded(CAM(" timezone = UTC\n"
			   " schedule { from = \"22:00\" to = \"00:00\" exposure = open }\n"
			   " schedule { from = \"00:00\" to = \"6:00\" exposure = open }\n"));

	until(p, at(2026, 11, 23, 23, 0), at(2026, 11, 24, 6, 0), CG_CLOSED);
	cg_policy_free(&p);
	p = loaded(CAM(
		" timezone = UTC\n schedule { from = \"0:00\" to = \"24:00\" exposure = open }"));
	{
		struct cg_schedule_now now;

		cg_schedule_at(p->cams[0].windows, 1, CG_CLOSED, 1800000000, &now);
		ck_assert_int_eq(now.state, CG_OPEN);
		ck_assert(!now.changes);
		ck_assert_int_eq(now.until_s, 1800000000 + CG_SCHEDULE_AHEAD_S);
	}
	cg_policy_free(&p);
}
END_TEST

START_TEST(the_strictest_holds)
{
	struct cg_policy *p =
		loaded(CAM(" timezone = UTC exposure = open\n"
			   " schedule { from = \"8:00\" to = \"12:00\" exposure = open }\n"
			   " schedule { from = \"9:00\" to = \"11:00\" exposure = sealed }\n"
			   " schedule { from = \"10:00\" to = \"13:00\" exposure = closed }\n"));
	size_t a, b;

	ck_assert_int_eq(state(p, at(2026, 11, 23, 8, 30)), CG_OPEN);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 9, 0)), CG_SEALED);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 10, 30)), CG_SEALED);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 11, 0)), CG_CLOSED);
	/* a window is in force though it is looser than another: not the config */
	ck_assert_int_eq(state(p, at(2026, 11, 23, 12, 30)), CG_CLOSED);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 13, 0)), CG_OPEN);
	ck_assert_int_eq(cg_schedule_unknown(p->cams[0].windows, 3, CG_OPEN), CG_SEALED);
	ck_assert_int_eq(cg_schedule_unknown(p->cams[0].windows, 1, CG_OPEN), CG_CLOSED);
	ck_assert(cg_schedule_overlap(p->cams[0].windows, 3, 1800000000, &a, &b));
	ck_assert(a == 0 && b == 1);
	ck_assert(!cg_schedule_overlap(p->cams[0].windows, 1, 1800000000, &a, &b));
	cg_policy_free(&p);
}
END_TEST

START_TEST(a_window_loosens_what_the_config_seals)
{
	struct cg_policy *p =
		loaded(CAM(" timezone = UTC exposure = sealed\n"
			   " schedule { from = \"8:00\" to = \"12:00\" exposure = closed }\n"));

	ck_assert_int_eq(state(p, at(2026, 11, 23, 7, 59)), CG_SEALED);
	ck_assert_int_eq(state(p, at(2026, 11, 23, 8, 0)), CG_CLOSED);
	cg_policy_free(&p);
}
END_TEST

START_TEST(overlaps)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} rows[] = {
		{ "from = \"8:00\" to = \"9:00\"", "from = \"9:00\" to = \"10:00\"", false },
		{ "from = \"8:00\" to = \"9:01\"", "from = \"9:00\" to = \"10:00\"", true },
		{ "days = mon from = \"22:00\" to = \"6:00\"",
		  "days = tue from = \"5:00\" to = \"7:00\"", true },
		{ "days = mon from = \"22:00\" to = \"6:00\"",
		  "days = mon from = \"5:00\" to = \"7:00\"", false },
		{ "days = sun from = \"22:00\" to = \"6:00\"",
		  "days = mon from = \"1:00\" to = \"2:00\"", true },
		/* 9:00 in Berlin is 8:00 in London, the whole year */
		{ "from = \"9:00\" to = \"10:00\"",
		  "from = \"9:00\" to = \"10:00\" timezone = \"Europe/London\"", false },
		{ "from = \"9:00\" to = \"10:00\"",
		  "from = \"8:00\" to = \"8:01\" timezone = \"Europe/London\"", true },
		/* in New York 3:00 is 8:00 here but for three weeks of March */
		{ "from = \"9:00\" to = \"9:30\"",
		  "from = \"4:00\" to = \"4:10\" timezone = \"America/New_York\"", true },
		{ "from = \"9:00\" to = \"9:30\"",
		  "from = \"5:00\" to = \"5:10\" timezone = \"America/New_York\"", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cg_policy *p;
		char text[1024];
		size_t a, b;

		snprintf(text, sizeof(text),
			 CAM(" timezone = \"Europe/Berlin\"\n schedule { %s exposure = open }\n"
			     " schedule { %s exposure = closed }"),
			 rows[i].a, rows[i].b);
		p = loaded(text);
		ck_assert_msg(cg_schedule_overlap(p->cams[0].windows, 2, at(2026, 11, 1, 0, 0), &a,
						  &b) == rows[i].overlap,
			      "row %zu", i);
		cg_policy_free(&p);
	}
}
END_TEST

/* ---- when clocks change: 2026-03-29 and 2026-10-25 in Berlin, both at 01:00 UTC ---- */

#define BERLIN "timezone = \"Europe/Berlin\" exposure = open"

START_TEST(a_time_that_is_left_out)
{
	struct cg_policy *p = loaded(WINDOW("from = \"2:30\" to = \"5:00\" " BERLIN));

	/* begins when clocks go forward */
	ck_assert_int_eq(state(p, at(2026, 3, 29, 0, 59)), CG_CLOSED);
	ck_assert_int_eq(state(p, at(2026, 3, 29, 1, 0)), CG_OPEN);
	until(p, at(2026, 3, 29, 0, 0), at(2026, 3, 29, 1, 0), CG_OPEN);
	until(p, at(2026, 3, 29, 1, 0), at(2026, 3, 29, 3, 0), CG_CLOSED);
	cg_policy_free(&p);
	/* ends when clocks go forward */
	p = loaded(WINDOW("from = \"1:00\" to = \"2:30\" " BERLIN));
	ck_assert_int_eq(state(p, at(2026, 3, 29, 0, 59)), CG_OPEN);
	ck_assert_int_eq(state(p, at(2026, 3, 29, 1, 0)), CG_CLOSED);
	until(p, at(2026, 3, 29, 0, 30), at(2026, 3, 29, 1, 0), CG_CLOSED);
	cg_policy_free(&p);
	/* does not come */
	p = loaded(WINDOW("from = \"2:10\" to = \"2:50\" " BERLIN));
	until(p, at(2026, 3, 28, 12, 0), at(2026, 3, 30, 0, 10), CG_OPEN);
	cg_policy_free(&p);
}
END_TEST

START_TEST(a_time_that_comes_twice)
{
	struct cg_policy *p = loaded(WINDOW("from = \"22:00\" to = \"2:30\" " BERLIN));

	/* ends at the first 2:30, and does not begin again at the second 2:00 */
	until(p, at(2026, 10, 24, 22, 0), at(2026, 10, 25, 0, 30), CG_CLOSED);
	until(p, at(2026, 10, 25, 0, 30), at(2026, 10, 25, 21, 0), CG_OPEN);
	cg_policy_free(&p);
	/* begins at the first and goes on through the second */
	p = loaded(WINDOW("from = \"2:30\" to = \"4:00\" " BERLIN));
	until(p, at(2026, 10, 24, 22, 0), at(2026, 10, 25, 0, 30), CG_OPEN);
	until(p, at(2026, 10, 25, 0, 30), at(2026, 10, 25, 3, 0), CG_CLOSED);
	cg_policy_free(&p);
	/* once, the first time */
	p = loaded(WINDOW("from = \"2:10\" to = \"2:50\" " BERLIN));
	until(p, at(2026, 10, 25, 0, 10), at(2026, 10, 25, 0, 50), CG_CLOSED);
	until(p, at(2026, 10, 25, 0, 50), at(2026, 10, 26, 1, 10), CG_OPEN);
	cg_policy_free(&p);
	/* up to the 3:00 that comes once */
	p = loaded(WINDOW("from = \"22:00\" to = \"3:00\" " BERLIN));
	until(p, at(2026, 10, 24, 22, 0), at(2026, 10, 25, 2, 0), CG_CLOSED);
	cg_policy_free(&p);
}
END_TEST

START_TEST(days_of_other_lengths)
{
	struct cg_policy *p = loaded(CAM(" timezone = \"Europe/Berlin\""));
	const struct cg_zone *z = p->cams[0].zone;

	ck_assert_int_eq(cg_schedule_day_end(z, at(2026, 3, 28, 23, 0)), at(2026, 3, 29, 22, 0));
	ck_assert_int_eq(cg_schedule_day_end(z, at(2026, 10, 25, 12, 0)), at(2026, 10, 25, 23, 0));
	ck_assert_int_eq(cg_schedule_day(z, at(2026, 10, 25, 22, 59)), cg_civil_days(2026, 10, 25));
	ck_assert_int_eq(cg_schedule_day(z, at(2026, 10, 25, 23, 0)), cg_civil_days(2026, 10, 26));
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("schedule", 60, what_is_written, own_in_place_of_defaults, what_is_refused,
			over_midnight, windows_that_meet_are_one, the_strictest_holds,
			a_window_loosens_what_the_config_seals, overlaps, a_time_that_is_left_out,
			a_time_that_comes_twice, days_of_other_lengths);
}
