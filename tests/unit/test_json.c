/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON in and out: what is read is what json-c would read, what is no JSON is refused, what is not whole is not printed. */
#include <json-c/json.h>
#include <lib/jsonin.h>
#include <lib/jsonout.h>
#include "unit.h"

static int read_text(const char *text, struct json_object **ret)
{
	return cg_json_read(text, strlen(text), ret);
}

static const char *const good[] = {
	"{}",
	"[]",
	" { \"a\" : [ 1 , -2, 0, true, false, null, \"x\" ] } \r\n\t",
	"{\"a\":{\"b\":{\"c\":[[[1]]]}},\"d\":\"\"}",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"",
	"\"\xe5\xa9\xb4\xe5\x84\xbf\xe6\x88\xbf\"",
	"9223372036854775807",
	"-9223372036854775808",
	"1.5e3",
	"-0.25",
	"{\"a\":1,\"a\":2}",
	"{\"\":1}",
	"{\"a\":null}",
	"[[],{},[{}]]",
};

START_TEST(as_json_c)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct json_object *theirs = json_tokener_parse(good[i]), *ours = NULL,
				   *again = NULL;
		char *text = NULL;
		size_t n;

		ck_assert_msg(!read_text(good[i], &ours), "%s", good[i]);
		ck_assert_msg(json_object_equal(theirs, ours), "%s", good[i]);
		for (int pretty = 0; pretty < 2; pretty++) {
			ck_assert_int_eq(cg_json_text(ours, pretty, &text, &n), 0);
			ck_assert_uint_eq(strlen(text), n);
			ck_assert_int_eq(text[n - 1], '\n');
			ck_assert_int_eq(cg_json_read(text, n, &again), 0);
			ck_assert_msg(json_object_equal(theirs, again), "%s", text);
			json_object_put(again);
			free(text);
		}
		json_object_put(theirs);
		json_object_put(ours);
	}
}
END_TEST

static const char *const bad[] = {
	"",
	"  ",
	"{",
	"[",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"[1,]",
	"[1 2]",
	"{a:1}",
	"{'a':1}",
	"nul",
	"nulll",
	"tru",
	"01",
	"1.",
	".5",
	"+1",
	"-",
	"1e",
	"1e+",
	"--1",
	"\"",
	"\"\\",
	"\"\\x\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"\"\n\"",
	"\"\\ud83d\"",
	"\"\\ude00\"",
	"\"\xff\"",
	"\"\xc0\x80\"",
	"{} {}",
	"1 1",
	"[}",
	"{]",
	"{\"a\\u0000b\":1}",
	"\"\\ud83d\\u0041\"",
	"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
};

START_TEST(refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct json_object *o = NULL;

		ck_assert_msg(read_text(bad[i], &o) == -EPROTO, "'%s' is taken", bad[i]);
		ck_assert_ptr_null(o);
	}
}
END_TEST

START_TEST(bounds)
{
	struct json_object *o = NULL;

	/* Not a byte past n. */
	ck_assert_int_eq(cg_json_read("truex", 4, &o), 0);
	ck_assert(json_object_get_boolean(o));
	json_object_put(o);
	ck_assert_int_eq(cg_json_read("true", 3, &o), -EPROTO);
	ck_assert_int_eq(cg_json_read("\"ab\"", 3, &o), -EPROTO);
	ck_assert_int_eq(cg_json_read("{\"a\":12", 6, &o), -EPROTO);
	ck_assert_int_eq(cg_json_read("1\0", 2, &o), -EPROTO);
	ck_assert_int_eq(cg_json_read("\"\\\0\"", 4, &o), -EPROTO);
	ck_assert_int_eq(read_text("99999999999999999999", &o), 0);
	ck_assert(json_object_get_int64(o) == INT64_MAX);
	json_object_put(o);
	ck_assert_int_eq(read_text("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", &o), -EPROTO);
	ck_assert_int_eq(read_text("[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]", &o), 0);
	json_object_put(o);
}
END_TEST

START_TEST(lines)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	char *text = NULL;
	size_t n;

	cg_json_push(list, json_object_new_int(1));
	cg_json_push(list, json_object_new_string("/\x01\""));
	cg_json_add(o, "a", list);
	cg_json_add(o, "b", json_object_new_object());
	ck_assert_int_eq(cg_json_text(o, false, &text, &n), 0);
	ck_assert_str_eq(text, "{\"a\":[1,\"/\\u0001\\\"\"],\"b\":{}}\n");
	free(text);
	ck_assert_int_eq(cg_json_text(o, true, &text, &n), 0);
	ck_assert_str_eq(text, "{\n  \"a\":[\n    1,\n    \"/\\u0001\\\"\"\n  ],\n  \"b\":{}\n}\n");
	free(text);
	json_object_put(o);
}
END_TEST

/* What there was no memory for is missed at any depth. */
START_TEST(not_whole)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	char *text = NULL;
	size_t n;

	ck_assert(cg_json_whole(o));
	cg_json_push(list, NULL);
	ck_assert(!cg_json_whole(list));
	cg_json_add(o, "a", list);
	ck_assert(!cg_json_whole(o));
	ck_assert_int_eq(cg_json_text(o, false, &text, &n), -ENOMEM);
	ck_assert_ptr_null(text);
	json_object_put(o);
	/* Nothing to add to, and nothing lost. */
	cg_json_add(NULL, "a", json_object_new_int(1));
	cg_json_push(NULL, json_object_new_int(1));
	ck_assert_int_eq(cg_json_text(NULL, false, &text, &n), -ENOMEM);
	o = json_object_new_object();
	cg_json_add(o, "a", NULL);
	ck_assert_int_eq(cg_json_text(o, false, &text, &n), -ENOMEM);
	list = json_object_new_array();
	cg_json_push(list, o);
	ck_assert(!cg_json_whole(list));
	json_object_put(list);
}
END_TEST

/* Names of interfaces and users are any bytes: what is written is read again. */
START_TEST(no_utf8)
{
	struct json_object *o = json_object_new_object(), *again = NULL;
	char *text = NULL;
	size_t n;

	cg_json_add(o, "a", json_object_new_string("e\xcc\x81\xf0\x9f\x93\xb7"));
	cg_json_add(o, "\xffz", json_object_new_string("\xc3(\xe3\x98\xed\xa0\x80."));
	ck_assert_int_eq(cg_json_text(o, false, &text, &n), 0);
	ck_assert_str_eq(text, "{\"a\":\"e\xcc\x81\xf0\x9f\x93\xb7\",\"\xef\xbf\xbdz\":"
			       "\"\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			       "\xef\xbf\xbd\xef\xbf\xbd.\"}\n");
	ck_assert_int_eq(cg_json_read(text, n, &again), 0);
	json_object_put(again);
	json_object_put(o);
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("json", 10, as_json_c, refused, bounds, lines, not_whole, no_utf8);
}
