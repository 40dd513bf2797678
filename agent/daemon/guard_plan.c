/* SPDX-License-Identifier: GPL-2.0-only */
/* Plans are made whole from the agent's state, and made smaller before what they hold goes. */
#include <errno.h>
#include <string.h>
#include "guard_plan.h"

void cg_guard_plan_free(struct cg_guard_plan *p)
{
	free(p->mac);
	free(p->port);
	free(p->bridge);
	*p = (struct cg_guard_plan){ 0 };
}

size_t cg_guard_plan_macs(const struct cg_policy *policy, struct cg_mac **ret_mac)
{
	struct cg_mac *mac = calloc(policy->ncams * CG_MAX_MACS + 1, sizeof(*mac));
	size_t n = 0;

	for (size_t i = 0; mac && i < policy->ncams; i++)
		for (size_t j = 0; j < policy->cams[i].nmac; j++)
			mac[n++] = policy->cams[i].mac[j];
	*ret_mac = mac;
	return n;
}

static bool is_lan(const struct cg_agent *a, const char *name)
{
	for (size_t i = 0; i < a->policy.nlan; i++)
		if (!strcmp(a->policy.lan[i], name))
			return true;
	return false;
}

int cg_guard_plan_make(const struct cg_agent *a, struct cg_guard_plan *ret_plan)
{
	const struct cg_policy *policy = a->policy.now;
	struct cg_guard_plan p = { .mode = policy->guard, .mark = policy->mark };
	const struct cg_link *link;
	size_t n;

	p.nmac = cg_guard_plan_macs(policy, &p.mac);
	p.port = calloc(a->run.nport + 1, sizeof(*p.port));
	p.bridge = calloc(a->policy.nlan + 1, sizeof(*p.bridge));
	if (!p.mac || !p.port || !p.bridge) {
		cg_guard_plan_free(&p);
		return -ENOMEM;
	}
	for (; p.nport < a->run.nport; p.nport++) {
		p.port[p.nport].ifindex = a->run.port[p.nport].ifindex;
		memcpy(p.port[p.nport].name, a->run.port[p.nport].name, sizeof(p.port->name));
	}
	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n && p.nbridge < a->policy.nlan; i++)
		if (!strcmp(link[i].kind, "bridge") && is_lan(a, link[i].name))
			memcpy(p.bridge[p.nbridge++], link[i].name, sizeof(*p.bridge));
	*ret_plan = p;
	return 0;
}

int cg_guard_plan_copy(const struct cg_guard_plan *p, struct cg_guard_plan *ret_plan)
{
	struct cg_guard_plan c = *p;

	c.mac = calloc(p->nmac + 1, sizeof(*c.mac));
	c.port = calloc(p->nport + 1, sizeof(*c.port));
	c.bridge = calloc(p->nbridge + 1, sizeof(*c.bridge));
	if (!c.mac || !c.port || !c.bridge) {
		cg_guard_plan_free(&c);
		return -ENOMEM;
	}
	if (p->nmac)
		memcpy(c.mac, p->mac, p->nmac * sizeof(*c.mac));
	if (p->nport)
		memcpy(c.port, p->port, p->nport * sizeof(*c.port));
	if (p->nbridge)
		memcpy(c.bridge, p->bridge, p->nbridge * sizeof(*c.bridge));
	*ret_plan = c;
	return 0;
}

bool cg_guard_plan_same(const struct cg_guard_plan *x, const struct cg_guard_plan *y)
{
	return x->mode == y->mode && cg_mark_same(&x->mark, &y->mark) && x->nmac == y->nmac &&
	       x->nport == y->nport &&
	       (!x->nmac || !memcmp(x->mac, y->mac, x->nmac * sizeof(*x->mac))) &&
	       (!x->nport || !memcmp(x->port, y->port, x->nport * sizeof(*x->port)));
}

struct cg_nftext_guard cg_guard_plan_text(const struct cg_guard_plan *p)
{
	return (struct cg_nftext_guard){
		.drop = p->mode == CG_GUARD_DROP,
		.mark = p->mark,
		.mac = p->mac,
		.nmac = p->nmac,
		.port = p->port,
		.nport = p->nport,
	};
}

static bool has_mac(const struct cg_policy *policy, const struct cg_mac *mac)
{
	for (size_t i = 0; i < policy->ncams; i++)
		for (size_t j = 0; j < policy->cams[i].nmac; j++)
			if (!memcmp(&policy->cams[i].mac[j], mac, sizeof(*mac)))
				return true;
	return false;
}

bool cg_guard_plan_less_macs(struct cg_guard_plan *p, const struct cg_policy *policy)
{
	size_t n = 0, had = p->nmac;

	for (size_t i = 0; i < p->nmac; i++)
		if (has_mac(policy, &p->mac[i]))
			p->mac[n++] = p->mac[i];
	p->nmac = n;
	return n < had;
}

static bool stays(const struct cg_agent *a, const struct cg_ports_plan *ports, int ifindex)
{
	for (size_t i = 0; i < ports->nport; i++)
		if (ports->port[i].ifindex == ifindex)
			return true;
	/* What hangs on a device that is gone went with it. */
	return !cg_links_find(a->kern.links, ifindex);
}

bool cg_guard_plan_less_ports(struct cg_guard_plan *p, const struct cg_agent *a,
			      const struct cg_ports_plan *ports)
{
	size_t n = 0, nbridge = 0;
	bool less;

	for (size_t i = 0; i < p->nport; i++)
		if (stays(a, ports, p->port[i].ifindex))
			p->port[n++] = p->port[i];
	for (size_t i = 0; i < p->nbridge; i++)
		if (is_lan(a, p->bridge[i])) {
			memmove(p->bridge[nbridge], p->bridge[i], sizeof(*p->bridge));
			nbridge++;
		}
	less = n < p->nport || nbridge < p->nbridge;
	p->nport = n;
	p->nbridge = nbridge;
	return less;
}
