/* SPDX-License-Identifier: GPL-2.0-only */
/* Signs, budgets and max_viewers: words and sizes into what the packet path reads. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "viewing.h"

#define NSIGNS 4

static const struct {
	const char *name;
	uint32_t off;
} SIGNS[NSIGNS] = {
	{ "inbound", CG_CAM_NO_INBOUND },
	{ "signature", CG_CAM_NO_SIGNATURE },
	{ "rate", CG_CAM_NO_RATE },
	{ "budget", CG_CAM_NO_BUDGET },
};

static int build_signs(const struct cg_texts *list, struct cg_diag *diag, uint32_t *ret_off)
{
	uint32_t on = 0, all = 0;

	for (size_t k = 0; k < NSIGNS; k++)
		all |= SIGNS[k].off;
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_text *t = &list->v[i];
		size_t k = 0;

		if (!strcmp(t->s, "none") && list->n == 1)
			break;
		while (k < NSIGNS && strcmp(SIGNS[k].name, t->s))
			k++;
		if (k == NSIGNS)
			return cg_diag_set(
				diag, &t->pos, -EINVAL,
				"signs: found '%s', expected inbound, signature, rate, budget, or none alone",
				t->s);
		if (on & SIGNS[k].off)
			return cg_diag_set(diag, &t->pos, -EEXIST,
					   "signs: '%s' is listed twice, expected it once", t->s);
		on |= SIGNS[k].off;
	}
	*ret_off = list->n ? all & ~on : 0;
	return 0;
}

const char *cg_viewing_signs(uint32_t signs_off, char buf[static CG_SIGNS_STRLEN])
{
	size_t n = 0;

	for (size_t k = 0; k < NSIGNS; k++)
		if (!(signs_off & SIGNS[k].off))
			n += (size_t)snprintf(buf + n, CG_SIGNS_STRLEN - n, "%s%s", n ? ", " : "",
					      SIGNS[k].name);
	if (!n)
		(void)snprintf(buf, CG_SIGNS_STRLEN, "none");
	return buf;
}

static int build_max(const struct cg_text *t, struct cg_diag *diag, uint8_t *ret_max)
{
	*ret_max = 0;
	if (!t->s)
		return 0;
	if (t->s[0] < '1' || t->s[0] > '0' + CG_MAX_VIEWERS || t->s[1])
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "max_viewers: found '%s', expected a number from 1 to %d", t->s,
				   CG_MAX_VIEWERS);
	*ret_max = (uint8_t)(t->s[0] - '0');
	return 0;
}

/* Field by field: a camera that says less leaves the rest to defaults. */
static int build_budget(const struct cg_text *own, const struct cg_text *defaults, const char *key,
			bool upload, struct cg_diag *diag, struct cg_budget_text *ret_budget)
{
	struct cg_budget_text t = { 0 }, under = { 0 }, last = cg_budget_default(upload);
	int r = 0;

	if (defaults->s)
		r = cg_budget_parse(defaults->s, key, &defaults->pos, diag, &under);
	if (!r && own->s)
		r = cg_budget_parse(own->s, key, &own->pos, diag, &t);
	if (r)
		return r;
	cg_budget_under(&t, &under);
	cg_budget_under(&t, &last);
	*ret_budget = t;
	return 0;
}

int cg_viewing_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy_cam *cam)
{
	int r = build_signs(own->signs.n ? &own->signs : &defaults->signs, diag, &cam->signs_off);

	if (!r)
		r = build_max(own->max_viewers.s ? &own->max_viewers : &defaults->max_viewers, diag,
			      &cam->max_viewers);
	if (!r)
		r = build_budget(&own->control_budget, &defaults->control_budget, "control_budget",
				 false, diag, &cam->budget[CG_BUDGET_CONTROL]);
	if (!r)
		r = build_budget(&own->upload_budget, &defaults->upload_budget, "upload_budget",
				 true, diag, &cam->budget[CG_BUDGET_UPLOAD]);
	return r;
}

void cg_viewing_defaults(const struct cg_policy_cam *defaults, struct cg_policy *policy)
{
	for (size_t i = 0; i <= CG_BUDGET_UPLOAD; i++)
		policy->budget[i] = (struct cg_policy_budget){ .text = defaults->budget[i],
							       .upload = i == CG_BUDGET_UPLOAD };
	policy->nbudget = CG_BUDGET_UPLOAD + 1;
}

/* The number of a budget among those from first to last, of which *n are taken; CG_BUDGETS:
 * there is no room for it. */
static size_t number(struct cg_policy *policy, const struct cg_policy_budget *b, size_t first,
		     size_t last, size_t *n)
{
	size_t k = first;

	while (k < first + *n && (policy->budget[k].upload != b->upload ||
				  !cg_budget_same(&policy->budget[k].text, &b->text)))
		k++;
	if (k == last)
		return CG_BUDGETS;
	if (k == first + *n) {
		policy->budget[k] = *b;
		(*n)++;
	}
	return k;
}

int cg_viewing_number(struct cg_policy *policy, struct cg_policy_cam *cam, struct cg_diag *diag)
{
	for (size_t i = 0; i < cam->nrules; i++) {
		struct cg_policy_rule *rule = &cam->rules[i];
		struct cg_policy_budget b = { .text = rule->text.budget,
					      .upload = rule->kind == CG_RULE_UPLOAD };
		bool own = cg_budget_is_set(&b.text);
		char text[CG_BUDGET_STRLEN];
		size_t k;

		if (rule->kind == CG_RULE_DENY && own)
			return cg_diag_set(
				diag, &rule->pos, -EINVAL,
				"deny: found %s, expected no budget: nothing of it passes",
				cg_budget_format(&b.text, text));
		if (rule->kind != CG_RULE_ALLOW && !b.upload)
			continue;
		cg_budget_under(&b.text, &cam->budget[b.upload]);
		k = own ? number(policy, &b, CG_BUDGET_OWN, CG_BUDGETS, &policy->nown) :
			  number(policy, &b, 0, CG_BUDGET_OWN, &policy->nbudget);
		if (k == CG_BUDGETS)
			return cg_diag_set(
				diag, &rule->pos, -E2BIG,
				"found one budget too many, %s, expected at most %d different ones of %s",
				cg_budget_format(&b.text, text),
				own ? CG_BUDGETS - CG_BUDGET_OWN : CG_BUDGET_OWN,
				own ? "single rules" : "cameras");
		rule->budget = (uint8_t)k;
	}
	return 0;
}
