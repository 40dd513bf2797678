/* SPDX-License-Identifier: GPL-2.0-only */
/* The reload transaction, and the questions every other file asks of the state. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "agent.h"
#include "attach.h"
#include "devices.h"
#include "audit.h"
#include "guard.h"
#include "manual.h"
#include "module.h"
#include "places.h"
#include "sched.h"
#include "sessions.h"
#include "viewers.h"
#include "viewers_lan.h"
#include "../kern/own.h"
#include "../kern/pins.h"
#include "../lib/zones.h"

static uint64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * CG_SEC_NS + (uint64_t)ts.tv_nsec;
}

static int64_t real_s(void)
{
	return time(NULL);
}

static int64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * (int64_t)CG_SEC_NS + ts.tv_nsec;
}

void cg_agent_init(struct cg_agent *a, const struct cg_agent_opts *opts)
{
	memset(a, 0, sizeof(*a));
	a->opts = *opts;
	a->boot_ns = boot_ns;
	a->real_s = real_s;
	a->real_ns = real_ns;
	a->clock_evidence = cg_clock_evidence;
	a->run.dns_port = 53;
}

void cg_agent_free(struct cg_agent *a)
{
	cg_policy_free(&a->policy.now);
	cg_mapset_free(&a->policy.set);
	free(a->policy.cams);
	free(a->policy.lan);
	free(a->policy.home);
	free(a->run.port);
	cg_ports_free(&a->run.plan);
	free(a->run.manual);
	free(a->run.opening);
	free(a->run.open);
	free(a->run.fw4_dir);
	free(a->run.deadline);
	cg_blocked_free(&a->run.blocked);
	memset(&a->policy, 0, sizeof(a->policy));
	memset(&a->run, 0, sizeof(a->run));
}

void cg_agent_notify(struct cg_agent *a, enum cg_agent_notice notice)
{
	if (a->listener)
		a->listener(a, notice);
}

uint32_t cg_agent_slots(size_t ncams)
{
	/* Room to grow by a quarter before the maps must be made anew. */
	size_t slots = (ncams + ncams / 4 + CG_MIN_SLOTS) / CG_MIN_SLOTS * CG_MIN_SLOTS;

	return slots > CG_MAX_CAMERAS ? CG_MAX_CAMERAS : (uint32_t)slots;
}

static void config_freep(struct cg_config **config)
{
	cg_config_free(config);
}

static void policy_freep(struct cg_policy **policy)
{
	cg_policy_free(policy);
}

static void datapath_freep(struct cg_datapath **dp)
{
	cg_datapath_close(dp);
}

static void mapset_freep(struct cg_mapset **set)
{
	cg_mapset_free(set);
}

/* Does the kernel enforce something on a camera, as this or an earlier agent left it? */
static bool cameras_in_force(const struct cg_agent *a)
{
	struct cg_pins pins;
	bool any = false;

	if (cg_pins_open(a->opts.pin_dir, &pins) < 0)
		return false;
	for (size_t i = 0; i < pins.nnames && !any; i++)
		any = pins.names[i].id[0];
	cg_pins_close(&pins);
	return any;
}

/* What a full disk, or an editor at work, leaves of a file would let every camera go. */
static int nothing_left(const struct cg_agent *a, const struct cg_policy *policy,
			struct cg_diag *diag)
{
	struct cg_pos pos = { .file = a->opts.config, .line = 1, .column = 1 };

	if (policy->nlan || policy->ncams || !cameras_in_force(a))
		return 0;
	return cg_diag_set(diag, &pos, -EINVAL,
			   "found nothing, expected `lan` or `camera`: cameras are enforced "
			   "(`camgate detach` ends that)");
}

int cg_agent_load(struct cg_agent *a, const struct cg_config_counted *counted, struct cg_diag *diag,
		  struct cg_policy **ret_policy)
{
	_cleanup_(config_freep) struct cg_config *config = NULL;
	_cleanup_(policy_freep) struct cg_policy *policy = NULL;
	int err;

	err = cg_config_read_counted(a->opts.config, counted, diag, &config);
	if (err < 0)
		return cg_diag_set(diag, NULL, err, "%s: %s", a->opts.config, strerror(-err));
	err = cg_policy_build(config, diag, &policy);
	if (err < 0)
		return cg_diag_set(diag, NULL, err, "%s: %s", a->opts.config, strerror(-err));
	err = cg_zones_find(policy, a->opts.root, diag);
	if (!err)
		err = cg_own_check(a->kern.links, policy, diag);
	if (!err)
		err = nothing_left(a, policy, diag);
	/* Behind the checks: those are of what somebody wrote. */
	if (!err)
		err = cg_devices_hold(a, policy);
	if (err < 0)
		return err;
	*ret_policy = TAKE_PTR(policy);
	return 0;
}

/* Everything a policy leaves in struct cg_agent, made before the flip, so that
 * nothing after it can fail. */
struct made {
	struct cg_agent_cam *cams;
	uint64_t *deadline;
	char (*lan)[16];
	struct cg_policy_home *home;
};

static void made_free(struct made *m)
{
	free(m->cams);
	free(m->deadline);
	free(m->lan);
	free(m->home);
}

static int make(const struct cg_policy *policy, const struct cg_mapset *set, struct made *ret_made)
{
	_cleanup_(made_free) struct made m = { 0 };

	m.cams = calloc(policy->ncams + 1, sizeof(*m.cams));
	m.deadline = calloc(policy->ncams + 1, sizeof(*m.deadline));
	m.lan = calloc(policy->nlan + 1, sizeof(*m.lan));
	m.home = calloc(policy->nhome + 1, sizeof(*m.home));
	if (!m.cams || !m.deadline || !m.lan || !m.home)
		return -ENOMEM;
	for (size_t i = 0; i < policy->ncams; i++) {
		struct cg_agent_cam *c = &m.cams[i];

		c->slot = set->slots[i].slot;
		c->policy = &policy->cams[i];
		memcpy(c->id, policy->cams[i].id, sizeof(c->id));
		memcpy(c->name, policy->cams[i].name, sizeof(c->name));
	}
	if (policy->nlan)
		memcpy(m.lan, policy->lan, policy->nlan * sizeof(*m.lan));
	if (policy->nhome)
		memcpy(m.home, policy->home, policy->nhome * sizeof(*m.home));
	*ret_made = m;
	m = (struct made){ 0 };
	return 0;
}

/* A slot that another camera has now must not show the old one's past. */
static void forget_changed(struct cg_agent *a, const struct made *m, size_t ncams)
{
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *was = &a->policy.cams[i];
		size_t j = 0;

		while (j < ncams &&
		       (m->cams[j].slot != was->slot || strcmp(m->cams[j].id, was->id)))
			j++;
		if (j == ncams && a->run.blocked)
			cg_blocked_forget(a->run.blocked, was->slot);
		if (j == ncams)
			cg_audit_forget(a, was->slot);
	}
}

static void commit(struct cg_agent *a, struct cg_policy **policy, struct cg_mapset **set,
		   struct made *m)
{
	struct cg_policy *p = TAKE_PTR(*policy);

	forget_changed(a, m, p->ncams);
	cg_policy_free(&a->policy.now);
	cg_mapset_free(&a->policy.set);
	free(a->policy.cams);
	free(a->policy.lan);
	free(a->policy.home);
	free(a->run.deadline);
	a->policy.now = p;
	a->policy.set = TAKE_PTR(*set);
	a->policy.cams = m->cams;
	a->policy.ncams = p->ncams;
	a->policy.lan = m->lan;
	a->policy.nlan = p->nlan;
	a->policy.home = m->home;
	a->policy.nhome = p->nhome;
	a->run.deadline = m->deadline;
	a->policy.nrules = 0;
	for (size_t i = 0; i < p->ncams; i++)
		a->policy.nrules += p->cams[i].nrules;
	*m = (struct made){ 0 };
}

/* More cameras than the maps have room for: new maps, filled from the old, whose
 * programs replace the old ones port by port once the policy is in them. */
static int grow(struct cg_agent *a, size_t ncams, struct cg_datapath **ret_dp)
{
	struct cg_datapath_opts opts = { .pin_dir = a->opts.pin_dir,
					 .slots = cg_agent_slots(ncams) };

	cg_log_info("packet path: made anew for %u cameras", opts.slots);
	return cg_datapath_open(&opts, ret_dp);
}

static void moved(struct cg_agent *a, struct cg_datapath **dp)
{
	cg_attach_events_stop(a);
	cg_datapath_close(&a->kern.dp);
	a->kern.dp = TAKE_PTR(*dp);
	a->run.lost = 0;
	cg_sessions_moved(a);
	cg_viewers_moved(a);
	cg_attach_events_start(a);
	for (size_t i = 0; i < a->run.nport; i++)
		a->run.port[i].attached = false;
}

static int build(struct cg_datapath *dp, const struct cg_policy *policy, struct cg_diag *diag,
		 struct cg_mapset **ret_set)
{
	_cleanup_free_ struct cg_name *names = NULL;
	size_t n = 0;
	uint32_t gen;
	int err;

	err = cg_datapath_names_read(dp, &names, &n);
	if (err < 0)
		return err;
	gen = cg_datapath_generation(dp) + 1;
	return cg_mapset_build(policy, gen ? gen : 1, names, n, diag, ret_set);
}

int cg_agent_apply(struct cg_agent *a, struct cg_policy **policy, struct cg_diag *diag,
		   struct cg_agent_applied *ret_applied)
{
	_cleanup_(mapset_freep) struct cg_mapset *set = NULL, *old = NULL;
	_cleanup_(made_free) struct made m = { 0 };
	struct cg_agent_applied applied = { 0 };
	_cleanup_(datapath_freep) struct cg_datapath *larger = NULL;
	struct cg_datapath *dp = a->kern.dp;
	int err;

	err = cg_places_read(a, *policy, diag);
	if (err < 0)
		return err;
	cg_viewers_lan_before(a, *policy);
	if ((*policy)->ncams > cg_datapath_slots(a->kern.dp)) {
		err = grow(a, (*policy)->ncams, &larger);
		if (err < 0)
			return err;
		dp = larger;
	}
	err = build(dp, *policy, diag, &set);
	if (err == -E2BIG && !larger) {
		/* A removed camera's slot is not given to another at once: many
		 * removed and many new need more room than cameras. */
		diag->text[0] = '\0';
		err = grow(a, (*policy)->ncams + a->policy.ncams, &larger);
		if (!err) {
			dp = larger;
			err = build(dp, *policy, diag, &set);
		}
	}
	if (err < 0)
		return err;
	err = make(*policy, set, &m);
	if (err < 0)
		return err;
	/* Only the notice line needs the old set: it is no reason to fail. */
	if (!a->policy.set && cg_datapath_mapset_read(a->kern.dp, &old) < 0)
		old = NULL;
	cg_mapset_diff(a->policy.set ? a->policy.set : old, set, &applied.diff);

	cg_sched_config(a, *policy, set);
	err = cg_places_before(a, dp, *policy, diag);
	if (!err)
		err = cg_guard_before(a, dp, *policy);
	if (!err)
		err = cg_datapath_apply(dp, set);
	if (err < 0)
		return err;
	applied.generation = set->gen;
	commit(a, policy, &set, &m);
	if (larger)
		moved(a, &larger);
	cg_places_applied(a);
	cg_guard_applied(a);
	cg_manual_restore(a);
	cg_sched_applied(a);
	applied.cameras = a->policy.ncams;
	applied.rules = a->policy.nrules;
	a->cfg.error[0] = '\0';
	cg_log_notice("policy: generation %u applied (%zu cameras, %zu rules, +%zu -%zu ~%zu)",
		      applied.generation, applied.cameras, applied.rules, applied.diff.added,
		      applied.diff.removed, applied.diff.changed);
	*ret_applied = applied;
	return 0;
}

int cg_agent_again(struct cg_agent *a)
{
	_cleanup_(mapset_freep) struct cg_mapset *set = NULL;
	struct cg_diag diag = { 0 };
	int err = build(a->kern.dp, a->policy.now, &diag, &set);

	if (err < 0)
		return err;
	cg_sched_config(a, a->policy.now, set);
	err = cg_datapath_apply(a->kern.dp, set);
	if (err < 0)
		return err;
	cg_mapset_free(&a->policy.set);
	a->policy.set = TAKE_PTR(set);
	cg_module_announce(a);
	cg_sched_applied(a);
	return 0;
}

int cg_agent_reload(struct cg_agent *a, struct cg_diag *diag, struct cg_agent_applied *ret_applied)
{
	_cleanup_(policy_freep) struct cg_policy *policy = NULL;
	int err;

	cg_agent_notify(a, CG_AGENT_RELOADING);
	a->geo.reloading = true;
	err = cg_agent_load(a, NULL, diag, &policy);
	if (!err)
		err = cg_agent_apply(a, &policy, diag, ret_applied);
	a->geo.reloading = false;
	/* What is being read is not known to be good or bad: it is done again with that. */
	if (err == -EINPROGRESS)
		return err;
	if (err < 0) {
		if (diag->text[0]) {
			(void)snprintf(a->cfg.error, sizeof(a->cfg.error), "%s", diag->text);
			cg_log_error("%s, keeping generation %u", diag->text,
				     cg_datapath_generation(a->kern.dp));
		} else {
			const char *more = cg_datapath_strerror(a->kern.dp);

			cg_log_error("reload: %s%s%s, keeping generation %u", strerror(-err),
				     *more ? ": " : "", more, cg_datapath_generation(a->kern.dp));
		}
		/* It may have been made smaller for what did not come. */
		cg_guard_sync(a);
	} else {
		cg_attach_sync(a, true);
		cg_guard_files(a);
		cg_manual_save(a);
	}
	cg_agent_notify(a, CG_AGENT_APPLIED);
	return err;
}

int cg_agent_adopt(struct cg_agent *a)
{
	_cleanup_free_ struct cg_name *names = NULL;
	struct cg_agent_cam *cams;
	uint64_t *deadline;
	size_t n = 0, ncams = 0;
	int err;

	err = cg_datapath_names_read(a->kern.dp, &names, &n);
	if (err < 0)
		return err;
	cams = calloc(n + 1, sizeof(*cams));
	deadline = calloc(n + 1, sizeof(*deadline));
	if (!cams || !deadline) {
		free(cams);
		free(deadline);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		if (!names[i].id[0])
			continue;
		cams[ncams].slot = (uint32_t)i;
		memcpy(cams[ncams].id, names[i].id, sizeof(cams->id));
		memcpy(cams[ncams].name, names[i].name, sizeof(cams->name));
		cams[ncams].id[CG_ID_LEN - 1] = '\0';
		cams[ncams].name[CG_NAME_LEN - 1] = '\0';
		ncams++;
	}
	free(a->policy.cams);
	free(a->run.deadline);
	a->policy.cams = cams;
	a->policy.ncams = ncams;
	a->run.deadline = deadline;
	cg_manual_restore(a);
	return 0;
}

const struct cg_agent_cam *cg_agent_find(const struct cg_agent *a, const char *id_or_name)
{
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (!strcmp(a->policy.cams[i].id, id_or_name))
			return &a->policy.cams[i];
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (!strcmp(a->policy.cams[i].name, id_or_name))
			return &a->policy.cams[i];
	return NULL;
}

const struct cg_agent_cam *cg_agent_by_slot(const struct cg_agent *a, uint32_t slot)
{
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (a->policy.cams[i].slot == slot)
			return &a->policy.cams[i];
	return NULL;
}

int64_t cg_agent_epoch(const struct cg_agent *a, uint64_t ns)
{
	uint64_t now = a->boot_ns();

	if (ns >= now)
		return a->real_s() + (int64_t)((ns - now + CG_SEC_NS / 2) / CG_SEC_NS);
	return a->real_s() - (int64_t)((now - ns + CG_SEC_NS / 2) / CG_SEC_NS);
}

const char *cg_agent_enforced(const struct cg_agent *a)
{
	size_t attached = 0;

	if (cg_datapath_meta(a->kern.dp)->off_until_ns > a->boot_ns())
		return "off";
	for (size_t i = 0; i < a->run.nport; i++)
		attached += a->run.port[i].attached;
	if (a->policy.ncams && !attached)
		return "off";
	if (attached < a->run.nport || a->run.nets_failed)
		return "partial";
	for (size_t i = 0; a->run.plan && i < a->run.plan->nlan; i++)
		if (a->run.plan->missing[i])
			return "partial";
	return "full";
}

const char *cg_agent_summary(const struct cg_agent *a, char *buf, size_t n)
{
	const char *enforced = cg_agent_enforced(a);
	size_t attached = 0;

	for (size_t i = 0; i < a->run.nport; i++)
		attached += a->run.port[i].attached;
	(void)snprintf(buf, n, "%s: %zu cameras, %zu of %zu ports, generation %u%s%s",
		       !strcmp(enforced, "full") ? "enforcing" :
		       !strcmp(enforced, "off")	 ? "not enforcing" :
						   "partly enforcing",
		       a->policy.ncams, attached, a->run.nport, cg_datapath_generation(a->kern.dp),
		       a->cfg.error[0] ? "; config: " : "", a->cfg.error);
	return buf;
}

/* Filters of others on a LAN port: one that hardware carries out is asked before ours. */
static bool port_in_hw(struct cg_agent *a, int ifindex)
{
	bool in_hw = false;

	for (int egress = 0; egress < 2; egress++) {
		_cleanup_free_ struct cg_link_filter *filter = NULL;
		size_t n = 0;

		if (cg_links_filters_read(a->kern.links, ifindex, egress, &filter, &n) < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			in_hw |= filter[i].in_hw;
	}
	return in_hw;
}

static const char *port_kind(const struct cg_agent *a, int ifindex)
{
	const struct cg_link *link = cg_links_find(a->kern.links, ifindex);

	return link ? link->kind : "";
}

size_t cg_agent_offload(struct cg_agent *a,
			struct cg_offload_found ret_found[static CG_OFFLOAD_FOUND_MAX])
{
	_cleanup_free_ struct cg_addr *addr =
		calloc(a->policy.ncams * CG_SEEN_ADDRS + 1, sizeof(*addr));
	_cleanup_free_ char(*port)[16] = calloc(a->run.nport + 1, sizeof(*port));
	_cleanup_free_ char(*kind)[16] = calloc(a->run.nport + 1, sizeof(*kind));
	_cleanup_free_ bool *in_hw = calloc(a->run.nport + 1, sizeof(*in_hw));
	struct cg_offload_in in = { .root = a->opts.root, .kept_out = cg_guard_kept_out() };
	struct cg_state state;

	if (!addr || !port || !kind || !in_hw)
		return 0;
	for (size_t i = 0; i < a->policy.ncams; i++) {
		if (cg_datapath_state_read(a->kern.dp, a->policy.cams[i].slot, &state))
			continue;
		for (uint32_t j = 0; j < state.naddr && j < CG_SEEN_ADDRS; j++)
			memcpy(addr[in.naddr++].b, state.addr[j], sizeof(addr->b));
	}
	for (; in.nport < a->run.nport; in.nport++) {
		int ifindex = a->run.port[in.nport].ifindex;

		memcpy(port[in.nport], a->run.port[in.nport].name, sizeof(*port));
		(void)snprintf(kind[in.nport], sizeof(*kind), "%s", port_kind(a, ifindex));
		in_hw[in.nport] = port_in_hw(a, ifindex);
	}
	in.addr = addr;
	in.port = (const char(*)[16])port;
	in.kind = (const char(*)[16])kind;
	in.in_hw = in_hw;
	return cg_offload_look(&in, ret_found);
}
