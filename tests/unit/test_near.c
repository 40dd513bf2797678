/* SPDX-License-Identifier: GPL-2.0-only */
/* Near names: slips of the finger, letter case, scripts, and words that look like nothing. */
#include <lib/near.h>
#include "unit.h"

static const char *const NAMES[] = { "nursery", "front-door", "garden", "garage",
				     "Küche",	"婴儿房",     "ДВЕРЬ",	"attic" };
#define N (sizeof(NAMES) / sizeof(NAMES[0]))

static const char *nearest(const char *word)
{
	const char *near[CG_NEAR_MAX];

	return cg_near_find(word, NAMES, N, near) ? near[0] : "";
}

START_TEST(slips)
{
	ck_assert_str_eq(nearest("nursry"), "nursery");
	ck_assert_str_eq(nearest("nursrey"), "nursery");
	ck_assert_str_eq(nearest("nurseryy"), "nursery");
	ck_assert_str_eq(nearest("Nursery"), "nursery");
	ck_assert_str_eq(nearest("FRONT-DOOR"), "front-door");
	ck_assert_str_eq(nearest("front_door"), "front-door");
	ck_assert_str_eq(nearest("frontdoor"), "front-door");
	ck_assert_str_eq(nearest("front"), "front-door");
	ck_assert_str_eq(nearest("door"), "front-door");
	ck_assert_str_eq(nearest("kuche"), "Küche");
	ck_assert_str_eq(nearest("KÜCHE"), "Küche");
	ck_assert_str_eq(nearest("дверь"), "ДВЕРЬ");
	ck_assert_str_eq(nearest("婴儿"), "婴儿房");
}
END_TEST

START_TEST(nothing_near)
{
	ck_assert_str_eq(nearest("zzzzzzz"), "");
	ck_assert_str_eq(nearest(""), "");
	ck_assert_str_eq(nearest("x"), "");
	ck_assert_str_eq(nearest("cellar"), "");
	ck_assert_str_eq(nearest("\xff\xfe"), "");
}
END_TEST

START_TEST(best_three_in_order)
{
	static const char *const names[] = { "cam4444", "cam12", "cam1", "cam11", "cam2", "camera" };
	const char *near[CG_NEAR_MAX];

	ck_assert_uint_eq(cg_near_find("cam1", names, 6, near), 3);
	ck_assert_str_eq(near[0], "cam1");
	ck_assert_str_eq(near[1], "cam12");
	ck_assert_str_eq(near[2], "cam11");
	ck_assert_uint_eq(cg_near_find("cam1", names, 0, near), 0);
}
END_TEST

START_TEST(long_words)
{
	char a[400], b[400];
	const char *const names[] = { b };
	const char *near[CG_NEAR_MAX];

	memset(a, 'a', sizeof(a) - 1);
	memset(b, 'a', sizeof(b) - 1);
	a[399] = b[399] = '\0';
	ck_assert_uint_eq(cg_near_find(a, names, 1, near), 1);
	memset(b, 'b', sizeof(b) - 1);
	ck_assert_uint_eq(cg_near_find(a, names, 1, near), 0);
}
END_TEST

START_TEST(formats)
{
	const char *const names[] = { "a", "b", "c" };
	char buf[64];

	ck_assert_str_eq(cg_near_format(names, 0, buf, sizeof(buf)), "");
	ck_assert_str_eq(cg_near_format(names, 1, buf, sizeof(buf)), "'a'");
	ck_assert_str_eq(cg_near_format(names, 2, buf, sizeof(buf)), "'a' or 'b'");
	ck_assert_str_eq(cg_near_format(names, 3, buf, sizeof(buf)), "'a', 'b' or 'c'");
	ck_assert_uint_lt(strlen(cg_near_format(names, 3, buf, 6)), 6);
}
END_TEST

int main(void)
{
	return UNIT_RUN("near", 10, slips, nothing_near, best_three_in_order, long_words, formats);
}
