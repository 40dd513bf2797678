/* SPDX-License-Identifier: GPL-2.0-only */
/* Makers: a profile's words put in their place; its rules are the policy's to add. */
#include <errno.h>
#include <string.h>
#include "maker.h"
#include "near.h"
#include "servers.h"
#include "value.h"

static const struct cg_text *either(const struct cg_text *own, const struct cg_text *under)
{
	return own->s ? own : under;
}

const struct cg_config_profile *cg_maker_profile(const struct cg_config *config,
						 const struct cg_config_cam *c)
{
	const struct cg_text *t = either(&c->profile, &config->defaults.profile);

	for (size_t i = 0; t->s && i < config->nprofile; i++)
		if (!strcmp(config->profile[i].name, t->s))
			return &config->profile[i];
	return NULL;
}

/* A profile without it would leave the household to guess. */
static int word(const struct cg_config_profile *p, const struct cg_text *t, const char *key,
		const char *const *words, struct cg_diag *diag, int *ret_word)
{
	char text[128];
	size_t n = 0;

	if (t->s)
		return cg_value_word(t, key, words, 0, diag, ret_word);
	while (words[n])
		n++;
	return cg_diag_set(diag, &p->pos, -EINVAL, "%s is missing, expected %s = %s", key, key,
			   cg_near_format(words, n, text, sizeof(text)));
}

int cg_maker_words(const struct cg_config *config, const struct cg_config_cam *c,
		   struct cg_diag *diag, struct cg_policy_cam *cam)
{
	const struct cg_config_profile *p = cg_maker_profile(config, c);
	const struct cg_config_cam *d = &config->defaults;
	struct cg_config_cam under = { 0 };
	int protection, local_view, r;

	if (!p)
		return cg_servers_words(c, d, diag, cam);
	r = word(p, &p->protection, "protection", cg_profile_protections, diag, &protection);
	if (!r)
		r = word(p, &p->local_view, "local_view", cg_profile_local_views, diag,
			 &local_view);
	if (r)
		return r;
	strcpy(cam->profile, p->name);
	cam->protection = (enum cg_protection)protection;
	cam->local_view = (enum cg_local_view)local_view;
	under.dns = *either(&p->rules.dns, &d->dns);
	under.dns_names = *either(&p->rules.dns_names, &d->dns_names);
	under.ntp = *either(&p->rules.ntp, &d->ntp);
	return cg_servers_words(c, &under, diag, cam);
}
