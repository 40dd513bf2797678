/* SPDX-License-Identifier: GPL-2.0-only */
/* Schedules in the agent: what is stored for packets to see, over the socket, over restart, and with clocks that are wrong or set. */
#include "timed.h"

/* ---- windows ---- */

START_TEST(begins_and_ends)
{
	begin(CAM(EVENING), at(21, 59, 58), CG_CLOCK_SYNCED);
	IS("closed/config");
	house_later(&h, 1);
	IS("closed/config");
	house_later(&h, 1);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 1800);
	house_later(&h, 1799);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 1);
	house_later(&h, 1);
	IS("closed/config");
	/* and again tomorrow */
	house_later(&h, 86400 - 1800);
	IS("open/schedule");
}
END_TEST

START_TEST(ends_with_the_agent_dead)
{
	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_SYNCED);
	IS("open/schedule");
	house_stop(&h);
	ck_assert_int_eq(later_state(1199), CG_OPEN);
	ck_assert_int_eq(later_state(1200), CG_CLOSED);
	/* and begins not without it */
	house_clock(at(21, 59, 0), CG_CLOCK_SYNCED);
	ck_assert_int_eq(house_start(&h), 0);
	IS("closed/config");
	house_stop(&h);
	ck_assert_int_eq(later_state(120), CG_CLOSED);
}
END_TEST

START_TEST(a_window_that_follows_is_in_the_word)
{
	begin(CAM(EVENING " schedule { from = \"22:30\" to = \"23:00\" exposure = sealed }\n"),
	      at(22, 10, 0), CG_CLOCK_SYNCED);
	house_stop(&h);
	ck_assert_int_eq(later_state(1199), CG_OPEN);
	ck_assert_int_eq(later_state(1200), CG_SEALED);
}
END_TEST

START_TEST(restart_within_a_window)
{
	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_SYNCED);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 1200);
	house_stop(&h);
	/* taken out of the config meanwhile */
	house_config(&h, CAM(""));
	ck_assert_int_eq(house_start(&h), 0);
	IS("closed/config");
	ck_assert_uint_eq(deadline_in(), 0);
}
END_TEST

START_TEST(reload_within_a_window)
{
	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_SYNCED);
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	IS("open/schedule");
	house_config(&h, CAM(" schedule { from = \"22:00\" to = \"22:20\" exposure = open }\n"));
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	ck_assert_uint_eq(deadline_in(), 600);
	house_config(&h, CAM(" schedule { from = \"22:00\" to = \"22:20\" exposure = sealed }\n"));
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	IS("sealed/schedule");
	house_config(&h, CAM(EVENING " timezone = Nowhere/Land\n"));
	ask("{\"v\":1,\"cmd\":\"reload\"}", CG_EXIT_CONFIG);
	IS("sealed/schedule");
}
END_TEST

START_TEST(typed_over_a_window)
{
	struct json_object *r;

	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_SYNCED);
	ask(CMD("close"), 0);
	IS("closed/manual");
	house_later(&h, 5);
	IS("closed/manual");
	r = ASK(&h, 0, CMD("auto"));
	ck_assert_str_eq(reply_text(r, "cams/0/exposure"), "open");
	ck_assert_int_eq(reply_int(r, "cams/0/until_s"), at(22, 30, 0));
	json_object_put(r);
	IS("open/schedule");
	/* an opening by hand replaces it and says so; then the window's again */
	r = ASK(&h, 0, OPEN_S("60"));
	ck_assert_int_eq(reply_int(r, "cams/0/old_until_s"), at(22, 30, 0));
	json_object_put(r);
	IS("open/opening");
	house_later(&h, 59);
	IS("open/opening");
	house_later(&h, 1);
	IS("open/schedule");
	/* one that lasts longer than the window does so */
	ask(OPEN_S("3600"), 0);
	house_later(&h, 1800);
	IS("open/opening");
	house_later(&h, 1800);
	IS("closed/config");
}
END_TEST

START_TEST(a_sealing_window)
{
	begin(CAM(" schedule { from = \"22:00\" to = \"22:30\" exposure = sealed }\n"),
	      at(21, 50, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("1200"), 0);
	house_later(&h, 900);
	/* by hand is above the schedule */
	IS("open/opening");
	house_later(&h, 300);
	IS("sealed/schedule");
	ask(OPEN_S("60"), CG_EXIT_FAILED);
	house_later(&h, 1200);
	IS("closed/config");
}
END_TEST

START_TEST(open_but_for_a_window)
{
	begin(CAM(" exposure = open\n schedule { from = \"22:00\" to = \"6:00\" exposure = closed }\n"),
	      at(12, 0, 0), CG_CLOCK_SYNCED);
	IS("open/config");
	/* it closes on time without the agent too */
	house_stop(&h);
	ck_assert_int_eq(later_state(36000 - 1), CG_OPEN);
	ck_assert_int_eq(later_state(36000), CG_CLOSED);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 36000);
	IS("closed/schedule");
	house_later(&h, 8 * 3600);
	IS("open/config");
}
END_TEST

START_TEST(what_status_shows)
{
	struct json_object *r;

	begin(CAM(EVENING), at(21, 0, 0), CG_CLOCK_SYNCED);
	r = ASK(&h, 0, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/now"), "closed");
	ck_assert_int_eq(reply_int(r, "cams/0/schedule/until_s"), at(22, 0, 0));
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/next"), "open");
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/next_window"), "22:00-22:30 open");
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/window"), "");
	json_object_put(r);
	house_later(&h, 3600);
	r = ASK(&h, 0, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/now"), "open");
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/window"), "22:00-22:30 open");
	ck_assert_int_eq(reply_int(r, "cams/0/schedule/line"), 3);
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/next"), "closed");
	json_object_put(r);
}
END_TEST

/* ---- clocks ---- */

START_TEST(not_before_the_clock_is_right)
{
	struct json_object *r;

	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_NONE);
	IS("closed/schedule");
	r = ASK(&h, 0, STATUS);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "attention/0"), "clock"));
	ck_assert_str_eq(reply_text(r, "cams/0/schedule/clock_right"), "false");
	json_object_put(r);
	house_clock(at(22, 11, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 1140);
	/* the servers are gone: it has been right, and is */
	house_clock(at(22, 12, 0), CG_CLOCK_NONE);
	house_later(&h, 0);
	IS("open/schedule");
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	IS("open/schedule");
	/* but not in the next boot */
	reboot();
	IS("closed/schedule");
}
END_TEST

START_TEST(a_clock_of_1970)
{
	begin(CAM(EVENING), 22 * 3600 + 600, CG_CLOCK_SYNCED);
	IS("closed/schedule");
	house_clock(CG_CLOCK_FLOOR_S + 22 * 3600 + 600, CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("open/schedule");
}
END_TEST

START_TEST(sealed_while_nobody_knows)
{
	begin(CAM(EVENING " schedule { from = \"1:00\" to = \"2:00\" exposure = sealed }\n"),
	      at(22, 10, 0), CG_CLOCK_NONE);
	IS("sealed/schedule");
	house_clock(at(22, 10, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("open/schedule");
}
END_TEST

START_TEST(a_hardware_clock)
{
	begin(CAM(EVENING " open_time = 2h\n"), at(22, 10, 0), CG_CLOCK_RTC);
	IS("open/schedule");
	/* its battery was empty: it is behind what was known */
	house_stop(&h);
	house_clock(CG_CLOCK_FLOOR_S + 22 * 3600 + 600, CG_CLOCK_RTC);
	reboot();
	IS("closed/schedule");
	house_clock(at(22, 15, 0), CG_CLOCK_RTC);
	house_later(&h, 0);
	IS("open/schedule");
}
END_TEST

START_TEST(a_clock_that_is_trusted)
{
	begin("clock = trusted\n" CAM(EVENING), at(22, 10, 0), CG_CLOCK_NONE);
	IS("open/schedule");
	house_clock(1000, CG_CLOCK_NONE);
	house_later(&h, 0);
	IS("closed/schedule");
}
END_TEST

START_TEST(a_clock_that_is_set)
{
	begin(CAM(EVENING), at(22, 10, 0), CG_CLOCK_SYNCED);
	house_clock(at(21, 0, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("closed/config");
	house_clock(at(22, 20, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 600);
	/* back within the window: it ends later */
	house_clock(at(22, 5, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	ck_assert_uint_eq(deadline_in(), 1500);
	house_clock(at(23, 0, 0), CG_CLOCK_SYNCED);
	house_later(&h, 0);
	IS("closed/config");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		begins_and_ends,
		ends_with_the_agent_dead,
		a_window_that_follows_is_in_the_word,
		restart_within_a_window,
		reload_within_a_window,
		typed_over_a_window,
		a_sealing_window,
		open_but_for_a_window,
		what_status_shows,
		not_before_the_clock_is_right,
		a_clock_of_1970,
		sealed_while_nobody_knows,
		a_hardware_clock,
		a_clock_that_is_trusted,
		a_clock_that_is_set,
	};

	return timed_run("schedule", tests, sizeof(tests) / sizeof(tests[0]));
}
