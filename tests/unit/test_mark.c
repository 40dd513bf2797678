/* SPDX-License-Identifier: GPL-2.0-only */
/* The guard's mark: what is refused, what leads from one to another, and who else has which bits. */
#include <lib/mark.h>
#include "unit.h"

START_TEST(what_is_refused)
{
	static const struct {
		struct cg_mark mark;
		const char *text; /* NULL: taken */
	} cases[] = {
		{ { 1, 1 }, NULL },
		{ { 0x80000000, 0xffffffff }, NULL },
		{ { 0x0f, 0xff }, NULL },
		{ { 0, 0 }, "found no bit" },
		{ { 0, 0xff }, "found no bit" },
		{ { 1, 0 }, "found no bit" },
		{ { 3, 1 }, "0x00000003 has bits outside of guard_mask 0x00000001" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cg_diag diag = { "" };
		int r = cg_mark_check(&cases[i].mark, NULL, &diag);

		ck_assert_int_eq(r, cases[i].text ? -EINVAL : 0);
		ck_assert_msg(!cases[i].text || strstr(diag.text, cases[i].text), "%s", diag.text);
	}
}
END_TEST

START_TEST(what_leads_over)
{
	static const struct {
		struct cg_mark a, b;
		bool joins;
	} cases[] = {
		{ { 1, 1 }, { 2, 2 }, true },	    { { 1, 1 }, { 1, 1 }, true },
		{ { 1, 1 }, { 1, 0xff }, true },    { { 1, 3 }, { 2, 2 }, false },
		{ { 1, 1 }, { 2, 3 }, false },	    { { 0x10, 0xf0 }, { 0x20, 0xf0 }, false },
		{ { 1, 3 }, { 0x10, 0x30 }, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t both = cases[i].a.bits | cases[i].b.bits;

		ck_assert_int_eq(cg_mark_joins(&cases[i].a, &cases[i].b), cases[i].joins);
		ck_assert_int_eq(cg_mark_joins(&cases[i].b, &cases[i].a), cases[i].joins);
		/* what it promises: a packet with both is missed by neither */
		ck_assert_int_eq((both & cases[i].a.mask) == cases[i].a.bits &&
					 (both & cases[i].b.mask) == cases[i].b.bits,
				 cases[i].joins);
	}
}
END_TEST

/* "mwan3 pbr": who has bits of mask. */
static const char *whose(uint32_t mask)
{
	static char text[256];
	const struct cg_mark_user *u;
	size_t at = 0;

	text[0] = '\0';
	while ((u = cg_mark_overlaps(mask, &at))) {
		ck_assert_uint_ne(u->mask & mask, 0);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
			 u->name);
	}
	return text;
}

START_TEST(whose_bits)
{
	ck_assert_str_eq(whose(0x01000000), "tc ctinfo (as in its manual) Calico Cilium");
	/* nobody's on a router; what does overlap runs on nodes of a cluster */
	ck_assert_str_eq(whose(CG_MARK_DEFAULT), "Calico Cilium");
	ck_assert_str_eq(whose(0x00000100), "mwan3 Cilium");
	ck_assert_str_eq(whose(0x00040000), "pbr tailscale Calico Cilium");
	ck_assert_str_eq(whose(0x00000001), "sqm-scripts banIP PassWall Cilium");
	ck_assert_str_eq(whose(0x00004000), "Kubernetes");
	ck_assert_str_eq(whose(0), "");
}
END_TEST

int main(void)
{
	return UNIT_RUN("mark", 10, what_is_refused, what_leads_over, whose_bits);
}
