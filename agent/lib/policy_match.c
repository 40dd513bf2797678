/* SPDX-License-Identifier: GPL-2.0-only */
/* The obvious evaluation of a camera's rules, one after the other. */
#include <errno.h>
#include <netinet/in.h>
#include "policy.h"
#include "viewers.h"

size_t cg_policy_prefixes(const struct cg_policy_rule *rule)
{
	if (rule->list)
		return rule->list->nprefix;
	return rule->text.kind == CG_DST_ADDRESS && !rule->text.name ? cg_viewers_count(rule) : 0;
}

const struct cg_prefix *cg_policy_prefix(const struct cg_policy_rule *rule, size_t i)
{
	return rule->list ? &rule->list->prefix[i] : cg_viewers_at(rule, i);
}

size_t cg_policy_names(const struct cg_policy_rule *rule)
{
	return rule->list ? rule->list->ndomain : rule->text.name != NULL;
}

const char *cg_policy_name(const struct cg_policy_rule *rule, size_t i)
{
	return rule->list ? rule->list->domain[i] : rule->text.name;
}

bool cg_policy_stays(const struct cg_policy_cam *cam, uint16_t country)
{
	return !cam->stays ||
	       (country < CG_COUNTRIES && cam->stay_in[country / 8] >> country % 8 & 1);
}

static bool covers(const struct cg_policy_rule *r, const struct cg_policy_peer *peer)
{
	if (r->viewer)
		return cg_viewers_cover(r, peer->addr);
	if (r->text.kind == CG_DST_COUNTRY)
		return peer->country == r->text.place;
	if (r->text.kind == CG_DST_NETWORK)
		return peer->network == r->text.place;
	for (size_t i = 0; i < cg_policy_prefixes(r); i++)
		if (cg_prefix_contains(cg_policy_prefix(r, i), peer->addr))
			return true;
	for (const char *const *name = peer->names; name && *name; name++)
		for (size_t i = 0; i < cg_policy_names(r); i++)
			if (cg_namepat_fits(cg_policy_name(r, i), *name))
				return true;
	return false;
}

static bool rule_matches(const struct cg_rule_text *r, uint8_t proto, uint16_t port)
{
	if (r->proto == CG_PROTO_ANY)
		return true;
	if (r->proto == CG_PROTO_TCPUDP ? proto != IPPROTO_TCP && proto != IPPROTO_UDP :
					  proto != r->proto)
		return false;
	return port >= r->port_lo && port <= r->port_hi;
}

int cg_policy_match_peer(const struct cg_policy_cam *cam, const struct cg_policy_peer *peer,
			 uint8_t proto, uint16_t port, bool lan)
{
	bool abroad = !lan && !cg_policy_stays(cam, peer->country);

	for (int denies = 1; denies >= 0; denies--) {
		for (size_t i = 0; i < cam->nrules; i++) {
			const struct cg_policy_rule *r = &cam->rules[i];

			if ((r->kind == CG_RULE_DENY) != denies ||
			    (r->kind == CG_RULE_VIEWER) != lan ||
			    (abroad && !denies && !r->text.anywhere))
				continue;
			if (covers(r, peer) && rule_matches(&r->text, proto, port))
				return (int)i;
		}
	}
	return -ENOENT;
}

int cg_policy_match_names(const struct cg_policy_cam *cam, const struct cg_addr *peer,
			  const char *const *names, uint8_t proto, uint16_t port, bool lan)
{
	const struct cg_policy_peer p = { .addr = peer, .names = names };

	return cg_policy_match_peer(cam, &p, proto, port, lan);
}

int cg_policy_match(const struct cg_policy_cam *cam, const struct cg_addr *peer, uint8_t proto,
		    uint16_t port, bool lan)
{
	return cg_policy_match_names(cam, peer, NULL, proto, port, lan);
}
