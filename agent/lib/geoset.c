/* SPDX-License-Identifier: GPL-2.0-only */
/* Places of rules: the first rule of a place brings all that name it. */
#include <arpa/inet.h>
#include <string.h>
#include "geoset.h"

bool cg_geoset_is(const struct cg_policy_rule *rule)
{
	return !rule->viewer &&
	       (rule->text.kind == CG_DST_COUNTRY || rule->text.kind == CG_DST_NETWORK);
}

static bool same_place(const struct cg_policy_rule *a, const struct cg_policy_rule *b)
{
	return cg_geoset_is(b) && a->text.kind == b->text.kind && a->text.place == b->text.place;
}

static bool named_before(const struct cg_policy_cam *cam, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_place(&cam->rules[i], &cam->rules[k]))
			return true;
	return false;
}

/* Behind the rules stand the countries of stay_in. */
static bool next_stay(const struct cg_policy_cam *cam, struct cg_geoset_entry *e)
{
	for (; e->at < cam->nrules + CG_COUNTRIES; e->at++) {
		uint32_t country = (uint32_t)(e->at - cam->nrules);

		if (!cam->stays || !cg_policy_stays(cam, (uint16_t)country))
			continue;
		e->kind = CG_GEO_STAY;
		e->place = country;
		e->n = 0;
		e->at++;
		return true;
	}
	return false;
}

bool cg_geoset_next(const struct cg_policy_cam *cam, struct cg_geoset_entry *e,
		    uint16_t ids[static CG_GEOSET_IDS])
{
	for (; e->at < cam->nrules; e->at++) {
		const struct cg_policy_rule *r = &cam->rules[e->at];

		if (!cg_geoset_is(r) || named_before(cam, e->at))
			continue;
		e->kind = r->text.kind == CG_DST_COUNTRY ? CG_GEO_COUNTRY : CG_GEO_NETWORK;
		e->place = r->text.place;
		e->n = 0;
		for (size_t i = e->at; i < cam->nrules; i++) {
			if (!same_place(r, &cam->rules[i]))
				continue;
			if (e->n < CG_GEOSET_IDS)
				ids[e->n] = (uint16_t)i;
			e->n++;
		}
		e->at++;
		return true;
	}
	return next_stay(cam, e);
}

void cg_geoset_key(uint32_t gen, uint32_t slot, const struct cg_geoset_entry *e,
		   struct cg_rule_key *ret_key)
{
	uint32_t place = htonl(e->place);

	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->prefixlen = CG_RULE_PREFIX_BASE + 128;
	ret_key->gen = gen;
	ret_key->slot = slot | CG_GEO_SLOT;
	ret_key->addr[0] = e->kind;
	memcpy(ret_key->addr + 4, &place, sizeof(place));
}
