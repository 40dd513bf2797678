/* SPDX-License-Identifier: GPL-2.0-only */
/* The household's program: told of openings that end, a line a run, one run at a time, bounded in every way. */
#include <camgate/ctl.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../agent/daemon/notify.h"
#include "harness.h"

#define OPEN(s)	 "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":" s "}"
#define CMD(cmd) "{\"v\":1,\"cmd\":\"" cmd "\",\"cam\":\"nursery\"}"
#define RELOAD	 "{\"v\":1,\"cmd\":\"reload\"}"

static struct house h;
static char script[96], out[96];

/* body runs with the line on standard input; $out is where the test looks. */
/* Another file of that name: a shell that still reads the old one reads on in it. */
static void script_write(const char *body)
{
	char text[512], beside[sizeof(script) + 4];

	snprintf(text, sizeof(text), "#!/bin/sh\nout=%s\n%s\n", out, body);
	snprintf(beside, sizeof(beside), "%s.new", script);
	file_write(beside, text);
	ck_assert_int_eq(chmod(beside, 0755), 0);
	ck_assert_int_eq(rename(beside, script), 0);
}

static void config_write(const char *extra, bool with)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "lan = { br-lan }\n%snotify = \"%s\"\n"
		 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } %s }\n",
		 with ? "" : "# ", script, extra);
	house_config(&h, text);
}

static void setup(void)
{
	house_make(&h);
	snprintf(script, sizeof(script), "%s/notify", h.dir);
	snprintf(out, sizeof(out), "%s/out", h.dir);
	script_write("cat >>$out");
	config_write("", true);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

static size_t lines(void)
{
	char *text = file_text(out);
	size_t n = 0;

	for (const char *p = text; (p = strchr(p, '\n')); p++)
		n++;
	free(text);
	return n;
}

/* Runs until there are so many lines, or for a while. */
static bool told(size_t n)
{
	for (int i = 0; i < 6000 && lines() < n; i++) {
		house_pump(&h);
		usleep(5000);
	}
	return lines() >= n;
}

/* The loop runs for a moment, in which what must not come would. */
static void rest(void)
{
	for (int i = 0; i < 40; i++) {
		house_pump(&h);
		usleep(5000);
	}
}

/* Member of the nth line, as text. */
static const char *member(size_t n, const char *key)
{
	static char buf[256];
	char *text = file_text(out), *line = text, *save = NULL;
	struct json_object *o;

	line = strtok_r(text, "\n", &save);
	while (line && n--)
		line = strtok_r(NULL, "\n", &save);
	ck_assert_ptr_nonnull(line);
	o = json_tokener_parse(line);
	ck_assert_msg(o != NULL, "%s", line);
	snprintf(buf, sizeof(buf), "%s", reply_text(o, key));
	json_object_put(o);
	free(text);
	return buf;
}

static void event(const char *name)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "event", json_object_new_string(name));
	cg_notify_event(&h.a, o);
	json_object_put(o);
}

START_TEST(an_opening_ends_soon_and_ends)
{
	ck_assert_int_eq(house_code(&h, OPEN("600")), 0);
	house_later(&h, 299);
	rest();
	ck_assert_uint_eq(lines(), 0);
	house_later(&h, 1);
	ck_assert(told(1));
	ck_assert_str_eq(member(0, "event"), "opening-ends-soon");
	ck_assert_str_eq(member(0, "cam"), "nursery");
	ck_assert_int_eq(atoll(member(0, "until_s")), REAL_START + 600);
	ck_assert_int_eq(atoll(member(0, "time_s")), REAL_START + 300);
	house_later(&h, 100);
	rest();
	ck_assert_uint_eq(lines(), 1);
	house_later(&h, 200);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "opening-ended");
	ck_assert_str_eq(member(1, "by"), "deadline");
	house_later(&h, 100);
	rest();
	ck_assert_uint_eq(lines(), 2);
}
END_TEST

START_TEST(short_ones_moved_ones_closed_ones)
{
	/* no longer than the notice: its end alone is told */
	ck_assert_int_eq(house_code(&h, OPEN("300")), 0);
	house_later(&h, 10);
	rest();
	ck_assert_uint_eq(lines(), 0);
	/* made longer: announced at its new end */
	ck_assert_int_eq(house_code(&h, OPEN("1000")), 0);
	house_later(&h, 699);
	rest();
	ck_assert_uint_eq(lines(), 0);
	house_later(&h, 1);
	ck_assert(told(1));
	ck_assert_int_eq(house_code(&h, OPEN("1000")), 0);
	house_later(&h, 700);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "opening-ends-soon");
	ck_assert_int_eq(house_code(&h, CMD("close")), 0);
	house_later(&h, 1);
	ck_assert(told(3));
	ck_assert_str_eq(member(2, "event"), "opening-ended");
	ck_assert_str_eq(member(2, "by"), "hand");
}
END_TEST

START_TEST(a_restart_tells_nobody_twice)
{
	ck_assert_int_eq(house_code(&h, OPEN("600")), 0);
	house_later(&h, 300);
	ck_assert(told(1));
	house_stop(&h);
	house_pass(60);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	rest();
	ck_assert_uint_eq(lines(), 1);
	house_later(&h, 239);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "opening-ended");
	/* one that was away at that moment does tell */
	ck_assert_int_eq(house_code(&h, OPEN("600")), 0);
	house_stop(&h);
	house_pass(299);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 2);
	ck_assert(told(3));
	ck_assert_str_eq(member(2, "event"), "opening-ends-soon");
}
END_TEST

START_TEST(by_schedule_and_for_whom)
{
	house_clock(1799064000, CG_CLOCK_RTC); /* 12:00 UTC */
	config_write("viewers = { 203.0.113.7 } timezone = UTC schedule { from = \"13:00\" to = "
		     "\"14:00\" exposure = open }",
		     true);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	house_later(&h, 3600);
	house_later(&h, 3299);
	rest();
	ck_assert_uint_eq(lines(), 0);
	house_later(&h, 1);
	ck_assert(told(1));
	ck_assert_str_eq(member(0, "event"), "opening-ends-soon");
	ck_assert_str_eq(member(0, "to"), "203.0.113.7");
	house_later(&h, 300);
	ck_assert(told(2));
}
END_TEST

static void stopped(const char *peer)
{
	struct cg_session_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_SESSION,
		.ns = h.a.boot_ns(),
		.what = CG_SESSION_STOPPED,
		.session = { .first_ns = h.a.boot_ns() - CG_SEC_NS,
			     .last_ns = h.a.boot_ns(),
			     .viewing_ns = h.a.boot_ns(),
			     .block_ns = h.a.boot_ns() + 60 * CG_SEC_NS,
			     .up_bytes = 1234,
			     .rule = 0xffff,
			     .flags = CG_SESSION_VIEWING,
			     .sign = CG_SIGN_RATE },
	};
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(peer, &a), 0);
	memcpy(e.session.peer, a.b, sizeof(a));
	memcpy(e.peer, a.b, sizeof(a));
	fake_session_event(&e);
}

/* As much of it as the record keeps. */
START_TEST(a_stopped_session)
{
	stopped("203.0.113.9");
	ck_assert(told(1));
	ck_assert_str_eq(member(0, "event"), "session-stopped");
	ck_assert_str_eq(member(0, "cam"), "nursery");
	ck_assert_str_eq(member(0, "sign"), "rate");
	ck_assert_str_eq(member(0, "peer"), "203.0.113.9");
	ck_assert_str_eq(member(0, "up_bytes"), "1234");
	ck_assert_int_eq(atoll(member(0, "blocked_s")), REAL_START + 60);
	config_write("} record = off camera \"b\" { mac = { \"02:ca:00:00:00:02\" }", true);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	stopped("203.0.113.10");
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "session-stopped");
	ck_assert_str_eq(member(1, "peer"), "");
}
END_TEST

/* What the record can be held against, told once a day where there is news, and with each stop. */
START_TEST(anchors)
{
	char anchor[128];

	stopped("203.0.113.9");
	ck_assert(told(1));
	/* Nothing is on the disk yet. */
	ck_assert_str_eq(member(0, "anchor"), "");
	house_later(&h, 301);
	house_clock(1800000000LL, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "record-anchor");
	snprintf(anchor, sizeof(anchor), "%s", member(1, "anchor"));
	ck_assert_msg(strchr(anchor, ':') && strlen(strchr(anchor, ':')) == 65, "%s", anchor);
	/* The same is no news. */
	house_later(&h, 86400);
	stopped("203.0.113.10");
	ck_assert(told(3));
	ck_assert_str_eq(member(2, "event"), "session-stopped");
	ck_assert_str_ne(member(2, "anchor"), "");
}
END_TEST

/* Nothing of ours is lent to it: environment, files, signals. */
START_TEST(what_it_is_given)
{
	char *text;

	setenv("CG_SECRET", "of the agent", 1);
	signal(SIGPIPE, SIG_IGN);
	script_write("{ env; ls -l /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status; "
		     "readlink /proc/$$/fd/1 /proc/$$/fd/2; cat; echo $#; } >$out.new 2>&1; "
		     "mv $out.new $out");
	event("test");
	ck_assert(told(1));
	text = file_text(out);
	ck_assert_ptr_null(strstr(text, "CG_SECRET"));
	ck_assert_ptr_nonnull(strstr(text, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
	ck_assert_ptr_null(strstr(text, "socket:"));
	ck_assert_ptr_null(strstr(text, "anon_inode"));
	ck_assert_ptr_nonnull(strstr(text, "SigBlk:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(text, "SigIgn:\t"));
	ck_assert(!(strtoull(strstr(text, "SigIgn:\t") + 8, NULL, 16) & 1 << (SIGPIPE - 1)));
	ck_assert_ptr_nonnull(strstr(text, "{\"v\":1,\"event\":\"test\"}\n0\n"));
	free(text);
}
END_TEST

/* Are there processes of this test that run `sleep`? */
static bool sleeps(const char *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	bool found = false;

	while ((e = readdir(proc))) {
		char path[300], text[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		f = *e->d_name >= '1' && *e->d_name <= '9' ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fread(text, 1, sizeof(text) - 1, f) > 6)
			found |= !strcmp(text, "sleep") && !strcmp(text + 6, arg);
		fclose(f);
	}
	closedir(proc);
	return found;
}

static bool gone(const char *arg)
{
	for (int i = 0; i < 6000 && sleeps(arg); i++) {
		if (h.up)
			house_pump(&h);
		usleep(5000);
	}
	return !sleeps(arg);
}

START_TEST(one_at_a_time_and_not_for_long)
{
	char arg[32], body[128];

	snprintf(arg, sizeof(arg), "3600.%d", getpid());
	snprintf(body, sizeof(body), "cat >>$out; sleep %s & sleep %s", arg, arg);
	script_write(body);
	event("first");
	ck_assert(told(1));
	script_write("cat >>$out");
	event("second");
	house_later(&h, 9);
	rest();
	ck_assert_uint_eq(lines(), 1);
	ck_assert(sleeps(arg));
	house_later(&h, 1);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "second");
	/* with all it began */
	ck_assert(gone(arg));
	/* the agent's end is its end */
	script_write(body);
	event("third");
	ck_assert(told(3));
	house_stop(&h);
	ck_assert(gone(arg));
}
END_TEST

START_TEST(no_flood)
{
	char arg[64];

	for (int i = 0; i < 40; i++)
		event("often");
	ck_assert(told(CG_NOTIFY_BURST));
	rest();
	ck_assert_uint_eq(lines(), CG_NOTIFY_BURST);
	house_later(&h, CG_NOTIFY_EVERY_S);
	event("later");
	ck_assert(told(CG_NOTIFY_BURST + 1));
	ck_assert_str_eq(member(CG_NOTIFY_BURST, "event"), "later");
	ck_assert_str_eq(member(CG_NOTIFY_BURST, "left_out"), "30");
	/* what waits is bounded while one runs on */
	snprintf(arg, sizeof(arg), "cat >>$out; exec sleep 3600.%d", getpid());
	script_write(arg);
	house_pass(100);
	event("slow");
	ck_assert(told(CG_NOTIFY_BURST + 2));
	for (int i = 0; i < 2 * CG_NOTIFY_QUEUE; i++) {
		house_pass(CG_NOTIFY_EVERY_S);
		event("waits");
	}
	script_write("cat >>$out");
	house_later(&h, CG_NOTIFY_RUN_S);
	ck_assert(told(CG_NOTIFY_BURST + 2 + CG_NOTIFY_QUEUE));
	rest();
	ck_assert_uint_eq(lines(), CG_NOTIFY_BURST + 2 + CG_NOTIFY_QUEUE);
}
END_TEST

START_TEST(a_program_that_is_none)
{
	ck_assert_int_eq(unlink(script), 0);
	event("lost");
	rest();
	ck_assert_int_eq(house_code(&h, OPEN("600")), 0);
	script_write("exit 3");
	event("fails");
	rest();
	script_write("cat >>$out");
	event("again");
	ck_assert(told(1));
	ck_assert_str_eq(member(0, "event"), "again");
	/* taken out of the config, nobody is told */
	config_write("", false);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	event("nobody");
	rest();
	ck_assert_uint_eq(lines(), 1);
}
END_TEST

/* The reply to `notify`; the caller puts it. */
static struct json_object *asked(const char *more)
{
	char line[96];

	snprintf(line, sizeof(line), "{\"v\":1,\"cmd\":\"notify\"%s}", more);
	return house_ask(&h, line);
}

/* Runs until the test is over; its result as "how value". */
static const char *tested(void)
{
	static char buf[64];

	for (int i = 0; i < 6000; i++) {
		struct json_object *r = asked("");
		bool over = !strcmp(reply_text(r, "testing"), "false");

		snprintf(buf, sizeof(buf), "%s", reply_text(r, "test/how"));
		if (*reply_text(r, "test/value"))
			snprintf(buf + strlen(buf), sizeof(buf) - strlen(buf), " %s",
				 reply_text(r, "test/value"));
		json_object_put(r);
		if (over)
			return buf;
		house_pump(&h);
		usleep(5000);
	}
	ck_abort_msg("the test does not end");
}

static void asked_is(const char *key, const char *value)
{
	struct json_object *r = asked("");

	ck_assert_str_eq(reply_text(r, key), value);
	json_object_put(r);
}

#define TEST ",\"test\":true"

START_TEST(asked_for_a_test)
{
	struct json_object *r = asked("");

	ck_assert_str_eq(reply_text(r, "program"), script);
	ck_assert_str_eq(reply_text(r, "told"), "0");
	ck_assert_str_eq(reply_text(r, "last/how"), "");
	json_object_put(r);
	json_object_put(asked(TEST));
	ck_assert_str_eq(tested(), "exited 0");
	ck_assert(told(1));
	ck_assert_str_eq(member(0, "event"), "test");
	ck_assert_int_eq(atoll(member(0, "time_s")), REAL_START);
	asked_is("told", "1");
	script_write("exit 3");
	json_object_put(asked(TEST));
	ck_assert_str_eq(tested(), "exited 3");
	script_write("kill -TERM $$");
	json_object_put(asked(TEST));
	ck_assert_str_eq(tested(), "signal 15");
	ck_assert_int_eq(unlink(script), 0);
	json_object_put(asked(TEST));
	ck_assert_str_eq(tested(), "unstarted");
	/* a notice is a result too, and none of the test's */
	script_write("exit 4");
	event("real");
	for (int i = 0; i < 200; i++) {
		house_pump(&h);
		usleep(1000);
	}
	r = asked("");
	ck_assert_str_eq(reply_text(r, "last/event"), "real");
	ck_assert_str_eq(reply_text(r, "last/value"), "4");
	ck_assert_str_eq(reply_text(r, "test/how"), "unstarted");
	json_object_put(r);
}
END_TEST

/* One at a time, ahead of what waits, not one of those that are bounded. */
START_TEST(a_test_among_others)
{
	char body[96];
	struct json_object *r;

	snprintf(body, sizeof(body), "cat >>$out; exec sleep 3600.%d", getpid());
	script_write(body);
	event("slow");
	ck_assert(told(1));
	event("waits");
	json_object_put(asked(TEST));
	r = asked(TEST);
	ck_assert_str_eq(reply_text(r, "ok"), "false");
	ck_assert_str_eq(reply_text(r, "error"), "another test is not over yet");
	json_object_put(r);
	asked_is("waiting", "2");
	asked_is("running", "true");
	house_later(&h, CG_NOTIFY_RUN_S);
	ck_assert(told(2));
	ck_assert_str_eq(member(1, "event"), "test");
	script_write("cat >>$out");
	house_later(&h, CG_NOTIFY_RUN_S);
	ck_assert_str_eq(tested(), "timeout");
	ck_assert(told(3));
	ck_assert_str_eq(member(2, "event"), "waits");
	for (int i = 0; i < 40; i++)
		event("often");
	json_object_put(asked(TEST));
	ck_assert_str_eq(tested(), "exited 0");
	/* two of the burst were told before, twenty seconds gave them back */
	asked_is("left_out", "30");
}
END_TEST

START_TEST(a_test_of_nothing)
{
	char body[96];
	struct json_object *r;

	snprintf(body, sizeof(body), "cat >>$out; exec sleep 3600.%d", getpid());
	script_write(body);
	event("slow");
	ck_assert(told(1));
	json_object_put(asked(TEST));
	config_write("", false);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	house_later(&h, CG_NOTIFY_RUN_S);
	/* given up, and not for ever */
	ck_assert_str_eq(tested(), "");
	r = asked(TEST);
	ck_assert_str_eq(reply_text(r, "code"), "1");
	ck_assert_str_eq(reply_text(r, "error"), "no program is told of anything");
	json_object_put(r);
	asked_is("program", "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, an_opening_ends_soon_and_ends);
	tcase_add_test(t, short_ones_moved_ones_closed_ones);
	tcase_add_test(t, a_restart_tells_nobody_twice);
	tcase_add_test(t, by_schedule_and_for_whom);
	tcase_add_test(t, a_stopped_session);
	tcase_add_test(t, anchors);
	tcase_add_test(t, what_it_is_given);
	tcase_add_test(t, one_at_a_time_and_not_for_long);
	tcase_add_test(t, no_flood);
	tcase_add_test(t, a_program_that_is_none);
	tcase_add_test(t, asked_for_a_test);
	tcase_add_test(t, a_test_among_others);
	tcase_add_test(t, a_test_of_nothing);
	suite_add_tcase(s, t);
	return suite_run(s);
}
