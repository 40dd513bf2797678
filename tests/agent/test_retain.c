/* SPDX-License-Identifier: GPL-2.0-only */
/* The record over the days: what each was, what goes and what stays told of it, what somebody else did to it. */
#include <sys/stat.h>
#include "../fault.h"
#include "watch.h"

#define DAY_S  86400
#define RECORD "{\"v\":1,\"cmd\":\"record\",\"write\":true}"
#define ERASE  "{\"v\":1,\"cmd\":\"erase\",\"cam\":\"nursery\"}"

static void right(void)
{
	house_clock(RIGHT_S, CG_CLOCK_SYNCED);
	house_later(&h, 1);
}

/* Talk with its maker that the table has from now on: bytes in all. */
static void talk(uint32_t slot, const char *peer, uint64_t up, uint64_t down)
{
	struct cg_session s = session(peer, 0);

	s.flags = 0;
	s.sign = s.signature = 0;
	s.viewing_ns = 0;
	s.first_ns = BOOT_START;
	s.up_bytes = up;
	s.down_bytes = down;
	table(slot, &s);
}

static void dropped(uint32_t slot, enum cg_plane plane, enum cg_reason reason, uint64_t packets)
{
	fake_kernel.stats[slot].c[plane][reason].packets += packets;
	fake_kernel.stats[slot].c[plane][reason].bytes += packets * 60;
}

/* The last line of cam's days, parsed; how many there are. */
static size_t day_of(const char *cam, struct cg_day *ret)
{
	size_t n = 0;

	for (unsigned int i = CG_RECORD_FILES; i--;) {
		char *text;

		if (access(path_of(i), F_OK))
			continue;
		text = file_of(i);
		for (char *p = text, *lf; (lf = strchr(p, '\n')); p = lf + 1) {
			struct cg_day d;

			if (!cg_day_is(p, (size_t)(lf - p)) ||
			    cg_day_parse(p, (size_t)(lf - p), &d))
				continue;
			if (strcmp(d.cam, cam)) {
				cg_day_clear(&d);
				continue;
			}
			cg_day_clear(ret);
			*ret = d;
			n++;
		}
		free(text);
	}
	return n;
}

static const struct cg_day_peer *to(const struct cg_day *d, const char *net)
{
	struct cg_prefix p;

	ck_assert_int_eq(cg_prefix_parse(net, &p), 0);
	for (uint32_t i = 0; i < d->npeer; i++)
		if (!memcmp(&d->peer[i].net, &p, sizeof(p)))
			return &d->peer[i];
	ck_abort_msg("%s: nothing of it", net);
	return NULL;
}

/* ---- days ---- */

START_TEST(a_day)
{
	struct cg_day d = { 0 };

	right();
	talk(0, "198.51.100.7", 1000, 500);
	talk(0, "198.51.100.8", 10, 5);
	house_later(&h, 61);
	/* Two of one network are one. */
	talk(0, "198.51.100.7", 4000, 500);
	talk(0, "192.0.2.7", 7, 8);
	dropped(0, CG_PLANE_UP, CG_DROP_UNRULED, 12);
	dropped(0, CG_PLANE_DOWN, CG_DROP_INBOUND, 3);
	dropped(0, CG_PLANE_UP, CG_PASS_CONTROL, 99);
	house_later(&h, 61);
	/* Nothing of it is written so soon. */
	house_later(&h, 300);
	ck_assert_uint_eq(day_of("nursery", &d), 0);
	house_later(&h, CG_RECORD_DAY_S);
	ck_assert_uint_eq(day_of("nursery", &d), 1);
	ck_assert_uint_eq(d.npeer, 2);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->up_bytes, 4010);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->down_bytes, 505);
	ck_assert_uint_eq(to(&d, "192.0.2.0/24")->up_bytes, 7);
	ck_assert_uint_eq(d.nstop, 2);
	ck_assert_str_eq(cg_day_class((enum cg_reason)d.stop[0].reason), "remote");
	ck_assert_uint_eq(d.stop[0].packets, 12);
	ck_assert_uint_eq(d.stop[1].packets, 3);
	ck_assert(d.stop[0].up && !d.stop[1].up);
	/* The other one did nothing: it has no line. */
	ck_assert_uint_eq(day_of("garden", &d), 0);
	whole();
	cg_day_clear(&d);
}
END_TEST

/* What came before the clock was right is of the day that it is then. */
START_TEST(days_before_the_clock)
{
	struct cg_day d = { 0 };

	talk(0, "198.51.100.7", 0, 0);
	house_later(&h, 61);
	talk(0, "198.51.100.7", 300, 0);
	house_later(&h, 61);
	right();
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert_uint_eq(day_of("nursery", &d), 1);
	ck_assert(!d.unsure);
	ck_assert_int_ge(d.day, RIGHT_S / DAY_S - 1);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->up_bytes, 300);
	cg_day_clear(&d);
}
END_TEST

/* A day goes on over a restart, and ends at midnight. */
START_TEST(days_go_on)
{
	struct cg_day d = { 0 };
	int64_t first;

	right();
	talk(0, "198.51.100.7", 1000, 0);
	house_later(&h, 61);
	talk(0, "198.51.100.7", 1500, 0);
	house_stop(&h);
	ck_assert_uint_eq(day_of("nursery", &d), 1);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->up_bytes, 1500);
	first = d.day;
	house_pass(5);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	talk(0, "198.51.100.7", 1700, 0);
	house_later(&h, 61);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	/* Not counted again. */
	ck_assert_uint_eq(day_of("nursery", &d), 2);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->up_bytes, 1700);
	ck_assert_int_eq(d.day, first);
	/* The same again is no news. */
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert_uint_eq(day_of("nursery", &d), 2);
	house_later(&h, DAY_S);
	talk(0, "198.51.100.7", 1701, 0);
	house_later(&h, 61);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert_uint_eq(day_of("nursery", &d), 3);
	ck_assert_int_eq(d.day, first + 1);
	ck_assert_uint_eq(to(&d, "198.51.100.0/24")->up_bytes, 1);
	whole();
	cg_day_clear(&d);
}
END_TEST

/* However many there are. */
START_TEST(days_are_bounded)
{
	struct cg_day d = { 0 };
	char peer[32];

	right();
	talk(0, "198.51.100.7", 0, 0);
	house_later(&h, 61);
	for (unsigned int i = 0; i < 3 * CG_DAY_PEERS; i++) {
		snprintf(peer, sizeof(peer), "21.0.%u.9", i);
		fake_kernel.nsessions = 0;
		talk(0, peer, 100, 0);
		house_later(&h, 61);
	}
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert_uint_eq(day_of("nursery", &d), 1);
	ck_assert_uint_eq(d.npeer, CG_DAY_PEERS);
	ck_assert_uint_eq(d.nother, 2 * CG_DAY_PEERS);
	ck_assert_uint_eq(d.other.up_bytes, 2 * CG_DAY_PEERS * 100);
	cg_day_clear(&d);
}
END_TEST

static uint64_t bytes_there(void)
{
	uint64_t n = 0;
	struct stat st;

	for (unsigned int i = 0; i < CG_RECORD_FILES; i++)
		n += stat(path_of(i), &st) ? 0 : (uint64_t)st.st_size;
	return n;
}

/* What two cameras cost that only keep alive with their maker. */
START_TEST(an_idle_day)
{
	const char *file = getenv("CG_FIGURES");
	uint64_t before, after;
	unsigned int minutes;
	FILE *f, *raw;

	right();
	house_later(&h, 2 * DAY_S);
	talk(0, "198.51.100.7", 0, 0);
	talk(1, "198.51.100.9", 0, 0);
	house_later(&h, 61);
	before = bytes_there();
	raw = fopen(CG_BUILD "/tests/agent/idle_day.txt", "w");
	ck_assert_ptr_nonnull(raw);
	for (minutes = 1; minutes <= DAY_S / 60; minutes++) {
		talk(0, "198.51.100.7", 1200 * minutes, 1200 * minutes);
		talk(1, "198.51.100.9", 1200 * minutes, 1200 * minutes);
		dropped(0, CG_PLANE_UP, CG_DROP_UNRULED, 2);
		house_later(&h, 60);
		if (minutes % 60 == 0)
			fprintf(raw, "%u min %llu bytes\n", minutes,
				(unsigned long long)(bytes_there() - before));
	}
	fclose(raw);
	after = bytes_there();
	ck_assert_uint_gt(after, before);
	whole();
	f = fopen(file && *file ? file : CG_BUILD "/figures.jsonl", "a");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"{\"name\":\"record/bytes_per_day_idle\",\"value\":%llu,\"op\":\"<=\",\"limit\":"
		"16384,\"unit\":\"bytes\",\"n\":2,\"control\":null,\"raw\":"
		"\"tests/agent/idle_day.txt\"}\n",
		(unsigned long long)(after - before));
	fclose(f);
	ck_assert_uint_le(after - before, 16384);
}
END_TEST

/* Whoever opens a camera is told of, whether somebody comes or not. */
START_TEST(opened)
{
	char *text, want[80];

	ck_assert_int_eq(house_code(&h, OPEN), 0);
	house_later(&h, 300);
	text = file_of(0);
	snprintf(want, sizeof(want), "\"until_s\":%lld,\"clock_unsure\":true,\"uid\":%d",
		 REAL_START + 3600, (int)geteuid());
	ck_assert_msg(strstr(text, "\"what\":\"opened\"") && strstr(text, want), "%s", text);
	free(text);
	ck_assert_uint_eq(entries(), 0);
	/* Once. */
	house_later(&h, 300);
	ck_assert_uint_eq(lines_of(0), 0);
	ck_assert_uint_eq(verified().lines, 2);
	whole();
}
END_TEST

/* ---- what goes ---- */

/* The tombstone that was written last. */
static struct cg_gone gone_last(void)
{
	struct cg_gone g = { 0 }, one;

	for (unsigned int i = CG_RECORD_FILES; i--;) {
		char *text;

		if (access(path_of(i), F_OK))
			continue;
		text = file_of(i);
		for (char *p = text, *lf; (lf = strchr(p, '\n')); p = lf + 1)
			if (cg_gone_is(p, (size_t)(lf - p)) &&
			    !cg_gone_parse(p, (size_t)(lf - p), &one))
				g = one;
		free(text);
	}
	return g;
}

START_TEST(retention)
{
	struct cg_gone g;
	struct cg_verify v;

	right();
	for (unsigned int i = 0; i < 5; i++) {
		char peer[32];

		snprintf(peer, sizeof(peer), "203.0.113.%u", i);
		stopped(peer);
		house_later(&h, DAY_S);
	}
	ck_assert_uint_eq(entries(), 5);
	whole();
	house_config(&h, "record_days = 2\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	house_later(&h, 1);
	ck_assert_uint_lt(entries(), 5);
	v = verified();
	ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
	ck_assert_uint_gt(v.gone, 2);
	g = gone_last();
	ck_assert(g.what == CG_GONE_GONE && g.why == CG_GONE_DAYS && g.uid == -1);
	ck_assert_uint_eq(g.span[0].from, 1);
	/* Once there is nothing left but tombstones, and still. */
	for (unsigned int i = 0; i < 5; i++) {
		house_later(&h, DAY_S);
		whole();
	}
	ck_assert_uint_eq(entries(), 0);
}
END_TEST

START_TEST(by_size)
{
	struct cg_gone g;

	house_config(&h, "record_size = 256k\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	right();
	for (unsigned int i = 0; i < 1200; i++) {
		char peer[32];

		fake_kernel.nsessions = 0;
		snprintf(peer, sizeof(peer), "21.%u.%u.9", i / 250, i % 250);
		stopped(peer);
		if (i % 100 == 99)
			house_later(&h, 301);
	}
	house_later(&h, 301);
	ck_assert_uint_le(bytes_there(), 256 * 1024 + 65536);
	ck_assert_uint_gt(bytes_there(), 128 * 1024);
	whole();
	ck_assert_uint_gt(verified().gone, 100);
	/* One that was larger fits when the config says so. */
	house_later(&h, DAY_S);
	ck_assert_uint_le(bytes_there(), 256 * 1024 + 4096);
	whole();
	g = gone_last();
	ck_assert(g.why == CG_GONE_SIZE);
}
END_TEST

/* Nothing of it stays, of others everything, and who did it is told. */
START_TEST(erased)
{
	struct json_object *r;
	struct cg_gone g;
	struct cg_verify v;
	char *text;

	right();
	for (unsigned int i = 0; i < 4; i++) {
		struct cg_session s = stopped(PEER);

		house_later(&h, 7200);
		s.viewing_ns = h.a.boot_ns();
		event(1, CG_SESSION_STOPPED, &s);
		house_later(&h, 7200);
	}
	talk(0, "192.0.2.7", 5, 5);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	stopped("203.0.113.99");
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "\"nursery\""));
	json_object_put(r);
	fake_kernel.nsessions = 0;
	r = ASK(&h, CG_EXIT_OK, ERASE);
	ck_assert_int_gt(reply_int(r, "count"), 3);
	ck_assert_str_ne(reply_text(r, "anchor"), "");
	json_object_put(r);
	v = verified();
	ck_assert_msg(!v.what, "fault %d in file %u line %u", v.what, v.file, v.row);
	ck_assert_uint_gt(v.gone, 3);
	g = gone_last();
	ck_assert(g.why == CG_GONE_ERASE && g.uid == (int64_t)geteuid());
	ck_assert_str_eq(g.cam, "nursery");
	ck_assert_uint_gt(g.nspan, 1);
	text = file_of(0);
	ck_assert_ptr_null(strstr(text, "\"name\":\"nursery\""));
	ck_assert_ptr_null(strstr(text, "203.0.113.99"));
	free(text);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"log\",\"cam\":\"nursery\"}");
	ck_assert_uint_eq(length(r, "entries"), 0);
	json_object_put(r);
	ck_assert_uint_eq(entries(), 4);
	/* Again there is nothing, which is no line. */
	r = ASK(&h, CG_EXIT_OK, ERASE);
	ck_assert_int_eq(reply_int(r, "count"), 0);
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"erase\",\"cam\":\"nursry\"}"),
			 CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"erase\"}"), CG_EXIT_USAGE);
	/* One that is gone from the config has left its lines. */
	house_config(&h, "lan = { \"br-lan\" }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"erase\",\"cam\":\"garden\"}");
	ck_assert_int_gt(reply_int(r, "count"), 3);
	json_object_put(r);
	ck_assert_uint_eq(entries(), 0);
	/* What told of these spans stays as long as something stands before it. */
	house_later(&h, 3 * DAY_S);
	whole();
	house_later(&h, 40 * DAY_S);
	whole();
}
END_TEST

/* ---- what somebody else did ---- */

/* The agent was killed: what it had in memory is lost, and a line says so. */
START_TEST(killed)
{
	struct cg_gone g;
	char head[200], *text;

	right();
	stopped(PEER);
	house_later(&h, 300);
	snprintf(head, sizeof(head), "%s/record.head", h.state_dir);
	text = file_text(head);
	ck_assert_ptr_nonnull(strstr(text, "\"open\":true"));
	house_stop(&h);
	/* As it was. */
	file_write(head, text);
	free(text);
	house_pass(60);
	ck_assert_int_eq(house_start(&h), 0);
	g = gone_last();
	ck_assert(g.what == CG_GONE_HOLE && g.why == CG_GONE_CUT);
	ck_assert_int_gt(g.last_s, g.first_s);
	whole();
	ck_assert_uint_ge(verified().holes, 1);
	/* One that ended leaves none. */
	house_stop(&h);
	text = file_text(head);
	ck_assert_ptr_nonnull(strstr(text, "\"open\":false"));
	free(text);
	{
		uint64_t holes = verified().holes;

		ck_assert_int_eq(house_start(&h), 0);
		ck_assert_uint_eq(verified().holes, holes);
	}
}
END_TEST

/* The agent writes on, and papers nothing over. */
START_TEST(tampered)
{
	struct cg_verify v;
	struct cg_gone g;
	char *text, *last, head[200];

	right();
	for (unsigned int i = 0; i < 3; i++) {
		stopped(PEER);
		house_later(&h, 7200);
	}
	house_stop(&h);
	whole();
	text = file_of(0);
	/* The last line is taken. */
	last = strrchr(strndupa(text, strlen(text) - 1), '\n');
	ck_assert_ptr_nonnull(last);
	text[strlen(text) - 1 - strlen(last) + 1] = '\0';
	file_write(path_of(0), text);
	free(text);
	v = verified();
	ck_assert_int_eq(v.what, CG_VERIFY_CUT);
	ck_assert_int_eq(house_start(&h), 0);
	g = gone_last();
	ck_assert(g.what == CG_GONE_HOLE && g.why == CG_GONE_LOST && g.count == 1);
	v = verified();
	ck_assert_int_eq(v.what, CG_VERIFY_MISSING);
	ck_assert(v.told);
	stopped("203.0.113.77");
	house_later(&h, 300);
	ck_assert_int_eq(verified().what, CG_VERIFY_MISSING);
	/* And the head. */
	house_stop(&h);
	snprintf(head, sizeof(head), "%s/record.head", h.state_dir);
	ck_assert_int_eq(unlink(head), 0);
	ck_assert_int_eq(house_start(&h), 0);
	stopped("203.0.113.78");
	house_later(&h, 300);
	g = gone_last();
	ck_assert(g.what == CG_GONE_HOLE && g.why == CG_GONE_HEAD);
	ck_assert_int_eq(verified().what, CG_VERIFY_MISSING);
}
END_TEST

/* Lines of before are read, and told of as what they are. */
START_TEST(from_before)
{
	struct cg_verify v;

	house_stop(&h);
	file_write(path_of(0),
		   "{\"v\":1,\"id\":7,\"what\":\"stopped\",\"cam\":\"nursery\",\"name\":"
		   "\"nursery\",\"first_s\":1699999000,\"last_s\":1699999001,"
		   "\"peer\":\"192.0.2.1\",\"sign\":\"rate\"}\n");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(entries(), 1);
	stopped(PEER);
	house_later(&h, 300);
	ck_assert_uint_eq(entries(), 2);
	v = verified();
	ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
	ck_assert_uint_eq(v.before, 1);
	/* They go by their age as any. */
	right();
	ck_assert_uint_eq(verified().before, 0);
	whole();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("retain");
	TCase *t = tcase_create("retain");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_day);
	tcase_add_test(t, days_before_the_clock);
	tcase_add_test(t, days_go_on);
	tcase_add_test(t, days_are_bounded);
	tcase_add_test(t, an_idle_day);
	tcase_add_test(t, opened);
	tcase_add_test(t, retention);
	tcase_add_test(t, by_size);
	tcase_add_test(t, erased);
	tcase_add_test(t, killed);
	tcase_add_test(t, tampered);
	tcase_add_test(t, from_before);
	suite_add_tcase(s, t);
	return suite_run(s);
}
