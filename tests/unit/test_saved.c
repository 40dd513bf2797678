/* SPDX-License-Identifier: GPL-2.0-only */
/* state.json: what was written is read again, and what makes no sense is passed over or refused. */
#include <lib/saved.h>
#include <lib/wholefile.h>
#include "unit.h"

static struct cg_saved parsed(const char *text)
{
	struct cg_saved s = { 0 };

	ck_assert_msg(!cg_saved_parse(text, &s), "%s", text);
	return s;
}

START_TEST(there_and_back)
{
	static const char text[] =
		"{\"v\":1,\"manual\":{\"nursery\":\"close\",\"attic\":\"seal\"},"
		"\"lan\":[\"br-lan\",\"br-iot\"],\"home\":[\"wg0\",\"10.8.0.0/24\"],"
		"\"fw4_dir\":\"/usr/share/nftables.d/ruleset-post\"}";
	struct cg_saved s = parsed(text), again;
	char *printed = NULL;

	ck_assert_int_eq(cg_saved_print(&s, &printed), 0);
	again = parsed(printed);
	ck_assert_uint_eq(again.nmanual, 2);
	ck_assert_str_eq(again.manual[0].id, "nursery");
	ck_assert_int_eq(again.manual[0].manual, CG_MANUAL_CLOSE);
	ck_assert_str_eq(again.manual[1].id, "attic");
	ck_assert_int_eq(again.manual[1].manual, CG_MANUAL_SEAL);
	ck_assert_uint_eq(again.nlan, 2);
	ck_assert_str_eq(again.lan[1], "br-iot");
	ck_assert_uint_eq(again.nhome, 2);
	ck_assert_str_eq(again.home[0].ifname, "wg0");
	ck_assert_str_eq(again.home[1].ifname, "");
	ck_assert_uint_eq(again.home[1].prefix.len, 120);
	ck_assert_str_eq(again.fw4_dir, "/usr/share/nftables.d/ruleset-post");
	cg_saved_free(&s);
	cg_saved_free(&again);
	ck_assert_ptr_null(again.manual);
	free(printed);
}
END_TEST

START_TEST(openings)
{
	static const char text[] =
		"{\"v\":1,\"manual\":{},\"opening\":{\"nursery\":{\"to\":\"phone\",\"until_ns\":77,"
		"\"set\":{\"203.0.113.7\":0,\"2001:db8::/32\":1234567890123456,\"here\":0,\"192.0.2.1\":-1}},"
		"\"attic\":{\"to\":\"\",\"until_ns\":1},\"x\":{\"to\":5,\"until_ns\":1},\"y\":{\"to\":\"a\"},"
		"\"z\":7,\"w\":{\"to\":\"a\",\"until_ns\":-4}}}";
	struct cg_saved s = parsed(text), again;
	char *printed = NULL;

	ck_assert_int_eq(cg_saved_print(&s, &printed), 0);
	again = parsed(printed);
	ck_assert_uint_eq(again.nopening, 2);
	ck_assert_str_eq(again.opening[0].id, "nursery");
	ck_assert_str_eq(again.opening[0].to, "phone");
	ck_assert_uint_eq(again.opening[0].until_ns, 77);
	ck_assert_uint_eq(again.opening[0].set.n, 2);
	ck_assert_uint_eq(again.opening[0].set.v[0].prefix.len, 128);
	ck_assert_uint_eq(again.opening[0].set.v[1].prefix.len, 32);
	ck_assert_uint_eq(again.opening[0].set.v[1].until_ns, 1234567890123456);
	ck_assert_str_eq(again.opening[1].to, "");
	ck_assert_uint_eq(again.opening[1].set.n, 0);
	cg_saved_free(&s);
	cg_saved_free(&again);
	ck_assert_uint_eq(again.nopening, 0);
	free(printed);
}
END_TEST

START_TEST(nothing_is_something)
{
	struct cg_saved s = { 0 };
	char *text = NULL;

	ck_assert_int_eq(cg_saved_print(&s, &text), 0);
	ck_assert_ptr_null(strstr(text, "fw4_dir"));
	s = parsed(text);
	ck_assert_uint_eq(s.nmanual + s.nlan + s.nhome, 0);
	ck_assert_ptr_null(s.fw4_dir);
	cg_saved_free(&s);
	free(text);
}
END_TEST

START_TEST(refused)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"v\":2}",
		"{\"v\":0,\"manual\":{}}",
		"{\"v\":true,\"manual\":{}}",
		"{\"v\":\"x\"}",
		"{\"v\":1}",
		"{\"v\":1,\"manual\":[]}",
		"null",
		"1",
		"{\"manual\":{}}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cg_saved s = { .nmanual = 77 };

		ck_assert_msg(cg_saved_parse(bad[i], &s) == -EPROTO, "%s", bad[i]);
		ck_assert_uint_eq(s.nmanual, 77);
	}
}
END_TEST

/* Of a later version: what is known of it. */
START_TEST(later)
{
	struct cg_saved s = { 0 };

	ck_assert_int_eq(cg_saved_parse("{\"v\":2,\"manual\":{\"a\":\"seal\",\"b\":\"veil\"},"
					"\"lan\":[\"br-lan\"],\"veils\":{}}",
					&s),
			 1);
	ck_assert_uint_eq(s.nmanual, 1);
	ck_assert_int_eq(s.manual[0].manual, CG_MANUAL_SEAL);
	ck_assert_uint_eq(s.nlan, 1);
	cg_saved_free(&s);
}
END_TEST

START_TEST(passed_over)
{
	struct cg_saved s = parsed(
		"{\"v\":1,\"new\":{\"x\":[1]},\"manual\":{\"a\":\"close\",\"b\":\"open\",\"c\":null,"
		"\"d\":7,\"\":\"seal\",\"an-id-that-is-longer-than-any-camera-has\":\"seal\"},"
		"\"lan\":[null,7,\"br-lan\",\"a-name-too-long-for-one\",\"\"],\"home\":\"wg0\","
		"\"fw4_dir\":\"relative/path\"}");

	ck_assert_uint_eq(s.nmanual, 1);
	ck_assert_str_eq(s.manual[0].id, "a");
	ck_assert_uint_eq(s.nlan, 1);
	ck_assert_str_eq(s.lan[0], "br-lan");
	ck_assert_uint_eq(s.nhome, 0);
	ck_assert_ptr_null(s.fw4_dir);
	cg_saved_free(&s);
}
END_TEST

START_TEST(one_camera)
{
	struct cg_saved s = { 0 };
	char *text = NULL;

	ck_assert_int_eq(cg_saved_set(&s, "a", CG_MANUAL_CLOSE), 0);
	ck_assert_int_eq(cg_saved_set(&s, "b", CG_MANUAL_SEAL), 0);
	ck_assert_int_eq(cg_saved_set(&s, "a", CG_MANUAL_SEAL), 0);
	ck_assert_uint_eq(s.nmanual, 2);
	ck_assert_int_eq(s.manual[0].manual, CG_MANUAL_SEAL);
	ck_assert_int_eq(cg_saved_set(&s, "a", CG_MANUAL_AUTO), 0);
	ck_assert_int_eq(cg_saved_set(&s, "never", CG_MANUAL_AUTO), 0);
	ck_assert_uint_eq(s.nmanual, 1);
	ck_assert_str_eq(s.manual[0].id, "b");
	/* what the agent holds as AUTO is not written */
	s.manual[0].manual = CG_MANUAL_AUTO;
	ck_assert_int_eq(cg_saved_print(&s, &text), 0);
	ck_assert_ptr_null(strstr(text, "\"b\""));
	free(text);
	cg_saved_free(&s);
}
END_TEST

START_TEST(whole_files)
{
	struct unit_dir d = unit_dir_new();
	char path[128], beside[160], *text = NULL;
	size_t n = 0;

	unit_path(&d, "f", path);
	ck_assert_int_eq(cg_wholefile_read(path, 10, &text, &n), -ENOENT);
	ck_assert_int_eq(cg_wholefile_replace(path, "one", 3, 0600, geteuid(), getegid()), 0);
	ck_assert_int_eq(cg_wholefile_read(path, 10, &text, &n), 0);
	ck_assert_str_eq(text, "one");
	ck_assert_uint_eq(n, 3);
	free(text);
	ck_assert_int_eq(cg_wholefile_read(path, 2, &text, &n), -E2BIG);
	ck_assert_int_eq(cg_wholefile_read(d.path, 10, &text, NULL), -EINVAL);
	/* a link in the way is not followed */
	snprintf(beside, sizeof(beside), "%s.new", path);
	ck_assert_int_eq(symlink("/dev/full", beside), 0);
	ck_assert_int_eq(cg_wholefile_replace(path, "two", 3, 0600, geteuid(), getegid()), 0);
	ck_assert_int_eq(cg_wholefile_read(path, 10, &text, NULL), 0);
	ck_assert_str_eq(text, "two");
	free(text);
	unit_dir_free(&d);
}
END_TEST

int main(void)
{
	return UNIT_RUN("saved", 10, there_and_back, openings, nothing_is_something, refused, later,
			passed_over, one_camera, whole_files);
}
