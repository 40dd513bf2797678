/* SPDX-License-Identifier: GPL-2.0-only */
/* A year in six time zones, minute by minute, against libc's clock and a plain look at it: figure sessions/schedule_wrong_minutes. */
#include <lib/civil.h>
#include <lib/schedule.h>
#include <lib/zone.h>
#include <time.h>
#include "unit.h"

#define YEAR_MINUTES (365 * 24 * 60)

/* Summer time, none, half an hour of it, and distances of half and three quarters of an hour. */
static const char *const zones[] = {
	"Europe/Berlin",  "America/New_York", "Australia/Lord_Howe",
	"Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham",
};
#define NZONES (sizeof(zones) / sizeof(zones[0]))

/* Sunday is the first of seven. */
struct plain {
	const char *days;
	int from_min, to_min;
	int exposure; /* 0 sealed, 1 closed, 2 open */
};

#define AT(h, m) ((h)*60 + (m))

/* Around every hour at which clocks change somewhere, and over midnight. */
static const struct plain windows[] = {
	{ "1111111", AT(22, 0), AT(2, 30), 2 },	 { ".11....", AT(22, 0), AT(6, 30), 0 },
	{ "......1", AT(1, 30), AT(2, 45), 2 },	 { "1......", AT(2, 15), AT(2, 45), 2 },
	{ "1111111", AT(12, 0), AT(13, 15), 2 }, { ".....1.", AT(23, 30), AT(0, 0), 0 },
	{ "1......", AT(1, 40), AT(3, 20), 2 },	 { "...1...", AT(0, 0), AT(24, 0), 1 },
	{ "1......", AT(1, 45), AT(2, 15), 0 },	 { "1......", AT(3, 0), AT(3, 45), 2 },
	{ "1111111", AT(18, 1), AT(18, 2), 0 },
};
#define NWINDOWS (sizeof(windows) / sizeof(windows[0]))

/* ---- the plain look: what the clock reads, and every window that names it ---- */

static int plain_holds(const struct plain *w, int weekday, int minute)
{
	int yesterday = (weekday + 6) % 7;

	if (w->from_min < w->to_min)
		return w->days[weekday] == '1' && minute >= w->from_min && minute < w->to_min;
	if (w->days[weekday] == '1' && minute >= w->from_min)
		return 1;
	return w->days[yesterday] == '1' && minute < w->to_min;
}

static int plain_state(int weekday, int minute)
{
	int state = 3;

	for (size_t i = 0; i < NWINDOWS; i++)
		if (plain_holds(&windows[i], weekday, minute) && windows[i].exposure < state)
			state = windows[i].exposure;
	return state == 3 ? 1 : state; /* the config says closed */
}

struct oracle {
	long read; /* minutes on the wall since some day, the latest */
	int state;
};

/* A time that was on the wall before changes nothing. */
static int oracle_at(struct oracle *o, time_t t)
{
	struct tm tm;
	long reading;

	if (!localtime_r(&t, &tm))
		ck_abort_msg("localtime_r");
	reading = (tm.tm_year * 366L + tm.tm_yday) * 1440 + tm.tm_hour * 60 + tm.tm_min;
	if (reading > o->read) {
		o->read = reading;
		o->state = plain_state(tm.tm_wday, tm.tm_hour * 60 + tm.tm_min);
	}
	return o->state;
}

/* ---- what the agent does: asks, and asks again when that is through ---- */

static void take(struct cg_window *w, const struct cg_zone *zone)
{
	for (size_t i = 0; i < NWINDOWS; i++) {
		w[i] = (struct cg_window){
			.from_s = (uint32_t)windows[i].from_min * 60,
			.to_s = (uint32_t)windows[i].to_min * 60,
			.exposure = (enum cg_exposure_state)windows[i].exposure,
			.zone = zone,
		};
		for (int d = 0; d < 7; d++)
			w[i].days |= (uint8_t)((windows[i].days[d] == '1') << d);
	}
}

/* Wrong on purpose: as if clocks never changed. */
static int wrong_state(const struct cg_tzspan *first, time_t t)
{
	int64_t wall = t + first->off_s, day = cg_civil_floor(wall, CG_DAY_S);

	return plain_state(cg_civil_weekday(day), (int)((wall - day * CG_DAY_S) / 60));
}

struct sums {
	unsigned long minutes, wrong, control, changes;
};

static struct sums year_of(const char *name, FILE *raw)
{
	int64_t t = cg_civil_days(2027, 1, 1) * CG_DAY_S;
	struct cg_schedule_now now = { .until_s = INT64_MIN };
	struct sums s = { .minutes = YEAR_MINUTES };
	struct cg_window w[NWINDOWS];
	struct oracle o = { 0 };
	struct cg_zone *zone = NULL;
	struct cg_tzspan first;

	ck_assert_int_eq(cg_zone_read("", name, &zone), 0);
	take(w, zone);
	setenv("TZ", name, 1);
	tzset();
	cg_zone_at(zone, t, &first);
	(void)oracle_at(&o, (time_t)t - 60);
	for (int i = 0; i < YEAR_MINUTES; i++, t += 60) {
		int want = oracle_at(&o, (time_t)t);

		if (t >= now.until_s) {
			cg_schedule_at(w, NWINDOWS, CG_CLOSED, t, &now);
			s.changes++;
		}
		if ((int)now.state != want) {
			s.wrong++;
			if (raw)
				fprintf(raw, "%s %lld: %d, expected %d\n", name, (long long)t,
					(int)now.state, want);
		}
		s.control += wrong_state(&first, (time_t)t) != want;
	}
	if (raw)
		fprintf(raw, "%s: %lu minutes, %lu changes, %lu wrong; without summer time %lu\n",
			name, s.minutes, s.changes, s.wrong, s.control);
	cg_zone_free(&zone);
	return s;
}

/* Only the plain build's counts: the same again with sanitizers says nothing more. */
static void figure(const struct sums *s, const char *raw)
{
	const char *file = getenv("CG_FIGURES");
	FILE *f;

	printf("# sessions/schedule_wrong_minutes %lu of %lu, control %lu\n", s->wrong, s->minutes,
	       s->control);
	f = strstr(CG_BUILD, "/asan") ?
		    NULL :
		    fopen(file && *file ? file : CG_BUILD "/figures.jsonl", "a");
	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"sessions/schedule_wrong_minutes\",\"value\":%lu,\"op\":\"==\",\"limit\":0,"
		"\"unit\":\"minutes\",\"n\":%lu,\"control\":%lu,\"raw\":\"%s\"}\n",
		s->wrong, s->minutes, s->control, raw + strlen(CG_BUILD "/"));
	fclose(f);
}

START_TEST(a_year_in_six_zones)
{
	const char *path = CG_BUILD "/tests/unit/schedule_wrong_minutes.txt";
	FILE *raw = fopen(path, "w");
	struct sums all = { 0 };

	for (size_t i = 0; i < NZONES; i++) {
		struct sums s = year_of(zones[i], raw);

		/* every day at least: noon, night and the minute of the evening */
		ck_assert_uint_gt(s.changes, 365 * 4);
		all.minutes += s.minutes;
		all.wrong += s.wrong;
		all.control += s.control;
	}
	if (raw) {
		fclose(raw);
		figure(&all, path);
	}
	ck_assert_uint_eq(all.wrong, 0);
	ck_assert_uint_gt(all.control, 1000);
}
END_TEST

int main(void)
{
	return UNIT_RUN("schedule_year", 300, a_year_in_six_zones);
}
