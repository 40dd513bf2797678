/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate.ko there, absent, gone, refusing, of another version, counting otherwise: one warning, and everything else works. */
#include <camgate/ctl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "harness.h"

#define COUNTERS "{\"v\":1,\"cmd\":\"counters\"}"
#define DOCTOR	 "{\"v\":1,\"cmd\":\"doctor\"}"

static struct house h;
static char log_path[128];

static void setup(void)
{
	int fd;

	/* Else nothing is logged. */
	setenv("V", "1", 1);
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	snprintf(log_path, sizeof(log_path), "%s/log", h.dir);
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
}

static void teardown(void)
{
	house_end(&h);
}

static void start(void)
{
	ck_assert_int_eq(house_start(&h), 0);
	fake_kernel.stats[0].c[CG_PLANE_UP][17].packets = 3;
	fake_kernel.stats[0].c[CG_PLANE_UP][17].bytes = 180;
}

/* Warnings about the module so far. */
static int warned(void)
{
	char *text = file_text(log_path), *at = text;
	int n = 0;

	while ((at = strstr(at, "warning: module:"))) {
		at++;
		n++;
	}
	free(text);
	return n;
}

static void counters_are(const char *source, const char *differs)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, COUNTERS);

	ck_assert_str_eq(reply_text(r, "source"), source);
	ck_assert_str_eq(reply_text(r, "cams/0/source"), source);
	ck_assert_str_eq(reply_text(r, "cams/1/source"), source);
	ck_assert_int_eq(reply_int(r, "cams/0/slot"), 0);
	ck_assert_int_eq(reply_int(r, "cams/1/slot"), 1);
	ck_assert_int_eq(reply_int(r, "cams/0/counts/0/bytes") % 180, 0);
	ck_assert_str_eq(reply_text(r, "cams/0/differs"), differs);
	json_object_put(r);
}

static bool doctor_says(const char *what)
{
	struct json_object *r = house_ask(&h, DOCTOR);
	bool has = strstr(json_object_to_json_string_ext(r, JSON_C_TO_STRING_NOSLASHESCAPE), what);

	json_object_put(r);
	return has;
}

/* Everything that does not need it. */
static void works(void)
{
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"nursery\"}"), 0);
	counters_are("map", "");
	for (int i = 0; i < 5; i++)
		house_later(&h, 11);
	ck_assert_int_eq(warned(), 1);
}

START_TEST(there)
{
	fake_guards.module = true;
	start();
	counters_are("module", "");
	ck_assert(doctor_says("camgate.ko 0.1.0: counters come from it"));
	ck_assert(doctor_says("module and map agree on 2 cameras"));
	ck_assert_int_eq(warned(), 0);
}
END_TEST

START_TEST(absent)
{
	start();
	works();
	ck_assert(doctor_says("camgate.ko is not loaded: counters come from the map"));
	ck_assert(!doctor_says("module and map agree"));
}
END_TEST

START_TEST(refuses)
{
	fake_guards.module = fake_guards.refuses = true;
	start();
	works();
	ck_assert(doctor_says("camgate.ko refused the counters"));
}
END_TEST

START_TEST(another_version)
{
	fake_guards.module = fake_guards.other_version = true;
	start();
	works();
	ck_assert(doctor_says("camgate.ko is of another version (9.9)"));
}
END_TEST

START_TEST(goes_and_comes)
{
	fake_guards.module = true;
	start();
	fake_guards.module = false;
	house_later(&h, 2);
	works();
	ck_assert(doctor_says("camgate.ko is gone"));
	fake_guards.module = true;
	fake_guards.module_slots = 0;
	house_later(&h, 11);
	counters_are("module", "");
	ck_assert_int_eq(warned(), 1);
}
END_TEST

START_TEST(counts_otherwise)
{
	fake_guards.module = true;
	start();
	fake_guards.module_more = 7;
	counters_are("module", "true");
	ck_assert(doctor_says("nursery: the module counts otherwise"));
	ck_assert(!doctor_says("module and map agree"));
	/* handed the map again, and the module counts as it should */
	fake_guards.module_more = 0;
	fake_guards.module_slots = 0;
	house_later(&h, 2);
	ck_assert_uint_eq(fake_guards.module_slots, fake_kernel.slots);
	counters_are("module", "");
}
END_TEST

START_TEST(left_alone)
{
	fake_guards.module = true;
	house_config(&h, "module = no\n" CONFIG_TWO);
	start();
	counters_are("map", "");
	ck_assert(doctor_says("not used (module = no)"));
	ck_assert_int_eq(warned(), 0);
	ck_assert_uint_eq(fake_guards.module_slots, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("module");
	TCase *t = tcase_create("there or not");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, there);
	tcase_add_test(t, absent);
	tcase_add_test(t, refuses);
	tcase_add_test(t, another_version);
	tcase_add_test(t, goes_and_comes);
	tcase_add_test(t, counts_otherwise);
	tcase_add_test(t, left_alone);
	suite_add_tcase(s, t);
	return suite_run(s);
}
