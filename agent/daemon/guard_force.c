/* SPDX-License-Identifier: GPL-2.0-only */
/* Each change of the guard in force as one step, by the module or by nftables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/nftext.h"
#include "../lib/told.h"
#include "guard_force.h"
#include "module.h"

#define RETRY_NS (5 * CG_SEC_NS)
#define QUIET_NS (60 * CG_SEC_NS)

void cg_guard_force_failed(struct cg_agent *a, const char *what, int err, const char *why)
{
	struct cg_guard *g = a->guard;
	const char *text = err == -ENOENT ? N_("there is no nft") : *why ? why : strerror(-err);

	/* Said once, not at every try. */
	if (strcmp(g->why, text))
		cg_log_error("%s: %s", what, text);
	(void)snprintf(g->why, sizeof(g->why), "%s", text);
	g->retry_ns = a->boot_ns() + (err == -ENOENT ? QUIET_NS : RETRY_NS);
}

void cg_guard_force_lost(struct cg_guard *g)
{
	cg_guard_plan_free(&g->now);
	g->by = CG_GUARD_BY_NOBODY;
	g->unsure = false;
}

/* plan is in force now; it is taken. */
static void took(struct cg_guard *g, enum cg_guard_by by, struct cg_guard_plan *plan)
{
	cg_guard_plan_free(&g->now);
	g->now = *plan;
	*plan = (struct cg_guard_plan){ 0 };
	g->by = by;
	g->why[0] = '\0';
}

/* ---- nft ---- */

static int script(const struct cg_guard *g, const struct cg_guard_plan *plan, char **ret_text)
{
	struct cg_nftext_guard text = cg_guard_plan_text(plan), was = cg_guard_plan_text(&g->now);

	/* Of an earlier run: what stands in its chains and its set is written anew. */
	if (g->unsure) {
		was.drop = !text.drop;
		was.nmac = SIZE_MAX;
	}
	return cg_nftext_guard(&text, g->by == CG_GUARD_BY_NFT ? &was : NULL, ret_text);
}

void cg_guard_force_ended(struct cg_agent *a, int err, const char *why)
{
	struct cg_guard *g = a->guard;

	if (!err) {
		if (g->by != CG_GUARD_BY_NFT)
			cg_log_notice("guard: in force by nftables on %zu ports", g->next.nport);
		took(g, CG_GUARD_BY_NFT, &g->next);
		g->unsure = false;
		return;
	}
	cg_guard_plan_free(&g->next);
	/* What was there may have gone with a device: once more, all of it. */
	if (g->by == CG_GUARD_BY_NFT && err == -EPROTO) {
		cg_guard_force_lost(g);
		g->jobs.todo |= CG_GUARD_JOB_GUARD;
		return;
	}
	cg_guard_force_failed(a, "guard", err, why);
	if (g->by == CG_GUARD_BY_NFT && cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) != 1)
		cg_guard_force_lost(g);
	if (g->by == CG_GUARD_BY_NOBODY && cg_datapath_guard_set(a->kern.dp, 0))
		cg_log_warning("guard: packets go on being marked");
}

int cg_guard_force_text(struct cg_agent *a, char **ret_text)
{
	struct cg_guard *g = a->guard;
	int r;

	cg_guard_plan_free(&g->next);
	r = cg_guard_plan_make(a, &g->next);
	if (r)
		return r;
	if (g->by == CG_GUARD_BY_NFT && !g->unsure && cg_guard_plan_same(&g->now, &g->next))
		return -EALREADY;
	return script(g, &g->next, ret_text);
}

static void nft_remove(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	_cleanup_free_ char *text = NULL;
	char why[200] = "";
	int r = 0;

	cg_guard_jobs_drop(&g->jobs, CG_GUARD_JOB_GUARD);
	if (cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 1) {
		r = cg_nftext_remove("netdev", CG_NFTEXT_GUARD_TABLE, &text);
		if (!r)
			r = cg_nft_run(text, why, sizeof(why));
	}
	if (r)
		cg_guard_force_failed(a, "guard", r, why);
	else if (g->by == CG_GUARD_BY_NFT)
		cg_guard_force_lost(g);
}

/* ---- changes of what is in force ---- */

int cg_guard_force_replace(struct cg_agent *a, struct cg_guard_plan *plan)
{
	struct cg_guard *g = a->guard;
	_cleanup_free_ char *text = NULL;
	char why[200] = "";
	int r;

	if (g->by == CG_GUARD_BY_MODULE) {
		r = cg_module_guard(a, plan);
	} else {
		r = script(g, plan, &text);
		if (!r && *text)
			r = cg_nft_run(text, why, sizeof(why));
	}
	if (r) {
		cg_guard_plan_free(plan);
		cg_log_warning("guard: %s", *why ? why : strerror(-r));
		return r;
	}
	took(g, g->by, plan);
	return 0;
}

void cg_guard_force_off(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	if (g->by == CG_GUARD_BY_MODULE) {
		if (cg_module_guard(a, NULL))
			cg_log_warning("guard: the module did not let go of it");
		cg_guard_force_lost(g);
	}
	nft_remove(a);
	/* Marks end last: a guard must find them as long as it looks. */
	if (g->by == CG_GUARD_BY_NOBODY && cg_datapath_guard_set(a->kern.dp, 0))
		cg_log_warning("guard: packets go on being marked");
}

/* In the packet path of now, and in the one that will follow it. */
static int marks(struct cg_agent *a, struct cg_datapath *dp, uint32_t bits)
{
	int r = dp == a->kern.dp ? 0 : cg_datapath_guard_set(dp, bits);

	return r ? r : cg_datapath_guard_set(a->kern.dp, bits);
}

/* Packets bear both marks while the guard goes over from the one to the other. */
int cg_guard_force_remark(struct cg_agent *a, struct cg_datapath *dp, const struct cg_mark *mark)
{
	struct cg_guard *g = a->guard;
	struct cg_mark was = g->now.mark;
	struct cg_guard_plan plan;
	int r;

	if (!cg_mark_joins(&was, mark)) {
		cg_guard_force_off(a);
		return 0;
	}
	r = cg_guard_plan_copy(&g->now, &plan);
	if (r)
		return r;
	plan.mark = *mark;
	r = marks(a, dp, was.bits | mark->bits);
	if (r)
		cg_guard_plan_free(&plan);
	else
		r = cg_guard_force_replace(a, &plan);
	if (!r)
		return marks(a, dp, mark->bits);
	if (marks(a, dp, was.bits))
		cg_log_warning("guard: packets bear marks that nobody looks for");
	return r;
}

void cg_guard_force_look(struct cg_agent *a, const struct cg_policy *policy)
{
	_cleanup_(cg_mapset_free) struct cg_mapset *set = NULL;
	struct cg_guard *g = a->guard;
	struct cg_guard_plan p = { .mode = policy->guard };
	struct cg_kstats_guard_state k = { 0 };
	bool by_nft = cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 1;
	int n = 0;

	g->looked = true;
	cg_module_look(a);
	if (!cg_module_guard_read(a, &k) && k.mode != CG_KSTATS_OFF)
		g->by = CG_GUARD_BY_MODULE;
	else if (by_nft)
		g->by = CG_GUARD_BY_NFT;
	else
		return;
	p.mark.bits = g->by == CG_GUARD_BY_MODULE ? k.mark : cg_datapath_meta(a->kern.dp)->mark;
	p.mark.mask = g->by == CG_GUARD_BY_MODULE ? k.mask : p.mark.bits;
	if (cg_datapath_mapset_read(a->kern.dp, &set))
		set = NULL;
	if (set) {
		p.mac = calloc(set->ncams + 1, sizeof(*p.mac));
		for (; p.mac && p.nmac < set->ncams; p.nmac++)
			memcpy(&p.mac[p.nmac], set->cams[p.nmac].key.mac, sizeof(*p.mac));
	} else {
		p.nmac = cg_guard_plan_macs(policy, &p.mac);
	}
	if (g->by == CG_GUARD_BY_MODULE) {
		p.mode = k.mode == CG_KSTATS_DROP ? CG_GUARD_DROP : CG_GUARD_COUNT;
		p.ports_kept = true;
	} else {
		n = cg_nft_guard_ports(CG_NFTEXT_GUARD_TABLE, &p.port);
	}
	if (!p.mac || !p.mark.bits || n < 0) {
		/* Not to be understood: it is made anew. */
		cg_guard_plan_free(&p);
		cg_guard_force_off(a);
		return;
	}
	p.nport = (size_t)n;
	g->now = p;
	g->unsure = true;
	cg_log_info("guard: of an earlier run, by %s",
		    g->by == CG_GUARD_BY_MODULE ? "the module" : "nftables");
}

bool cg_guard_force_by_module(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_plan plan;
	int r;

	if (!cg_module_there(a) || g->refused)
		return false;
	/* Two guards at once: the first clears the mark that the second looks for. */
	if (g->by == CG_GUARD_BY_NFT || g->jobs.running == CG_GUARD_JOB_GUARD)
		nft_remove(a);
	if (g->by == CG_GUARD_BY_NFT)
		return false;
	r = cg_guard_plan_make(a, &plan);
	if (r)
		return g->by == CG_GUARD_BY_MODULE;
	r = cg_module_guard(a, &plan);
	if (!r) {
		if (g->by != CG_GUARD_BY_MODULE)
			cg_log_notice("guard: in force by the module");
		took(g, CG_GUARD_BY_MODULE, &plan);
		g->unsure = false;
		return true;
	}
	cg_guard_plan_free(&plan);
	cg_log_warning("guard: the module refused it: %s: %s, nftables does it", strerror(-r),
		       cg_module_strerror(a));
	g->refused = true;
	if (g->by == CG_GUARD_BY_MODULE) {
		if (cg_module_guard(a, NULL))
			cg_log_debug("guard: the module did not let go of it");
		cg_guard_force_lost(g);
	}
	return false;
}
