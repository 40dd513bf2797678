/* SPDX-License-Identifier: GPL-2.0-only */
/* The block `unknown`, who is held and why, and held devices in a policy. */
#include <lib/quarantine.h>
#include "policy_text.h"

#define CONF "lan = { br-lan }\n"

START_TEST(without_it)
{
	struct cg_policy *p = built(CONF);

	ck_assert(p->unknown_notify);
	ck_assert(!p->probation);
	ck_assert_int_eq(p->quarantine, CG_QUARANTINE_NONE);
	cg_policy_free(&p);
	p = built(CONF "unknown { }");
	ck_assert(p->unknown_notify);
	cg_policy_free(&p);
}
END_TEST

START_TEST(as_written)
{
	struct cg_policy *p =
		built(CONF "unknown { notify = no quarantine = cameras probation = yes }");

	ck_assert(!p->unknown_notify);
	ck_assert(p->probation);
	ck_assert_int_eq(p->quarantine, CG_QUARANTINE_CAMERAS);
	cg_policy_free(&p);
	p = built(CONF "unknown { quarantine = all }");
	ck_assert_int_eq(p->quarantine, CG_QUARANTINE_ALL);
	ck_assert_str_eq(cg_quarantine_word(p->quarantine), "all");
	cg_policy_free(&p);
}
END_TEST

START_TEST(refused)
{
	REFUSED(-EINVAL, CONF "unknown { quarantine = camera }", "p.conf:2:24: ", "'camera'",
		"'none', 'cameras' or 'all'");
	REFUSED(-EINVAL, CONF "unknown { notify = on }", "p.conf:2:20: ", "'on'", "'no' or 'yes'");
	REFUSED(-EINVAL, CONF "unknown { quarantin = all }", "p.conf:2:11: ", "quarantin",
		"quarantine");
	REFUSED(-EINVAL, CONF "unknown { probation = yes }", "p.conf:2:23: ", "nothing is held",
		"quarantine = cameras or all");
	REFUSED(-EINVAL, CONF "unkown { notify = yes }", "p.conf:2:1: ", "unkown", "unknown");
	/* what belongs elsewhere, and twice */
	REFUSED(-EINVAL, CONF "unknown { exposure = open }", "exposure");
	REFUSED(-EINVAL, CONF "unknown { notify = yes } unknown { notify = no }", "unknown");
	REFUSED(-EINVAL, CONF "unknown { quarantine = all quarantine = none }", "quarantine");
}
END_TEST

static const struct cg_likeness nothing, user = { .user = true, .class = CG_LIKENESS_OTHER };

START_TEST(judged)
{
	static const struct cg_likeness
		identifies = { .score = 70, .class = CG_LIKENESS_IS, .identifies = true },
		is = { .score = 75, .class = CG_LIKENESS_IS },
		maybe = { .score = 40, .class = CG_LIKENESS_MAYBE },
		streams = { .score = 35, .class = CG_LIKENESS_MAYBE, .streams = true },
		user_streams = { .streams = true, .user = true },
		user_is = { .score = 100, .class = CG_LIKENESS_IS, .user = true },
		other = { .class = CG_LIKENESS_OTHER, .settled = true };
	static const struct {
		const struct cg_likeness *like;
		uint64_t age_s;
		bool known, stopped;
		enum cg_hold cameras, all;
	} rows[] = {
		{ &identifies, 99999, true, false, CG_HOLD_IDENTIFIES, CG_HOLD_IDENTIFIES },
		{ &is, 99999, true, false, CG_HOLD_LIKENESS, CG_HOLD_LIKENESS },
		{ &maybe, 5, false, false, CG_HOLD_NOT, CG_HOLD_NEW },
		{ &maybe, 5, true, false, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &streams, 599, true, false, CG_HOLD_SHAPE, CG_HOLD_SHAPE },
		{ &streams, 600, true, false, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &streams, 600, false, false, CG_HOLD_NOT, CG_HOLD_NEW },
		{ &nothing, 6, false, true, CG_HOLD_PROBATION, CG_HOLD_PROBATION },
		{ &nothing, 2, false, false, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &nothing, 3, false, false, CG_HOLD_NOT, CG_HOLD_NEW },
		{ &nothing, 3, true, false, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &other, 3, false, true, CG_HOLD_NOT, CG_HOLD_NOT },
		/* a family's phones and laptops, whatever they do */
		{ &user, 6, false, true, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &user_streams, 6, false, false, CG_HOLD_NOT, CG_HOLD_NOT },
		{ &user_is, 6, false, true, CG_HOLD_NOT, CG_HOLD_NOT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cg_quarantine_case c = { rows[i].like, rows[i].age_s, rows[i].known,
						      rows[i].stopped };

		ck_assert_int_eq(cg_quarantine_judge(CG_QUARANTINE_NONE, &c), CG_HOLD_NOT);
		ck_assert_msg(cg_quarantine_judge(CG_QUARANTINE_CAMERAS, &c) == rows[i].cameras,
			      "row %zu, cameras", i);
		ck_assert_msg(cg_quarantine_judge(CG_QUARANTINE_ALL, &c) == rows[i].all,
			      "row %zu, all", i);
	}
}
END_TEST

START_TEST(stays)
{
	static const struct {
		enum cg_hold why;
		bool cameras, all, cameras_user, all_user;
	} rows[] = {
		{ CG_HOLD_NOT, false, false, false, false },
		{ CG_HOLD_IDENTIFIES, true, true, true, true },
		{ CG_HOLD_LIKENESS, true, true, true, true },
		{ CG_HOLD_SHAPE, true, true, false, false },
		{ CG_HOLD_PROBATION, true, true, false, false },
		{ CG_HOLD_NEW, false, true, false, false },
		{ CG_HOLD_KERNEL, true, true, true, true },
	};

	ck_assert_uint_eq(sizeof(rows) / sizeof(rows[0]), __CG_HOLD_MAX);
	for (size_t i = 0; i < __CG_HOLD_MAX; i++) {
		enum cg_hold why = rows[i].why;

		ck_assert(!cg_quarantine_stays(CG_QUARANTINE_NONE, why, &nothing));
		ck_assert_int_eq(cg_quarantine_stays(CG_QUARANTINE_CAMERAS, why, &nothing),
				 rows[i].cameras);
		ck_assert_int_eq(cg_quarantine_stays(CG_QUARANTINE_ALL, why, &nothing),
				 rows[i].all);
		ck_assert_int_eq(cg_quarantine_stays(CG_QUARANTINE_CAMERAS, why, &user),
				 rows[i].cameras_user);
		ck_assert_int_eq(cg_quarantine_stays(CG_QUARANTINE_ALL, why, &user),
				 rows[i].all_user);
		/* words there and back */
		if (why != CG_HOLD_NOT) {
			ck_assert_int_eq(cg_hold_by_word(cg_hold_word(why)), why);
			ck_assert_int_gt(strlen(cg_hold_text(why)), 10);
		}
	}
	ck_assert_int_eq(cg_hold_by_word(""), CG_HOLD_NOT);
	ck_assert_int_eq(cg_hold_by_word("never"), CG_HOLD_NOT);
}
END_TEST

START_TEST(names)
{
	static const struct cg_mac mac = { { 0x02, 0xca, 0, 0, 0x0f, 0x07 } };
	char id[CG_ID_LEN], name[CG_NAME_LEN];
	struct cg_mac back = { 0 };

	cg_held_names(&mac, id, name);
	ck_assert_str_eq(id, "held-02ca00000f07");
	ck_assert_str_eq(name, "unknown 02:ca:00:00:0f:07");
	ck_assert_int_eq(cg_held_mac(id, &back), 0);
	ck_assert_mem_eq(&back, &mac, sizeof(mac));
	ck_assert_int_eq(cg_held_mac("held-02ca00000f0", &back), -EINVAL);
	ck_assert_int_eq(cg_held_mac("held-02ca00000f071", &back), -EINVAL);
	ck_assert_int_eq(cg_held_mac("held-02ca00000f0g", &back), -EINVAL);
	ck_assert_int_eq(cg_held_mac("hold-02ca00000f07", &back), -EINVAL);
	ck_assert_int_eq(cg_held_mac("nursery", &back), -EINVAL);
}
END_TEST

START_TEST(in_a_policy)
{
	static const struct cg_mac macs[] = { { { 2, 0, 0, 0, 0, 9 } },
					      { { 2, 0, 0, 0, 0, 1 } }, /* of a camera */
					      { { 2, 0, 0, 0, 0, 8 } } };
	struct cg_policy *p = built(CONF
				    "defaults { allow = { 192.0.2.1 } exposure = open }\n"
				    "camera a { mac = \"02:00:00:00:00:01\" }\n"
				    "camera held-020000000008 { mac = \"02:00:00:00:00:02\" }\n");
	const struct cg_policy_rule *rules = p->cams[0].rules;

	ck_assert_int_eq(cg_held_put(p, macs, 3), 0);
	/* the camera's own is not held, and an id that is taken is left alone */
	ck_assert_uint_eq(p->ncams, 3);
	ck_assert_ptr_eq(p->cams[0].rules, rules);
	ck_assert_str_eq(p->cams[2].id, "held-020000000009");
	ck_assert(p->cams[2].held && !p->cams[0].held);
	/* of defaults it has nothing */
	ck_assert_int_eq(p->cams[2].exposure, CG_CLOSED);
	ck_assert_uint_eq(p->cams[2].nrules, 0);
	ck_assert_uint_eq(p->cams[2].nmac, 1);
	ck_assert_mem_eq(&p->cams[2].mac[0], &macs[0], sizeof(macs[0]));
	ck_assert(cg_held_is_configured(p, &macs[1]));
	ck_assert(!cg_held_is_configured(p, &macs[0]));
	/* others instead, and none */
	ck_assert_int_eq(cg_held_put(p, &macs[2], 1), 0);
	ck_assert_uint_eq(p->ncams, 2);
	ck_assert_int_eq(cg_held_put(p, macs, 1), 0);
	ck_assert_uint_eq(p->ncams, 3);
	ck_assert_int_eq(cg_held_put(p, NULL, 0), 0);
	ck_assert_uint_eq(p->ncams, 2);
	cg_policy_free(&p);
	/* without a LAN there is nobody to hold */
	p = built("unknown { quarantine = all }");
	ck_assert_int_eq(cg_held_put(p, macs, 3), 0);
	ck_assert_uint_eq(p->ncams, 0);
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("quarantine", 30, without_it, as_written, refused, judged, stays, names,
			in_a_policy);
}
