/* SPDX-License-Identifier: GPL-2.0-only */
/* Staying in a country: every country and network that is named has a database that says what is there. */
#include <errno.h>
#include <string.h>
#include "staying.h"
#include "value.h"
#include "told.h"

#define ANYWHERE "anywhere"

bool cg_staying_can(void)
{
#ifdef CG_HAVE_MAXMINDDB
	return true;
#else
	return false;
#endif
}

static int build_file(const struct cg_text *t, const char *key, struct cg_diag *diag, char **ret)
{
	if (t->s && !cg_staying_can())
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"%s: this camgate was built without libmaxminddb, expected one built with it",
			key);
	return cg_value_path(t, key, diag, ret);
}

int cg_staying_files(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	int r = build_file(&config->country_database, "country_database", diag,
			   &policy->country_database);

	return r ? r :
		   build_file(&config->network_database, "network_database", diag,
			      &policy->network_database);
}

static int needs(const char *database, const char *key, const char *what, const struct cg_pos *pos,
		 struct cg_diag *diag)
{
	if (database)
		return 0;
	return cg_diag_set(
		diag, pos, -EINVAL,
		"%s: found no %s, expected %s = \"/path/to/database.mmdb\" that says where addresses are",
		what, key, key);
}

int cg_staying_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy *policy, struct cg_policy_cam *cam)
{
	const struct cg_texts *list = own->stay_in.n ? &own->stay_in : &defaults->stay_in;

	if (list->n == 1 && !strcmp(list->v[0].s, ANYWHERE))
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_text *t = &list->v[i];
		uint16_t country = cg_country_of(t->s);
		const char *meant = cg_country_meant(t->s);
		int r;

		if (!country)
			return cg_diag_set(
				diag, &t->pos, -EINVAL, "stay_in: found '%s', expected %s", t->s,
				meant ? meant :
					N_("a country's code of ISO 3166 in capital letters such as CN, unknown, private or shared, or anywhere alone"));
		r = needs(policy->country_database, "country_database", "stay_in", &t->pos, diag);
		if (r)
			return r;
		cam->stays = true;
		cam->stay_in[country / 8] |= (uint8_t)(1 << country % 8);
		cg_places_country(&policy->places, country);
	}
	return 0;
}

int cg_staying_rules(struct cg_policy *policy, const struct cg_policy_cam *cam,
		     struct cg_diag *diag)
{
	int r = 0;

	for (size_t i = 0; !r && i < cam->nrules; i++) {
		const struct cg_policy_rule *rule = &cam->rules[i];
		const struct cg_rule_text *t = &rule->text;

		if (rule->kind == CG_RULE_DENY && t->anywhere)
			return cg_diag_set(
				diag, &rule->pos, -EINVAL,
				"deny: found 'anywhere', expected it behind an allow or upload");
		if (t->kind == CG_DST_COUNTRY) {
			r = needs(policy->country_database, "country_database", "country:XX",
				  &rule->pos, diag);
			cg_places_country(&policy->places, (uint16_t)t->place);
		} else if (t->kind == CG_DST_NETWORK) {
			r = needs(policy->network_database, "network_database", "asn:NUMBER",
				  &rule->pos, diag);
			if (!r && cg_places_network(&policy->places, t->place))
				r = cg_diag_set(
					diag, &rule->pos, -E2BIG,
					"asn:%u: one network too many, expected at most %d in all",
					t->place, CG_MAX_NETWORKS);
		}
	}
	return r;
}
