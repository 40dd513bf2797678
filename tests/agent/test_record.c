/* SPDX-License-Identifier: GPL-2.0-only */
/* The record on the disk: when it is written, what it survives, what is dropped, how `log` reads it. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "watch.h"

START_TEST(modes)
{
	struct stat st;

	stopped(PEER);
	house_stop(&h);
	ck_assert_int_eq(stat(path_of(0), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_eq(lines_of(0), 1);
	whole();
}
END_TEST

/* Something is in the way, or the disk is full: all is kept, and written once it can be. */
START_TEST(disk_takes_nothing)
{
	struct rlimit was, small;
	char *before, *after;

	ck_assert_int_eq(mkdir(path_of(0), 0700), 0);
	stopped(PEER);
	for (int i = 0; i < 4; i++)
		house_later(&h, 300);
	ck_assert_int_eq(house_code(&h, STATUS), CG_EXIT_PARTIAL);
	ck_assert_int_eq(rmdir(path_of(0)), 0);
	ck_assert_uint_eq(entries(), 1);
	house_later(&h, 300);
	ck_assert_uint_eq(lines_of(0), 1);
	before = file_of(0);
	/* Half a line fits: none of it stays. */
	stopped("203.0.113.10");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = (struct rlimit){ strlen(before) + 100, was.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	house_later(&h, 300);
	after = file_of(0);
	ck_assert_str_eq(after, before);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_uint_eq(entries(), 2);
	house_later(&h, 300);
	ck_assert_uint_eq(lines_of(0), 2);
	whole();
	free(before);
	free(after);
}
END_TEST

/* With a disk that takes nothing for good memory stays bounded, the newest stay. */
START_TEST(memory_is_bounded)
{
	struct json_object *r;

	ck_assert_int_eq(mkdir(path_of(0), 0700), 0);
	for (unsigned int i = 0; i < 2 * CG_RECORD_ENTRIES; i++) {
		char peer[32];
		struct cg_session s;

		snprintf(peer, sizeof(peer), "21.%u.%u.9", i / 250, i % 250);
		s = session(peer, h.a.boot_ns());
		event(0, CG_SESSION_STOPPED, &s);
		if (i % 16 == 15)
			house_later(&h, 61);
	}
	ck_assert_int_eq(rmdir(path_of(0)), 0);
	house_later(&h, 300);
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_uint_le(length(r, "entries"), CG_RECORD_ENTRIES);
	ck_assert_uint_gt(length(r, "entries"), CG_RECORD_ENTRIES / 2);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "21.4.23.9"));
	ck_assert_ptr_null(strstr(json_object_to_json_string(r), "21.0.1.9\""));
	json_object_put(r);
}
END_TEST

/* Strangers that knock do not crowd out a stop; where all the room is of sessions that
 * go on, `status` knows it all the same. */
START_TEST(knocks_give_way)
{
	struct json_object *r;
	char peer[32];

	/* Nothing is written before all of it came, however long that takes. */
	ev_timer_stop(h.a.loop, &h.a.ev.tick);
	for (unsigned int i = 0; i < CG_RECORD_ENTRIES; i++) {
		struct cg_session s;

		snprintf(peer, sizeof(peer), "21.%u.%u.9", i / 250, i % 250);
		if (i < 4) {
			knock(peer, 23);
			continue;
		}
		s = session(peer, h.a.boot_ns());
		event(0, CG_SESSION_STOPPED, &s);
	}
	for (unsigned int i = 0; i < 5; i++) {
		struct cg_session s;

		house_pass(1);
		snprintf(peer, sizeof(peer), "198.51.100.%u", i);
		s = session(peer, h.a.boot_ns());
		event(0, CG_SESSION_STOPPED, &s);
		r = ASK(&h, CG_EXIT_OK, LOG);
		/* What was written before it gave way is still in the file. */
		ck_assert_uint_ge(length(r, "entries"), CG_RECORD_ENTRIES);
		ck_assert_uint_le(length(r, "entries"), CG_RECORD_ENTRIES + i + 1);
		ck_assert_int_eq(!!strstr(json_object_to_json_string(r), peer), i < 4);
		json_object_put(r);
		r = house_ask(&h, STATUS);
		ck_assert_str_eq(reply_text(r, "stopped_lately/0/peer"), peer);
		json_object_put(r);
	}
}
END_TEST

/* A broken half line of a power cut costs no other. */
START_TEST(behind_a_power_cut)
{
	file_write(path_of(0), "{\"v\":1,\"id\":7,\"wh");
	stopped(PEER);
	house_stop(&h);
	/* The half is cut off. */
	ck_assert_uint_eq(lines_of(0), 1);
	whole();
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* What was under way when the agent ended goes on as what it was, by whomsoever it was opened. */
START_TEST(over_a_restart)
{
	struct cg_session s;
	char uid[16];

	snprintf(uid, sizeof(uid), "%d", (int)geteuid());
	ck_assert_int_eq(house_code(&h, OPEN), 0);
	s = session(PEER, h.a.boot_ns());
	table(0, &s);
	event(0, CG_SESSION_BEGAN, &s);
	house_later(&h, 10);
	house_stop(&h);
	house_pass(5);
	s.last_ns = h.a.boot_ns();
	s.up_bytes = 9000;
	table(0, &s);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "running", "true");
	entry_is(0, "count", "1");
	entry_is(0, "up_bytes", "9000");
	entry_is(0, "opening/uid", uid);
	entry_is(0, "first_s", "1700000000");
	entry_is(0, "peer", "203.0.113.0/24");
	house_later(&h, 40);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "running", "");
	entry_is(0, "up_bytes", "9000");
}
END_TEST

/* Who knocked next door is somebody else, and of two that run each is one. */
START_TEST(others_over_a_restart)
{
	struct cg_session s;

	knock("203.0.113.77", 23);
	house_pass(1);
	house_stop(&h);
	s = session(PEER, h.a.boot_ns());
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	table(0, &s);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 2);
	ck_assert_int_eq(house_code(&h, OPEN), 0);
	s = session("198.51.100.9", h.a.boot_ns());
	table(0, &s);
	event(0, CG_SESSION_BEGAN, &s);
	ck_assert_uint_eq(entries(), 3);
	house_stop(&h);
	house_pass(1);
	s = session("198.51.100.10", h.a.boot_ns());
	s.sign = CG_SIGN_INBOUND;
	s.signature = CG_SIG_NONE;
	table(0, &s);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 4);
}
END_TEST

/* Attempts from before are the same entry's. */
START_TEST(counts_over_a_restart)
{
	struct cg_session s;

	stopped(PEER);
	house_pass(100);
	s = stopped(PEER);
	entry_is(0, "count", "2");
	house_stop(&h);
	house_pass(5);
	s.last_ns = h.a.boot_ns();
	s.stopped_bytes = 500;
	table(0, &s);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "count", "2");
	entry_is(0, "stopped_bytes", "500");
	event(0, CG_SESSION_REFUSED, &s);
	entry_is(0, "count", "3");
	ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* After a crash nothing but the table knows; what is only talk is not adopted. */
START_TEST(after_a_crash)
{
	struct cg_session s, talk = session("198.51.100.3", 0);

	house_stop(&h);
	talk.flags = 0;
	talk.sign = talk.signature = 0;
	talk.last_ns = BOOT_START;
	table(0, &talk);
	s = session(PEER, BOOT_START);
	s.block_ns = BOOT_START + 3600 * CG_SEC_NS;
	s.repeats = 1;
	table(0, &s);
	house_pass(600);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "what", "stopped");
	entry_is(0, "peer", PEER);
	entry_is(0, "first_s", "1700000000");
	/* Which policy its rule was of nobody knows. */
	entry_is(0, "rule", "");
	/* What was stopped half a day ago, and is no more, is no news. */
	house_stop(&h);
	s = session("203.0.113.10", BOOT_START);
	s.block_ns = BOOT_START + 60 * CG_SEC_NS;
	s.last_ns = BOOT_START + 30 * CG_SEC_NS;
	s.repeats = 1;
	table(0, &s);
	/* Nor is who watched until the camera was closed. */
	s = session("203.0.113.11", h.a.boot_ns() - 5 * CG_SEC_NS);
	table(0, &s);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
}
END_TEST

START_TEST(off)
{
	struct stat st;

	stopped(PEER);
	house_config(&h, "record = off\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	house_later(&h, 1);
	stopped("203.0.113.10");
	knock(PEER, 23);
	ck_assert_uint_eq(entries(), 0);
	house_later(&h, 300);
	house_stop(&h);
	ck_assert_int_eq(stat(path_of(0), &st), -1);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 0);
}
END_TEST

static void old_file(unsigned int i, int64_t last_s, size_t bytes)
{
	FILE *f = fopen(path_of(i), "w");

	ck_assert_ptr_nonnull(f);
	for (long n = 1; (size_t)ftell(f) < bytes; n++) {
		struct cg_record r = {
			.id = (uint64_t)last_s + i * 100000 + (uint64_t)n,
			.what = CG_RECORD_STOPPED,
			.count = 1,
			.cam = "nursery",
			.cam_name = "nursery",
			.peer = { .addr = addr(PEER), .len = 128 },
			.first_s = last_s,
			.last_s = last_s,
			.opening.uid = -1,
		};
		char *line = NULL;

		ck_assert_int_eq(cg_record_print(&r, &line), 0);
		fputs(line, f);
		free(line);
	}
	fclose(f);
}

#define DAYS(n) ((n)*86400LL)

/* By the day, once the clock is known to be right, at start and daily. */
/* Nor does the journal know whole addresses of those who may. */
START_TEST(journal_of_viewers)
{
	char path[160], *text;
	int was = dup(2);

	snprintf(path, sizeof(path), "%s/stderr", h.dir);
	ck_assert_ptr_nonnull(freopen(path, "w", stderr));
	cg_log_open(true, CG_LOG_INFO);
	house_config(&h, "record = off\n"
			 "viewer \"Oma\" { address = 203.0.113.50 }\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(
		house_code(
			&h,
			"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60,\"to\":\"Oma\"}"),
		0);
	house_config(&h, "record = off\n"
			 "viewer \"Oma\" { address = 203.0.113.60 }\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	house_later(&h, 1);
	fflush(stderr);
	text = file_text(path);
	ck_assert_ptr_nonnull(strstr(text, "policy: generation"));
	ck_assert_msg(!strstr(text, "203.0.113."), "%s", text);
	free(text);
	dup2(was, 2);
}
END_TEST

START_TEST(retention)
{
	old_file(0, RIGHT_S - DAYS(29), 1);
	old_file(1, RIGHT_S - DAYS(30), 1);
	old_file(2, RIGHT_S - DAYS(30) - 1, 1);
	old_file(3, RIGHT_S - DAYS(99), 1);
	house_later(&h, 86400);
	/* Not known to be right: nobody knows what is old. */
	ck_assert_uint_eq(lines_of(0) + lines_of(1) + lines_of(2) + lines_of(3), 4);
	house_clock(RIGHT_S - 1, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	ck_assert_uint_eq(entries(), 2);
	ck_assert_int_eq(access(path_of(2), F_OK), -1);
	ck_assert_int_eq(access(path_of(1), F_OK), 0);
	/* Not before a day has passed. */
	house_later(&h, 86398);
	ck_assert_uint_eq(entries(), 2);
	house_later(&h, 2);
	ck_assert_uint_eq(entries(), 1);
	/* Fewer days hold at once. */
	house_config(&h, "record_days = 7\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	house_later(&h, 1);
	ck_assert_uint_eq(entries(), 0);
	ck_assert_int_eq(access(path_of(0), F_OK), -1);
}
END_TEST

START_TEST(rotation)
{
	struct stat st;
	size_t n;

	house_clock(RIGHT_S, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	old_file(0, RIGHT_S - DAYS(2), CG_RECORD_SIZE / CG_RECORD_FILES - 100);
	old_file(1, RIGHT_S - DAYS(3), 1000);
	old_file(2, RIGHT_S - DAYS(31), 1000);
	old_file(3, RIGHT_S - DAYS(4), 1000);
	n = lines_of(1);
	stopped(PEER);
	house_later(&h, 300);
	/* The files moved up, the last one went, and what is too old with it. */
	ck_assert_uint_eq(lines_of(0), 1);
	ck_assert_int_eq(stat(path_of(1), &st), 0);
	ck_assert_int_ge(st.st_size, CG_RECORD_SIZE / CG_RECORD_FILES - 100);
	ck_assert_uint_eq(lines_of(2), n);
	ck_assert_int_eq(access(path_of(3), F_OK), -1);
	ck_assert_int_eq(stat(path_of(0), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	/* Together bounded, whatever comes. */
	ck_assert_uint_eq(entries(), 3);
}
END_TEST

START_TEST(log_of)
{
	struct json_object *r;

	stopped(PEER);
	house_later(&h, 100);
	fake_kernel.session_key[0].slot = 1;
	event(1, CG_SESSION_STOPPED, &fake_kernel.session[0]);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"log\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "entries"), 1);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"log\",\"since_s\":1700000050}");
	ck_assert_uint_eq(length(r, "entries"), 1);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_FAILED, "{\"v\":1,\"cmd\":\"log\",\"cam\":\"gardn\"}");
	ck_assert_str_eq(reply_text(r, "near/0"), "garden");
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"log\",\"since_s\":\"x\"}"),
			 CG_EXIT_USAGE);
	/* A camera that was taken out has left its entries. */
	house_later(&h, 300);
	house_config(&h, "lan = { \"br-lan\" }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	house_later(&h, 1);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"log\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "entries"), 1);
	ck_assert_str_eq(reply_text(r, "entries/0/running"), "");
	json_object_put(r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("record");
	TCase *t = tcase_create("record");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, modes);
	tcase_add_test(t, disk_takes_nothing);
	tcase_add_test(t, memory_is_bounded);
	tcase_add_test(t, knocks_give_way);
	tcase_add_test(t, behind_a_power_cut);
	tcase_add_test(t, over_a_restart);
	tcase_add_test(t, others_over_a_restart);
	tcase_add_test(t, counts_over_a_restart);
	tcase_add_test(t, after_a_crash);
	tcase_add_test(t, off);
	tcase_add_test(t, journal_of_viewers);
	tcase_add_test(t, retention);
	tcase_add_test(t, rotation);
	tcase_add_test(t, log_of);
	suite_add_tcase(s, t);
	return suite_run(s);
}
