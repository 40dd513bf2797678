/* SPDX-License-Identifier: GPL-2.0-only */
/* Where remotes are, in what is told of them: the record, its days, sessions, audit. */
#include <sys/stat.h>
#include "places.h"

#ifdef CG_HAVE_MAXMINDDB

/* No rule names a place: databases are there for what is told of remotes. */
static void told_setup(void)
{
	begin();
	config_put("");
	ck_assert_int_eq(house_start(&h), 0);
	house_clock(RIGHT_S, CG_CLOCK_SYNCED);
	house_later(&h, 1);
}

static bool in_file(const char *text)
{
	char *all = file_of(0);
	bool found = strstr(all, text);

	free(all);
	return found;
}

static void talk(const char *peer, uint64_t up, uint64_t down, uint64_t stopped)
{
	struct cg_session s = session(peer, 0);

	s.flags = 0;
	s.sign = s.signature = 0;
	s.viewing_ns = 0;
	s.first_ns = BOOT_START;
	s.up_bytes = up;
	s.down_bytes = down;
	s.stopped_bytes = stopped;
	table(0, &s);
}

/* ---- what is told of remotes ---- */

START_TEST(a_line_of_the_record)
{
	struct json_object *r;

	ck_assert(!fake_kernel.has_geo);
	stopped(PEER);
	house_later(&h, 301);
	ck_assert(in_file("\"peer\":\"203.0.113.9/32\"") || in_file("\"peer\":\"203.0.113.9\""));
	ck_assert(in_file("\"country\":\"CN\",\"network\":\"AS64500\""));
	ck_assert(!in_file("\"country\":\"unknown\""));
	/* The twin: one that the databases do not know, and one that nobody has. */
	stopped("192.0.2.9");
	stopped("10.99.0.9");
	house_later(&h, 301);
	ck_assert(in_file("\"country\":\"unknown\",\"began\""));
	ck_assert(in_file("\"country\":\"private\",\"began\""));
	whole();
	r = ASK(&h, CG_EXIT_OK, LOG);
	ck_assert_str_eq(reply_text(r, "entries/0/country"), "CN");
	ck_assert_str_eq(reply_text(r, "entries/0/network"), "AS64500");
	json_object_put(r);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "databases/0/name"), "world.mmdb");
	ck_assert_int_eq(reply_int(r, "databases/0/built_s"), OLD);
	ck_assert_int_eq(reply_int(r, "databases/0/prefixes"), -1);
	ck_assert_str_eq(reply_text(r, "databases/1/what"), "network");
	json_object_put(r);
}
END_TEST

/* Without a database nothing is said, not that it is unknown. */
START_TEST(nothing_without)
{
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	stopped(PEER);
	talk("198.51.100.7", 1000, 10, 0);
	house_later(&h, 301);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert(in_file("203.0.113.9"));
	ck_assert(!in_file("\"country\""));
	ck_assert(!in_file("\"countries\""));
}
END_TEST

START_TEST(sums_of_a_day)
{
	char *text;

	talk("203.0.113.9", 0, 0, 0);
	house_later(&h, 61);
	talk("203.0.113.9", 4000, 100, 60);
	talk("203.0.113.10", 1000, 0, 0);
	talk("198.51.100.7", 70, 8, 0);
	talk("192.0.2.7", 5, 0, 900);
	house_later(&h, 61);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	text = file_of(0);
	ck_assert_ptr_nonnull(strstr(text, "\"net\":\"203.0.113.0/24\",\"country\":\"CN\","
					   "\"network\":\"AS64500\",\"up_bytes\":5000"));
	ck_assert_msg(strstr(text, "{\"country\":\"CN\",\"up_bytes\":5000,\"down_bytes\":100,"
				   "\"stopped_bytes\":60}") != NULL,
		      "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "{\"country\":\"DE\",\"up_bytes\":70,"
					   "\"down_bytes\":8}"));
	ck_assert_ptr_nonnull(strstr(text, "{\"country\":\"unknown\",\"up_bytes\":5,"
					   "\"stopped_bytes\":900}"));
	ck_assert_ptr_nonnull(strstr(text, "{\"network\":\"AS64500\",\"up_bytes\":5000,"
					   "\"down_bytes\":100,\"stopped_bytes\":60}"));
	free(text);
	whole();
	/* Over a restart they go on. */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	talk("198.51.100.7", 100, 8, 0);
	house_later(&h, 61);
	ck_assert_int_eq(house_code(&h, RECORD), 0);
	ck_assert(in_file("{\"country\":\"DE\",\"up_bytes\":100,\"down_bytes\":8}"));
	whole();
	/* And with the camera they go. */
	fake_kernel.nsessions = 0;
	ck_assert_int_eq(house_code(&h, ERASE), 0);
	ck_assert(!in_file("countries"));
	ck_assert(!in_file("AS64500"));
	whole();
}
END_TEST

/* record = off keeps none of it; minimal and full alike keep no address in a day. */
START_TEST(sums_of_no_record)
{
	char text[1024];

	snprintf(text, sizeof(text), "record = off\ncountry_database = \"%s\"\n" CONFIG_TWO, db);
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	talk("203.0.113.9", 10, 10, 0);
	house_later(&h, 61);
	talk("203.0.113.9", 4000, 100, 60);
	house_later(&h, CG_RECORD_DAY_S);
	ck_assert(!in_file("countries"));
	for (int full = 0; full < 2; full++) {
		snprintf(text, sizeof(text), "record = %s\ncountry_database = \"%s\"\n" CONFIG_TWO,
			 full ? "full" : "minimal", db);
		house_config(&h, text);
		ck_assert_int_eq(house_code(&h, RELOAD), 0);
		house_later(&h, 61);
		talk("203.0.113.9", 8000 + 1000 * (uint64_t)full, 100, 60);
		house_later(&h, 61);
		ck_assert_int_eq(house_code(&h, RECORD), 0);
		ck_assert(in_file("\"countries\":[{\"country\":\"CN\""));
		ck_assert(!in_file("203.0.113.9"));
	}
}
END_TEST

/* A file that takes the old one's place is asked when that was said; one that is written over is not. */
START_TEST(another_file)
{
	db_put(db, "DE", 0, NEW);
	stopped(PEER);
	house_later(&h, 301);
	ck_assert(in_file("\"country\":\"CN\""));
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	stopped("203.0.113.77");
	house_later(&h, 301);
	ck_assert(in_file("\"country\":\"DE\""));
	/* cp over it, and it is not whole yet. */
	file_write(db, "\xab\xcd");
	stopped("203.0.113.99");
	house_later(&h, 301);
	ck_assert(in_file("203.0.113.99"));
	ck_assert(in_file("203.0.113.77"));
	{
		struct json_object *r = ASK(&h, CG_EXIT_FAILED, UPDATE);

		ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "no whole database"));
		json_object_put(r);
	}
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
}
END_TEST

START_TEST(sessions_and_audit)
{
	struct json_object *r;

	talk("203.0.113.9", 4000, 100, 0);
	talk("203.0.113.10", 1000, 100, 0);
	talk("192.0.2.9", 7, 0, 0);
	r = ASK(&h, CG_EXIT_OK, SESSIONS);
	ck_assert_uint_eq(length(r, "sessions"), 3);
	ck_assert_str_eq(reply_text(r, "sessions/0/country"), "CN");
	ck_assert_str_eq(reply_text(r, "sessions/0/network"), "AS64500");
	ck_assert_str_eq(reply_text(r, "sessions/2/country"), "unknown");
	ck_assert_str_eq(reply_text(r, "sessions/2/network"), "");
	json_object_put(r);
	fake_kernel.session[0].first_ns = fake_kernel.session[1].first_ns =
		fake_kernel.session[2].first_ns = h.a.boot_ns();
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(reply_text(r, "countries"), "world.mmdb of 2023-07-22");
	ck_assert_str_eq(reply_text(r, "cams/0/destinations/0/country"), "CN");
	ck_assert_str_eq(reply_text(r, "cams/0/destinations/0/network"), "AS64500");
	ck_assert_str_eq(reply_text(r, "cams/0/countries/0/country"), "CN");
	ck_assert_int_eq(reply_int(r, "cams/0/countries/0/up_bytes"), 5000);
	ck_assert_str_eq(reply_text(r, "cams/0/countries/1/country"), "unknown");
	ck_assert_int_eq(reply_int(r, "cams/0/countries/1/up_bytes"), 7);
	json_object_put(r);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(reply_text(r, "countries"), "no country database");
	ck_assert_str_eq(reply_text(r, "cams/0/destinations/0/country"), "");
	ck_assert_uint_eq(reply_int(r, "cams/0/destinations/0/up_bytes") > 0, true);
	json_object_put(r);
}
END_TEST

/* What two cameras cost a day that only keep alive, with countries and networks in it. */
START_TEST(an_idle_day)
{
	const char *file = getenv("CG_FIGURES");
	uint64_t before, after;
	struct stat st;
	FILE *f, *raw;

	talk("203.0.113.9", 0, 0, 0);
	house_later(&h, 61);
	before = stat(path_of(0), &st) ? 0 : (uint64_t)st.st_size;
	raw = fopen(CG_BUILD "/tests/agent/idle_day_places.txt", "w");
	ck_assert_ptr_nonnull(raw);
	for (uint64_t minutes = 1; minutes <= 86400 / 60; minutes++) {
		talk("203.0.113.9", 1200 * minutes, 1200 * minutes, 0);
		talk("198.51.100.7", 1200 * minutes, 1200 * minutes, 0);
		house_later(&h, 60);
		if (minutes % 60 == 0 && !stat(path_of(0), &st))
			fprintf(raw, "%u min %llu bytes\n", (unsigned int)minutes,
				(unsigned long long)((uint64_t)st.st_size - before));
	}
	fclose(raw);
	ck_assert_int_eq(stat(path_of(0), &st), 0);
	after = (uint64_t)st.st_size;
	ck_assert(in_file("\"countries\""));
	f = fopen(file && *file ? file : CG_BUILD "/figures.jsonl", "a");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"{\"name\":\"record/bytes_per_day_idle\",\"value\":%llu,\"op\":\"<=\",\"limit\":"
		"16384,\"unit\":\"bytes\",\"n\":2,\"control\":null,\"raw\":"
		"\"tests/agent/idle_day_places.txt\"}\n",
		(unsigned long long)(after - before));
	fclose(f);
	ck_assert_uint_gt(after, before);
	ck_assert_uint_le(after - before, 16384);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("places");
	TCase *told = tcase_create("told");

	tcase_add_checked_fixture(told, told_setup, teardown);
	tcase_set_timeout(told, 60);
	tcase_add_test(told, a_line_of_the_record);
	tcase_add_test(told, nothing_without);
	tcase_add_test(told, sums_of_a_day);
	tcase_add_test(told, sums_of_no_record);
	tcase_add_test(told, another_file);
	tcase_add_test(told, sessions_and_audit);
	tcase_add_test(told, an_idle_day);
	suite_add_tcase(s, told);
	return suite_run(s);
}

#else

int main(void)
{
	printf("skipped: built without libmaxminddb\n");
	return 77;
}

#endif
