/* SPDX-License-Identifier: GPL-2.0-only */
/* Likeness: what each clue is worth, alone and beside a user's, and which windows look like video. */
#include <lib/clue_kind.h>
#include <lib/likeness.h>
#include "unit.h"

#define SECOND 1000000000ULL
#define NOW    (1000 * SECOND)

static struct cg_likeness judge(const struct cg_clues *c, const struct cg_device *d)
{
	struct cg_likeness l;

	cg_likeness_judge(c, d, NOW, &l);
	return l;
}

START_TEST(one_clue)
{
	for (int kind = 1; kind < __CG_CLUE_MAX; kind++) {
		struct cg_clues c = { 0 };
		struct cg_likeness l;

		cg_clue_add(&c, (enum cg_clue_kind)kind, NULL);
		l = judge(&c, NULL);
		switch (cg_clue_rows[kind].proof) {
		case CG_CLUE_IDENTIFIES:
			ck_assert_msg(l.class == CG_LIKENESS_IS && l.identifies, "%d", kind);
			break;
		case CG_CLUE_HINTS:
			/* None that hints is enough alone. */
			ck_assert_msg(l.class != CG_LIKENESS_IS && !l.identifies, "%d", kind);
			break;
		case CG_CLUE_IS_USER:
			ck_assert_msg(l.class == CG_LIKENESS_OTHER && l.user, "%d", kind);
			break;
		case CG_CLUE_IS_OTHER:
			ck_assert_msg(l.class == CG_LIKENESS_OTHER && !l.user, "%d", kind);
			break;
		}
		ck_assert_int_ge(l.score, 0);
		ck_assert_int_le(l.score, 100);
	}
}
END_TEST

static int score_of(const enum cg_clue_kind *kinds, size_t n)
{
	struct cg_clues c = { 0 };

	for (size_t i = 0; i < n; i++)
		cg_clue_add(&c, kinds[i], NULL);
	return judge(&c, NULL).score;
}
#define SCORE(...)                                           \
	score_of((const enum cg_clue_kind[]){ __VA_ARGS__ }, \
		 sizeof((const enum cg_clue_kind[]){ __VA_ARGS__ }) / sizeof(enum cg_clue_kind))

START_TEST(together)
{
	/* A maker of many things, a small Linux that asks for a way in: a plug has all three. */
	ck_assert_int_lt(SCORE(CG_CLUE_OUI_MIXED, CG_CLUE_EMBEDDED, CG_CLUE_ASKS_IGD),
			 CG_LIKENESS_PERHAPS);
	ck_assert_int_ge(SCORE(CG_CLUE_OUI_MOSTLY, CG_CLUE_RENDEZVOUS), CG_LIKENESS_CAMERA);
	ck_assert_int_ge(SCORE(CG_CLUE_SHAPE, CG_CLUE_RENDEZVOUS), CG_LIKENESS_CAMERA);
	ck_assert_int_lt(SCORE(CG_CLUE_SHAPE, CG_CLUE_OUI_MODULE, CG_CLUE_EMBEDDED),
			 CG_LIKENESS_CAMERA);
	/* A phone that watches, or backs up. */
	ck_assert_int_lt(SCORE(CG_CLUE_RENDEZVOUS, CG_CLUE_SHAPE, CG_CLUE_USER_SYSTEM),
			 CG_LIKENESS_PERHAPS);
	ck_assert_int_lt(SCORE(CG_CLUE_SHAPE, CG_CLUE_USER_SERVICE), CG_LIKENESS_PERHAPS);
	/* The same kind twice counts once; no sum leaves 0 to 100. */
	ck_assert_int_eq(SCORE(CG_CLUE_USER_SYSTEM, CG_CLUE_USER_SERVICE), 0);
	ck_assert_int_eq(SCORE(CG_CLUE_ONVIF, CG_CLUE_VENDOR), 100);
}
END_TEST

START_TEST(a_users_sign_takes_it_back)
{
	struct cg_clues c = { 0 };

	cg_clue_add(&c, CG_CLUE_OUI_CAMERA, "Dahua");
	ck_assert(judge(&c, NULL).identifies);
	cg_clue_add(&c, CG_CLUE_USER_SYSTEM, "Android");
	ck_assert(!judge(&c, NULL).identifies);
	ck_assert(judge(&c, NULL).user);
	ck_assert_int_eq(judge(&c, NULL).class, CG_LIKENESS_OTHER);
}
END_TEST

/* ---- shape ---- */

static struct cg_device_window window(uint32_t up, uint32_t down, uint32_t packets, uint32_t big)
{
	return (struct cg_device_window){ up, down, packets, big };
}

/* Every window alike; the one under way has just begun. */
static struct cg_device steady(struct cg_device_window w)
{
	struct cg_device d = { .first_ns = NOW - 60 * SECOND, .last_ns = NOW, .window_ns = NOW };

	for (int i = 1; i < CG_DEVICE_PAST; i++)
		d.window[i] = w;
	return d;
}

static bool streams(const struct cg_device *d)
{
	return cg_likeness_streams(d, NOW);
}

START_TEST(video)
{
	/* facts rates.tsv: the Yi camera watched from outside, 258 kbit/s, 54 packets a second,
	 * half of them full, 8 down; Reolink's main stream; Hik-Connect's small datagrams. */
	struct cg_device d = steady(window(64500, 2200, 108, 54));

	ck_assert(streams(&d));
	d = steady(window(2048000, 40000, 1500, 1450));
	ck_assert(streams(&d));
	d = steady(window(96000, 12000, 320, 0));
	ck_assert(streams(&d));
	/* Three of the last four are enough, two are not. */
	d.window[2] = window(0, 0, 0, 0);
	ck_assert(streams(&d));
	d.window[4] = window(0, 0, 0, 0);
	ck_assert(!streams(&d));
	/* What was five windows ago does not matter. */
	d = steady(window(64500, 2200, 108, 54));
	memset(&d.window[5], 0, sizeof(d.window[5]));
	ck_assert(streams(&d));
}
END_TEST

START_TEST(no_video)
{
	/* A call: as much down as up. */
	struct cg_device d = steady(window(400000, 380000, 420, 300));

	ck_assert(!streams(&d));
	/* A TV, a console that loads: down. */
	d = steady(window(90000, 6000000, 1500, 0));
	ck_assert(!streams(&d));
	/* PPPP without a picture: 46-byte packets, one to one. */
	d = steady(window(1400, 1400, 26, 0));
	ck_assert(!streams(&d));
	/* One below 128 kbit/s, beside one at it. */
	d = steady(window(31999, 1000, 40, 30));
	ck_assert(!streams(&d));
	d = steady(window(32000, 1000, 40, 30));
	ck_assert(streams(&d));
	/* Five to one, and less. */
	d = steady(window(64000, 12800, 60, 50));
	ck_assert(streams(&d));
	d = steady(window(64000, 12900, 60, 50));
	ck_assert(!streams(&d));
	/* Small packets, now many, now few: sensors, a game. */
	d = steady(window(40000, 1000, 400, 0));
	ck_assert(!streams(&d));
	d.window[1] = window(80000, 1000, 160, 0);
	d.window[3] = window(80000, 1000, 300, 0);
	ck_assert(!streams(&d));
	/* Never with a remote. */
	d = (struct cg_device){ .first_ns = NOW };
	ck_assert(!streams(&d));
}
END_TEST

START_TEST(old_windows)
{
	struct cg_device d = steady(window(64500, 2200, 108, 54));

	/* Nothing since: the windows move back, and one that is over counts. */
	d.window[0] = d.window[1];
	ck_assert(cg_likeness_streams(&d, NOW + CG_WINDOW_NS));
	ck_assert(cg_likeness_streams(&d, NOW + 2 * CG_WINDOW_NS));
	ck_assert(!cg_likeness_streams(&d, NOW + 3 * CG_WINDOW_NS));
	ck_assert(!cg_likeness_streams(&d, NOW + 3600 * SECOND));
	ck_assert(!cg_likeness_streams(&d, UINT64_MAX));
	/* A clock that lies. */
	ck_assert(!cg_likeness_streams(&d, NOW - 1));
}
END_TEST

START_TEST(shape_alone)
{
	struct cg_device d = steady(window(64500, 2200, 108, 54));
	struct cg_clues c = { 0 };
	struct cg_likeness l = judge(&c, &d);

	ck_assert(l.streams && !l.identifies && !l.settled);
	ck_assert_int_eq(l.class, CG_LIKENESS_MAYBE);
	cg_clue_add(&c, CG_CLUE_SHAPE, NULL); /* counted once */
	ck_assert_int_eq(judge(&c, &d).score, l.score);
	cg_clue_add(&c, CG_CLUE_USER_SYSTEM, "iPhone");
	l = judge(&c, &d);
	ck_assert(l.streams && l.user);
	ck_assert_int_eq(l.class, CG_LIKENESS_OTHER);
	ck_assert(!l.settled); /* as long as it streams somebody may ask why */
}
END_TEST

START_TEST(settled)
{
	struct cg_device d = { .first_ns = NOW - (CG_LIKENESS_LISTEN_S - 1) * SECOND };
	struct cg_clues c = { 0 };

	ck_assert_int_eq(judge(&c, &d).class, CG_LIKENESS_UNKNOWN);
	ck_assert(!judge(&c, &d).settled);
	ck_assert(!judge(&c, NULL).settled);
	cg_clue_add(&c, CG_CLUE_EMBEDDED, "udhcp");
	ck_assert(!judge(&c, &d).settled);
	d.first_ns -= SECOND;
	ck_assert(judge(&c, &d).settled);
	ck_assert_int_eq(judge(&c, &d).class, CG_LIKENESS_OTHER);
	/* A service may be of a camera's hub; a system is a person's at once. */
	memset(&c, 0, sizeof(c));
	d.first_ns = NOW;
	cg_clue_add(&c, CG_CLUE_USER_SERVICE, "printer");
	ck_assert(!judge(&c, &d).settled);
	cg_clue_add(&c, CG_CLUE_USER_SYSTEM, "Windows");
	ck_assert(judge(&c, &d).settled);
	/* A camera never is, nor what may be one. */
	memset(&c, 0, sizeof(c));
	d.first_ns = 0;
	cg_clue_add(&c, CG_CLUE_OUI_MOSTLY, "Ring");
	ck_assert(!judge(&c, &d).settled);
	cg_clue_add(&c, CG_CLUE_RTSP, NULL);
	ck_assert(!judge(&c, &d).settled);
}
END_TEST

int main(void)
{
	return UNIT_RUN("likeness", 20, one_clue, together, a_users_sign_takes_it_back, video,
			no_video, old_windows, shape_alone, settled);
}
