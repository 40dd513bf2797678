/* SPDX-License-Identifier: GPL-2.0-only */
/* Accounts: days that only midnight ends, openings, bytes, and the file they are kept in. */
#include <lib/account.h>
#include <lib/exposure.h>
#include <lib/usage.h>
#include "unit.h"

#define SEC 1000000000ULL

static struct cg_account used(int64_t day)
{
	struct cg_account a = cg_account_new("nursery", 0, 0);

	ck_assert(!cg_account_day(&a, day, false));
	a.open_ns = 60 * SEC;
	a.up_bytes = 1000;
	return a;
}

START_TEST(midnight_begins_anew)
{
	struct cg_account a = used(100);

	ck_assert(!cg_account_day(&a, 100, false));
	ck_assert_uint_eq(a.open_ns, 60 * SEC);
	ck_assert(cg_account_day(&a, 101, false));
	ck_assert_uint_eq(a.open_ns, 0);
	ck_assert_uint_eq(a.up_bytes, 0);
	/* over days that the gateway was off */
	a = used(100);
	ck_assert(cg_account_day(&a, 110, false));
}
END_TEST

START_TEST(a_clock_set_gives_nothing_back)
{
	struct cg_account a = used(100);

	/* forward, and the midnight that follows is one */
	ck_assert(!cg_account_day(&a, 105, true));
	ck_assert_uint_eq(a.open_ns, 60 * SEC);
	/* and back: the date again, what was used still */
	ck_assert(!cg_account_day(&a, 100, true));
	ck_assert_int_eq(a.day, 100);
	ck_assert_uint_eq(a.open_ns, 60 * SEC);
	ck_assert(!cg_account_day(&a, 100, false));
	/* to and fro as often as one likes */
	for (int i = 0; i < 10; i++) {
		ck_assert(!cg_account_day(&a, 101 + i, true));
		ck_assert(!cg_account_day(&a, 99, true));
	}
	ck_assert_uint_eq(a.up_bytes, 1000);
	ck_assert(cg_account_day(&a, 101, false));
	ck_assert_uint_eq(a.open_ns, 0);
	/* back behind a midnight that passed: its day goes on, and it passes once */
	a.open_ns = 5;
	ck_assert(!cg_account_day(&a, 100, true));
	ck_assert_int_eq(a.day, 101);
	ck_assert(!cg_account_day(&a, 101, false));
	ck_assert_uint_eq(a.open_ns, 5);
	ck_assert(cg_account_day(&a, 102, false));
}
END_TEST

START_TEST(openings)
{
	struct cg_account a = cg_account_new("x", 10 * SEC, 0);
	struct cg_exposure e = { 0 };

	cg_exposure_config(&e, CG_CLOSED);
	cg_account_open(&a, &e, 20 * SEC);
	ck_assert_uint_eq(a.open_ns, 0);
	ck_assert_int_eq(cg_exposure_open(&e, 25 * SEC, 40 * SEC, NULL, false), 0);
	cg_account_open(&a, &e, 30 * SEC);
	ck_assert_uint_eq(a.open_ns, 5 * SEC);
	ck_assert_uint_eq(a.ends_ns, 40 * SEC);
	cg_account_open(&a, &e, 30 * SEC);
	ck_assert_uint_eq(a.open_ns, 5 * SEC);
	/* to its end, however late anybody looks */
	cg_account_open(&a, &e, 100 * SEC);
	ck_assert_uint_eq(a.open_ns, 15 * SEC);
	ck_assert_uint_eq(a.ends_ns, 0);
	/* one of the schedule, and a config that is open */
	cg_exposure_schedule(&e, 110 * SEC,
			     &(struct cg_exposure_plan){
				     .state = CG_OPEN, .until_ns = 115 * SEC, .then = CG_CLOSED });
	cg_account_open(&a, &e, 200 * SEC);
	ck_assert_uint_eq(a.open_ns, 20 * SEC);
	cg_exposure_config(&e, CG_OPEN);
	cg_account_open(&a, &e, 201 * SEC);
	ck_assert_uint_eq(a.open_ns, 21 * SEC);
}
END_TEST

START_TEST(bytes)
{
	struct cg_account a = cg_account_new("x", 0, 500);
	struct cg_stats s = { 0 };

	cg_account_bytes(&a, 600);
	ck_assert_uint_eq(a.up_bytes, 100);
	/* maps made anew count from 0 */
	cg_account_bytes(&a, 50);
	ck_assert_uint_eq(a.up_bytes, 150);
	s.c[CG_PLANE_UP][CG_PASS_CONTROL].bytes = 1;
	s.c[CG_PLANE_UP][CG_PASS_UPLOAD].bytes = 10;
	s.c[CG_PLANE_UP][CG_PASS_OPEN].bytes = 100;
	s.c[CG_PLANE_UP][CG_PASS_FRAGMENT].bytes = 2;
	s.c[CG_PLANE_UP][CG_PASS_LAN].bytes = 1000;
	s.c[CG_PLANE_DOWN][CG_PASS_OPEN].bytes = 10000;
	s.c[CG_PLANE_UP][CG_DROP_UNRULED].bytes = 100000;
	ck_assert_uint_eq(cg_account_counter(&s), 113);
}
END_TEST

START_TEST(what_is_left)
{
	struct cg_account a = used(100);

	ck_assert_uint_eq(cg_account_left_ns(&a, 100), 40 * SEC);
	ck_assert_uint_eq(cg_account_left_ns(&a, 60), 0);
	ck_assert_uint_eq(cg_account_left_ns(&a, 10), 0);
	ck_assert_uint_eq(cg_account_until(&a, 100, 1000 * SEC, 0), 1040 * SEC);
	ck_assert_uint_eq(cg_account_until(&a, 100, 1000 * SEC, 1041 * SEC), 1040 * SEC);
	/* what is left lasts until midnight, and then there is a day's again */
	ck_assert_uint_eq(cg_account_until(&a, 100, 1000 * SEC, 1040 * SEC), 1140 * SEC);
	ck_assert_uint_eq(cg_account_until(&a, 60, 1000 * SEC, 1001 * SEC), 1000 * SEC);
}
END_TEST

START_TEST(a_reboot_costs_what_nobody_saw)
{
	struct cg_account a = used(100);

	a.seen_ns = 1000 * SEC;
	a.ends_ns = 1030 * SEC;
	cg_account_reboot(&a, 5 * SEC, 300);
	ck_assert_uint_eq(a.open_ns, 90 * SEC);
	ck_assert_uint_eq(a.seen_ns, 5 * SEC);
	a.seen_ns = 1000 * SEC;
	a.ends_ns = 9000 * SEC;
	cg_account_reboot(&a, 5 * SEC, 300);
	ck_assert_uint_eq(a.open_ns, 390 * SEC);
	cg_account_reboot(&a, 6 * SEC, 300);
	ck_assert_uint_eq(a.open_ns, 390 * SEC);
}
END_TEST

/* ---- the file ---- */

START_TEST(written_and_read)
{
	struct cg_usage u = { .wall_s = 1800000000, .offset_ns = -5, .synced = true }, back;
	struct cg_account a = used(20000);
	char *text;

	strcpy(u.boot, "b51f3b9c-7f3e-4b8f-9d0e-1d2c3b4a5968");
	a.seen_ns = 7;
	a.seen_bytes = 8;
	a.ends_ns = 9;
	ck_assert_ptr_nonnull(cg_usage_add(&u, &a));
	strcpy(a.id, "garden");
	a.day = CG_ACCOUNT_NO_DAY;
	ck_assert_ptr_nonnull(cg_usage_add(&u, &a));
	ck_assert_int_eq(cg_usage_print(&u, &text), 0);
	ck_assert_int_eq(cg_usage_parse(text, &back), 0);
	ck_assert_str_eq(back.boot, u.boot);
	ck_assert(back.wall_s == u.wall_s && back.offset_ns == -5 && back.synced);
	ck_assert_uint_eq(back.n, 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert_mem_eq(cg_usage_find(&back, u.v[i].id), &u.v[i], sizeof(u.v[i]));
	ck_assert_ptr_null(cg_usage_find(&back, "porch"));
	cg_usage_drop(&back, cg_usage_find(&back, "nursery"));
	ck_assert_ptr_null(cg_usage_find(&back, "nursery"));
	ck_assert_ptr_nonnull(cg_usage_find(&back, "garden"));
	free(text);
	cg_usage_free(&back);
	cg_usage_free(&u);
}
END_TEST

START_TEST(broken_files)
{
	static const char *const bad[] = { "",
					   "{",
					   "[]",
					   "{}",
					   "{\"v\":0,\"cams\":{}}",
					   "{\"v\":2,\"cams\":7}",
					   "{\"v\":1}",
					   "{\"v\":1,\"cams\":[]}",
					   "{\"v\":\"1\",\"cams\":{}}" };
	struct cg_usage u;
	char *text;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_usage_parse(bad[i], &u) == -EPROTO, "'%s' is taken", bad[i]);
	ck_assert_int_eq(
		cg_usage_parse(
			"{\"v\":1,\"cams\":{\"a\":1,\"b\":{\"day\":1},\"\":{},"
			"\"c\":{\"day\":1,\"passed\":1,\"open_ns\":-1,\"up_bytes\":0,\"seen_ns\":0,"
			"\"seen_bytes\":0,\"ends_ns\":0},"
			"\"d\":{\"day\":1,\"passed\":1,\"open_ns\":1,\"up_bytes\":0,\"seen_ns\":0,"
			"\"seen_bytes\":0,\"ends_ns\":0}}}",
			&u),
		0);
	ck_assert_uint_eq(u.n, 1);
	ck_assert_str_eq(u.v[0].id, "d");
	cg_usage_free(&u);
	/* Of a later version: what is known of it. */
	ck_assert_int_eq(
		cg_usage_parse("{\"v\":2,\"cams\":{\"e\":{\"day\":1,\"passed\":1,\"open_ns\":1,"
			       "\"up_bytes\":7,\"seen_ns\":0,\"seen_bytes\":0,\"ends_ns\":0,"
			       "\"new\":1}}}",
			       &u),
		1);
	ck_assert_uint_eq(u.v[0].up_bytes, 7);
	cg_usage_free(&u);
	/* Too long a name is not cut inside a letter: what is written of it is read again. */
	ck_assert_int_eq(
		cg_usage_parse("{\"v\":1,\"cams\":{},\"boot\":"
			       "\"01234567890123456789012345678901234567\xc3\xa9\xc3\xa9\"}",
			       &u),
		0);
	ck_assert_int_eq(cg_usage_print(&u, &text), 0);
	cg_usage_free(&u);
	ck_assert_int_eq(cg_usage_parse(text, &u), 0);
	ck_assert_uint_eq(strlen(u.boot), CG_BOOT_ID_LEN - 2);
	free(text);
	cg_usage_free(&u);
}
END_TEST

int main(void)
{
	return UNIT_RUN("account", 60, midnight_begins_anew, a_clock_set_gives_nothing_back,
			openings, bytes, what_is_left, a_reboot_costs_what_nobody_saw,
			written_and_read, broken_files);
}
