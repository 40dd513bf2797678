/* SPDX-License-Identifier: GPL-2.0-only */
/* Daily quotas in the agent: what they cut, stop and refuse, and that no restart, reboot or clock gives anything back. */
#include <sys/stat.h>
#include "timed.h"

/* ---- open_time ---- */

#define TWO_MINUTES CAM(" open_time = 2m/day\n")

START_TEST(an_opening_is_cut)
{
	struct json_object *r;

	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	r = ASK(&h, 0, OPEN_S("30"));
	ck_assert_str_eq(reply_text(r, "cams/0/cut_by"), "");
	json_object_put(r);
	house_later(&h, 40);
	IS("closed/config");
	r = ASK(&h, 0, OPEN_S("600"));
	ck_assert_str_eq(reply_text(r, "cams/0/cut_by"), "open_time");
	ck_assert_int_eq(reply_int(r, "cams/0/until_s"), at(12, 0, 40 + 90));
	json_object_put(r);
	ck_assert_uint_eq(deadline_in(), 90);
	house_later(&h, 50);
	IS("open/opening");
	ck_assert_uint_eq(deadline_in(), 40);
	r = ASK(&h, 0, STATUS);
	ck_assert_int_eq(reply_int(r, "cams/0/quota/open_s"), 80);
	ck_assert_int_eq(reply_int(r, "cams/0/quota/open_limit_s"), 120);
	ck_assert_int_eq(reply_int(r, "cams/0/quota/day_end_s"), at(24, 0, 0));
	json_object_put(r);
	house_later(&h, 40);
	IS("closed/config");
	r = ASK(&h, CG_EXIT_FAILED, OPEN_S("1"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "open_time"));
	json_object_put(r);
	/* tomorrow */
	house_later(&h, 12 * 3600);
	ask(OPEN_S("60"), 0);
	IS("open/opening");
}
END_TEST

START_TEST(closed_early_counts_what_was_open)
{
	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("100"), 0);
	house_pass(30);
	ask(CMD("close"), 0);
	house_later(&h, 300);
	ask(OPEN_S("600"), 0);
	ck_assert_uint_eq(deadline_in(), 90);
	/* one that takes the place of another too */
	house_pass(10);
	ask(OPEN_S("5"), 0);
	house_later(&h, 20);
	ask(OPEN_S("600"), 0);
	ck_assert_uint_eq(deadline_in(), 75);
}
END_TEST

START_TEST(over_midnight_there_is_a_day_more)
{
	begin(TWO_MINUTES, at(23, 59, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("600"), 0);
	/* a minute of today, two of tomorrow */
	ck_assert_uint_eq(deadline_in(), 180);
	house_later(&h, 90);
	IS("open/opening");
	ck_assert_uint_eq(deadline_in(), 90);
	house_later(&h, 90);
	IS("closed/config");
	ask(OPEN_S("1"), CG_EXIT_FAILED);
}
END_TEST

START_TEST(windows_count)
{
	begin(CAM(EVENING " open_time = 10m\n"), at(21, 59, 59), CG_CLOCK_SYNCED);
	house_later(&h, 1);
	ck_assert_uint_eq(deadline_in(), 600);
	ck_assert_int_eq(later_state(600), CG_CLOSED);
	house_later(&h, 300);
	IS("open/schedule");
	ck_assert_uint_eq(deadline_in(), 300);
	house_later(&h, 300);
	IS("closed/quota");
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	house_later(&h, 86400 - 600);
	IS("open/schedule");
}
END_TEST

START_TEST(an_open_config_counts)
{
	begin(CAM(" exposure = open open_time = 2h\n"), at(12, 0, 0), CG_CLOCK_SYNCED);
	IS("open/config");
	ck_assert_uint_eq(deadline_in(), 7200);
	house_later(&h, 7200);
	IS("closed/quota");
	house_later(&h, 10 * 3600);
	IS("open/config");
}
END_TEST

START_TEST(kept_over_restart_and_reboot)
{
	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("50"), 0);
	house_later(&h, 10);
	house_stop(&h);
	/* open while nobody looked */
	house_clock(at(12, 5, 0), CG_CLOCK_SYNCED);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 100);
	ask(OPEN_S("600"), 0);
	ck_assert_uint_eq(deadline_in(), 70);
	house_later(&h, 30);
	ask(CMD("close"), 0);
	reboot();
	ask(OPEN_S("600"), 0);
	ck_assert_uint_eq(deadline_in(), 40);
	/* a power cut while it is open costs what it might have been */
	house_later(&h, 1);
	reboot();
	ask(OPEN_S("600"), CG_EXIT_FAILED);
}
END_TEST

START_TEST(setting_clocks_gives_nothing_back)
{
	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("120"), 0);
	house_later(&h, 120);
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	for (int day = 1; day < 4; day++) {
		house_clock(at(24 * day, 1, 0), CG_CLOCK_SYNCED);
		house_later(&h, 1);
		ask(OPEN_S("1"), CG_EXIT_FAILED);
		house_clock(at(12, 3, 0), CG_CLOCK_SYNCED);
		house_later(&h, 1);
		ask(OPEN_S("1"), CG_EXIT_FAILED);
	}
	/* nor before the agent has looked */
	house_later(&h, 1);
	house_clock(at(96, 1, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	house_clock(at(12, 3, 30), CG_CLOCK_SYNCED);
	house_later(&h, 1);
	/* nor while it is away */
	house_stop(&h);
	house_clock(at(48, 1, 0), CG_CLOCK_SYNCED);
	ck_assert_int_eq(house_start(&h), 0);
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	house_clock(at(12, 4, 0), CG_CLOCK_SYNCED);
	house_later(&h, 1);
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	/* a midnight that passes does */
	house_later(&h, 12 * 3600);
	ask(OPEN_S("1"), 0);
}
END_TEST

START_TEST(days_need_a_clock)
{
	begin(TWO_MINUTES, at(23, 59, 0), CG_CLOCK_NONE);
	ask(OPEN_S("600"), 0);
	ck_assert_uint_eq(deadline_in(), 120);
	house_later(&h, 120);
	ask(OPEN_S("600"), CG_EXIT_FAILED);
	house_later(&h, 2 * 86400);
	ask(OPEN_S("600"), CG_EXIT_FAILED);
}
END_TEST

START_TEST(less_than_was_used_already)
{
	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("120"), 0);
	house_later(&h, 30);
	house_config(&h, CAM(" open_time = 40s\n"));
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	ck_assert_uint_le(deadline_in(), 10);
	house_later(&h, 11);
	IS("closed/config");
}
END_TEST

/* ---- daily_upload ---- */

static void sent(enum cg_reason reason, uint64_t bytes)
{
	fake_kernel.stats[0].c[CG_PLANE_UP][reason].bytes += bytes;
}

START_TEST(uploads_stop)
{
	struct json_object *r;

	begin(CAM(" daily_upload = 100K\n"), at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("600"), 0);
	sent(CG_PASS_CONTROL, 40000);
	sent(CG_PASS_LAN, 1000000);
	house_later(&h, 1);
	IS("open/opening");
	r = ASK(&h, 0, STATUS);
	ck_assert_int_eq(reply_int(r, "cams/0/quota/upload_bytes"), 40000);
	ck_assert_int_eq(reply_int(r, "cams/0/quota/upload_limit"), 100000);
	ck_assert_str_eq(reply_text(r, "cams/0/quota/upload_stopped"), "false");
	json_object_put(r);
	sent(CG_PASS_UPLOAD, 40000);
	house_later(&h, 1);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_FULL));
	sent(CG_PASS_OPEN, 20000);
	house_later(&h, 1);
	IS("closed/config");
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_FULL);
	r = ASK(&h, CG_EXIT_FAILED, OPEN_S("60"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "daily_upload"));
	json_object_put(r);
	r = ASK(&h, 0, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/quota/upload_stopped"), "true");
	json_object_put(r);
	/* over restart and reboot, whose counters begin anew */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_FULL);
	reboot();
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_FULL);
	/* what is typed does not lift it */
	ask(CMD("seal"), 0);
	ask(CMD("auto"), 0);
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_FULL);
	house_later(&h, 12 * 3600);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_FULL));
	ask(OPEN_S("60"), 0);
}
END_TEST

START_TEST(a_quota_taken_away)
{
	begin(CAM(" daily_upload = 100K\n"), at(12, 0, 0), CG_CLOCK_SYNCED);
	sent(CG_PASS_UPLOAD, 100000);
	house_later(&h, 1);
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_FULL);
	house_config(&h, CAM(""));
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_FULL));
}
END_TEST

START_TEST(a_broken_file)
{
	char path[128];

	begin(TWO_MINUTES, at(12, 0, 0), CG_CLOCK_SYNCED);
	ask(OPEN_S("120"), 0);
	house_later(&h, 120);
	ask(OPEN_S("1"), CG_EXIT_FAILED);
	house_stop(&h);
	snprintf(path, sizeof(path), "%s/usage.json", h.state_dir);
	file_write(path, "{\"v\":1,");
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 300);
	ask(OPEN_S("1"), 0);
}
END_TEST

START_TEST(nothing_is_written_for_nothing)
{
	struct stat st;
	char path[128];

	begin(CAM(EVENING), at(12, 0, 0), CG_CLOCK_RTC);
	house_later(&h, 86400);
	house_stop(&h);
	snprintf(path, sizeof(path), "%s/usage.json", h.state_dir);
	ck_assert_int_eq(stat(path, &st), -1);
	house_config(&h, TWO_MINUTES);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 400);
	ck_assert_int_eq(stat(path, &st), -1);
	ask(OPEN_S("1"), 0);
	house_later(&h, 1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_opening_is_cut,
		closed_early_counts_what_was_open,
		over_midnight_there_is_a_day_more,
		windows_count,
		an_open_config_counts,
		kept_over_restart_and_reboot,
		setting_clocks_gives_nothing_back,
		days_need_a_clock,
		less_than_was_used_already,
		uploads_stop,
		a_quota_taken_away,
		a_broken_file,
		nothing_is_written_for_nothing,
	};

	return timed_run("quota", tests, sizeof(tests) / sizeof(tests[0]));
}
