/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_VIEWERS=no: a config with viewers is refused, agent and command do. */
#include "../lib/viewers.h"
#include "refuse.h"

int cg_viewers_build(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	(void)policy;
	return config->nviewers ? refuse(&config->viewers[0].name.pos, "viewer", diag) : 0;
}

void cg_viewers_free(struct cg_policy *policy)
{
	(void)policy;
}

const struct cg_policy_viewer *cg_viewers_find(const struct cg_policy *policy, const char *name)
{
	(void)policy;
	(void)name;
	return NULL;
}

int cg_viewers_rule(const struct cg_policy *policy, const struct cg_text *t, struct cg_diag *diag,
		    struct cg_policy_rule *rule)
{
	(void)policy;
	(void)rule;
	return refuse(&t->pos, "viewers", diag);
}

bool cg_viewers_has(const struct cg_policy_cam *cam)
{
	(void)cam;
	return false;
}

/* Any rule of addresses is asked: it stands for its own prefix. */
size_t cg_viewers_count(const struct cg_policy_rule *rule)
{
	(void)rule;
	return 1;
}

const struct cg_prefix *cg_viewers_at(const struct cg_policy_rule *rule, size_t i)
{
	(void)i;
	return &rule->text.dst;
}

bool cg_viewers_cover(const struct cg_policy_rule *rule, const struct cg_addr *addr)
{
	return cg_prefix_contains(&rule->text.dst, addr);
}
