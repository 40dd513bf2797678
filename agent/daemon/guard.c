/* SPDX-License-Identifier: GPL-2.0-only */
/* The guard in step with policy and ports; and the handing over of the boot guard at READY. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "../kern/bootguard.h"
#include "../lib/nftext.h"
#include "attach.h"
#include "guard.h"
#include "guard_force.h"
#include "module.h"

#define QUIET_NS (60 * CG_SEC_NS)

static int fw4_text(struct cg_agent *a, char **ret_text)
{
	_cleanup_free_ struct cg_mac *mac = NULL;
	size_t n = cg_guard_plan_macs(a->policy.now, &mac);

	return mac ? cg_bootguard_fw4_text(mac, n, &a->policy.now->mark, ret_text) : -ENOMEM;
}

static int job_text(struct cg_agent *a, enum cg_guard_job kind, char **ret_text)
{
	switch (kind) {
	case CG_GUARD_JOB_GUARD:
		return cg_guard_force_text(a, ret_text);
	case CG_GUARD_JOB_BOOT:
		return cg_bootguard_release_text(ret_text);
	case CG_GUARD_JOB_FW4:
		return fw4_text(a, ret_text);
	}
	return -EINVAL;
}

static void job_ended(struct cg_agent *a, enum cg_guard_job kind, int err, const char *why)
{
	struct cg_guard *g = a->guard;

	switch (kind) {
	case CG_GUARD_JOB_GUARD:
		cg_guard_force_ended(a, err, why);
		break;
	case CG_GUARD_JOB_BOOT:
		g->boot_held = err != 0;
		if (err)
			cg_guard_force_failed(a, "boot guard", err, why);
		else
			cg_log_notice("boot guard: handed over");
		break;
	case CG_GUARD_JOB_FW4:
		/* fw4 that is not running takes the file when it starts. */
		if (err && err != -ENOENT)
			cg_guard_force_failed(a, "fw4", err, why);
		break;
	}
}

/* ---- in step with the policy ---- */

int cg_guard_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_plan less;
	int r = 0;

	cg_guard_jobs_drop(&g->jobs, CG_GUARD_JOB_GUARD);
	if (!g->looked)
		cg_guard_force_look(a, policy);
	if (g->by == CG_GUARD_BY_NOBODY)
		return policy->guard == CG_GUARD_OFF ? 0 :
						       cg_datapath_guard_set(dp, policy->mark.bits);
	/* New maps must serve the guard of now. */
	if (dp != a->kern.dp)
		r = cg_datapath_guard_set(dp, g->now.mark.bits);
	if (!r)
		r = cg_guard_plan_copy(&g->now, &less);
	if (r)
		return r;
	if (cg_guard_plan_less_macs(&less, policy) || g->unsure)
		r = cg_guard_force_replace(a, &less);
	else
		cg_guard_plan_free(&less);
	/* Not ours, or taken away by somebody and not noticed yet: made anew afterwards. */
	if (r && (g->unsure || (g->by == CG_GUARD_BY_NFT &&
				cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 0))) {
		cg_guard_force_off(a);
		r = 0;
	}
	/* When it is not wanted any more it ends after the policy is in force. */
	if (r || policy->guard == CG_GUARD_OFF)
		return r;
	if (g->by != CG_GUARD_BY_NOBODY && !cg_mark_same(&g->now.mark, &policy->mark))
		r = cg_guard_force_remark(a, dp, &policy->mark);
	return r ? r : cg_datapath_guard_set(dp, policy->mark.bits);
}

void cg_guard_ports_go(struct cg_agent *a, const struct cg_ports_plan *ports)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_plan less;

	if (!g || (g->by == CG_GUARD_BY_NOBODY && g->jobs.running != CG_GUARD_JOB_GUARD))
		return;
	if (g->jobs.running == CG_GUARD_JOB_GUARD)
		cg_guard_jobs_drop(&g->jobs, CG_GUARD_JOB_GUARD);
	if (g->by == CG_GUARD_BY_NOBODY || cg_guard_plan_copy(&g->now, &less))
		return;
	if (!cg_guard_plan_less_ports(&less, a, ports))
		cg_guard_plan_free(&less);
	else if (cg_guard_force_replace(a, &less))
		cg_log_warning("guard: a port that is left may lose packets for a moment");
}

void cg_guard_applied(struct cg_agent *a)
{
	cg_module_look(a);
	cg_module_announce(a);
}

void cg_guard_files(struct cg_agent *a)
{
	const struct cg_policy *policy = a->policy.now;
	const char *dir = cg_guard_fw4_dir(a);
	_cleanup_free_ struct cg_mac *mac = NULL;
	size_t n = cg_guard_plan_macs(policy, &mac);
	int r;

	if (!mac)
		return;
	r = cg_bootguard_write(a->opts.state_dir, mac, n);
	if (r)
		cg_log_warning("boot guard: %s/%s: %s, the next boot guards the cameras of before",
			       a->opts.state_dir, CG_BOOTGUARD_FILE, strerror(-r));
	if (cg_bootguard_fw4_installed(dir)) {
		r = cg_bootguard_fw4_install(dir, mac, n, &policy->mark);
		if (r)
			cg_log_warning("%s: %s", dir, strerror(-r));
		cg_guard_fw4_note(a, dir);
		cg_guard_jobs_add(&a->guard->jobs, CG_GUARD_JOB_FW4);
	}
}

void cg_guard_sync(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	const struct cg_policy *policy = a->policy.now;

	/* An earlier run's guard goes on with the policy of an earlier run. */
	if (!policy || a->run.leave)
		return;
	if (g->by == CG_GUARD_BY_MODULE && !cg_module_there(a))
		cg_guard_force_lost(g);
	if (policy->guard == CG_GUARD_OFF) {
		if (g->by != CG_GUARD_BY_NOBODY || g->jobs.running == CG_GUARD_JOB_GUARD ||
		    g->jobs.todo & CG_GUARD_JOB_GUARD)
			cg_guard_force_off(a);
		return;
	}
	if (g->by != CG_GUARD_BY_NOBODY && !cg_mark_same(&g->now.mark, &policy->mark) &&
	    cg_guard_force_remark(a, a->kern.dp, &policy->mark))
		return;
	if (cg_datapath_guard_set(a->kern.dp, policy->mark.bits)) {
		cg_guard_force_failed(a, "guard", -EIO, "the packet path cannot be told to mark");
		return;
	}
	if (!cg_guard_force_by_module(a))
		cg_guard_jobs_add(&g->jobs, CG_GUARD_JOB_GUARD);
}

void cg_guard_handover(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	if (!a->run.ready || g->jobs.running == CG_GUARD_JOB_BOOT)
		return;
	g->boot_held = cg_bootguard_held();
	/* Not by the clock: a port that is not enforced leaves it in place. */
	if (!g->boot_held || !cg_attach_complete(a) || !a->policy.ncams)
		return;
	cg_guard_jobs_add(&g->jobs, CG_GUARD_JOB_BOOT);
}

static void watch(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_state s;
	uint64_t held;

	if (g->by == CG_GUARD_BY_NFT && !g->jobs.running &&
	    cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 0) {
		cg_log_warning("guard: its table was removed by somebody else, making it again");
		cg_guard_force_lost(g);
		g->unmarked = 0;
		cg_guard_sync(a);
		return;
	}
	if (g->by == CG_GUARD_BY_NOBODY)
		return;
	cg_guard_state_read(a, &s);
	if (s.unmarked > g->unmarked && cg_log_limit_pass(&g->limit, now_ns, QUIET_NS, &held)) {
		cg_log_warning("guard: %" PRIu64 " packets of cameras had passed no filter, %s",
			       s.unmarked - g->unmarked,
			       s.mode == CG_GUARD_DROP ? "dropped" : "counted");
		g->unmarked = s.unmarked;
	}
}

void cg_guard_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_guard *g = a->guard;
	bool had = cg_module_there(a);

	if (a->run.leave)
		return;
	if (cg_module_due(a, now_ns)) {
		cg_module_look(a);
		if (had != cg_module_there(a)) {
			g->refused = false;
			cg_guard_sync(a);
		}
	}
	cg_guard_jobs_go(&g->jobs);
	if (a->policy.now && a->policy.now->guard != CG_GUARD_OFF && g->by == CG_GUARD_BY_NOBODY &&
	    !g->jobs.running && now_ns >= g->retry_ns)
		cg_guard_sync(a);
	watch(a, now_ns);
	cg_guard_handover(a);
}

void cg_guard_state_read(struct cg_agent *a, struct cg_guard_state *ret_state)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_state s = { .why = g->why, .boot_held = g->boot_held };
	struct cg_kstats_guard_state k;

	s.mode = a->policy.now ? a->policy.now->guard : CG_GUARD_OFF;
	switch (g->by) {
	case CG_GUARD_BY_NOBODY:
		break;
	case CG_GUARD_BY_MODULE:
		s.by = "module";
		if (!cg_module_guard_read(a, &k)) {
			s.ports = k.hooked;
			s.left_out = k.failed;
			s.unmarked = k.unmarked;
		}
		break;
	case CG_GUARD_BY_NFT:
		s.by = "nftables";
		for (size_t i = 0; i < g->now.nport; i++)
			if (cg_nftext_name_ok(g->now.port[i].name))
				s.ports++;
			else
				s.left_out++;
		if (cg_nft_counter_read(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE,
					CG_NFTEXT_GUARD_UNMARKED, &s.unmarked))
			s.unmarked = 0;
		break;
	}
	*ret_state = s;
}

/* ---- open, close ---- */

int cg_guard_open(struct cg_agent *a, struct cg_guard **ret_guard)
{
	struct cg_guard *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	cg_guard_jobs_init(&g->jobs, a);
	g->jobs.text = job_text;
	g->jobs.ended = job_ended;
	*ret_guard = g;
	return 0;
}

void cg_guard_close(struct cg_guard **guard)
{
	struct cg_guard *g = TAKE_PTR(*guard);

	if (!g)
		return;
	cg_guard_jobs_exit(&g->jobs);
	cg_guard_plan_free(&g->now);
	cg_guard_plan_free(&g->next);
	free(g);
}
