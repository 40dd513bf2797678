/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands in for nft and nftables: scripts of the guard are carried out in memory, no test touches the host's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <kern/datapath.h>
#include <kern/nft.h>
#include "fake.h"

struct fake_guards fake_guards;

static char *script; /* of the nft that runs */

void fake_guards_reset(void)
{
	free(script);
	script = NULL;
	memset(&fake_guards, 0, sizeof(fake_guards));
}

/* ---- is what the guard looks for what the filters mark? ---- */

static bool is_camera(const struct cg_mac *mac)
{
	const struct cg_mapset *set = fake_kernel.set;

	for (size_t i = 0; set && i < set->ncams; i++)
		if (!memcmp(set->cams[i].key.mac, mac, sizeof(*mac)))
			return true;
	return false;
}

static bool guards(const struct fake_guard *g, const struct cg_mac *mac)
{
	for (size_t i = 0; g->on && g->nport && i < g->nmac; i++)
		if (!memcmp(&g->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

static void look(const struct fake_guard *g)
{
	uint32_t marked = fake_kernel.meta.flags & CG_META_GUARD ? fake_kernel.meta.mark : 0;

	for (size_t i = 0; g->on && g->drop && i < g->nmac; i++)
		if (!is_camera(&g->mac[i]) || (marked & g->mask) != g->mark)
			fake_guards.false_drops++;
}

void fake_guards_look(void)
{
	const struct fake_guards *f = &fake_guards;

	look(&f->by_nft);
	look(&f->by_module);
	/* The first of two takes the mark away. */
	for (size_t i = 0; f->by_module.on && i < f->by_module.nmac; i++)
		fake_guards.false_drops += guards(&f->by_nft, &f->by_module.mac[i]);
	if (f->must && !guards(&f->by_nft, &f->always) && !guards(&f->by_module, &f->always))
		fake_guards.gaps++;
}

int cg_datapath_guard_set(struct cg_datapath *dp, uint32_t mark)
{
	struct cg_meta *meta = cg_datapath_meta(dp);
	int err = fake_call("guard_set");

	if (err < 0)
		return err;
	meta->mark = mark;
	meta->flags = mark ? meta->flags | CG_META_GUARD : meta->flags & ~(uint32_t)CG_META_GUARD;
	fake_guards_look();
	return 0;
}

int cg_datapath_prog_fd(const struct cg_datapath *dp)
{
	(void)dp;
	return -1;
}

/* ---- nft ---- */

static void port_del(struct fake_guard *g, int ifindex)
{
	for (size_t i = 0; i < g->nport; i++)
		if (g->port[i] == ifindex)
			g->port[i--] = g->port[--g->nport];
}

static void macs_add(struct fake_guard *g, const char *list)
{
	char text[CG_MAC_STRLEN] = "";
	int used;

	while (sscanf(list, " %17[0-9a-f:]%n", text, &used) == 1) {
		if (cg_mac_parse(text, &g->mac[g->nmac++]) < 0)
			fprintf(stderr, "bad MAC in a script: %s\n", text);
		list += used;
		list += *list == ',';
	}
}

static void line_run(struct fake_guard *g, const char *line)
{
	const char *list = strstr(line, "elements = { ");
	char verdict[8];
	int ifindex;

	if (strstr(line, "add element netdev camgate_guard cams { "))
		list = strstr(line, "{ ");
	if (list)
		macs_add(g, strstr(list, "{ ") + 2);
	else if (strstr(line, "delete table netdev camgate_guard"))
		*g = (struct fake_guard){ 0 };
	else if (strstr(line, "table netdev camgate_guard {"))
		g->on = true;
	else if (strstr(line, "flush set netdev camgate_guard"))
		g->nmac = 0;
	else if (sscanf(line, "delete chain netdev camgate_guard if%d", &ifindex) == 1)
		port_del(g, ifindex);
	else if (sscanf(line, "add chain netdev camgate_guard if%d", &ifindex) == 1) {
		port_del(g, ifindex);
		g->port[g->nport++] = ifindex;
	} else if (sscanf(line,
			  "add rule netdev camgate_guard if%*d meta mark & %x != %x "
			  "counter name unmarked %7s",
			  &g->mask, &g->mark, verdict) == 3)
		g->drop = !strcmp(verdict, "drop");
}

/* As one step. */
static int run(const char *text)
{
	struct fake_guard g = fake_guards.by_nft;
	char *copy = strdup(text), *at = NULL;

	if (!copy)
		return -ENOMEM;

	for (char *line = strtok_r(copy, "\n", &at); line; line = strtok_r(NULL, "\n", &at))
		line_run(&g, line);
	free(copy);
	fake_guards.by_nft = g;
	fake_guards.runs++;
	fake_guards_look();
	return 0;
}

int cg_nft_start(const char *text, struct cg_nft_job *ret_job)
{
	int err = fake_call("nft_start");

	if (err < 0 || !fake_guards.nft)
		return err < 0 ? err : -ENOENT;
	free(script);
	script = strdup(text);
	if (!script)
		return -ENOMEM;
	*ret_job = (struct cg_nft_job){ .fd = eventfd(1, EFD_CLOEXEC), .out_fd = -1 };
	return 0;
}

int cg_nft_finish(struct cg_nft_job *job, char *ret_why, size_t n)
{
	int err = fake_call("nft_finish");

	if (n)
		(void)snprintf(ret_why, n, "%s", err < 0 ? "no" : "");
	cg_closep(&job->fd);
	return err < 0 ? err : run(script);
}

int cg_nft_run(const char *text, char *ret_why, size_t n)
{
	int err = fake_call("nft_run");

	if (n)
		(void)snprintf(ret_why, n, "%s", err < 0 ? "no" : "");
	if (err < 0 || !fake_guards.nft)
		return err < 0 ? err : -ENOENT;
	return run(text);
}

/* ---- rules of others, as nft lists them ---- */

int cg_nft_list_start(const char *text, bool terse, struct cg_nft_job *ret_job)
{
	int err = fake_call("nft_list_start");

	(void)text;
	(void)terse;
	if (err < 0 || !fake_guards.ruleset)
		return err < 0 ? err : -ENOENT;
	fake_guards.lists++;
	*ret_job = (struct cg_nft_job){ .fd = eventfd(1, EFD_CLOEXEC), .out_fd = -1 };
	return 0;
}

int cg_nft_list_finish(struct cg_nft_job *job, size_t max, char **ret_text, size_t *ret_n,
		       char *ret_why, size_t n)
{
	int err = fake_call("nft_list_finish");

	*ret_text = NULL;
	*ret_n = 0;
	if (n)
		(void)snprintf(ret_why, n, "%s", err < 0 ? "no" : "");
	cg_closep(&job->fd);
	if (err < 0)
		return err;
	*ret_text = strdup(fake_guards.ruleset());
	if (!*ret_text)
		return -ENOMEM;
	*ret_n = strlen(*ret_text);
	return *ret_n > max ? -E2BIG : 0;
}

int cg_nft_generation(uint32_t *ret_gen)
{
	int err = fake_call("nft_generation");

	*ret_gen = fake_guards.generation;
	return err;
}

int cg_nft_rules_delete(uint32_t gen, const struct cg_nft_rule *rule, size_t n)
{
	int err = fake_call("nft_rules_delete");

	if (err < 0)
		return err;
	if (gen != fake_guards.generation)
		return -ESTALE;
	for (size_t i = 0; i < n; i++)
		fake_guards.deleted(&rule[i]);
	fake_guards.generation++;
	return 0;
}

int cg_nft_table_has(uint8_t family, const char *table)
{
	return family == CG_NFT_NETDEV && !strcmp(table, CG_NFTEXT_GUARD_TABLE) &&
	       fake_guards.by_nft.on;
}

int cg_nft_guard_ports(const char *table, struct cg_nftext_port **ret_port)
{
	const struct fake_guard *g = &fake_guards.by_nft;
	int err = fake_call("nft_guard_ports");

	(void)table;
	if (err < 0)
		return err;
	*ret_port = calloc(g->nport + 1, sizeof(**ret_port));
	if (!*ret_port)
		return -ENOMEM;
	for (size_t i = 0; i < g->nport; i++)
		(*ret_port)[i] = (struct cg_nftext_port){ .ifindex = g->port[i], .name = "x" };
	return (int)g->nport;
}

int cg_nft_set_has(uint8_t family, const char *table, const char *set)
{
	(void)family;
	(void)table;
	(void)set;
	return 0;
}

int cg_nft_counter_read(uint8_t family, const char *table, const char *name, uint64_t *ret_packets)
{
	(void)family;
	(void)table;
	(void)name;
	(void)ret_packets;
	return -ENOENT;
}

int cg_nft_rules_find(uint8_t family, const char *table, const char *chain, const char *comment,
		      uint64_t *ret_handles, size_t max)
{
	(void)family;
	(void)table;
	(void)chain;
	(void)comment;
	(void)ret_handles;
	(void)max;
	return 0;
}

int cg_nft_check(const char *text, char *ret_why, size_t n)
{
	if (n)
		(void)snprintf(ret_why, n, "Operation not supported");
	if (!fake_guards.nft)
		return -ENOENT;
	return fake_guards.refused && strstr(text, fake_guards.refused) ? -EPROTO : 0;
}
