/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables say where filters belong; this file puts them there, again and again. */
#include <errno.h>
#include <string.h>
#include "attach.h"
#include "devices.h"
#include "events.h"
#include "guard.h"
#include "names.h"

#define RETRY_NS      (2 * CG_SEC_NS)
/* A lifetime that only counted down moves by less than this. */
#define SAME_UNTIL_NS (3 * CG_SEC_NS)

static struct cg_agent_port *port_find(struct cg_agent *a, int ifindex)
{
	for (size_t i = 0; i < a->run.nport; i++)
		if (a->run.port[i].ifindex == ifindex)
			return &a->run.port[i];
	return NULL;
}

static unsigned int filters_before(struct cg_agent *a, const struct cg_agent_port *p)
{
	unsigned int found = 0;

	for (int egress = 0; egress < 2 && !cg_datapath_is_silent(a->kern.dp); egress++) {
		_cleanup_free_ struct cg_link_filter *filter = NULL;
		size_t n = 0;

		if (cg_links_filters_read(a->kern.links, p->ifindex, egress, &filter, &n) < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			found += filter[i].pref < CG_TC_PRIO;
	}
	return found;
}

/* A packet that one of them passes or takes never comes to ours. Of filters one is
 * told and need not ask (heard); of programs by TCX, which come first, not. */
static void order_look(struct cg_agent *a, struct cg_agent_port *p, bool heard)
{
	int linked = cg_datapath_before(a->kern.dp, p->ifindex);
	unsigned int n;

	if (heard)
		p->filters = filters_before(a, p);
	n = p->attached ? p->filters + (linked > 0 ? (unsigned int)linked : 0) : 0;
	if (n > p->before)
		cg_log_warning(
			"%s: %u filters of others are asked before ours and may pass packets by",
			p->name, n);
	else if (!n && p->before && p->attached)
		cg_log_info("%s: no filter of others is asked before ours any more", p->name);
	p->before = n;
}

static void attach(struct cg_agent *a, struct cg_agent_port *p)
{
	int err = cg_datapath_attach(a->kern.dp, p->ifindex);

	if (err < 0) {
		/* The link message of its end is on its way. */
		if (err == -ENODEV)
			cg_log_debug("%s: gone before it could be attached", p->name);
		else if (err != p->err)
			cg_log_error("%s: filters: %s, this port is not enforced%s", p->name,
				     strerror(-err),
				     err == -EBUSY ? " (an `ingress` qdisc holds the place)" : "");
		p->retry_ns = a->boot_ns() + RETRY_NS;
	} else if (!p->attached && a->run.heard_ns) {
		cg_log_info("%s: attached, %llu ms after it was heard of", p->name,
			    (unsigned long long)((a->boot_ns() - a->run.heard_ns) / 1000000));
	} else if (!p->attached) {
		cg_log_info("%s: attached", p->name);
	}
	p->err = err;
	p->attached = !err;
	if (p->attached)
		p->seen_ns = a->boot_ns();
	order_look(a, p, true);
}

/* Nobody is told when a program of TCX is gone: then it is since they were seen. */
static void gap_say(struct cg_agent *a, const struct cg_agent_port *p, uint64_t seen_ns)
{
	bool silent = cg_datapath_is_silent(a->kern.dp);
	uint64_t now = a->boot_ns(), since = silent ? seen_ns : a->run.heard_ns;
	uint64_t gap = since && now > since ? now - since : 0;

	if (gap > a->run.gap_ns)
		a->run.gap_ns = gap;
	cg_log_notice("%s: attached again, %llu ms after the filters were %s", p->name,
		      (unsigned long long)(gap / 1000000), silent ? "last seen" : "missed");
}

static void look_at(struct cg_agent *a, struct cg_agent_port *p)
{
	int there = cg_datapath_attached(a->kern.dp, p->ifindex);
	uint64_t seen_ns = p->seen_ns;
	bool was = p->attached;

	if (there > 0) {
		p->attached = true;
		p->err = 0;
		p->seen_ns = a->boot_ns();
		order_look(a, p, true);
		return;
	}
	if (was) {
		a->run.reattached++;
		cg_log_warning("%s: filters were removed by somebody else, attaching again",
			       p->name);
		p->attached = false;
	}
	attach(a, p);
	if (was && p->attached)
		gap_say(a, p, seen_ns);
}

/* Ports of the new plan, with what is known of those that stay. */
static int ports_take(struct cg_agent *a, const struct cg_ports_plan *plan)
{
	struct cg_agent_port *port = calloc(plan->nport + 1, sizeof(*port));
	size_t nold = a->run.nport;
	struct cg_agent_port *old;

	if (!port)
		return -ENOMEM;
	for (size_t i = 0; i < plan->nport; i++) {
		const struct cg_agent_port *was = port_find(a, plan->port[i].ifindex);

		if (was)
			port[i] = *was;
		port[i].ifindex = plan->port[i].ifindex;
		memcpy(port[i].name, plan->port[i].name, sizeof(port[i].name));
	}
	old = a->run.port;
	a->run.port = port;
	a->run.nport = plan->nport;
	for (size_t i = 0; i < nold; i++) {
		size_t n, j;
		const struct cg_link *link;

		if (port_find(a, old[i].ifindex) || !old[i].attached)
			continue;
		link = cg_links_table(a->kern.links, &n);
		for (j = 0; j < n && link[j].ifindex != old[i].ifindex; j++)
			;
		if (j == n) {
			cg_log_info("%s: port is gone", old[i].name);
			/* What is pinned for it would stay. */
			if (cg_datapath_detach(a->kern.dp, old[i].ifindex) < 0)
				cg_log_debug("%s: nothing of it was left", old[i].name);
			continue;
		}
		if (cg_datapath_detach(a->kern.dp, old[i].ifindex) < 0)
			cg_log_warning("%s: no LAN port any more, its filters could not be removed",
				       old[i].name);
		else
			cg_log_info("%s: no LAN port any more, detached", old[i].name);
	}
	free(old);
	return 0;
}

/* Remaining lifetimes are told in whole seconds: what only counted down keeps
 * its moment, so that flows need not be judged again. */
static void until_keep(struct cg_ports_plan *plan, const struct cg_ports_plan *was)
{
	for (size_t i = 0; i < plan->nnet; i++) {
		struct cg_net *n = &plan->net[i].net;

		for (size_t j = 0; n->until_ns && j < was->nnet; j++) {
			uint64_t u = was->net[j].net.until_ns;

			if (memcmp(&was->net[j].prefix, &plan->net[i].prefix,
				   sizeof(struct cg_prefix)))
				continue;
			if (u < n->until_ns + SAME_UNTIL_NS && n->until_ns < u + SAME_UNTIL_NS)
				n->until_ns = u;
			break;
		}
	}
}

static bool nets_same(const struct cg_ports_plan *x, const struct cg_ports_plan *y)
{
	if (x->nnet != y->nnet || x->niface != y->niface)
		return false;
	for (size_t i = 0; i < x->nnet; i++)
		if (memcmp(&x->net[i].prefix, &y->net[i].prefix, sizeof(x->net[i].prefix)) ||
		    memcmp(&x->net[i].net, &y->net[i].net, sizeof(x->net[i].net)))
			return false;
	for (size_t i = 0; i < x->niface; i++)
		if (x->iface[i].ifindex != y->iface[i].ifindex ||
		    memcmp(&x->iface[i].type, &y->iface[i].type, sizeof(x->iface[i].type)) ||
		    memcmp(&x->iface[i].lan, &y->iface[i].lan, sizeof(x->iface[i].lan)))
			return false;
	return true;
}

static void missing_say(const struct cg_agent *a, const struct cg_ports_plan *plan,
			const struct cg_ports_plan *was)
{
	for (size_t i = 0; i < plan->nlan; i++)
		if (plan->missing[i] && !(was && i < was->nlan && was->missing[i]))
			cg_log_warning("%s: LAN interface is not there, waiting for it",
				       a->policy.lan[i]);
	if (plan->cut && !(was && was->cut))
		cg_log_error(
			"networks: more addresses or interfaces than there is room for, the rest count as remote");
}

static struct cg_ports_plan *plan_make(struct cg_agent *a)
{
	struct cg_ports_plan *plan = NULL;
	struct cg_ports_in in = {
		.lan = (const char(*)[16])a->policy.lan,
		.nlan = a->policy.nlan,
		.home = a->policy.home,
		.nhome = a->policy.nhome,
		.now_ns = a->boot_ns(),
	};

	in.links = cg_links_table(a->kern.links, &in.nlinks);
	in.addrs = cg_links_addrs(a->kern.links, &in.naddrs);
	if (cg_ports_plan(&in, &plan) < 0) {
		cg_log_error("ports: %s, keeping those there are", strerror(ENOMEM));
		return NULL;
	}
	return plan;
}

void cg_attach_sync(struct cg_agent *a, bool look)
{
	struct cg_ports_plan *plan = plan_make(a);
	bool nets = true, other;
	int err;

	if (!plan)
		return;
	other = cg_datapath_tcx(a->kern.dp, !a->policy.now || a->policy.now->tcx);
	if (a->run.plan) {
		until_keep(plan, a->run.plan);
		nets = a->run.nets_failed || !nets_same(plan, a->run.plan);
	}
	missing_say(a, plan, a->run.plan);
	/* Nets first: a filter that judged by none would take the LAN for remote. */
	if (nets || look) {
		err = cg_datapath_nets_apply(a->kern.dp, plan->net, plan->nnet, plan->iface,
					     plan->niface);
		if (err < 0 && !a->run.nets_failed)
			cg_log_error("networks: %s, enforcement is incomplete", strerror(-err));
		a->run.nets_failed = err < 0;
	}
	cg_guard_ports_go(a, plan);
	if (ports_take(a, plan) < 0) {
		cg_ports_free(&plan);
		return;
	}
	cg_ports_free(&a->run.plan);
	a->run.plan = plan;
	for (size_t i = 0; i < a->run.nport; i++) {
		struct cg_agent_port *p = &a->run.port[i];

		if (look && !other)
			look_at(a, p);
		else if (other || !p->attached)
			attach(a, p);
	}
	if (cg_attach_complete(a))
		cg_datapath_replaced(a->kern.dp);
	/* Behind the filters: what they have not seen is what it stops. */
	cg_guard_sync(a);
	cg_agent_notify(a, CG_AGENT_CHANGED);
}

void cg_attach_sweep(struct cg_agent *a)
{
	const struct cg_link *link;
	size_t n;

	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n; i++) {
		if (port_find(a, link[i].ifindex) ||
		    cg_datapath_attached(a->kern.dp, link[i].ifindex) < 1)
			continue;
		if (cg_datapath_detach(a->kern.dp, link[i].ifindex) < 0)
			cg_log_warning("%s: no LAN port, its filters could not be removed",
				       link[i].name);
		else
			cg_log_info("%s: no LAN port any more, detached", link[i].name);
	}
}

void cg_attach_undo(struct cg_agent *a)
{
	for (size_t i = 0; i < a->run.nport; i++)
		if (a->run.port[i].attached &&
		    cg_datapath_detach(a->kern.dp, a->run.port[i].ifindex) < 0)
			cg_log_warning("%s: its filters could not be removed", a->run.port[i].name);
}

void cg_attach_links_changed(void *ctx, unsigned int what)
{
	struct cg_agent *a = ctx;

	/* While starting there is nothing to keep current yet; after `detach` the
	 * filters are meant to be gone. */
	if (a->run.leave || !a->kern.dp || !a->run.plan)
		return;
	cg_attach_sync(a, what & CG_LINKS_FILTER);
}

void cg_attach_tick(struct cg_agent *a, uint64_t now_ns)
{
	bool changed = false;

	for (size_t i = 0; i < a->run.nport; i++) {
		struct cg_agent_port *p = &a->run.port[i];

		if (now_ns < p->retry_ns)
			continue;
		if (p->attached && !cg_datapath_is_silent(a->kern.dp)) {
			p->retry_ns = now_ns + RETRY_NS;
			order_look(a, p, false);
			continue;
		}
		if (p->attached && cg_datapath_attached(a->kern.dp, p->ifindex) > 0) {
			p->seen_ns = now_ns;
			order_look(a, p, false);
			continue;
		}
		if (p->attached)
			look_at(a, p);
		else
			attach(a, p);
		changed |= p->attached;
	}
	if (a->run.nets_failed)
		cg_attach_sync(a, false);
	else if (changed)
		cg_agent_notify(a, CG_AGENT_CHANGED);
}

bool cg_attach_complete(const struct cg_agent *a)
{
	for (size_t i = 0; i < a->run.nport; i++)
		if (!a->run.port[i].attached)
			return false;
	return !a->run.nets_failed;
}

static void events_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	cg_events_read(w->data);
}

void cg_attach_events_start(struct cg_agent *a)
{
	int fd = cg_datapath_events_fd(a->kern.dp);

	cg_datapath_names_listen(a->kern.dp, cg_names_event, a);
	cg_datapath_sessions_listen(a->kern.dp, cg_events_session, a);
	cg_devices_listen(a);
	if (fd < 0 || !a->loop)
		return;
	ev_io_init(&a->ev.events, events_ready, fd, EV_READ);
	a->ev.events.data = a;
	ev_io_start(a->loop, &a->ev.events);
}

void cg_attach_events_stop(struct cg_agent *a)
{
	if (a->loop)
		ev_io_stop(a->loop, &a->ev.events);
	cg_devices_deaf(a);
}
