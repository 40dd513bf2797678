/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics: form, first one wins, cut at a whole character. */
#include <lib/diag.h>
#include <lib/utf8.h>
#include "unit.h"

START_TEST(names_the_place)
{
	struct cg_pos pos = { "a.conf", 12, 7 };
	struct cg_diag d = { "" };

	ck_assert_int_eq(cg_diag_set(&d, &pos, -EINVAL, "found '%s'", "x"), -EINVAL);
	ck_assert_str_eq(d.text, "a.conf:12:7: found 'x'");
}
END_TEST

START_TEST(leaves_out_what_is_not_known)
{
	struct cg_pos line = { "a.conf", 12, 0 }, file = { "a.conf", 0, 0 }, none = { NULL, 3, 4 };
	struct cg_diag a = { "" }, b = { "" }, c = { "" }, d = { "" };

	cg_diag_set(&a, &line, -1, "t");
	cg_diag_set(&b, &file, -1, "t");
	cg_diag_set(&c, &none, -1, "t");
	cg_diag_set(&d, NULL, -1, "t");
	ck_assert_str_eq(a.text, "a.conf:12: t");
	ck_assert_str_eq(b.text, "a.conf: t");
	ck_assert_str_eq(c.text, "t");
	ck_assert_str_eq(d.text, "t");
}
END_TEST

START_TEST(keeps_the_first)
{
	struct cg_diag d = { "" };

	cg_diag_set(&d, NULL, -EINVAL, "cause");
	ck_assert_int_eq(cg_diag_set(&d, NULL, -ENOMEM, "consequence"), -ENOMEM);
	ck_assert_str_eq(d.text, "cause");
	ck_assert_int_eq(cg_diag_set(NULL, NULL, -EIO, "nobody listens"), -EIO);
}
END_TEST

/* Whatever the length, what is left is UTF-8 that ends in a terminator. */
START_TEST(cuts_between_characters)
{
	for (size_t lead = 480; lead < 512; lead++) {
		struct cg_diag d = { "" };
		char text[1024];
		size_t n = 0;
		uint32_t code;

		memset(text, 'a', lead);
		text[lead] = '\0';
		for (int i = 0; i < 30; i++)
			strcat(text, i % 3 ? "婴" : "é😀");
		cg_diag_set(&d, NULL, -1, "%s", text);
		ck_assert_uint_lt(strlen(d.text), sizeof(d.text));
		ck_assert_uint_gt(strlen(d.text), sizeof(d.text) - 6);
		while (d.text[n]) {
			size_t step = cg_utf8_next(d.text + n, strlen(d.text + n), &code);

			ck_assert_msg(step, "broken at %zu for lead %zu", n, lead);
			n += step;
		}
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("diag", 10, names_the_place, leaves_out_what_is_not_known, keeps_the_first,
			cuts_between_characters);
}
