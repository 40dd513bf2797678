/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_COUNTRY=no: a config that names a country, a network or a database is refused, agent and command do. */
#include <errno.h>
#include "../lib/geoset.h"
#include "../lib/staying.h"

static int refuse(const struct cg_pos *pos, const char *key, struct cg_diag *diag)
{
	return cg_diag_set(diag, pos, -EINVAL,
			   "%s: found in a config of a camgate that is built without countries "
			   "and networks, expected none",
			   key);
}

bool cg_staying_can(void)
{
	return false;
}

int cg_staying_files(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	(void)policy;
	if (config->country_database.s)
		return refuse(&config->country_database.pos, "country_database", diag);
	return config->network_database.s ?
		       refuse(&config->network_database.pos, "network_database", diag) :
		       0;
}

int cg_staying_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy *policy, struct cg_policy_cam *cam)
{
	const struct cg_texts *list = own->stay_in.n ? &own->stay_in : &defaults->stay_in;

	(void)policy;
	(void)cam;
	return list->n ? refuse(&list->v[0].pos, "stay_in", diag) : 0;
}

int cg_staying_rules(struct cg_policy *policy, const struct cg_policy_cam *cam,
		     struct cg_diag *diag)
{
	(void)policy;
	for (size_t i = 0; i < cam->nrules; i++) {
		const struct cg_policy_rule *rule = &cam->rules[i];

		if (rule->text.kind == CG_DST_COUNTRY || rule->text.kind == CG_DST_NETWORK ||
		    rule->text.anywhere)
			return refuse(&rule->pos, "a place", diag);
	}
	return 0;
}

/* ---- agent/lib/geoset.h, of which there is none ---- */

bool cg_geoset_next(const struct cg_policy_cam *cam, struct cg_geoset_entry *e,
		    uint16_t ids[static CG_GEOSET_IDS])
{
	(void)cam;
	(void)e;
	(void)ids;
	return false;
}

void cg_geoset_key(uint32_t gen, uint32_t slot, const struct cg_geoset_entry *e,
		   struct cg_rule_key *ret_key)
{
	(void)gen;
	(void)slot;
	(void)e;
	(void)ret_key;
}

bool cg_geoset_is(const struct cg_policy_rule *rule)
{
	(void)rule;
	return false;
}
