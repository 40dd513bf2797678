/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reply's members are read as, whatever stands there. */
#include <errno.h>
#include <cli/reply.h>
#include "unit.h"

static struct json_object *reply_of(const char *members)
{
	struct json_object *reply = NULL;
	char line[256];

	snprintf(line, sizeof(line), "{\"v\":1,\"ok\":true,\"code\":0,%s}", members);
	ck_assert_int_eq(cg_reply_parse(line, &reply), 0);
	return reply;
}

START_TEST(numbers)
{
	static const struct {
		const char *json;
		int64_t is;
	} number[] = {
		{ "7", 7 },
		{ "-7", -7 },
		{ "\"7\"", 7 },
		{ "null", 0 },
		{ "{}", 0 },
		{ "9007199254740991", INT64_C(9007199254740991) },
		{ "9007199254740993", CG_REPLY_MOST },
		{ "9223372036854775807", CG_REPLY_MOST },
		{ "-9223372036854775808", -CG_REPLY_MOST },
		{ "18446744073709551615", CG_REPLY_MOST },
		{ "1e300", CG_REPLY_MOST },
		{ "-1e300", -CG_REPLY_MOST },
	};

	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++) {
		struct json_object *reply;
		char text[64];

		snprintf(text, sizeof(text), "\"n\":%s", number[i].json);
		reply = reply_of(text);
		ck_assert_msg(cg_reply_int(reply, "n") == number[i].is, "%s is %lld",
			      number[i].json, (long long)cg_reply_int(reply, "n"));
		json_object_put(reply);
	}
}
END_TEST

/* What commands do with them: a sum, a difference, seconds as thousandths. */
START_TEST(arithmetic)
{
	struct json_object *reply = reply_of("\"most\":9223372036854775807,\"least\":-1e300");
	int64_t most = cg_reply_int(reply, "most"), least = cg_reply_int(reply, "least"), r;

	ck_assert(!__builtin_add_overflow(most, most, &r));
	ck_assert(!__builtin_sub_overflow(least, most, &r));
	ck_assert(!__builtin_mul_overflow(most, INT64_C(1000), &r));
	ck_assert(!__builtin_mul_overflow(least, INT64_C(1000), &r));
	ck_assert_int_eq(cg_reply_int(reply, "none"), 0);
	ck_assert_int_eq(cg_reply_int(NULL, "most"), 0);
	json_object_put(reply);
}
END_TEST

START_TEST(no_reply)
{
	struct json_object *reply = NULL;

	ck_assert_int_eq(cg_reply_parse("{\"v\":1,\"ok\":true}", &reply), -EPROTO);
	ck_assert_int_eq(cg_reply_parse("{\"v\":2,\"ok\":true,\"code\":0}", &reply), -EPROTO);
	ck_assert_int_eq(cg_reply_parse("[]", &reply), -EPROTO);
	ck_assert_ptr_null(reply);
}
END_TEST

int main(void)
{
	return UNIT_RUN("reply", 20, numbers, arithmetic, no_reply);
}
