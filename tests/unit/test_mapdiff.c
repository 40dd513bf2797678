/* SPDX-License-Identifier: GPL-2.0-only */
/* What distinguishes two generations: each value of a camera by itself, and nothing that is not one. */
#include "policies.h"

static struct cg_mapdiff diff(const struct cg_policy *a, const struct cg_policy *b,
			      const struct cg_name *names, size_t n)
{
	struct cg_mapset *x = a ? built(a, 1, NULL, 0) : NULL,
			 *y = b ? built(b, 2, names, n) : NULL;
	struct cg_mapdiff d = { 9, 9, 9 };

	cg_mapset_diff(x, y, &d);
	cg_mapset_free(&x);
	cg_mapset_free(&y);
	return d;
}

#define DIFF_IS(d, a, r, c)                       \
	do {                                      \
		struct cg_mapdiff _d = d;         \
		ck_assert_uint_eq(_d.added, a);   \
		ck_assert_uint_eq(_d.removed, r); \
		ck_assert_uint_eq(_d.changed, c); \
	} while (0)

static struct cg_policy *diff_policy(void)
{
	struct cg_policy *p = policy_new(5);

	for (size_t i = 0; i < p->ncams; i++)
		for (int k = 0; k < 20; k++) {
			char text[64];

			snprintf(text, sizeof(text), "192.0.2.%zu:%d/tcp", i, k + 1);
			add_rule(&p->cams[i], CG_RULE_ALLOW, text);
		}
	return p;
}

START_TEST(differences)
{
	/* other slots for the same ids change nothing */
	struct cg_name names[12] = { [11] = { .id = "cam0" }, [7] = { .id = "cam4" } };
	struct cg_policy *a = diff_policy(), *b = diff_policy();

	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 0);
	DIFF_IS(diff(a, b, names, 12), 0, 0, 0);
	DIFF_IS(diff(NULL, b, NULL, 0), 5, 0, 0);
	DIFF_IS(diff(a, NULL, NULL, 0), 0, 5, 0);
	DIFF_IS(diff(NULL, NULL, NULL, 0), 0, 0, 0);
	/* one value at a time, and back */
#define CHANGES(change, back)                            \
	do {                                             \
		change;                                  \
		DIFF_IS(diff(a, b, names, 12), 0, 0, 1); \
		back;                                    \
		DIFF_IS(diff(a, b, names, 12), 0, 0, 0); \
	} while (0)
	CHANGES(b->cams[2].exposure = CG_OPEN, b->cams[2].exposure = CG_CLOSED);
	CHANGES(b->cams[2].monitor = true, b->cams[2].monitor = false);
	CHANGES(b->cams[2].name[0] = 'X', b->cams[2].name[0] = 'C');
	CHANGES(b->cams[2].mac[0].b[0] = 6, b->cams[2].mac[0].b[0] = 2);
	CHANGES(b->cams[2].nmac = 2, b->cams[2].nmac = 1);
	CHANGES(b->cams[2].nrules--, b->cams[2].nrules++);
	/* in the last of its chunks */
	CHANGES(b->cams[2].rules[19].text.port_hi++, b->cams[2].rules[19].text.port_hi--);
	CHANGES(b->cams[2].rules[0].text.dst.addr.b[15]++,
		b->cams[2].rules[0].text.dst.addr.b[15]--);
	CHANGES(b->cams[2].naddr = 1, b->cams[2].naddr = 0);
	CHANGES(b->cams[2].signs_off = CG_CAM_NO_RATE, b->cams[2].signs_off = 0);
	CHANGES(b->cams[2].max_viewers = 3, b->cams[2].max_viewers = 0);
	/* a budget is what it says, not its number */
	b->budget[3].text = b->budget[2].text = cg_budget_default(true);
	b->nbudget = 4;
	CHANGES(b->cams[2].rules[19].budget = 2, b->cams[2].rules[19].budget = 0);
	a->budget[2].text = b->budget[2].text;
	a->nbudget = 3;
	a->cams[2].rules[19].budget = 2;
	b->cams[2].rules[19].budget = 3;
	DIFF_IS(diff(a, b, names, 12), 0, 0, 0);
	CHANGES(b->budget[3].text.rate++, b->budget[3].text.rate--);
	/* that of all cameras */
	b->budget[CG_BUDGET_CONTROL].text = a->budget[CG_BUDGET_CONTROL].text =
		cg_budget_default(false);
	b->budget[CG_BUDGET_CONTROL].text.hour *= 2;
	DIFF_IS(diff(a, b, names, 12), 0, 0, 5);
	b->budget[CG_BUDGET_CONTROL] = a->budget[CG_BUDGET_CONTROL];
	strcpy(b->cams[1].id, "other");
	DIFF_IS(diff(a, b, names, 12), 1, 1, 0);
	b->cams[0].exposure = CG_SEALED;
	b->ncams = 4;
	DIFF_IS(diff(a, b, names, 12), 1, 2, 1);
	for (size_t i = 4; i < 5; i++)
		free(b->cams[i].rules);
	cg_policy_free(&a);
	cg_policy_free(&b);
}
END_TEST

/* Cameras behind one MAC, told apart by their addresses. */
START_TEST(narrowed)
{
	struct cg_policy *a = policy_new(3), *b = policy_new(3);

	for (size_t i = 0; i < 3; i++)
		for (struct cg_policy *p = a; p; p = p == a ? b : NULL) {
			p->cams[i].mac[0] = (struct cg_mac){ { 2, 0xca, 0, 0, 0, 9 } };
			p->cams[i].naddr = 2;
			for (uint8_t k = 0; k < 2; k++)
				p->cams[i].addr[k] = (struct cg_addr){
					{ [0] = 0xfd, [14] = (uint8_t)i, [15] = (uint8_t)(k + 1) }
				};
		}
	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 0);
	b->cams[1].addr[1].b[15] = 7;
	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 1);
	b->cams[1].addr[1].b[15] = 2;
	b->cams[1].naddr = 1;
	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 1);
	b->cams[1].naddr = 2;
	b->cams[2].mac[0].b[5] = 8;
	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 1);
	b->cams[2].mac[0].b[5] = 9;
	DIFF_IS(diff(a, b, NULL, 0), 0, 0, 0);
	cg_policy_free(&a);
	cg_policy_free(&b);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mapdiff", 60, differences, narrowed);
}
