/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks for a policy's MACs among what this machine depends on, so that no typing error cuts it or its user off. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "own.h"
#include "../lib/told.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define MAX_SERVERS 8

static size_t servers_read(struct cg_addr *servers)
{
	_cleanup_fclose_ FILE *f = fopen(RESOLV_CONF, "re");
	char line[512], text[64];
	size_t n = 0;

	/* Without the file there is no resolver to protect. */
	while (f && n < MAX_SERVERS && fgets(line, sizeof(line), f))
		if (sscanf(line, " nameserver %63s", text) == 1 &&
		    !cg_addr_parse(text, &servers[n]))
			n++;
	return n;
}

static bool mac_same(const struct cg_mac *a, const struct cg_mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static const char *whose(struct cg_links *links, const struct cg_neigh *neighs, size_t nneighs,
			 const struct cg_addr *servers, size_t nservers, const struct cg_mac *mac,
			 char *buf, size_t len)
{
	const struct cg_link *link;
	char text[CG_ADDR_STRLEN];
	size_t n;

	link = cg_links_table(links, &n);
	for (size_t i = 0; i < n; i++)
		if (mac_same(&link[i].mac, mac)) {
			(void)snprintf(buf, len, N_("this machine's own interface %s"),
				       link[i].name);
			return buf;
		}
	for (size_t i = 0; i < nneighs; i++) {
		if (!mac_same(&neighs[i].mac, mac))
			continue;
		cg_addr_format(&neighs[i].addr, text);
		if (neighs[i].router) {
			(void)snprintf(buf, len, N_("the default gateway %s"), text);
			return buf;
		}
		for (size_t j = 0; j < nservers; j++)
			if (!memcmp(&servers[j], &neighs[i].addr, sizeof(servers[j]))) {
				(void)snprintf(buf, len, N_("the name server %s"), text);
				return buf;
			}
	}
	return NULL;
}

const char *cg_own_whose(struct cg_links *links, const struct cg_mac *mac, char *buf, size_t len)
{
	_cleanup_free_ struct cg_neigh *neighs = NULL;
	struct cg_addr servers[MAX_SERVERS];
	size_t nneighs = 0;

	if (cg_links_neighs_read(links, &neighs, &nneighs))
		nneighs = 0;
	return whose(links, neighs, nneighs, servers, servers_read(servers), mac, buf, len);
}

int cg_own_check(struct cg_links *links, const struct cg_policy *policy, struct cg_diag *diag)
{
	_cleanup_free_ struct cg_neigh *neighs = NULL;
	struct cg_addr servers[MAX_SERVERS];
	char text[CG_MAC_STRLEN], buf[128];
	size_t nneighs = 0, nservers;

	if (policy->force || !policy->ncams)
		return 0;
	if (cg_links_neighs_read(links, &neighs, &nneighs))
		nneighs = 0;
	nservers = servers_read(servers);
	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];

		for (size_t j = 0; j < cam->nmac; j++) {
			const char *of = whose(links, neighs, nneighs, servers, nservers,
					       &cam->mac[j], buf, sizeof(buf));

			if (of)
				return cg_diag_set(
					diag, &cam->pos, -EINVAL,
					"camera '%s': MAC %s is that of %s, expected a camera's (`force = yes` takes it all the same)",
					cam->name, cg_mac_format(&cam->mac[j], text), of);
		}
	}
	return 0;
}

const struct cg_policy_cam *cg_own_caller(struct cg_links *links, const struct cg_policy *policy,
					  const struct cg_addr *from)
{
	_cleanup_free_ struct cg_neigh *neighs = NULL;
	size_t n = 0;

	if (cg_links_neighs_read(links, &neighs, &n))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (memcmp(&neighs[i].addr, from, sizeof(*from)))
			continue;
		for (size_t c = 0; c < policy->ncams; c++)
			for (size_t m = 0; m < policy->cams[c].nmac; m++)
				if (mac_same(&policy->cams[c].mac[m], &neighs[i].mac))
					return &policy->cams[c];
	}
	return NULL;
}

const struct cg_mark_user *cg_own_mark_user(const struct cg_policy *policy, size_t *at)
{
	const struct cg_mark_user *u;

	do
		u = cg_mark_overlaps(policy->mark.mask, at);
	while (u && policy->mark.mask == CG_MARK_DEFAULT && access(u->sign, F_OK));
	return u;
}
