/* SPDX-License-Identifier: GPL-2.0-only */
/* Databases and lists: read at reload and by update-lists, and the last good one kept where a new one is no good. */
#include <arpa/inet.h>
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../fault.h"
#include "../mmdb.h"
#include "harness.h"

#ifdef CG_HAVE_MAXMINDDB

#define RELOAD "{\"v\":1,\"cmd\":\"reload\"}"
#define STATUS "{\"v\":1,\"cmd\":\"status\"}"
#define UPDATE "{\"v\":1,\"cmd\":\"update-lists\"}"
#define CN     cg_country_number("CN", 2)
#define DE     cg_country_number("DE", 2)

static struct house h;
static char db[128];

static void db_bytes(const void *bytes, size_t n)
{
	FILE *f = fopen(db, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static uint8_t *db_make(const char *country, uint32_t asn, uint64_t built, size_t *ret_n)
{
	const struct mmdb_opts o = { 24, false, true, MMDB_FLAT, built };
	const struct mmdb_row rows[] = {
		{ .addr = { 203, 0, 113 }, .len = 24, .v4 = true, .country = country, .asn = asn },
		{ .addr = { 198, 51, 100 },
		  .len = 24,
		  .v4 = true,
		  .country = country ? "FR" : NULL,
		  .asn = asn },
	};

	return mmdb_make(rows, 2, &o, ret_n);
}

static void db_put(const char *country, uint64_t built)
{
	size_t n;
	uint8_t *bytes = db_make(country, country ? 0 : 64500, built, &n);

	db_bytes(bytes, n);
	free(bytes);
}

static void list_put(const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/lists", h.dir);
	(void)mkdir(path, 0755);
	strcat(path, "/ads.txt");
	file_write(path, text);
}

static void config_put(const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "lan = { \"br-lan\" }\ncountry_database = \"%s\"\n"
		 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } %s }\n",
		 db, lines);
	house_config(&h, text);
}

static void setup(void)
{
	house_make(&h);
	snprintf(db, sizeof(db), "%s/world.mmdb", h.dir);
	db_put("CN", 1690000000);
	list_put("198.51.100.7\n");
	config_put("deny = { \"country:CN\", \"list:ads\" } allow = { any }");
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

static bool loaded(uint16_t country)
{
	return fake_kernel.has_geo && fake_kernel.geo.country[country / 8] >> country % 8 & 1;
}

START_TEST(loaded_at_start)
{
	struct json_object *r = ASK(&h, CG_EXIT_PARTIAL, STATUS);

	ck_assert(loaded(CN) && !loaded(DE));
	ck_assert_uint_eq(fake_kernel.geo.n4, 1);
	ck_assert_str_eq(reply_text(r, "databases/0/what"), "country");
	ck_assert_str_eq(reply_text(r, "databases/0/name"), "world.mmdb");
	ck_assert_int_eq(reply_int(r, "databases/0/built_s"), 1690000000);
	ck_assert_int_eq(reply_int(r, "databases/0/age_s"), REAL_START - 1690000000);
	ck_assert_int_eq(reply_int(r, "databases/0/prefixes"), 1);
	ck_assert_str_eq(reply_text(r, "lists/0/name"), "ads");
	ck_assert_int_eq(reply_int(r, "lists/0/entries"), 1);
	json_object_put(r);
}
END_TEST

START_TEST(read_when_it_changed)
{
	int before = fake_kernel.geo_applied;

	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_int_eq(fake_kernel.geo_applied, before);
	db_put("CN", 1695000000);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_int_eq(fake_kernel.geo_applied, before + 1);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1695000000);
	/* Asked for, it is read in any case. */
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	ck_assert_int_eq(fake_kernel.geo_applied, before + 2);
	/* Another country is named: the same file says more. */
	config_put("deny = { \"country:DE\" }");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(loaded(DE));
	/* None is: no table is needed. */
	config_put("");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(!fake_kernel.has_geo);
}
END_TEST

/* What may become of a file while it is replaced, or by whom. */
START_TEST(last_good_is_kept)
{
	static const char *const what[] = { "missing", "empty", "half", "foreign", "text" };
	static const char *const says[] = { "No such file", "empty file", "cut off",
					    "without a single country", "no whole database" };
	struct json_object *r;
	uint8_t *bytes;
	size_t n;

	switch (_i) {
	case 0:
		ck_assert_int_eq(unlink(db), 0);
		break;
	case 1:
		db_bytes("", 0);
		break;
	case 2:
		bytes = db_make("CN", 0, 1695000000, &n);
		db_bytes(bytes, n / 2);
		free(bytes);
		break;
	case 3:
		db_put(NULL, 1695000000);
		break;
	default:
		db_bytes("<html>not found</html>\n", 23);
	}
	r = ASK(&h, CG_EXIT_FAILED, UPDATE);
	ck_assert_msg(strstr(reply_text(r, "error"), says[_i]) != NULL, "%s",
		      reply_text(r, "error"));
	ck_assert(strstr(reply_text(r, "error"), "the one in force stays"));
	json_object_put(r);
	ck_assert(loaded(CN));
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1690000000);
	/* A reload goes on, and says so. */
	r = ASK(&h, CG_EXIT_OK, RELOAD);
	ck_assert(strstr(reply_text(r, "lists_error"), says[_i]));
	json_object_put(r);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_int_eq(reply_int(r, "databases/0/built_s"), 1690000000);
	ck_assert(strstr(json_object_to_json_string(r), says[_i]));
	json_object_put(r);
	/* But not into a country that nobody knows the addresses of. */
	config_put("deny = { \"country:CN\", \"country:DE\" } allow = { any }");
	r = ASK(&h, CG_EXIT_CONFIG, RELOAD);
	ck_assert(strstr(reply_text(r, "error"), says[_i]));
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1690000000);
	/* Nor with a restart: the table is in the kernel. */
	config_put("deny = { \"country:CN\" } allow = { any }");
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1690000000);
	/* The twin: mended, it is taken. */
	db_put("CN", 1695000000);
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1695000000);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert(!strstr(json_object_to_json_string(r), says[_i]));
	json_object_put(r);
	if (_i < 4) {
		char id[32];

		snprintf(id, sizeof(id), "lists/%s", what[_i]);
		fault_say(id, true,
			  "the table of before is in force, update-lists and status say why");
	}
}
END_TEST

START_TEST(no_start_without)
{
	house_stop(&h);
	fake_reset();
	house_end(&h);
	house_make(&h);
	snprintf(db, sizeof(db), "%s/world.mmdb", h.dir);
	config_put("stay_in = { CN }");
	ck_assert_int_eq(house_start(&h), CG_EXIT_CONFIG);
	db_put("CN", 1690000000);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(loaded(CN));
}
END_TEST

START_TEST(lists_are_whole_or_kept)
{
	static const char *const bad[] = { "", "198.51.100.7\n198.51", "<html>\n" };
	struct json_object *r;

	for (size_t i = 0; i < 3; i++) {
		list_put(bad[i]);
		r = ASK(&h, CG_EXIT_CONFIG, UPDATE);
		ck_assert(strstr(reply_text(r, "error"), "lists/ads.txt"));
		ck_assert_str_eq(reply_text(r, "hint"), "nothing was changed");
		json_object_put(r);
		ck_assert_uint_eq(h.a.policy.now->lists[0].nprefix, 1);
	}
	list_put("198.51.100.7\n198.51.100.8\n");
	r = ASK(&h, CG_EXIT_OK, UPDATE);
	ck_assert_int_eq(reply_int(r, "lists/0/entries"), 2);
	json_object_put(r);
	ck_assert_uint_eq(h.a.policy.now->lists[0].nprefix, 2);
}
END_TEST

START_TEST(why_says_the_list)
{
	struct json_object *r;

	fake_kernel.answer = (struct cg_datapath_answer){ CG_DROP_DENIED, 0, CG_NET_REMOTE };
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"203.0.113.9\"}");
	ck_assert_str_eq(reply_text(r, "place"), "country CN by list world.mmdb of 2023-07-22");
	ck_assert(strstr(reply_text(r, "text"), "; country CN by list world.mmdb of 2023-07-22"));
	ck_assert(strstr(reply_text(r, "text"), "deny country:CN"));
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"192.0.2.9\"}");
	ck_assert_str_eq(reply_text(r, "place"), "no country by list world.mmdb of 2023-07-22");
	json_object_put(r);
	/* One that no rule names; what nobody has is in none, whatever a database says. */
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"198.51.100.9\"}");
	ck_assert_str_eq(reply_text(r, "place"),
			 "country FR by list world.mmdb of 2023-07-22, which no rule names");
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"100.64.0.9\"}");
	ck_assert_str_eq(reply_text(r, "place"), "a shared address, which is in no country");
	json_object_put(r);
	fake_kernel.answer = (struct cg_datapath_answer){ CG_PASS_LAN, -1, CG_NET_LAN };
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"192.168.1.30\"}");
	ck_assert_str_eq(reply_text(r, "place"), "");
	json_object_put(r);
}
END_TEST

START_TEST(kernel_refuses)
{
	struct json_object *r;

	db_put("CN", 1695000000);
	fake_fail("geo_apply", 1, -ENOMEM);
	r = ASK(&h, CG_EXIT_FAILED, UPDATE);
	ck_assert(strstr(reply_text(r, "error"), "the one in force stays"));
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1690000000);
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	ck_assert_uint_eq(fake_kernel.geo.country_built, 1695000000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lists");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, loaded_at_start);
	tcase_add_test(tc, read_when_it_changed);
	tcase_add_loop_test(tc, last_good_is_kept, 0, 5);
	tcase_add_test(tc, no_start_without);
	tcase_add_test(tc, lists_are_whole_or_kept);
	tcase_add_test(tc, why_says_the_list);
	tcase_add_test(tc, kernel_refuses);
	suite_add_tcase(s, tc);
	return suite_run(s);
}

#else

int main(void)
{
	printf("skipped: built without libmaxminddb\n");
	return 77;
}

#endif
