/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies without a file, and the map set of one: what tests of map entries start from. */
#ifndef CG_POLICIES_H
#define CG_POLICIES_H

#include "../../agent/lib/mapset.h"
#include "../../agent/lib/policy.h"
#include "unit.h"

static inline struct cg_policy *policy_new(size_t ncams)
{
	struct cg_policy *p = calloc(1, sizeof(*p));

	ck_assert_ptr_nonnull(p);
	p->cams = calloc(ncams + 1, sizeof(*p->cams));
	p->ncams = ncams;
	for (size_t i = 0; i < CG_BUDGETS; i++)
		p->budget[i] =
			(struct cg_policy_budget){ .text = cg_budget_default(i == CG_BUDGET_UPLOAD),
						   .upload = i == CG_BUDGET_UPLOAD };
	p->nbudget = CG_BUDGET_UPLOAD + 1;
	for (size_t i = 0; i < ncams; i++) {
		struct cg_policy_cam *c = &p->cams[i];

		snprintf(c->id, sizeof(c->id), "cam%zu", i);
		snprintf(c->name, sizeof(c->name), "Camera %zu", i);
		c->mac[0] = (struct cg_mac){ { 2, 0xca, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		c->nmac = 1;
		c->exposure = CG_CLOSED;
	}
	return p;
}

static inline void add_rule(struct cg_policy_cam *c, enum cg_rule_kind kind, const char *text)
{
	struct cg_diag d = { "" };

	c->rules = realloc(c->rules, (c->nrules + 1) * sizeof(*c->rules));
	c->rules[c->nrules] = (struct cg_policy_rule){ .kind = kind };
	ck_assert_msg(!cg_rule_parse(text, NULL, &d, &c->rules[c->nrules].text), "%s", d.text);
	c->nrules++;
}

static inline struct cg_mapset *built(const struct cg_policy *p, uint32_t gen,
				      const struct cg_name *names, size_t n)
{
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };

	ck_assert_msg(!cg_mapset_build(p, gen, names, n, &d, &set), "%s", d.text);
	return set;
}

#endif
