/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything works without the module; with it there is one more source of truth, which is compared with ours. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "guard_plan.h"
#include "module.h"
#include "../lib/told.h"

#define LOOK_NS (10 * CG_SEC_NS) /* it may be loaded later */
#define GONE_NS (1 * CG_SEC_NS)	 /* it may go, and a guard with it */
#define GONE	N_("camgate.ko is gone")

struct cg_module {
	struct cg_kstats *ks;
	const struct cg_datapath *set_for; /* whose map the module reads */
	uint64_t look_ns;
	bool again; /* it counts otherwise than the map */
	char why[256];
	char version[32];
};

static void module_gone(struct cg_agent *a, const char *why)
{
	struct cg_module *m = a->module;

	if (strcmp(m->why, why))
		cg_log_warning("module: %s, counters come from the packet path's map", why);
	(void)snprintf(m->why, sizeof(m->why), "%s", why);
	cg_kstats_close(&m->ks);
	m->set_for = NULL;
}

static void module_set(struct cg_agent *a)
{
	struct cg_module *m = a->module;
	char why[300];
	int r;

	if (!m->ks || m->set_for == a->kern.dp)
		return;
	r = cg_kstats_set(m->ks, cg_datapath_prog_fd(a->kern.dp));
	if (r) {
		(void)snprintf(why, sizeof(why), N_("camgate.ko refused the counters: %s%s%s"),
			       strerror(-r), *cg_kstats_strerror(m->ks) ? ": " : "",
			       cg_kstats_strerror(m->ks));
		module_gone(a, why);
		return;
	}
	m->set_for = a->kern.dp;
}

void cg_module_look(struct cg_agent *a)
{
	static const struct cg_kstats_guard nothing = { .mode = CG_KSTATS_OFF };
	struct cg_module *m = a->module;
	struct cg_kstats_info info;
	char why[256];
	int r;

	m->look_ns = a->boot_ns() + LOOK_NS;
	if (a->policy.now && !a->policy.now->module) {
		/* Asked for: no warning. */
		if (m->ks && (cg_kstats_guard_apply(m->ks, &nothing) || cg_kstats_unset(m->ks)))
			cg_log_warning("module: it does not let go of guard or counters");
		cg_kstats_close(&m->ks);
		m->set_for = NULL;
		(void)snprintf(m->why, sizeof(m->why), N_("not used (module = no)"));
		return;
	}
	if (m->ks) {
		r = cg_kstats_info_read(m->ks, &info);
		if (r) {
			module_gone(a, GONE);
			return;
		}
		if (!info.slots || m->again)
			m->set_for = NULL;
		m->again = false;
		module_set(a);
		return;
	}
	r = cg_kstats_open(&m->ks);
	if (r == -ENOENT) {
		/* What was said when it went need not be said in other words. */
		if (strcmp(m->why, GONE))
			module_gone(a, N_("camgate.ko is not loaded"));
	} else if (r == -EPROTO && m->ks) {
		(void)snprintf(why, sizeof(why), N_("camgate.ko is of another version (%s)"),
			       cg_kstats_version(m->ks));
		module_gone(a, why);
	} else if (r) {
		(void)snprintf(why, sizeof(why), N_("camgate.ko cannot be asked: %s"),
			       strerror(-r));
		module_gone(a, why);
	} else {
		module_set(a);
		if (!m->ks)
			return;
		m->why[0] = '\0';
		(void)snprintf(m->version, sizeof(m->version), "%s", cg_kstats_version(m->ks));
		cg_log_info("module: camgate.ko %s shows the counters", m->version);
	}
}

void cg_module_announce(struct cg_agent *a)
{
	struct cg_module *m = a->module;
	uint32_t generation = cg_datapath_generation(a->kern.dp);

	for (size_t i = 0; m->ks && i < a->policy.ncams; i++)
		if (cg_kstats_announce(m->ks, a->policy.cams[i].id, generation,
				       a->policy.cams[i].slot)) {
			cg_log_debug("module: announcement: %s", cg_kstats_strerror(m->ks));
			return;
		}
}

int cg_module_guard(struct cg_agent *a, const struct cg_guard_plan *plan)
{
	_cleanup_free_ char(*port)[16] = NULL;
	struct cg_kstats_guard k = { .mode = CG_KSTATS_OFF };

	if (!a->module->ks)
		return -ENOENT;
	if (!plan)
		return cg_kstats_guard_apply(a->module->ks, &k);
	port = calloc(plan->nport + 1, sizeof(*port));
	if (!port)
		return -ENOMEM;
	for (; k.nport < plan->nport; k.nport++)
		memcpy(port[k.nport], plan->port[k.nport].name, sizeof(*port));
	k.mode = plan->mode == CG_GUARD_DROP ? CG_KSTATS_DROP : CG_KSTATS_COUNT;
	k.mark = plan->mark.bits;
	k.mask = plan->mark.mask;
	k.port = (const char(*)[16])port;
	/* A port that joins later is guarded before anybody has told us of it. */
	k.bridge = (const char(*)[16])plan->bridge;
	k.nbridge = plan->nbridge;
	k.ports_kept = plan->ports_kept;
	k.mac = plan->mac;
	k.nmac = plan->nmac;
	return cg_kstats_guard_apply(a->module->ks, &k);
}

static bool within(const struct cg_stats *low, const struct cg_stats *x,
		   const struct cg_stats *high)
{
	for (int p = 0; p < CG_REASON_PLANES; p++)
		for (int i = 0; i < CG_REASONS; i++)
			if (x->c[p][i].packets < low->c[p][i].packets ||
			    x->c[p][i].packets > high->c[p][i].packets ||
			    x->c[p][i].bytes < low->c[p][i].bytes ||
			    x->c[p][i].bytes > high->c[p][i].bytes)
				return false;
	return true;
}

int cg_module_stats(struct cg_agent *a, uint32_t slot, struct cg_stats *ret_stats,
		    struct cg_module_source *ret_source)
{
	struct cg_module *m = a->module;
	struct cg_stats before, module, after;
	int r = cg_datapath_stats_read(a->kern.dp, slot, &before);

	if (r)
		return r;
	/* Packets go on meanwhile: the module must lie between two looks. */
	if (!m->ks || m->set_for != a->kern.dp || cg_kstats_read(m->ks, slot, &module) ||
	    cg_datapath_stats_read(a->kern.dp, slot, &after)) {
		*ret_stats = before;
		*ret_source = (struct cg_module_source){ "map", false };
		return 0;
	}
	*ret_stats = module;
	*ret_source = (struct cg_module_source){ "module", !within(&before, &module, &after) };
	/* A map of before, as it seems: handed ours when it is looked at next. */
	m->again |= ret_source->differs;
	return 0;
}

const char *cg_module_source(const struct cg_agent *a)
{
	return a->module->ks && a->module->set_for == a->kern.dp ? "module" : "map";
}

const char *cg_module_why(const struct cg_agent *a)
{
	return a->module->why[0] ? a->module->why : NULL;
}

const char *cg_module_version(const struct cg_agent *a)
{
	return a->module->version;
}

bool cg_module_due(const struct cg_agent *a, uint64_t now_ns)
{
	return now_ns >= a->module->look_ns - (a->module->ks ? LOOK_NS - GONE_NS : 0);
}

bool cg_module_there(const struct cg_agent *a)
{
	return a->module->ks;
}

int cg_module_guard_read(struct cg_agent *a, struct cg_kstats_guard_state *ret_state)
{
	return a->module->ks ? cg_kstats_guard_read(a->module->ks, ret_state) : -ENOENT;
}

const char *cg_module_strerror(const struct cg_agent *a)
{
	return cg_kstats_strerror(a->module->ks);
}

int cg_module_open(struct cg_module **ret_module)
{
	*ret_module = calloc(1, sizeof(**ret_module));
	return *ret_module ? 0 : -ENOMEM;
}

void cg_module_close(struct cg_module **module)
{
	if (*module)
		cg_kstats_close(&(*module)->ks);
	free(*module);
	*module = NULL;
}
