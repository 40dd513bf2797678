/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows of a schedule: read, and asked what holds. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "civil.h"
#include "schedule.h"
#include "value.h"

#define EVERY_DAY 0x7f
#define WEEK_DAYS 7
#define YEAR_DAYS 370

static const char *const DAYS[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };
static const char *const EXPOSURES[] = { "sealed", "closed", "open", NULL };

/* ---- what holds ---- */

static bool named(const struct cg_window *w, int64_t day)
{
	return w->days >> cg_civil_weekday(day) & 1;
}

static bool holds(const struct cg_window *w, int64_t wall)
{
	int64_t day = cg_civil_floor(wall, CG_DAY_S);
	uint32_t at = (uint32_t)(wall - day * CG_DAY_S);

	if (w->from_s < w->to_s)
		return named(w, day) && at >= w->from_s && at < w->to_s;
	return (named(w, day) && at >= w->from_s) || (named(w, day - 1) && at < w->to_s);
}

enum cg_exposure_state cg_schedule_state(const struct cg_window *windows, size_t n,
					 enum cg_exposure_state config, int64_t t, int *ret_window)
{
	enum cg_exposure_state state = config;
	int found = -1;

	for (size_t i = 0; i < n; i++) {
		const struct cg_window *w = &windows[i];

		if ((found >= 0 && w->exposure >= state) || !holds(w, cg_zone_wall(w->zone, t)))
			continue;
		state = w->exposure;
		found = (int)i;
	}
	*ret_window = found;
	return state;
}

/* When the window next begins or ends, or would if that day were named: behind t. */
static int64_t next_edge(const struct cg_window *w, int64_t t)
{
	int64_t wall = cg_zone_wall(w->zone, t),
		midnight = cg_civil_floor(wall, CG_DAY_S) * CG_DAY_S;
	int64_t next = INT64_MAX;

	for (int64_t day = midnight; day <= midnight + CG_DAY_S; day += CG_DAY_S) {
		if (day + w->from_s > wall && day + w->from_s < next)
			next = day + w->from_s;
		if (day + w->to_s > wall && day + w->to_s < next)
			next = day + w->to_s;
	}
	return cg_zone_reach(w->zone, next);
}

void cg_schedule_at(const struct cg_window *windows, size_t n, enum cg_exposure_state config,
		    int64_t t, struct cg_schedule_now *ret_now)
{
	struct cg_schedule_now now = { .until_s = t + CG_SCHEDULE_AHEAD_S };
	int64_t edge[CG_MAX_WINDOWS];

	now.state = cg_schedule_state(windows, n, config, t, &now.window);
	now.then = now.state;
	now.then_window = now.window;
	for (size_t i = 0; i < n; i++)
		edge[i] = next_edge(&windows[i], t);
	/* From edge to edge: between them nothing changes. */
	while (n && !now.changes) {
		size_t first = 0;

		for (size_t i = 1; i < n; i++)
			if (edge[i] < edge[first])
				first = i;
		if (edge[first] >= now.until_s)
			break;
		now.then = cg_schedule_state(windows, n, config, edge[first], &now.then_window);
		now.changes = now.then != now.state;
		if (now.changes)
			now.until_s = edge[first];
		edge[first] = next_edge(&windows[first], edge[first]);
	}
	*ret_now = now;
}

enum cg_exposure_state cg_schedule_unknown(const struct cg_window *windows, size_t n,
					   enum cg_exposure_state config)
{
	enum cg_exposure_state state = config < CG_CLOSED ? config : CG_CLOSED;

	for (size_t i = 0; i < n; i++)
		if (windows[i].exposure < state)
			state = windows[i].exposure;
	return state;
}

int64_t cg_schedule_day(const struct cg_zone *zone, int64_t t)
{
	return cg_civil_floor(cg_zone_wall(zone, t), CG_DAY_S);
}

int64_t cg_schedule_day_end(const struct cg_zone *zone, int64_t t)
{
	return cg_zone_reach(zone, (cg_schedule_day(zone, t) + 1) * CG_DAY_S);
}

/* Does a begin while b is in force, in the next days? */
static bool begins_within(const struct cg_window *a, const struct cg_window *b, int64_t t, int days)
{
	int64_t day = cg_schedule_day(a->zone, t);

	for (int i = 0; i < days; i++, day++) {
		int64_t begin = cg_zone_reach(a->zone, day * CG_DAY_S + a->from_s);

		if (holds(a, cg_zone_wall(a->zone, begin)) &&
		    holds(b, cg_zone_wall(b->zone, begin)))
			return true;
	}
	return false;
}

bool cg_schedule_overlap(const struct cg_window *windows, size_t n, int64_t t, size_t *ret_a,
			 size_t *ret_b)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			const struct cg_window *a = &windows[i], *b = &windows[j];
			/* In one zone each week is like the other. */
			int days = a->zone == b->zone ? WEEK_DAYS + 1 : YEAR_DAYS;

			if (a->exposure == b->exposure ||
			    (!begins_within(a, b, t, days) && !begins_within(b, a, t, days)))
				continue;
			*ret_a = i;
			*ret_b = j;
			return true;
		}
	return false;
}

/* ---- from text ---- */

/* "7:00", "22:00:05"; 24:00 is the end of a day. */
static int read_clock(const char *s, uint32_t *ret_s)
{
	unsigned int part[3] = { 0 };
	size_t n = 0;

	for (;; n++) {
		size_t digits = strspn(s, "0123456789");

		if (n == 3 || digits > 2 || digits < (n ? 2 : 1))
			return -EINVAL;
		for (size_t i = 0; i < digits; i++)
			part[n] = part[n] * 10 + (unsigned int)(s[i] - '0');
		s += digits;
		if (*s != ':')
			break;
		s++;
	}
	*ret_s = part[0] * 3600 + part[1] * 60 + part[2];
	return !*s && n && part[1] < 60 && part[2] < 60 && *ret_s <= CG_DAY_S ? 0 : -EINVAL;
}

static int take_clock(const struct cg_text *t, const char *key, const struct cg_config_window *w,
		      struct cg_diag *diag, uint32_t *ret_s)
{
	if (!t->s)
		return cg_diag_set(diag, &w->pos, -EINVAL,
				   "schedule: found no '%s', expected %s = \"22:00\"", key, key);
	if (read_clock(t->s, ret_s) || (*key == 'f' && *ret_s == CG_DAY_S))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"%s: found '%s', expected a time of day such as 22:00 or 06:30:15", key,
			t->s);
	return 0;
}

static int take_days(const struct cg_texts *days, struct cg_diag *diag, uint8_t *ret_days)
{
	*ret_days = days->n ? 0 : EVERY_DAY;
	for (size_t i = 0; i < days->n; i++) {
		int day, r = cg_value_word(&days->v[i], "days", DAYS, 0, diag, &day);

		if (r)
			return r;
		if (*ret_days >> day & 1)
			return cg_diag_set(diag, &days->v[i].pos, -EEXIST,
					   "days: '%s' is listed twice, expected it once",
					   days->v[i].s);
		*ret_days |= (uint8_t)(1 << day);
	}
	return 0;
}

int cg_schedule_read(const struct cg_config_window *w, struct cg_diag *diag,
		     struct cg_window *ret_window)
{
	struct cg_window win = { .pos = w->pos, .zone_pos = w->timezone.pos };
	int exposure, r;

	r = take_days(&w->days, diag, &win.days);
	if (!r)
		r = take_clock(&w->from, "from", w, diag, &win.from_s);
	if (!r)
		r = take_clock(&w->to, "to", w, diag, &win.to_s);
	if (!r)
		r = cg_value_zone(&w->timezone, diag, win.zone_name);
	if (!r && !w->exposure.s)
		r = cg_diag_set(
			diag, &w->pos, -EINVAL,
			"schedule: found no 'exposure', expected exposure = closed, open or sealed");
	if (!r)
		r = cg_value_word(&w->exposure, "exposure", EXPOSURES, CG_CLOSED, diag, &exposure);
	if (!r && win.from_s == win.to_s)
		r = cg_diag_set(
			diag, &w->to.pos, -EINVAL,
			"to: found '%s' as in from, expected another time; a whole day is 00:00 to 24:00",
			w->to.s);
	if (r)
		return r;
	win.exposure = (enum cg_exposure_state)exposure;
	*ret_window = win;
	return 0;
}

/* ---- to text ---- */

static size_t put_clock(uint32_t s, char *buf, size_t n)
{
	int len = snprintf(buf, n, s % 60 ? "%02u:%02u:%02u" : "%02u:%02u", s / 3600, s / 60 % 60,
			   s % 60);

	return len < 0 ? 0 : (size_t)len;
}

const char *cg_schedule_format(const struct cg_window *w, char buf[static CG_WINDOW_STRLEN])
{
	size_t n = 0;

	/* A week begins on Monday. */
	for (int i = 1; i <= WEEK_DAYS && w->days != EVERY_DAY; i++)
		if (w->days >> i % WEEK_DAYS & 1)
			n += (size_t)snprintf(buf + n, CG_WINDOW_STRLEN - n, "%s ",
					      DAYS[i % WEEK_DAYS]);
	n += put_clock(w->from_s, buf + n, CG_WINDOW_STRLEN - n);
	buf[n++] = '-';
	n += put_clock(w->to_s, buf + n, CG_WINDOW_STRLEN - n);
	(void)snprintf(buf + n, CG_WINDOW_STRLEN - n, " %s", EXPOSURES[w->exposure]);
	return buf;
}
