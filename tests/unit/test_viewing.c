/* SPDX-License-Identifier: GPL-2.0-only */
/* What a config says of viewing: signs, budgets and their numbers, max_viewers. */
#include <lib/viewing.h>
#include <camgate/limits.h>
#include "policy_text.h"

#define LAN	   "lan = \"br-lan\"\n"
#define CAM(extra) LAN "camera \"a\" {\n mac = \"02:ca:00:00:00:01\"\n" extra "\n}\n"

static void budget_is(const struct cg_policy *p, size_t cam, size_t rule, size_t number,
		      const char *text)
{
	const struct cg_policy_rule *r = &p->cams[cam].rules[rule];
	char buf[CG_BUDGET_STRLEN];

	ck_assert_uint_eq(r->budget, number);
	if (number < CG_BUDGET_OWN)
		ck_assert_uint_lt(number, p->nbudget);
	else
		ck_assert_uint_lt(number, CG_BUDGET_OWN + p->nown);
	ck_assert_str_eq(cg_budget_format(&p->budget[number].text, buf), text);
}

#define CONTROL "rate=2k burst=64k hour=4M"
#define UPLOADS "rate=16k burst=32M hour=128M"

START_TEST(signs)
{
	struct cg_policy *p = built(CAM(""));
	char text[CG_SIGNS_STRLEN];

	ck_assert_uint_eq(p->cams[0].signs_off, 0);
	ck_assert_uint_eq(p->cams[0].max_viewers, 0);
	ck_assert_str_eq(cg_viewing_signs(0, text), "inbound, signature, rate, budget");
	cg_policy_free(&p);
	p = built(CAM("signs = { inbound, \"rate\" } max_viewers = 8"));
	ck_assert_uint_eq(p->cams[0].signs_off, CG_CAM_NO_SIGNATURE | CG_CAM_NO_BUDGET);
	ck_assert_uint_eq(p->cams[0].max_viewers, 8);
	ck_assert_str_eq(cg_viewing_signs(p->cams[0].signs_off, text), "inbound, rate");
	cg_policy_free(&p);
	p = built(CAM("signs = none"));
	ck_assert_uint_eq(p->cams[0].signs_off, CG_CAM_NO_INBOUND | CG_CAM_NO_SIGNATURE |
							CG_CAM_NO_RATE | CG_CAM_NO_BUDGET);
	ck_assert_str_eq(cg_viewing_signs(p->cams[0].signs_off, text), "none");
	cg_policy_free(&p);
	/* a camera that lists some takes none of defaults */
	p = built("defaults { signs = { signature } max_viewers = 2 }\n" CAM(
		"signs = { inbound } max_viewers = 1") "camera b { mac = 02:ca:00:00:00:02 }\n");
	ck_assert_str_eq(cg_viewing_signs(p->cams[0].signs_off, text), "inbound");
	ck_assert_str_eq(cg_viewing_signs(p->cams[1].signs_off, text), "signature");
	ck_assert_uint_eq(p->cams[0].max_viewers, 1);
	ck_assert_uint_eq(p->cams[1].max_viewers, 2);
	cg_policy_free(&p);
	REFUSED(-EINVAL, CAM("signs = { inbound, speed }"), "p.conf:4:20: signs: found 'speed'",
		"expected inbound, signature, rate, budget");
	REFUSED(-EINVAL, CAM("signs = { inbound, none }"), ":4:20: signs: found 'none'",
		"or none alone");
	REFUSED(-EEXIST, CAM("signs = { rate, rate }"), ":4:17: signs: 'rate' is listed twice");
	REFUSED(-EINVAL, CAM("max_viewers = 9"), ":4:15: max_viewers: found '9'", "from 1 to 8");
	REFUSED(-EINVAL, CAM("max_viewers = 0"), "found '0'", "from 1 to 8");
	REFUSED(-EINVAL, CAM("max_viewers = 12"), "found '12'", "from 1 to 8");
	REFUSED(-EINVAL, "defaults { max_viewers = many }\n" CAM(""), ":1:26: ", "found 'many'");
}
END_TEST

START_TEST(budgets)
{
	struct cg_policy *p = built(CAM("allow = { 192.0.2.1, \"192.0.2.2 rate=64k\" }\n"
					"upload = { 192.0.2.3, \"192.0.2.4 burst=8M hour=200M\" }\n"
					"deny = { 192.0.2.5 }"));

	budget_is(p, 0, 0, CG_BUDGET_CONTROL, CONTROL);
	budget_is(p, 0, 1, CG_BUDGET_CONTROL, CONTROL);
	budget_is(p, 0, 2, CG_BUDGET_OWN, "rate=64k burst=64k hour=4M");
	budget_is(p, 0, 3, CG_BUDGET_UPLOAD, UPLOADS);
	budget_is(p, 0, 4, CG_BUDGET_OWN + 1, "rate=16k burst=8M hour=200M");
	ck_assert(p->budget[CG_BUDGET_OWN + 1].upload && !p->budget[CG_BUDGET_OWN].upload);
	cg_policy_free(&p);
	/* defaults, own, of the rule: each field by itself; equal ones share a number */
	p = built("defaults { control_budget = \"rate=1k\" upload_budget = \"hour=1G\" allow = { 192.0.2.9 } }\n" CAM(
		"control_budget = \"hour=8M\" allow = { 192.0.2.1, \"192.0.2.2 hour=4M\" }\n"
		"upload = { 192.0.2.3, \"192.0.2.4 rate=16k\", \"192.0.2.5 rate=1k burst=64k hour=8M\" }") "camera b { mac = 02:ca:00:00:00:02 allow = { \"192.0.2.2 hour=8M\" } }\n");
	ck_assert_uint_eq(p->nbudget, 3);
	ck_assert_uint_eq(p->nown, 4);
	budget_is(p, 0, 0, 2, "rate=1k burst=64k hour=8M");
	/* what a rule says itself is its own, though it be equal to another */
	budget_is(p, 0, 1, CG_BUDGET_OWN, "rate=1k burst=64k hour=4M");
	budget_is(p, 0, 2, CG_BUDGET_UPLOAD, "rate=16k burst=32M hour=1G");
	budget_is(p, 0, 3, CG_BUDGET_OWN + 1, "rate=16k burst=32M hour=1G");
	/* that of an upload is another, its grant is */
	budget_is(p, 0, 4, CG_BUDGET_OWN + 2, "rate=1k burst=64k hour=8M");
	budget_is(p, 0, 5, 2, "rate=1k burst=64k hour=8M");
	budget_is(p, 1, 0, CG_BUDGET_OWN + 3, "rate=1k burst=64k hour=8M");
	budget_is(p, 1, 1, CG_BUDGET_CONTROL, "rate=1k burst=64k hour=4M");
	cg_policy_free(&p);
	REFUSED(-EINVAL, CAM("deny = { \"192.0.2.1 rate=1k\" }"), ":4:10: deny: found rate=1k",
		"expected no budget");
	REFUSED(-EINVAL, CAM("allow = { \"192.0.2.1 rate=1\" }"), ":4:11: rule '192.0.2.1 rate=1'",
		"found 'rate=1'", "expected rate=bytes a second");
	REFUSED(-EINVAL, CAM("control_budget = \"hour=9G\""),
		":4:18: control_budget: found 'hour=9G'");
	REFUSED(-EINVAL, CAM("upload_budget = 5"), ":4:17: upload_budget: found '5'");
	REFUSED(-EINVAL, "defaults { upload_budget = \"\" }\n" CAM(""),
		":1:28: upload_budget: found nothing");
}
END_TEST

START_TEST(too_many_budgets)
{
	char text[8192];

	for (int n = CG_BUDGETS - CG_BUDGET_OWN; n <= CG_BUDGETS - CG_BUDGET_OWN + 1; n++) {
		size_t at = (size_t)snprintf(
			text, sizeof(text), LAN "camera a {\nmac = 02:ca:00:00:00:01\nallow = {\n");
		struct cg_policy *p;

		for (int i = 0; i < n; i++)
			at += (size_t)snprintf(
				text + at, sizeof(text) - at,
				"\"192.0.2.%d rate=%dk\",\n\"192.0.3.%d rate=%dk\",\n", i, 3 + i, i,
				3 + i);
		snprintf(text + at, sizeof(text) - at, "} }\n");
		if (n == CG_BUDGETS - CG_BUDGET_OWN) {
			p = built(text);
			ck_assert_uint_eq(p->nown, n);
			ck_assert_uint_eq(p->cams[0].rules[2 * n - 1].budget, CG_BUDGETS - 1);
			cg_policy_free(&p);
		} else {
			REFUSED(-E2BIG, text,
				"p.conf:37:1: ", "one budget too many, rate=19k burst=64k hour=4M",
				"at most 16 different ones of single rules");
		}
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("viewing", 60, signs, budgets, too_many_budgets);
}
