/* SPDX-License-Identifier: GPL-2.0-only */
/* Viewers: their blocks judged, their names looked up, their addresses at home kept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ident.h"
#include "near.h"
#include "value.h"
#include "viewers.h"
#include "told.h"

#define MAX_EACH CG_VIEWERS_PER_SLOT

static int too_many(const struct cg_texts *list, const char *key, struct cg_diag *diag)
{
	return list->n <= MAX_EACH ? 0 :
				     cg_diag_set(diag, &list->v[MAX_EACH].pos, -E2BIG,
						 "%s: found %zu of one viewer, expected at most %d",
						 key, list->n, MAX_EACH);
}

/* What could be meant by `--to` otherwise is no name. */
static int build_name(const struct cg_text *t, struct cg_diag *diag, struct cg_policy_viewer *v)
{
	const char *fault = cg_ident_name_fault(t->s);
	struct cg_prefix p;

	if (!fault && (!strcmp(t->s, CG_VIEWERS_ALL) || cg_prefix_parse(t->s, &p) != -EINVAL))
		fault = N_("a name that is neither an address nor all");
	if (fault)
		return cg_diag_set(diag, &t->pos, -EINVAL, "viewer: found name '%s', expected %s",
				   t->s, fault);
	strcpy(v->name, t->s);
	return 0;
}

static int build_macs(const struct cg_texts *list, struct cg_diag *diag, struct cg_policy_viewer *v)
{
	v->mac = calloc(list->n + 1, sizeof(*v->mac));
	if (!v->mac)
		return -ENOMEM;
	for (; v->nmac < list->n; v->nmac++) {
		int r = cg_value_mac(&list->v[v->nmac], diag, &v->mac[v->nmac]);

		if (r)
			return r;
	}
	return 0;
}

static int build_prefix(const struct cg_text *t, struct cg_diag *diag, struct cg_prefix *ret_prefix)
{
	static const struct cg_addr v4 = { .b = { [10] = 0xff, [11] = 0xff } };
	char text[CG_PREFIX_STRLEN];
	struct cg_prefix p;
	int r = cg_prefix_parse(t->s, &p);

	if (r == -ERANGE)
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"address: '%s' has bits set behind its prefix length, expected %s", t->s,
			cg_prefix_format(&p, text));
	if (r || (p.len == 128 && !cg_addr_is_unicast(&p.addr)))
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "address: found '%s', expected an address or a prefix", t->s);
	if (p.len <= 96 && cg_prefix_contains(&p, &v4))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"address: '%s' is the whole internet, expected a narrower prefix", t->s);
	*ret_prefix = p;
	return 0;
}

static int build_prefixes(const struct cg_texts *list, struct cg_diag *diag,
			  struct cg_policy_viewer *v)
{
	v->prefix = calloc(list->n + 1, sizeof(*v->prefix));
	if (!v->prefix)
		return -ENOMEM;
	for (; v->nprefix < list->n; v->nprefix++) {
		int r = build_prefix(&list->v[v->nprefix], diag, &v->prefix[v->nprefix]);

		if (r)
			return r;
	}
	return 0;
}

static int build_domains(const struct cg_texts *list, struct cg_diag *diag,
			 struct cg_policy_viewer *v)
{
	v->domain = calloc(list->n + 1, sizeof(*v->domain));
	if (!v->domain)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_text *t = &list->v[i];
		const char *expected = N_("a whole name without a star");
		char name[CG_NAMEPAT_LEN];
		struct cg_addr addr;

		if (!cg_addr_parse(t->s, &addr) ||
		    cg_namepat_parse(t->s, strlen(t->s), name, &expected) ||
		    cg_namepat_is_wild(name))
			return cg_diag_set(diag, &t->pos, -EINVAL,
					   "domain: found '%s', expected %s", t->s, expected);
		v->domain[v->ndomain] = strdup(name);
		if (!v->domain[v->ndomain])
			return -ENOMEM;
		v->ndomain++;
	}
	return 0;
}

static bool is_home(const struct cg_policy *p, const char *ifname)
{
	for (size_t i = 0; i < p->nhome; i++)
		if (!strcmp(p->home[i].ifname, ifname))
			return true;
	for (size_t i = 0; i < p->nlan; i++)
		if (!strcmp(p->lan[i], ifname))
			return true;
	return false;
}

static int build_ifnames(const struct cg_texts *list, const struct cg_policy *p,
			 struct cg_diag *diag, struct cg_policy_viewer *v)
{
	v->ifname = calloc(list->n + 1, sizeof(*v->ifname));
	if (!v->ifname)
		return -ENOMEM;
	for (; v->nifname < list->n; v->nifname++) {
		const struct cg_text *t = &list->v[v->nifname];
		int r = cg_value_ifname(t, "interface", diag, v->ifname[v->nifname]);

		if (!r && is_home(p, t->s))
			r = cg_diag_set(
				diag, &t->pos, -EEXIST,
				"interface: '%s' is listed as lan or home, whose devices are at home anyway, expected another tunnel",
				t->s);
		if (r)
			return r;
	}
	return 0;
}

static int build_one(const struct cg_config_viewer *c, const struct cg_policy *p,
		     struct cg_diag *diag, struct cg_policy_viewer *v)
{
	int r = build_name(&c->name, diag, v);

	if (!r)
		r = too_many(&c->mac, "mac", diag);
	if (!r)
		r = too_many(&c->address, "address", diag);
	if (!r)
		r = too_many(&c->domain, "domain", diag);
	if (!r)
		r = too_many(&c->ifname, "interface", diag);
	if (!r && !c->mac.n && !c->address.n && !c->domain.n && !c->ifname.n)
		r = cg_diag_set(
			diag, &c->name.pos, -EINVAL,
			"viewer '%s': found nothing of it, expected mac, address, domain or interface",
			c->name.s);
	if (!r)
		r = build_macs(&c->mac, diag, v);
	if (!r)
		r = build_prefixes(&c->address, diag, v);
	if (!r)
		r = build_domains(&c->domain, diag, v);
	return r ? r : build_ifnames(&c->ifname, p, diag, v);
}

int cg_viewers_build(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	if (config->nviewers > CG_MAX_NAMED_VIEWERS)
		return cg_diag_set(diag, &config->viewers[CG_MAX_NAMED_VIEWERS].name.pos, -E2BIG,
				   "found %zu viewers, expected at most %d", config->nviewers,
				   CG_MAX_NAMED_VIEWERS);
	policy->viewers = calloc(config->nviewers + 1, sizeof(*policy->viewers));
	if (!policy->viewers)
		return -ENOMEM;
	while (policy->nviewers < config->nviewers) {
		size_t i = policy->nviewers++;
		int r = build_one(&config->viewers[i], policy, diag, &policy->viewers[i]);

		if (r)
			return r;
	}
	return 0;
}

void cg_viewers_free(struct cg_policy *policy)
{
	for (size_t i = 0; i < policy->nviewers; i++) {
		struct cg_policy_viewer *v = &policy->viewers[i];

		for (size_t k = 0; k < v->ndomain; k++)
			free(v->domain[k]);
		free(v->mac);
		free(v->prefix);
		free(v->domain);
		free(v->ifname);
		free(v->seen);
	}
	free(policy->viewers);
}

const struct cg_policy_viewer *cg_viewers_find(const struct cg_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->nviewers; i++)
		if (!strcmp(policy->viewers[i].name, name))
			return &policy->viewers[i];
	return NULL;
}

int cg_viewers_rule(const struct cg_policy *policy, const struct cg_text *t, struct cg_diag *diag,
		    struct cg_policy_rule *rule)
{
	const char *names[CG_MAX_NAMED_VIEWERS], *near[CG_NEAR_MAX];
	char text[256];
	size_t n = 0;

	rule->text = (struct cg_rule_text){
		.dst.len = 128,
		.port_hi = UINT16_MAX,
		.proto = CG_PROTO_ANY,
	};
	rule->viewer = cg_viewers_find(policy, t->s);
	if (rule->viewer)
		return 0;
	for (; n < policy->nviewers; n++)
		names[n] = policy->viewers[n].name;
	if (cg_addr_parse(t->s, &rule->text.dst.addr)) {
		n = cg_near_find(t->s, names, n, near);
		if (n)
			return cg_diag_set(diag, &t->pos, -EINVAL,
					   "viewers: found '%s', expected %s", t->s,
					   cg_near_format(near, n, text, sizeof(text)));
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"viewers: found '%s', expected the address of one device or the name of a viewer",
			t->s);
	}
	return cg_value_unicast(t, "viewers", diag, &rule->text.dst.addr);
}

bool cg_viewers_has(const struct cg_policy_cam *cam)
{
	for (size_t i = 0; i < cam->nrules; i++)
		if (cam->rules[i].kind == CG_RULE_VIEWER)
			return true;
	return false;
}

size_t cg_viewers_count(const struct cg_policy_rule *rule)
{
	return rule->viewer ? rule->viewer->nprefix + rule->viewer->nseen : 1;
}

const struct cg_prefix *cg_viewers_at(const struct cg_policy_rule *rule, size_t i)
{
	const struct cg_policy_viewer *v = rule->viewer;

	if (!v)
		return &rule->text.dst;
	return i < v->nprefix ? &v->prefix[i] : &v->seen[i - v->nprefix].prefix;
}

bool cg_viewers_cover(const struct cg_policy_rule *rule, const struct cg_addr *addr)
{
	for (size_t i = 0; i < cg_viewers_count(rule); i++)
		if (cg_prefix_contains(cg_viewers_at(rule, i), addr))
			return true;
	return false;
}

static bool has_mac(const struct cg_policy_viewer *v, const struct cg_mac *mac)
{
	for (size_t i = 0; i < v->nmac; i++)
		if (!memcmp(&v->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

static void seen_remove(struct cg_policy_viewer *v, size_t i)
{
	memmove(&v->seen[i], &v->seen[i + 1], (--v->nseen - i) * sizeof(*v->seen));
}

static size_t seen_find(const struct cg_policy_viewer *v, const struct cg_addr *addr)
{
	size_t k = 0;

	while (k < v->nseen && memcmp(&v->seen[k].prefix.addr, addr, sizeof(*addr)))
		k++;
	return k;
}

void cg_viewers_look(struct cg_policy *policy)
{
	for (size_t i = 0; i < policy->nviewers; i++)
		for (size_t k = 0; k < policy->viewers[i].nseen; k++)
			policy->viewers[i].seen[k].here = false;
}

void cg_viewers_still(struct cg_policy *policy, const struct cg_addr *addr,
		      const struct cg_mac *mac)
{
	for (size_t i = 0; i < policy->nviewers; i++) {
		struct cg_policy_viewer *v = &policy->viewers[i];
		size_t k = seen_find(v, addr);

		if (k < v->nseen && has_mac(v, mac))
			v->seen[k].here = true;
	}
}

/* Room for one more. */
static bool seen_room(struct cg_policy_viewer *v)
{
	if (!v->seen)
		v->seen = calloc(MAX_EACH, sizeof(*v->seen));
	for (size_t k = 0; v->seen && v->nseen == MAX_EACH && k < MAX_EACH; k++)
		if (!v->seen[k].here)
			seen_remove(v, k);
	return v->seen && v->nseen < MAX_EACH;
}

bool cg_viewers_seen(struct cg_policy *policy, const struct cg_addr *addr, const struct cg_mac *mac)
{
	bool changed = false;

	for (size_t i = 0; i < policy->nviewers; i++) {
		struct cg_policy_viewer *v = &policy->viewers[i];
		bool is = has_mac(v, mac);
		size_t k = seen_find(v, addr);

		if (is == (k < v->nseen))
			continue;
		if (is && !seen_room(v))
			continue; /* asked again with the next look */
		if (is)
			v->seen[v->nseen++] = (struct cg_policy_seen){ { *addr, 128 }, *mac, true };
		else
			seen_remove(v, k);
		changed = true;
	}
	return changed;
}

void cg_viewers_carry(struct cg_policy *policy, const struct cg_policy *old)
{
	for (size_t i = 0; i < old->nviewers; i++) {
		const struct cg_policy_viewer *v = &old->viewers[i];

		for (size_t k = 0; k < v->nseen; k++)
			(void)cg_viewers_seen(policy, &v->seen[k].prefix.addr, &v->seen[k].mac);
	}
}

bool cg_viewers_by_mac(const struct cg_policy *policy)
{
	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];

		for (size_t k = 0; cam->lan_viewing == CG_LAN_VIEWERS && k < cam->nrules; k++)
			if (cam->rules[k].viewer && cam->rules[k].viewer->nmac)
				return true;
	}
	return false;
}
