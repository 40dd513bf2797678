/* SPDX-License-Identifier: GPL-2.0-only */
/* The viewers of an opening: new ones at once, old ones after a grace, never more than there is room for. */
#include <lib/viewset.h>
#include "unit.h"

#define SEC 1000000000ULL
#define NOW (1000 * SEC)

static struct cg_prefix prefix(const char *s)
{
	struct cg_prefix p;

	ck_assert_int_eq(cg_prefix_parse(s, &p), 0);
	return p;
}

static bool holds(const struct cg_viewset *set, const char *addr, uint64_t now)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	return cg_viewset_holds(set, &a, now);
}

START_TEST(comes_at_once_goes_after_a_grace)
{
	struct cg_prefix a = prefix("203.0.113.7"), b = prefix("203.0.113.8");
	struct cg_viewset set = { .n = 0 };
	size_t left;

	ck_assert(cg_viewset_want(&set, &a, 1, NOW, &left));
	ck_assert(!cg_viewset_want(&set, &a, 1, NOW + SEC, &left));
	ck_assert_uint_eq(set.n, 1);
	ck_assert_uint_eq(set.v[0].until_ns, 0);
	ck_assert(holds(&set, "203.0.113.7", NOW) && !holds(&set, "203.0.113.8", NOW));
	/* it moves */
	ck_assert(cg_viewset_want(&set, &b, 1, NOW + 10 * SEC, &left));
	ck_assert_uint_eq(set.n, 2);
	ck_assert(holds(&set, "203.0.113.8", NOW + 10 * SEC));
	ck_assert(holds(&set, "203.0.113.7", NOW + 69 * SEC));
	ck_assert(!holds(&set, "203.0.113.7", NOW + 70 * SEC));
	/* what is asked again does not begin the grace anew */
	ck_assert(!cg_viewset_want(&set, &b, 1, NOW + 69 * SEC, &left));
	ck_assert(cg_viewset_want(&set, &b, 1, NOW + 70 * SEC, &left));
	ck_assert_uint_eq(set.n, 1);
	/* and back within it */
	ck_assert(cg_viewset_want(&set, &a, 1, NOW + 80 * SEC, &left));
	ck_assert(cg_viewset_want(&set, &b, 1, NOW + 90 * SEC, &left));
	ck_assert(holds(&set, "203.0.113.8", NOW + 1000 * SEC));
	ck_assert(cg_viewset_want(&set, NULL, 0, NOW + 2000 * SEC, &left));
	ck_assert(cg_viewset_want(&set, NULL, 0, NOW + 2060 * SEC, &left));
	ck_assert_uint_eq(set.n, 0);
	ck_assert_uint_eq(left, 0);
}
END_TEST

/* The longest prefix alone is asked by packets. */
START_TEST(an_old_one_hides_no_wider_one)
{
	struct cg_prefix a = prefix("203.0.113.7"), net = prefix("203.0.113.0/24"),
			 other = prefix("198.51.100.0/24");
	struct cg_viewset set = { .n = 0 };
	size_t left;

	(void)cg_viewset_want(&set, &a, 1, NOW, &left);
	ck_assert(cg_viewset_want(&set, &net, 1, NOW, &left));
	ck_assert_uint_eq(set.n, 1);
	ck_assert(holds(&set, "203.0.113.7", NOW + 100 * SEC));
	/* the wider one's own end is no such thing */
	(void)cg_viewset_want(&set, &other, 1, NOW, &left);
	ck_assert_uint_eq(set.n, 2);
	ck_assert(!holds(&set, "203.0.113.7", NOW + 100 * SEC));
}
END_TEST

START_TEST(room)
{
	struct cg_prefix want[CG_VIEWERS_PER_SLOT + 2];
	struct cg_viewset set = { .n = 0 };
	char text[32];
	size_t left;

	for (int i = 0; i < CG_VIEWERS_PER_SLOT + 2; i++) {
		snprintf(text, sizeof(text), "203.0.113.%d", i);
		want[i] = prefix(text);
	}
	ck_assert(cg_viewset_want(&set, want, CG_VIEWERS_PER_SLOT + 2, NOW, &left));
	ck_assert_uint_eq(left, 2);
	ck_assert_uint_eq(set.n, CG_VIEWERS_PER_SLOT);
	ck_assert(!holds(&set, "203.0.113.16", NOW));
	/* those that go make room before their time */
	ck_assert(cg_viewset_want(&set, want + 2, CG_VIEWERS_PER_SLOT, NOW, &left));
	ck_assert_uint_eq(left, 0);
	ck_assert(holds(&set, "203.0.113.17", NOW) && !holds(&set, "203.0.113.0", NOW));
	/* twice is once */
	set.n = 0;
	want[1] = want[0];
	ck_assert(cg_viewset_want(&set, want, 2, NOW, &left));
	ck_assert_uint_eq(set.n, 1);
}
END_TEST

int main(void)
{
	return UNIT_RUN("viewset", 60, comes_at_once_goes_after_a_grace,
			an_old_one_hides_no_wider_one, room);
}
