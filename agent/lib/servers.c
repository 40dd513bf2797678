/* SPDX-License-Identifier: GPL-2.0-only */
/* Servers: whom a camera may ask for names and time, and who else answers for the gateway. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "servers.h"
#include "value.h"

static const char *const DNS[] = { "gateway", "redirect", "any", NULL };
static const char *const NTP[] = { "gateway", "redirect", "any", "drop", NULL };
static const char *const NAMES[] = { "all", "allowed", NULL };

/* ADDRESS, or "ADDRESS MAC". */
static int resolver(const struct cg_text *t, struct cg_diag *diag, struct cg_policy_resolver *to)
{
	const char *space = strchr(t->s, ' ');
	char text[CG_ADDR_STRLEN];
	size_t n = space ? (size_t)(space - t->s) : strlen(t->s);
	struct cg_text part = { text, t->pos };
	int r;

	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	memcpy(text, t->s, n);
	text[n] = '\0';
	r = cg_value_unicast(&part, "resolver", diag, &to->addr);
	if (r || !space)
		return r;
	part.s = t->s + n + strspn(space, " ");
	to->has_mac = true;
	return cg_value_mac(&part, diag, &to->mac);
}

int cg_servers_resolvers(const struct cg_texts *list, struct cg_diag *diag,
			 struct cg_policy_resolver **ret_list, size_t *ret_n, bool *ret_gateway)
{
	if (list->n > CG_MAX_RESOLVERS)
		return cg_diag_set(diag, &list->v[CG_MAX_RESOLVERS].pos, -E2BIG,
				   "resolver: found %zu entries, expected at most %d", list->n,
				   CG_MAX_RESOLVERS);
	*ret_list = calloc(list->n + 1, sizeof(**ret_list));
	if (!*ret_list)
		return -ENOMEM;
	*ret_gateway = !list->n;
	for (size_t i = 0; i < list->n; i++) {
		struct cg_policy_resolver *to = &(*ret_list)[*ret_n];
		int r;

		if (!strcmp(list->v[i].s, "gateway")) {
			*ret_gateway = true;
			continue;
		}
		r = resolver(&list->v[i], diag, to);
		if (r)
			return r;
		for (size_t j = 0; j < *ret_n; j++)
			if (!memcmp(&(*ret_list)[j].addr, &to->addr, sizeof(to->addr)))
				return cg_diag_set(
					diag, &list->v[i].pos, -EEXIST,
					"resolver: '%s' is listed twice, expected it once",
					list->v[i].s);
		(*ret_n)++;
	}
	return 0;
}

static const struct cg_text *either(const struct cg_text *own, const struct cg_text *defaults)
{
	return own->s ? own : defaults;
}

int cg_servers_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy_cam *cam)
{
	const struct cg_text *names = either(&own->dns_names, &defaults->dns_names);
	int dns, ntp, allowed, r;

	r = cg_value_word(either(&own->dns, &defaults->dns), "dns", DNS, CG_SERVER_GATEWAY, diag,
			  &dns);
	if (!r)
		r = cg_value_word(either(&own->ntp, &defaults->ntp), "ntp", NTP, CG_SERVER_GATEWAY,
				  diag, &ntp);
	if (!r)
		r = cg_value_word(names, "dns_names", NAMES, 0, diag, &allowed);
	if (r)
		return r;
	if (allowed && dns == CG_SERVER_ANY)
		return cg_diag_set(
			diag, &names->pos, -EINVAL,
			"dns_names: found 'allowed', which dns = any makes void, expected dns = gateway or redirect");
	cam->dns = (enum cg_server)dns;
	cam->ntp = (enum cg_server)ntp;
	cam->dns_allowed = allowed;
	return 0;
}
