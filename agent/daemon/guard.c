/* SPDX-License-Identifier: GPL-2.0-only */
/* One nft runs at a time and the loop goes on meanwhile; the module answers at once. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "../kern/bootguard.h"
#include "../kern/nft.h"
#include "../lib/nftext.h"
#include "attach.h"
#include "guard.h"
#include "module.h"

#define RETRY_NS (5 * CG_SEC_NS)
#define QUIET_NS (60 * CG_SEC_NS)

enum job_kind {
	JOB_GUARD = 1,
	JOB_BOOT = 2,
	JOB_FW4 = 4,
};

enum by {
	BY_NOBODY,
	BY_MODULE,
	BY_NFT,
};

/* A guard as asked for, with memory of its own. */
struct plan {
	bool known; /* it is in force as written here */
	struct cg_nftext_guard g;
	struct cg_mac *mac;
	struct cg_nftext_port *port;
};

struct cg_guard {
	enum by by;
	struct plan now;  /* by nft */
	struct plan next; /* that nft is working on */
	bool cleaned;	  /* a table of an earlier run was looked for */
	char why[256];
	uint64_t retry_ns;
	uint64_t unmarked;
	struct cg_log_limit limit;

	bool boot_held;
	unsigned int todo; /* enum job_kind */
	unsigned int running;
	struct cg_nft_job job;
	ev_io watch;
};

static void plan_free(struct plan *p)
{
	free(p->mac);
	free(p->port);
	*p = (struct plan){ 0 };
}

/* ---- what is asked for ---- */

size_t cg_guard_macs(const struct cg_policy *policy, struct cg_mac **ret_mac)
{
	struct cg_mac *mac = calloc(policy->ncams * CG_MAX_MACS + 1, sizeof(*mac));
	size_t n = 0;

	for (size_t i = 0; mac && i < policy->ncams; i++)
		for (size_t j = 0; j < policy->cams[i].nmac; j++)
			mac[n++] = policy->cams[i].mac[j];
	*ret_mac = mac;
	return n;
}

static int plan_make(const struct cg_agent *a, struct plan *ret_plan)
{
	const struct cg_policy *policy = a->policy.now;
	struct plan p = { 0 };

	p.g.nmac = cg_guard_macs(policy, &p.mac);
	p.port = calloc(a->run.nport + 1, sizeof(*p.port));
	if (!p.mac || !p.port) {
		plan_free(&p);
		return -ENOMEM;
	}
	for (size_t i = 0; i < a->run.nport; i++) {
		p.port[i].ifindex = a->run.port[i].ifindex;
		memcpy(p.port[i].name, a->run.port[i].name, sizeof(p.port[i].name));
	}
	p.g.drop = policy->guard == CG_GUARD_DROP;
	p.g.mark = policy->guard_mark;
	p.g.mac = p.mac;
	p.g.port = p.port;
	p.g.nport = a->run.nport;
	*ret_plan = p;
	return 0;
}

static bool plan_same(const struct plan *x, const struct plan *y)
{
	return x->known && x->g.drop == y->g.drop && x->g.mark == y->g.mark &&
	       x->g.nmac == y->g.nmac && x->g.nport == y->g.nport &&
	       !memcmp(x->mac, y->mac, x->g.nmac * sizeof(*x->mac)) &&
	       !memcmp(x->port, y->port, x->g.nport * sizeof(*x->port));
}

/* ---- nft ---- */

static void failed(struct cg_agent *a, const char *what, int err, const char *why)
{
	struct cg_guard *g = a->guard;
	const char *text = err == -ENOENT ? "there is no nft" : *why ? why : strerror(-err);

	/* Said once, not at every try. */
	if (strcmp(g->why, text))
		cg_log_error("%s: %s", what, text);
	(void)snprintf(g->why, sizeof(g->why), "%s", text);
	g->retry_ns = a->boot_ns() + (err == -ENOENT ? QUIET_NS : RETRY_NS);
}

static void guard_ended(struct cg_agent *a, int err, const char *why)
{
	struct cg_guard *g = a->guard;
	bool was_known = g->now.known;

	plan_free(&g->now);
	if (!err) {
		if (g->by != BY_NFT)
			cg_log_notice("guard: in force by nftables on %zu ports", g->next.g.nport);
		g->now = g->next;
		g->now.known = true;
		g->next = (struct plan){ 0 };
		g->by = BY_NFT;
		g->why[0] = '\0';
		return;
	}
	plan_free(&g->next);
	/* What was there may have gone with a device: once more, all of it. */
	if (was_known && err == -EPROTO) {
		g->todo |= JOB_GUARD;
		return;
	}
	failed(a, "guard", err, why);
	if (g->by == BY_NFT && cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) != 1)
		g->by = BY_NOBODY;
	if (g->by == BY_NOBODY && cg_datapath_guard_set(a->kern.dp, 0))
		cg_log_warning("guard: packets go on being marked");
}

static int guard_text(struct cg_agent *a, char **ret_text)
{
	struct cg_guard *g = a->guard;
	int r;

	plan_free(&g->next);
	r = plan_make(a, &g->next);
	if (!r && plan_same(&g->now, &g->next))
		return -EALREADY;
	return r ? r : cg_nftext_guard(&g->next.g, g->now.known ? &g->now.g : NULL, ret_text);
}

static int fw4_text(struct cg_agent *a, char **ret_text)
{
	_cleanup_free_ struct cg_mac *mac = NULL;
	size_t n = cg_guard_macs(a->policy.now, &mac);

	return mac ? cg_bootguard_fw4_text(mac, n, a->policy.now->guard_mark, ret_text) : -ENOMEM;
}

static int job_text(struct cg_agent *a, unsigned int kind, char **ret_text)
{
	switch (kind) {
	case JOB_GUARD:
		return guard_text(a, ret_text);
	case JOB_BOOT:
		return cg_bootguard_release_text(ret_text);
	default:
		return fw4_text(a, ret_text);
	}
}

static void job_next(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	while (g->todo && !g->running && a->loop) {
		unsigned int kind = g->todo & -g->todo;
		_cleanup_free_ char *text = NULL;
		int r = job_text(a, kind, &text);

		g->todo &= ~kind;
		if (!r && *text)
			r = cg_nft_start(text, &g->job);
		else if (!r)
			continue;
		if (r == -EALREADY || (r == -ENOENT && kind == JOB_FW4))
			continue;
		if (r) {
			if (kind == JOB_GUARD)
				guard_ended(a, r, "");
			else
				failed(a, kind == JOB_BOOT ? "boot guard" : "fw4", r, "");
			continue;
		}
		g->running = kind;
		ev_io_set(&g->watch, g->job.fd, EV_READ);
		ev_io_start(a->loop, &g->watch);
	}
}

static void job_ended(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_agent *a = w->data;
	struct cg_guard *g = a->guard;
	unsigned int kind = g->running;
	char why[200];
	int err;

	(void)revents;
	ev_io_stop(loop, w);
	g->running = 0;
	err = cg_nft_finish(&g->job, why, sizeof(why));
	switch (kind) {
	case JOB_GUARD:
		guard_ended(a, err, why);
		break;
	case JOB_BOOT:
		g->boot_held = err != 0;
		if (err)
			failed(a, "boot guard", err, why);
		else
			cg_log_notice("boot guard: handed over");
		break;
	case JOB_FW4:
		if (err)
			failed(a, "fw4", err, why);
		break;
	}
	cg_agent_notify(a, CG_AGENT_CHANGED);
	job_next(a);
}

/* What nft is at is awaited: at most seconds, as a rule milliseconds. */
static void job_await(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	if (g->running)
		job_ended(a->loop, &g->watch, EV_READ);
}

static void nft_remove(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	_cleanup_free_ char *text = NULL;
	char why[200] = "";
	int r = 0;

	g->todo &= ~(unsigned int)JOB_GUARD;
	job_await(a);
	if (cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 1) {
		r = cg_nftext_remove("netdev", CG_NFTEXT_GUARD_TABLE, &text);
		if (!r)
			r = cg_nft_run(text, why, sizeof(why));
	}
	if (r)
		failed(a, "guard", r, why);
	else
		plan_free(&g->now);
	if (!r && g->by == BY_NFT)
		g->by = BY_NOBODY;
}

/* ---- in step with the policy ---- */

static void off(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	if (g->by == BY_MODULE && cg_module_guard(a, CG_GUARD_OFF))
		cg_log_warning("guard: the module did not let go of it");
	if (g->by == BY_NFT || !g->cleaned)
		nft_remove(a);
	if (g->by == BY_MODULE)
		g->by = BY_NOBODY;
	/* Marks end last: a guard must find them as long as it looks. */
	if (g->by == BY_NOBODY && cg_datapath_guard_set(a->kern.dp, 0))
		cg_log_warning("guard: packets go on being marked");
}

static bool stays(const struct cg_policy *policy, const struct cg_mac *mac)
{
	for (size_t i = 0; i < policy->ncams; i++)
		for (size_t j = 0; j < policy->cams[i].nmac; j++)
			if (!memcmp(&policy->cams[i].mac[j], mac, sizeof(*mac)))
				return true;
	return false;
}

/* Cameras that go lose the guard before they lose the mark. */
static int shrink(struct cg_agent *a, const struct cg_policy *policy)
{
	struct cg_guard *g = a->guard;
	struct cg_nftext_guard less = g->now.g;
	_cleanup_free_ struct cg_mac *mac = calloc(g->now.g.nmac + 1, sizeof(*mac));
	_cleanup_free_ char *text = NULL;
	char why[200];
	size_t n = 0;
	int r;

	if (!mac)
		return -ENOMEM;
	for (size_t i = 0; i < g->now.g.nmac; i++)
		if (stays(policy, &g->now.mac[i]))
			mac[n++] = g->now.mac[i];
	if (n == g->now.g.nmac)
		return 0;
	less.mac = mac;
	less.nmac = n;
	r = cg_nftext_guard(&less, &g->now.g, &text);
	if (!r)
		r = cg_nft_run(text, why, sizeof(why));
	if (r)
		return r;
	memcpy(g->now.mac, mac, n * sizeof(*mac));
	g->now.g.nmac = n;
	return 0;
}

int cg_guard_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy)
{
	struct cg_guard *g = a->guard;
	const struct cg_meta *meta = cg_datapath_meta(a->kern.dp);
	int r = 0;

	if (policy->guard == CG_GUARD_OFF) {
		/* It ends when the policy is in force; new maps must serve it until then. */
		return meta->flags & CG_META_GUARD ? cg_datapath_guard_set(dp, meta->mark) : 0;
	}
	if (meta->flags & CG_META_GUARD && meta->mark != policy->guard_mark)
		off(a);
	if (g->by == BY_MODULE && a->policy.now) {
		/* By its own list; what goes goes with this policy's macs. */
		for (size_t i = 0; i < a->policy.now->ncams && !r; i++)
			for (size_t j = 0; j < a->policy.now->cams[i].nmac; j++)
				if (!stays(policy, &a->policy.now->cams[i].mac[j])) {
					r = cg_module_guard(a, CG_GUARD_OFF);
					g->by = r ? g->by : BY_NOBODY;
					i = a->policy.now->ncams - 1;
					break;
				}
	}
	if (g->by == BY_NFT || g->running == JOB_GUARD) {
		job_await(a);
		if (g->by == BY_NFT && g->now.known)
			r = shrink(a, policy);
	} else if (!g->cleaned) {
		/* Of an earlier run, with cameras we do not know of. */
		nft_remove(a);
		g->cleaned = true;
	}
	return r ? r : cg_datapath_guard_set(dp, policy->guard_mark);
}

void cg_guard_applied(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	_cleanup_free_ struct cg_mac *mac = NULL;
	size_t n = cg_guard_macs(a->policy.now, &mac);
	int r;

	cg_module_look(a);
	cg_module_announce(a);
	if (!mac)
		return;
	r = cg_bootguard_write(a->opts.state_dir, mac, n);
	if (r)
		cg_log_warning("boot guard: %s/%s: %s, the next boot guards the cameras of before",
			       a->opts.state_dir, CG_BOOTGUARD_FILE, strerror(-r));
	if (cg_bootguard_fw4_installed(a->opts.fw4_dir)) {
		r = cg_bootguard_fw4_install(a->opts.fw4_dir, mac, n, a->policy.now->guard_mark);
		if (r)
			cg_log_warning("%s: %s", a->opts.fw4_dir, strerror(-r));
		g->todo |= JOB_FW4;
		job_next(a);
	}
}

void cg_guard_sync(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;
	const struct cg_policy *policy = a->policy.now;
	int r;

	/* An earlier run's guard goes on with the policy of an earlier run. */
	if (!policy || a->run.leave)
		return;
	if (g->by == BY_MODULE && !cg_module_there(a))
		g->by = BY_NOBODY;
	if (policy->guard == CG_GUARD_OFF) {
		if (g->by != BY_NOBODY || !g->cleaned)
			off(a);
		g->cleaned = true;
		return;
	}
	if (cg_datapath_guard_set(a->kern.dp, policy->guard_mark)) {
		failed(a, "guard", -EIO, "the packet path cannot be told to mark");
		return;
	}
	if (cg_module_there(a)) {
		r = cg_module_guard(a, policy->guard);
		if (!r) {
			if (g->by != BY_MODULE)
				cg_log_notice("guard: in force by the module");
			if (g->by == BY_NFT || !g->cleaned)
				nft_remove(a);
			g->by = BY_MODULE;
			g->cleaned = true;
			g->why[0] = '\0';
			return;
		}
		if (g->by == BY_MODULE)
			g->by = BY_NOBODY;
		cg_log_warning("guard: the module refused it: %s: %s, nftables does it",
			       strerror(-r), cg_module_strerror(a));
	}
	g->cleaned = true;
	g->todo |= JOB_GUARD;
	job_next(a);
}

void cg_guard_handover(struct cg_agent *a)
{
	struct cg_guard *g = a->guard;

	if (!a->run.ready || g->running == JOB_BOOT)
		return;
	g->boot_held = cg_bootguard_held();
	/* Not by the clock: a port that is not enforced leaves it in place. */
	if (!g->boot_held || !cg_attach_complete(a) || !a->policy.ncams)
		return;
	g->todo |= JOB_BOOT;
	job_next(a);
}

static void watch(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_guard *g = a->guard;
	struct cg_guard_state s;
	uint64_t held;

	if (g->by == BY_NFT && !g->running &&
	    cg_nft_table_has(CG_NFT_NETDEV, CG_NFTEXT_GUARD_TABLE) == 0) {
		cg_log_warning("guard: its table was removed by somebody else, making it again");
		plan_free(&g->now);
		g->by = BY_NOBODY;
		g->unmarked = 0;
		cg_guard_sync(a);
		return;
	}
	if (g->by == BY_NOBODY)
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
		if (had != cg_module_there(a))
			cg_guard_sync(a);
	}
	if (a->policy.now && a->policy.now->guard != CG_GUARD_OFF && g->by == BY_NOBODY &&
	    !g->running && now_ns >= g->retry_ns)
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
	case BY_NOBODY:
		break;
	case BY_MODULE:
		s.by = "module";
		if (!cg_module_guard_read(a, &k)) {
			s.ports = k.hooked;
			s.left_out = k.failed;
			s.unmarked = k.unmarked;
		}
		break;
	case BY_NFT:
		s.by = "nftables";
		for (size_t i = 0; i < g->now.g.nport; i++)
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
	g->job = (struct cg_nft_job){ 0, -1, -1 };
	ev_init(&g->watch, job_ended);
	g->watch.data = a;
	*ret_guard = g;
	return 0;
}

void cg_guard_close(struct cg_guard **guard)
{
	struct cg_guard *g = TAKE_PTR(*guard);
	char why[64];

	if (!g)
		return;
	if (g->running) {
		ev_io_stop(((struct cg_agent *)g->watch.data)->loop, &g->watch);
		if (cg_nft_finish(&g->job, why, sizeof(why)))
			cg_log_debug("nft: %s", why);
	}
	plan_free(&g->now);
	plan_free(&g->next);
	free(g);
}
