/* SPDX-License-Identifier: GPL-2.0-only */
/* A configuration judged without an agent, step by step as a reload goes. */
#include <errno.h>
#include <stdlib.h>
#include "../lib/cleanup.h"
#include "../lib/config.h"
#include "../lib/mapset.h"
#include "../lib/zones.h"
#include "judge.h"

static void names_freep(struct cg_name **names)
{
	free(*names);
}

int cg_judge(const char *file, struct cg_links *links, struct cg_diag *diag,
	     struct cg_policy **ret_policy)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	_cleanup_(cg_policy_free) struct cg_policy *policy = NULL;
	_cleanup_(cg_mapset_free) struct cg_mapset *set = NULL;
	_cleanup_(names_freep) struct cg_name *names = calloc(CG_MAX_CAMERAS, sizeof(*names));
	int r;

	if (!names)
		return -ENOMEM;
	r = cg_config_read(file, diag, &config);
	if (!r)
		r = cg_policy_build(config, diag, &policy);
	if (!r)
		r = cg_zones_find(policy, "", diag);
	if (!r)
		r = cg_mapset_build(policy, 1, names, CG_MAX_CAMERAS, diag, &set);
	if (!r && links)
		r = cg_own_check(links, policy, diag);
	if (!r)
		*ret_policy = TAKE_PTR(policy);
	return r;
}
