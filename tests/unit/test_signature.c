/* SPDX-License-Identifier: GPL-2.0-only */
/* Signs and signatures in words: every number of the packet path has its own key and a sentence. */
#include <lib/signature.h>
#include "unit.h"

static void table(unsigned int max, const char *(*name)(unsigned int),
		  const char *(*text)(unsigned int), unsigned int (*find)(const char *))
{
	for (unsigned int i = 0; i < max; i++) {
		ck_assert_msg(strcmp(name(i), "unknown"), "%u has no name", i);
		ck_assert_uint_gt(strlen(text(i)), 5);
		/* a key of the protocol: nothing to quote */
		ck_assert_uint_eq(strspn(name(i), "abcdefghijklmnopqrstuvwxyz0123456789-"),
				  strlen(name(i)));
		/* of two that are the same the first would be found */
		ck_assert_uint_eq(find(name(i)), i);
	}
	ck_assert_str_eq(name(max), "unknown");
	ck_assert_uint_eq(find("unknown"), 0);
	ck_assert_uint_eq(find(""), 0);
}

START_TEST(every_one_has_words)
{
	table(__CG_SIGN_MAX, cg_sign_name, cg_sign_text, cg_sign_find);
	table(__CG_SIG_MAX, cg_signature_name, cg_signature_text, cg_signature_find);
}
END_TEST

/* Keys are never changed: scripts compare them. */
START_TEST(keys_stay)
{
	ck_assert_str_eq(cg_sign_name(1), "inbound");
	ck_assert_str_eq(cg_sign_name(3), "rate");
	ck_assert_str_eq(cg_signature_name(2), "pppp-session");
	ck_assert_str_eq(cg_signature_name(4), "tutk");
	ck_assert_str_eq(cg_signature_name(14), "stun");
}
END_TEST

int main(void)
{
	return UNIT_RUN("signature", 10, every_one_has_words, keys_stay);
}
