/* SPDX-License-Identifier: GPL-2.0-only */
/* The record by number, page by page: each line once, in order, and what is gone leaves a jump. */
#include "watch.h"

#define RECORD "{\"v\":1,\"cmd\":\"record\",\"write\":true}"

/* The caller puts it. */
static struct json_object *lines_after(long long after, int max)
{
	char line[96];

	snprintf(line, sizeof(line), "{\"v\":1,\"cmd\":\"lines\",\"after\":%lld,\"max\":%d}", after,
		 max);
	return ASK(&h, CG_EXIT_OK, line);
}

static long long line_num(struct json_object *r, size_t i, const char *key)
{
	char path[64];

	snprintf(path, sizeof(path), "lines/%zu/%s", i, key);
	return reply_int(r, path);
}

static void five(void)
{
	char peer[32];

	house_clock(RIGHT_S, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(peer, sizeof(peer), "203.0.113.%u", i);
		stopped(peer);
		house_later(&h, 301);
		json_object_put(ASK(&h, CG_EXIT_OK, RECORD));
	}
}

START_TEST(nothing_yet)
{
	struct json_object *r = lines_after(0, 64);

	ck_assert_uint_eq(length(r, "lines"), 0);
	ck_assert_int_eq(reply_int(r, "last"), 0);
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"lines\",\"after\":-1}"), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"lines\",\"max\":0}"), CG_EXIT_USAGE);
}
END_TEST

/* Two at a time: every number once, whatever else is between. */
START_TEST(pages)
{
	struct json_object *r;
	long long after = 0, last;
	unsigned int seen = 0, turns = 0;

	five();
	do {
		r = lines_after(after, 2);
		last = reply_int(r, "last");
		ck_assert_uint_le(length(r, "lines"), 2);
		for (size_t i = 0; i < length(r, "lines"); i++) {
			ck_assert_int_eq(line_num(r, i, "n"), ++after);
			ck_assert_uint_eq(strlen(reply_text(r, "lines/0/hash")), 16);
			ck_assert_str_eq(reply_text(r, "lines/0/salt"), "");
			ck_assert_str_eq(reply_text(r, "lines/0/prev"), "");
			seen += line_num(r, i, "up_bytes") == 1000;
		}
		json_object_put(r);
		ck_assert_uint_lt(++turns, 100);
	} while (after < last);
	ck_assert_uint_ge(seen, 5);
	r = lines_after(after, 2);
	ck_assert_uint_eq(length(r, "lines"), 0);
	ck_assert_int_eq(reply_int(r, "last"), after);
	json_object_put(r);
	whole();
}
END_TEST

/* A line is called the same whenever it is asked for. */
START_TEST(the_same_again)
{
	struct json_object *r;
	char hash[64];

	five();
	r = lines_after(0, 1);
	snprintf(hash, sizeof(hash), "%s", reply_text(r, "lines/0/hash"));
	json_object_put(r);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	r = lines_after(0, 64);
	ck_assert_str_eq(reply_text(r, "lines/0/hash"), hash);
	ck_assert_str_ne(reply_text(r, "lines/1/hash"), hash);
	json_object_put(r);
}
END_TEST

START_TEST(what_is_gone)
{
	struct json_object *r;
	long long last;

	five();
	r = lines_after(0, 64);
	last = reply_int(r, "last");
	ck_assert_int_eq(reply_int(r, "first"), 1);
	json_object_put(r);
	json_object_put(ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"erase\",\"cam\":\"nursery\"}"));
	r = lines_after(0, 64);
	ck_assert_int_gt(reply_int(r, "last"), last);
	for (size_t i = 0; i < length(r, "lines"); i++)
		ck_assert_int_ne(line_num(r, i, "up_bytes"), 1000);
	json_object_put(r);
}
END_TEST

#define BY_MQTT "{\"v\":1,\"cmd\":\"lines\",\"via\":\"mqtt\"}"
#define MQTT	"mqtt { broker = \"192.0.2.1\" }\n"
#define FLEET	"fleet { report = %s gateway = home-1 key_file = \"/k\" }\n"

static void configured(const char *mqtt, const char *report)
{
	char text[512], fleet[128];

	snprintf(fleet, sizeof(fleet), FLEET, report);
	snprintf(text, sizeof(text), "%s%s%s", CONFIG_TWO, mqtt, *report ? fleet : "");
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), CG_EXIT_OK);
}

/* The record leaves the home where that is turned on, and while it is. */
START_TEST(by_way_of_mqtt)
{
	struct json_object *r;

	five();
	configured("", "");
	ck_assert_int_eq(house_code(&h, BY_MQTT), CG_EXIT_FAILED);
	configured(MQTT, "");
	ck_assert_int_eq(house_code(&h, BY_MQTT), CG_EXIT_FAILED);
	configured(MQTT, "no");
	ck_assert_int_eq(house_code(&h, BY_MQTT), CG_EXIT_FAILED);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "mqtt/gateway"), "");
	json_object_put(r);
	configured(MQTT, "yes");
	r = ASK(&h, CG_EXIT_OK, BY_MQTT);
	ck_assert_uint_gt(length(r, "lines"), 0);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "mqtt/gateway"), "home-1");
	ck_assert_int_gt(reply_int(r, "mqtt/record"), 0);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\"}");
	ck_assert_str_eq(reply_text(r, "fleet/addresses"), "hashed");
	json_object_put(r);
	/* The log is more than that. */
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"log\",\"via\":\"mqtt\"}"),
			 CG_EXIT_FAILED);
	/* One command ends it. */
	json_object_put(ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"off\"}"));
	ck_assert_int_eq(house_code(&h, BY_MQTT), CG_EXIT_FAILED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lines");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, nothing_yet);
	tcase_add_test(t, pages);
	tcase_add_test(t, the_same_again);
	tcase_add_test(t, what_is_gone);
	tcase_add_test(t, by_way_of_mqtt);
	suite_add_tcase(s, t);
	return suite_run(s);
}
