/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons in words: every number of the packet path has its own key and a sentence. */
#include <lib/reason.h>
#include "unit.h"

static bool used(unsigned int r)
{
	return r <= CG_PASS_OFF || (r >= CG_REASON_DROP && r < __CG_REASON_MAX);
}

START_TEST(every_one_has_words)
{
	for (unsigned int r = 0; r < CG_REASONS + 10; r++) {
		if (!used(r)) {
			ck_assert_str_eq(cg_reason_name(r), "unknown");
			continue;
		}
		ck_assert_msg(strcmp(cg_reason_name(r), "unknown"), "%u has no name", r);
		ck_assert_uint_gt(strlen(cg_reason_text(r)), 5);
		/* a key of the protocol: nothing to quote */
		ck_assert_uint_eq(strspn(cg_reason_name(r), "abcdefghijklmnopqrstuvwxyz-"),
				  strlen(cg_reason_name(r)));
		for (unsigned int k = 0; k < r; k++)
			ck_assert_msg(!used(k) || strcmp(cg_reason_name(k), cg_reason_name(r)),
				      "%u and %u are both '%s'", k, r, cg_reason_name(r));
	}
}
END_TEST

/* Keys are never changed: scripts compare them. */
START_TEST(keys_stay)
{
	ck_assert_str_eq(cg_reason_name(17), "unruled");
	ck_assert_str_eq(cg_reason_name(16), "sealed");
	ck_assert_str_eq(cg_reason_name(18), "denied");
	ck_assert_str_eq(cg_reason_name(19), "inbound");
	ck_assert_str_eq(cg_reason_name(8), "control");
	ck_assert_str_eq(cg_reason_name(10), "open");
}
END_TEST

START_TEST(drops)
{
	ck_assert(!cg_reason_is_drop(CG_PASS_OFF) && !cg_reason_is_drop(CG_REASON_NONE));
	ck_assert(cg_reason_is_drop(CG_DROP_SEALED) && cg_reason_is_drop(CG_DROP_NO_POLICY));
}
END_TEST

int main(void)
{
	return UNIT_RUN("reason", 10, every_one_has_words, keys_stay, drops);
}
