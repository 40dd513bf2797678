/* SPDX-License-Identifier: GPL-2.0-only */
/* What a look for openings is made of: whose addresses, which rules, which files. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/memtext.h"
#include "../lib/wholefile.h"
#include "../lib/told.h"
#include "mappings_look.h"

#define CONF_MAX (64 * 1024)

__attribute__((format(printf, 2, 3))) static void why_add(struct cg_mappings_found *found,
							  const char *fmt, ...)
{
	size_t n = strlen(found->why);
	va_list ap;

	if (n)
		n += (size_t)snprintf(found->why + n, sizeof(found->why) - n, "; ");
	if (n >= sizeof(found->why))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(found->why + n, sizeof(found->why) - n, fmt, ap);
	va_end(ap);
}

void cg_mappings_why(struct cg_mappings_found *found, int err, const char *said)
{
	if (err == -ENOENT)
		why_add(found, "there is no nft: rules of the firewall were not looked at");
	else if (strstr(said, "JSON"))
		why_add(found,
			"nft has no JSON here (OpenWrt: install nftables-json): rules of the "
			"firewall were not looked at");
	else if (err == -E2BIG)
		why_add(found, "the firewall has more rules than are read here");
	else
		why_add(found, "rules of the firewall were not read: %s",
			*said ? said : strerror(-err));
}

/* ---- whose addresses ---- */

static bool has_mac(const struct cg_policy_cam *cam, const struct cg_mac *mac)
{
	for (size_t i = 0; i < cam->nmac; i++)
		if (!memcmp(&cam->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

static bool is_zero(const struct cg_mac *mac)
{
	static const struct cg_mac zero;

	return !memcmp(mac, &zero, sizeof(zero));
}

/* 1: the neighbours know it as this camera's, -1: as another device's, 0: not at all. */
static int whose(const struct cg_policy_cam *cam, const struct cg_neigh *neigh, size_t n,
		 const struct cg_addr *addr)
{
	int found = 0;

	for (size_t i = 0; cam && i < n; i++) {
		if (memcmp(&neigh[i].addr, addr, sizeof(*addr)) || is_zero(&neigh[i].mac))
			continue;
		if (has_mac(cam, &neigh[i].mac))
			return 1;
		found = -1;
	}
	return found;
}

struct gather {
	struct cg_mappings_known *known;
	size_t n, room;
};

static int known_add(struct gather *g, const struct cg_addr *addr, uint32_t slot, bool sure)
{
	if (g->n == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct cg_mappings_known *more = reallocarray(g->known, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		g->known = more;
		g->room = room;
	}
	g->known[g->n++] = (struct cg_mappings_known){ *addr, slot, sure };
	return 0;
}

static int of_camera(struct cg_agent *a, const struct cg_agent_cam *cam, struct gather *g,
		     const struct cg_neigh *neigh, size_t nneigh)
{
	const struct cg_policy_cam *policy = cam->policy;
	struct cg_state state = { 0 };
	int err = 0;

	/* Narrowed: other addresses behind its MAC are other devices. */
	for (size_t i = 0; policy && i < policy->naddr && !err; i++)
		if (whose(policy, neigh, nneigh, &policy->addr[i]) >= 0)
			err = known_add(g, &policy->addr[i], cam->slot, true);
	if (policy && policy->naddr)
		return err;
	for (size_t i = 0; policy && i < nneigh && !err; i++)
		if (has_mac(policy, &neigh[i].mac) && cg_addr_is_unicast(&neigh[i].addr))
			err = known_add(g, &neigh[i].addr, cam->slot, true);
	if (err || cg_datapath_state_read(a->kern.dp, cam->slot, &state) < 0)
		return err;
	for (uint32_t i = 0; i < state.naddr && i < CG_SEEN_ADDRS && !err; i++) {
		struct cg_addr addr;

		memcpy(&addr, state.addr[i], sizeof(addr));
		/* It may have had it once, or sent in another's name. */
		if (cg_addr_is_unicast(&addr) && !whose(policy, neigh, nneigh, &addr))
			err = known_add(g, &addr, cam->slot, false);
	}
	return err;
}

static int by_addr(const void *x, const void *y)
{
	const struct cg_mappings_known *a = x, *b = y;
	int r = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	/* Who is sure comes first. */
	if (!r)
		r = b->sure - a->sure;
	return r ? r : (a->slot > b->slot) - (a->slot < b->slot);
}

static int addrs_make(struct cg_agent *a, const struct cg_agent_cam *cam,
		      struct cg_mappings_look *look)
{
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	struct gather g = { 0 };
	size_t nneigh = 0, n = 0;
	int err = 0;

	err = cg_links_neighs_read(a->kern.links, &neigh, &nneigh);
	if (err == -ENOMEM)
		return err;
	/* Without them nothing is certain, and nothing closed. */
	if (err < 0)
		nneigh = 0;
	err = 0;
	for (size_t i = 0; i < a->policy.ncams && !err; i++)
		if (!cam || cam == &a->policy.cams[i])
			err = of_camera(a, &a->policy.cams[i], &g, neigh, nneigh);
	look->known = g.known;
	look->addr = calloc(g.n + 1, sizeof(*look->addr));
	if (err || !look->addr)
		return -ENOMEM;
	if (g.n)
		qsort(g.known, g.n, sizeof(*g.known), by_addr);
	for (size_t i = 0; i < g.n; i++) {
		if (n && !memcmp(&g.known[n - 1].addr, &g.known[i].addr, sizeof(struct cg_addr)))
			continue;
		g.known[n] = g.known[i];
		look->addr[n] = g.known[n].addr;
		n++;
	}
	look->want.addr = look->addr;
	look->want.naddr = n;
	return 0;
}

/* ---- what is the house ---- */

static int house_make(const struct cg_agent *a, struct cg_mappings_look *look)
{
	const struct cg_ports_plan *plan = a->run.plan;
	size_t n = 0;

	look->lan = calloc(a->policy.nlan + 1, sizeof(*look->lan));
	look->net = calloc(plan ? plan->nnet + 1 : 1, sizeof(*look->net));
	if (!look->lan || !look->net)
		return -ENOMEM;
	if (a->policy.nlan)
		memcpy(look->lan, a->policy.lan, a->policy.nlan * sizeof(*look->lan));
	for (size_t i = 0; plan && i < plan->nnet; i++)
		if (plan->net[i].net.kind == CG_NET_LAN)
			look->net[n++] = plan->net[i].prefix;
	look->want.lan = (const char(*)[16])look->lan;
	look->want.nlan = a->policy.nlan;
	look->want.net = look->net;
	look->want.nnet = n;
	return 0;
}

/* Debian's, the program's own, and where OpenWrt writes it. */
static int conf_read(const char *root, struct cg_mappings_look *look)
{
	static const char *const paths[] = { "/var/etc/miniupnpd.conf",
					     "/etc/miniupnpd/miniupnpd.conf",
					     "/etc/miniupnpd.conf" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !look->upnp; i++) {
		_cleanup_free_ char *text = NULL;
		char path[PATH_MAX];
		int err;

		(void)snprintf(path, sizeof(path), "%s%s", root, paths[i]);
		err = cg_wholefile_read(path, CONF_MAX, &text, NULL);
		if (err == -ENOMEM)
			return err;
		if (err)
			continue;
		cg_mapping_upnp_read(text, &look->want.upnp);
		look->upnp = true;
	}
	return 0;
}

int cg_mappings_look_make(struct cg_agent *a, const struct cg_agent_cam *cam,
			  struct cg_mappings_look *ret_look)
{
	int err;

	memset(ret_look, 0, sizeof(*ret_look));
	err = addrs_make(a, cam, ret_look);
	if (!err)
		err = house_make(a, ret_look);
	if (!err)
		err = conf_read(a->opts.root, ret_look);
	return err;
}

void cg_mappings_look_free(struct cg_mappings_look *look)
{
	free(look->known);
	free(look->addr);
	free(look->lan);
	free(look->net);
	memset(look, 0, sizeof(*look));
}

/* ---- rules ---- */

int cg_mappings_take(struct cg_nft_job *job, const struct cg_mappings_look *look,
		     struct cg_mappings_found *found)
{
	_cleanup_free_ char *text = NULL;
	char said[200] = "";
	size_t n = 0;
	int err = cg_nft_list_finish(job, CG_MAPPING_RULES_MAX, &text, &n, said, sizeof(said));

	if (!err) {
		err = cg_mapping_nft_read(text, n, &look->want, &found->list);
		(void)snprintf(said, sizeof(said), "%s",
			       err ? N_("it says no JSON that is known here") : "");
	}
	if (err == -ENOMEM)
		return err;
	if (err)
		cg_mappings_why(found, err, said);
	return 0;
}

int cg_mappings_maps(struct cg_mapping_list *list, char **ret_script)
{
	char *text = NULL;
	size_t n, asked = 0;
	FILE *f = open_memstream(&text, &n);

	*ret_script = NULL;
	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < list->nmap; i++) {
		struct cg_mapping_map *m = &list->map[i];

		if (m->told || !cg_mapping_name_ok(m->table) || !cg_mapping_name_ok(m->name))
			continue;
		(void)fprintf(f, "list map %s %s %s\n", m->family, m->table, m->name);
		m->asked = true;
		asked++;
	}
	if (cg_memtext_end(f, &text))
		return -ENOMEM;
	if (!asked)
		free(text);
	else
		*ret_script = text;
	return 0;
}

/* ---- files ---- */

static int leases(const struct cg_agent *a, const char *file, const struct cg_mappings_look *look,
		  struct cg_mappings_found *found)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t n = 0;
	int err;

	if (!*file)
		return 0;
	(void)snprintf(path, sizeof(path), "%s%s", a->opts.root, file);
	err = cg_wholefile_read(path, CG_MAPPING_LEASE_MAX, &text, &n);
	if (!err)
		err = cg_mapping_leases_read(text, n, file, &look->want, &found->list);
	/* It comes with the first lease. */
	if (!err || err == -ENOENT || err == -ENOMEM)
		return err == -ENOENT ? 0 : err;
	why_add(found, "%s: %s", file, strerror(-err));
	return 0;
}

/* iptables of old keeps its rules where nft does not see them. */
static void legacy(const struct cg_agent *a, struct cg_mappings_found *found)
{
	char path[PATH_MAX], line[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/proc/net/ip_tables_names", a->opts.root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strcmp(line, "nat\n"))
			why_add(found, "iptables-legacy has NAT rules, which are not read here: "
				       "`iptables-legacy -t nat -S`");
	if (f)
		(void)fclose(f);
}

static const struct cg_mappings_known *known_of(const struct cg_mappings_look *look,
						const struct cg_addr *addr)
{
	size_t lo = 0, hi = look->want.naddr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int r = memcmp(&look->known[mid].addr, addr, sizeof(*addr));

		if (!r)
			return &look->known[mid];
		if (r < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int by_camera(const void *x, const void *y)
{
	const struct cg_mapping *a = x, *b = y;

	if (a->slot != b->slot)
		return a->slot < b->slot ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->out_lo != b->out_lo)
		return a->out_lo < b->out_lo ? -1 : 1;
	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	return (a->handle > b->handle) - (a->handle < b->handle);
}

int cg_mappings_finish(struct cg_agent *a, const struct cg_mappings_look *look,
		       struct cg_mappings_found *found)
{
	struct cg_mapping_list *list = &found->list;
	int err = leases(a, look->want.upnp.leases, look, found);

	if (!err)
		err = leases(a, look->want.upnp.leases6, look, found);
	if (err)
		return err;
	legacy(a, found);
	for (size_t i = 0; i < list->nmap; i++)
		if (!list->map[i].told)
			why_add(found, "map %s of %s %s was not told", list->map[i].name,
				list->map[i].family, list->map[i].table);
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_mappings_known *k = known_of(look, &list->m[i].to);

		list->m[i].slot = k ? k->slot : UINT32_MAX;
		list->m[i].sure = k && k->sure;
	}
	if (list->n)
		qsort(list->m, list->n, sizeof(*list->m), by_camera);
	return 0;
}
