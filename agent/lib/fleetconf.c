/* SPDX-License-Identifier: GPL-2.0-only */
/* Without a word nothing leaves the home; with `report = yes` no name, and no address but under a key. */
#include <errno.h>
#include <string.h>
#include "fleetconf.h"
#include "ident.h"
#include "value.h"

static const char *const ADDRESSES[] = { "hashed", "plain", "none", NULL };

const char *cg_fleetconf_addresses(enum cg_fleet_addresses addresses)
{
	return addresses < __CG_FLEET_ADDRESSES_MAX ? ADDRESSES[addresses] : "";
}

static int gateway(const struct cg_text *t, struct cg_diag *diag, char ret[static CG_ID_LEN])
{
	const char *fault = t->s ? cg_ident_id_fault(t->s) : NULL;

	if (fault)
		return cg_diag_set(diag, &t->pos, -EINVAL, "gateway: found '%s', expected %s", t->s,
				   fault);
	strcpy(ret, t->s ? t->s : "");
	return 0;
}

/* What a home that reports cannot do without. */
static int check(const struct cg_config *config, struct cg_diag *diag,
		 const struct cg_policy *policy)
{
	const struct cg_pos *pos = &config->fleet[CG_FLEET_REPORT].pos;
	const struct cg_policy_fleet *f = &policy->fleet;

	if (!f->report)
		return 0;
	if (!policy->mqtt)
		return cg_diag_set(diag, pos, -EINVAL,
				   "report: found 'yes' without a block mqtt, expected one that "
				   "names the broker");
	if (!*f->gateway)
		return cg_diag_set(diag, pos, -EINVAL,
				   "fleet: no gateway, expected what this one is called, such as "
				   "gateway = home-0001");
	if (!f->key_file)
		return cg_diag_set(diag, pos, -EINVAL,
				   "fleet: no key_file, expected the file of the fleet's key");
	return 0;
}

int cg_fleetconf_build(const struct cg_config *config, struct cg_diag *diag,
		       struct cg_policy *policy)
{
	const struct cg_text *t = config->fleet;
	struct cg_policy_fleet *f = &policy->fleet;
	int word = 0;
	int r = cg_value_flag(&t[CG_FLEET_REPORT], "report", false, diag, &f->report);

	if (!r)
		r = gateway(&t[CG_FLEET_GATEWAY], diag, f->gateway);
	if (!r)
		r = cg_value_word(&t[CG_FLEET_ADDRESSES], "addresses", ADDRESSES, CG_FLEET_HASHED,
				  diag, &word);
	f->addresses = (enum cg_fleet_addresses)word;
	if (!r)
		r = cg_value_path(&t[CG_FLEET_KEY_FILE], "key_file", diag, &f->key_file);
	if (!r)
		r = cg_value_flag(&t[CG_FLEET_NAMES], "names", false, diag, &f->names);
	if (!r)
		r = cg_value_flag(&t[CG_FLEET_DESIRED], "desired", false, diag, &f->desired);
	return r ? r : check(config, diag, policy);
}
