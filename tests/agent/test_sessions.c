/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions: events and the table into entries, and what `sessions`, `status` and the log say of them. */
#include <pwd.h>
#include "watch.h"

/* Let in, then stopped while it runs, then over: one entry all along. */
START_TEST(one_session)
{
	struct cg_session s;
	struct json_object *r;
	const struct passwd *pw = getpwuid(geteuid());
	char *text, uid[16];

	snprintf(uid, sizeof(uid), "%d", (int)geteuid());
	ck_assert_int_eq(house_code(&h, OPEN), 0);
	s = session(PEER, h.a.boot_ns());
	table(0, &s);
	event(0, CG_SESSION_BEGAN, &s);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "what", "allowed");
	entry_is(0, "cam", "nursery");
	entry_is(0, "peer", "203.0.113.0/24");
	entry_is(0, "running", "true");
	entry_is(0, "evidence/first", "");
	entry_is(0, "opening/by", "hand");
	entry_is(0, "opening/uid", uid);
	entry_is(0, "opening/user", pw ? pw->pw_name : "");
	entry_is(0, "opening/since_s", "1700000000");
	entry_is(0, "opening/until_s", "1700003600");
	entry_is(0, "rule", "allow 198.51.100.0/24:443/tcp");
	entry_is(0, "line", "4");
	/* Nothing is written before its time, then it is. */
	house_later(&h, 20);
	ck_assert_uint_eq(lines_of(0), 0);
	s.last_ns = h.a.boot_ns();
	table(0, &s);
	for (int i = 0; i < 28; i++) {
		house_later(&h, 10);
		s.last_ns = h.a.boot_ns();
		s.up_bytes += 100;
		table(0, &s);
	}
	ck_assert_uint_eq(lines_of(0), 1);
	text = file_of(0);
	/* Privacy: of what was allowed no address and no content. */
	ck_assert_ptr_null(strstr(text, PEER));
	ck_assert_ptr_null(strstr(text, "f141"));
	ck_assert_ptr_null(strstr(text, "\"first\""));
	free(text);
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	s.repeats = 1;
	s.stopped_bytes = 77;
	table(0, &s);
	event(0, CG_SESSION_STOPPED, &s);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "what", "stopped");
	entry_is(0, "count", "1");
	entry_is(0, "peer", PEER);
	entry_is(0, "peer_port", "32100");
	entry_is(0, "cam_port", "40000");
	entry_is(0, "proto", "udp");
	entry_is(0, "began", "camera");
	entry_is(0, "sign", "signature");
	entry_is(0, "signature", "pppp-session");
	entry_is(0, "evidence/first", "f1410014");
	entry_is(0, "evidence/windows", "3");
	entry_is(0, "evidence/up_packets", "10");
	entry_is(0, "up_bytes", "3800");
	entry_is(0, "stopped_bytes", "77");
	entry_is(0, "blocked_until_s", "1700000360");
	entry_is(0, "opening/uid", uid);
	entry_is(0, "duration_s", "290");
	/* Half a minute of silence is its end, the last counts are its counts. */
	s.stopped_bytes = 99;
	table(0, &s);
	house_later(&h, 29);
	entry_is(0, "running", "true");
	house_later(&h, 5);
	entry_is(0, "running", "");
	entry_is(0, "stopped_bytes", "99");
	for (int i = 0; i < 31; i++)
		house_later(&h, 10);
	ck_assert_uint_eq(lines_of(0), 2);
	ck_assert_uint_eq(entries(), 1);
	/* The same from the file alone. */
	house_stop(&h);
	ck_assert_uint_eq(lines_of(0), 2);
	fake_kernel.nsessions = 0;
	ck_assert_int_eq(house_start(&h), 0);
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_uint_eq(length(r, "entries"), 1);
	ck_assert_str_eq(reply_text(r, "entries/0/what"), "stopped");
	ck_assert_int_eq(reply_int(r, "entries/0/stopped_bytes"), 99);
	ck_assert_int_eq(reply_int(r, "entries/0/opening/uid"), geteuid());
	ck_assert_int_eq(reply_int(r, "entries/0/last_s"), REAL_START + 300);
	ck_assert_str_eq(reply_text(r, "record"), "minimal");
	json_object_put(r);
}
END_TEST

START_TEST(full_and_config_open)
{
	struct cg_session s;

	house_config(&h,
		     "record = full record_every = 10s\n"
		     "lan = { \"br-lan\" }\n"
		     "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } exposure = open }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	s = session("2001:db8:1:2::9", h.a.boot_ns());
	s.sign = CG_SIGN_INBOUND;
	s.signature = CG_SIG_NONE;
	s.flags |= CG_SESSION_BY_PEER;
	s.rule = 0xffff;
	event(0, CG_SESSION_BEGAN, &s);
	entry_is(0, "peer", "2001:db8:1:2::9");
	entry_is(0, "opening/by", "config");
	entry_is(0, "opening/uid", "");
	entry_is(0, "began", "peer");
	entry_is(0, "evidence/first", "");
	entry_is(0, "rule", "");
	house_later(&h, 10);
	ck_assert_uint_eq(lines_of(0), 1);
}
END_TEST

/* What is stopped and tries on, and is stopped again, is one thing with a count. */
START_TEST(tries_on)
{
	struct cg_session s = stopped(PEER);

	for (int i = 0; i < 5; i++) {
		house_pass(60);
		s.last_ns = h.a.boot_ns();
		s.stopped_bytes += 1000;
		table(0, &s);
		event(0, CG_SESSION_REFUSED, &s);
	}
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "count", "6");
	entry_is(0, "what", "stopped");
	/* After a pause, and its block, anew; the table has another entry of it. */
	for (int i = 0; i < 60; i++)
		house_later(&h, 30);
	entry_is(0, "running", "");
	s = stopped(PEER);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "count", "7");
	entry_is(0, "up_bytes", "2000");
	entry_is(0, "stopped_bytes", "5000");
	/* Hours later it is another entry; the first is in the file once its lines are read. */
	fake_kernel.nsessions = 0;
	for (int i = 0; i < 130; i++)
		house_later(&h, 60);
	ck_assert_uint_eq(h.a.sessions != NULL, 1);
	ck_assert_uint_eq(entries(), 1);
	s = stopped(PEER);
	ck_assert_uint_eq(entries(), 2);
	entry_is(0, "count", "7");
	entry_is(1, "count", "1");
	/* Few lines, whatever was tried how often. */
	ck_assert_uint_le(lines_of(0), 4);
}
END_TEST

/* Another remote, another sign, another camera are others. */
START_TEST(are_others)
{
	struct cg_session s = stopped(PEER);

	house_pass(1);
	stopped("203.0.113.10");
	house_pass(1);
	s.viewing_ns = h.a.boot_ns();
	event(1, CG_SESSION_STOPPED, &s);
	ck_assert_uint_eq(entries(), 3);
	entry_is(2, "cam", "garden");
	/* What is let in after it was stopped is no stop. */
	house_pass(1);
	s.viewing_ns = h.a.boot_ns();
	s.block_ns = 0;
	event(0, CG_SESSION_BEGAN, &s);
	ck_assert_uint_eq(entries(), 4);
	entry_is(3, "what", "allowed");
	entry_is(3, "peer", "203.0.113.0/24");
	/* A slot that no camera has is nobody's business. */
	event(7, CG_SESSION_STOPPED, &s);
	s.flags = 0;
	event(0, 9, &s);
	ck_assert_uint_eq(entries(), 4);
}
END_TEST

START_TEST(a_scan_is_one_line)
{
	struct json_object *r;

	for (uint16_t i = 0; i < 40; i++) {
		char peer[32];

		snprintf(peer, sizeof(peer), "203.0.113.%u", i + 1u);
		knock(peer, (uint16_t)(1000 + i));
	}
	knock("198.51.100.7", 554);
	ck_assert_uint_eq(entries(), 2);
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_str_eq(reply_text(r, "entries/0/what"), "refused");
	ck_assert_str_eq(reply_text(r, "entries/0/peer"), "203.0.113.0/24");
	ck_assert_int_eq(reply_int(r, "entries/0/count"), 40);
	ck_assert_str_eq(reply_text(r, "entries/0/sign"), "inbound");
	ck_assert_str_eq(reply_text(r, "entries/0/began"), "peer");
	ck_assert_int_eq(reply_int(r, "entries/0/stopped_bytes"), 2400);
	ck_assert_str_eq(reply_text(r, "entries/0/cam_port"), "");
	ck_assert_str_eq(reply_text(r, "entries/1/peer"), "198.51.100.0/24");
	ck_assert_int_eq(reply_int(r, "entries/1/cam_port"), 554);
	json_object_put(r);
	/* All through its hour, and one line in the end. */
	for (int i = 0; i < 12; i++) {
		house_later(&h, 299);
		knock("203.0.113.200", 1);
	}
	ck_assert_uint_eq(entries(), 2);
	entry_is(0, "count", "52");
	house_later(&h, 60);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 2);
	entry_is(0, "count", "52");
	ck_assert_uint_le(lines_of(0), 4);
}
END_TEST

/* Who may not while others may knocks, too; what the camera sends is no knock. */
START_TEST(who_knocks)
{
	knock_for(PEER, 1, CG_DROP_VIEWER, CG_PLANE_DOWN);
	knock_for(PEER, 1, CG_DROP_MAX_VIEWERS, CG_PLANE_DOWN);
	knock_for(PEER, 1, CG_DROP_UNRULED, CG_PLANE_DOWN);
	knock_for(PEER, 1, CG_DROP_VIEWER, CG_PLANE_UP);
	knock_for(PEER, 1, CG_DROP_INBOUND, CG_PLANE_DOWN_MONITOR);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "count", "2");
}
END_TEST

/* A whole botnet knocks: a bounded number of entries, nobody is left out of the count. */
START_TEST(many_knock)
{
	struct json_object *r;
	int64_t sum = 0;
	size_t n;

	for (unsigned int i = 0; i < 2000; i++) {
		char peer[32];

		snprintf(peer, sizeof(peer), "%u.%u.7.9", 20 + i / 250, i % 250);
		knock(peer, 23);
	}
	r = ASK(&h, CG_EXIT_OK, LOG);
	n = length(r, "entries");
	ck_assert_uint_eq(n, CG_RECORD_KNOCKERS + 1);
	for (size_t i = 0; i < n; i++) {
		char path[32];

		snprintf(path, sizeof(path), "entries/%zu/count", i);
		sum += reply_int(r, path);
	}
	ck_assert_int_eq(sum, 2000);
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "\"::\\/0\""));
	json_object_put(r);
}
END_TEST

/* Events were lost: the table is the truth. */
START_TEST(lost_events)
{
	struct cg_session s;
	struct json_object *r;

	house_later(&h, 60);
	house_pass(1);
	s = session(PEER, h.a.boot_ns());
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	s.repeats = 1;
	table(0, &s);
	house_later(&h, 1);
	ck_assert_uint_eq(entries(), 0);
	fake_kernel.lost = 1;
	house_later(&h, 1);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "what", "stopped");
	r = house_ask(&h, STATUS);
	ck_assert_uint_eq(length(r, "stopped_lately"), 1);
	json_object_put(r);
	/* Silent since, it has ended, and is not begun again. */
	for (int i = 0; i < 10; i++)
		house_later(&h, 60);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "count", "1");
	entry_is(0, "running", "");
	/* A table that cannot be read ends nothing. */
	s = stopped("203.0.113.77");
	fake_fail("sessions_read", 1, -ENOMEM);
	house_later(&h, 10);
	entry_is(1, "running", "true");
}
END_TEST

/* An event of a first packet knows neither rule nor whole address; the table does. */
START_TEST(told_early)
{
	struct cg_session s = session("2001:db8::9", h.a.boot_ns()), bare;

	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	s.repeats = 1;
	bare = s;
	bare.up_bytes = bare.down_bytes = bare.up_packets = bare.down_packets = 0;
	bare.stopped_bytes = 0;
	event(0, CG_SESSION_STOPPED, &bare);
	entry_is(0, "rule", "");
	s.stopped_bytes = 100;
	table(0, &s);
	house_later(&h, 1);
	entry_is(0, "rule", "allow 198.51.100.0/24:443/tcp");
	entry_is(0, "peer", "2001:db8::9");
	entry_is(0, "stopped_bytes", "100");
	entry_is(0, "count", "1");
}
END_TEST

/* Behind its block a remote may talk again: that is not the session that was stopped. */
START_TEST(talk_after_a_stop)
{
	struct cg_session s = stopped(PEER);

	house_later(&h, 5);
	entry_is(0, "running", "true");
	house_pass(60);
	s.last_ns = h.a.boot_ns();
	s.flags = 0;
	s.block_ns = s.viewing_ns = 0;
	s.up_bytes = 50000;
	table(0, &s);
	house_later(&h, 5);
	entry_is(0, "running", "");
	entry_is(0, "up_bytes", "1000");
	for (int i = 0; i < 70; i++) {
		s.last_ns = h.a.boot_ns();
		table(0, &s);
		house_later(&h, 60);
	}
	ck_assert_uint_eq(entries(), 1);
	/* Nor is it one where the flag is left and nothing comes. */
	s = stopped("203.0.113.10");
	for (int i = 0; i < 140; i++)
		house_later(&h, 30);
	ck_assert_uint_eq(entries(), 2);
	entry_is(1, "what", "stopped");
	entry_is(1, "running", "");
	/* All remotes together are blocked: of one that only talks nothing is kept. */
	s = session("198.51.100.3", h.a.boot_ns());
	s.flags = s.sign = s.signature = 0;
	event(0, CG_SESSION_REFUSED, &s);
	ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* The packet path has nothing to say of a stranger whom closing shuts out; where a rule
 * would let it on it is stopped, and is the same session. */
START_TEST(closed_on_them)
{
	struct cg_session s;

	ck_assert_int_eq(house_code(&h, OPEN), 0);
	s = session(PEER, h.a.boot_ns());
	table(0, &s);
	event(0, CG_SESSION_BEGAN, &s);
	house_later(&h, 10);
	entry_is(0, "running", "true");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"nursery\"}"), 0);
	house_later(&h, 1);
	entry_is(0, "running", "");
	entry_is(0, "what", "allowed");
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	table(0, &s);
	event(0, CG_SESSION_STOPPED, &s);
	ck_assert_uint_eq(entries(), 1);
	entry_is(0, "what", "stopped");
	entry_is(0, "count", "1");
	entry_is(0, "running", "true");
	entry_is(0, "opening/by", "hand");
}
END_TEST

START_TEST(a_lull_is_no_end)
{
	struct cg_session s;

	ck_assert_int_eq(house_code(&h, OPEN), 0);
	s = session(PEER, h.a.boot_ns());
	table(0, &s);
	event(0, CG_SESSION_BEGAN, &s);
	house_later(&h, 40);
	entry_is(0, "running", "");
	s.last_ns = h.a.boot_ns() + 59 * CG_SEC_NS;
	s.up_bytes = 5000;
	table(0, &s);
	house_later(&h, 60);
	entry_is(0, "running", "true");
	entry_is(0, "up_bytes", "5000");
	entry_is(0, "count", "1");
}
END_TEST

/* mode = monitor: it passed, so nothing of it is kept that is not kept of what may. */
START_TEST(monitored)
{
	struct cg_session s = session(PEER, h.a.boot_ns());

	s.plane = CG_PLANE_UP_MONITOR;
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	event(0, CG_SESSION_STOPPED, &s);
	entry_is(0, "what", "allowed");
	entry_is(0, "monitored", "true");
	entry_is(0, "peer", "203.0.113.0/24");
	entry_is(0, "evidence/first", "");
}
END_TEST

START_TEST(live)
{
	struct cg_session s = session(PEER, h.a.boot_ns()), talk = session("198.51.100.3", 0);
	struct json_object *r;

	ck_assert_int_eq(house_code(&h, OPEN), 0);
	talk.first_ns = BOOT_START;
	talk.flags = talk.sign = talk.signature = 0;
	talk.class = CG_CLASS_CONTROL;
	table(0, &talk);
	table(0, &s);
	s = session("203.0.113.10", h.a.boot_ns());
	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	s.repeats = 2;
	table(1, &s);
	fake_kernel.sum[1].block_ns = h.a.boot_ns() + 30 * CG_SEC_NS;
	r = ASK(&h, CG_EXIT_OK, SESSIONS);
	ck_assert_uint_eq(length(r, "sessions"), 3);
	ck_assert_str_eq(reply_text(r, "sessions/0/state"), "control");
	ck_assert_str_eq(reply_text(r, "sessions/0/sign"), "");
	ck_assert_str_eq(reply_text(r, "sessions/0/rule"), "allow 198.51.100.0/24:443/tcp");
	ck_assert_str_eq(reply_text(r, "sessions/1/state"), "watching");
	ck_assert_str_eq(reply_text(r, "sessions/1/signature"), "pppp-session");
	ck_assert_str_eq(reply_text(r, "sessions/1/up_kbps"), "");
	ck_assert_str_eq(reply_text(r, "sessions/2/cam"), "garden");
	ck_assert_str_eq(reply_text(r, "sessions/2/state"), "stopped");
	ck_assert_int_eq(reply_int(r, "sessions/2/until_s"), REAL_START + 60);
	ck_assert_int_eq(reply_int(r, "sessions/2/repeats"), 2);
	ck_assert_uint_eq(length(r, "cams"), 2);
	ck_assert_int_eq(reply_int(r, "cams/0/watching"), 1);
	ck_assert_str_eq(reply_text(r, "cams/0/blocked_until_s"), "");
	ck_assert_int_eq(reply_int(r, "cams/1/stopped"), 1);
	ck_assert_int_eq(reply_int(r, "cams/1/blocked_until_s"), REAL_START + 30);
	json_object_put(r);
	/* Two readings are a rate. */
	house_pass(2);
	fake_kernel.session[1].up_bytes += 250000;
	fake_kernel.session[1].down_bytes += 2500;
	r = ASK(&h, CG_EXIT_OK, SESSIONS);
	ck_assert_int_eq(reply_int(r, "sessions/1/up_kbps"), 1000);
	ck_assert_int_eq(reply_int(r, "sessions/1/down_kbps"), 10);
	ck_assert_int_eq(reply_int(r, "sessions/0/up_kbps"), 0);
	ck_assert_int_eq(reply_int(r, "sessions/1/idle_s"), 2);
	ck_assert_int_eq(reply_int(r, "cams/0/up_kbps"), 1000);
	json_object_put(r);
	/* Closed, it is over, before a packet tells. */
	fake_kernel.session[1].last_ns = h.a.boot_ns();
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"nursery\"}"), 0);
	r = ASK(&h, CG_EXIT_OK, SESSIONS);
	ck_assert_str_eq(reply_text(r, "sessions/1/state"), "ended");
	ck_assert_int_eq(reply_int(r, "cams/0/watching"), 0);
	json_object_put(r);
	/* Over its block it is no longer stopped, nor watching for the flag that stayed. */
	house_pass(60);
	fake_kernel.session[2].last_ns = h.a.boot_ns() - CG_SEC_NS;
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"sessions\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "sessions"), 1);
	ck_assert_uint_eq(length(r, "cams"), 1);
	ck_assert_str_eq(reply_text(r, "sessions/0/state"), "other");
	json_object_put(r);
	/* Who watched and is silent has left. */
	r = ASK(&h, CG_EXIT_OK, SESSIONS);
	ck_assert_str_eq(reply_text(r, "sessions/1/state"), "other");
	ck_assert_int_eq(reply_int(r, "cams/0/watching"), 0);
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"sessions\",\"cam\":\"x\"}"), 1);
	fake_fail("sessions_read", 1, -EIO);
	ck_assert_int_eq(house_code(&h, SESSIONS), 1);
}
END_TEST

START_TEST(status_says)
{
	struct json_object *r = house_ask(&h, STATUS);

	ck_assert_uint_eq(length(r, "stopped_lately"), 0);
	json_object_put(r);
	stopped(PEER);
	house_later(&h, 100);
	stopped("203.0.113.10");
	r = house_ask(&h, STATUS);
	ck_assert_uint_eq(length(r, "stopped_lately"), 1);
	ck_assert_int_eq(reply_int(r, "stopped_lately/0/count"), 2);
	ck_assert_str_eq(reply_text(r, "stopped_lately/0/peer"), "203.0.113.10");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "stopped_lately/0/text"),
				     "nursery: viewing was stopped 2 times within a day"));
	json_object_put(r);
	/* Another run knows it, too; a day later nobody does. */
	house_stop(&h);
	fake_kernel.nsessions = 0;
	ck_assert_int_eq(house_start(&h), 0);
	r = house_ask(&h, STATUS);
	ck_assert_int_eq(reply_int(r, "stopped_lately/0/count"), 2);
	json_object_put(r);
	house_later(&h, 86400);
	r = house_ask(&h, STATUS);
	ck_assert_uint_eq(length(r, "stopped_lately"), 0);
	json_object_put(r);
}
END_TEST

/* One line a stop, not one a packet, and none that names anybody where no record is kept. */
START_TEST(log_lines)
{
	char path[160], *text, *at;
	struct cg_session s;
	int was = dup(2);

	snprintf(path, sizeof(path), "%s/stderr", h.dir);
	ck_assert_ptr_nonnull(freopen(path, "w", stderr));
	cg_log_open(true, CG_LOG_NOTICE);
	s = stopped(PEER);
	for (int i = 0; i < 10; i++) {
		house_later(&h, 6);
		s.last_ns = h.a.boot_ns();
		table(0, &s);
		event(0, CG_SESSION_REFUSED, &s);
	}
	fflush(stderr);
	text = file_text(path);
	at = strstr(text, "nursery: viewing by " PEER " stopped");
	ck_assert_msg(at, "%s", text);
	ck_assert_ptr_nonnull(strstr(at, "blocked for 60 s"));
	ck_assert_ptr_nonnull(strstr(at, "PPPP"));
	ck_assert_msg(!strstr(at + 20, "viewing by"), "%s", text);
	free(text);
	house_config(&h, "record = off\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	stopped("203.0.113.10");
	fflush(stderr);
	text = file_text(path);
	ck_assert_ptr_null(strstr(text, "203.0.113.10"));
	ck_assert_ptr_nonnull(strstr(text, "nursery: viewing stopped: "));
	free(text);
	dup2(was, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sessions");
	TCase *t = tcase_create("sessions");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, one_session);
	tcase_add_test(t, full_and_config_open);
	tcase_add_test(t, tries_on);
	tcase_add_test(t, are_others);
	tcase_add_test(t, a_scan_is_one_line);
	tcase_add_test(t, who_knocks);
	tcase_add_test(t, many_knock);
	tcase_add_test(t, lost_events);
	tcase_add_test(t, told_early);
	tcase_add_test(t, talk_after_a_stop);
	tcase_add_test(t, closed_on_them);
	tcase_add_test(t, a_lull_is_no_end);
	tcase_add_test(t, monitored);
	tcase_add_test(t, live);
	tcase_add_test(t, status_says);
	tcase_add_test(t, log_lines);
	suite_add_tcase(s, t);
	return suite_run(s);
}
