/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reset must bear the very number that its receiver expects (RFC 5961 3.2), and only
 * a packet tells it. Of a live flow the next one does: it is dropped, and its numbers
 * come with the event. A silent flow's camera is sent a bare segment that lies outside
 * of any window; its answer is such a packet.
 *
 * Order: resets first, as connection tracking still translates them, then its entry.
 * What was under way then may make it anew: it is deleted again while packets come, and
 * twice more.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include "../kern/conntrack.h"
#include "../kern/inject.h"
#include "../lib/reset.h"
#include "ending.h"
#include "service.h"

#define MS_NS	  (CG_SEC_NS / 1000)
/* A camera on a sleepy Wi-Fi answers within; the entry is gone within 200 ms. */
#define ANSWER_NS (150 * MS_NS)
/* Then what was under way has come, from the other side of the world too. */
#define LATE_NS	  (2 * CG_SEC_NS)
/* So long what still comes of it is told again: ends that resend, at first every second. */
#define KEEP_NS	  (10 * CG_SEC_NS)
/* A flow table lets an entry go 30 s after its last packet; kernels before 6.6 refuse
 * to delete it before. */
#define BUSY_NS	  (35 * CG_SEC_NS)
/* So old neighbours may be: endings come by hundreds. */
#define NEIGHS_NS (2 * CG_SEC_NS)

struct ending {
	struct cg_flow_key key;
	struct cg_addr cam;
	bool by_peer, told, late;
	bool forgotten;	   /* connection tracking had its entry, or had none */
	uint64_t until_ns; /* 0: the place is free */
	uint64_t again_ns; /* its entry of connection tracking goes; UINT64_MAX: no more */
};

struct cg_endings {
	struct cg_inject *inject;
	struct cg_conntrack *conntrack;
	char no_resets[96], no_conntrack[96];
	uint64_t *tat_ns; /* budgets (GCRA) by slot */
	struct ending at[CG_ENDINGS];
	size_t oldest;
	uint64_t until_ns; /* of all the last one's */
	struct cg_neigh *neigh;
	size_t nneigh;
	uint64_t neighs_ns; /* read then */
};

int cg_endings_open(struct cg_agent *a, struct cg_endings **ret_endings)
{
	/* An entry that cannot be: is deleting possible? */
	static const struct cg_conntrack_flow none = {
		.cam.b = { [10] = 0xff, 0xff },
		.peer.b = { [10] = 0xff, 0xff },
		.proto = IPPROTO_UDP,
	};
	struct cg_endings *e = calloc(1, sizeof(*e));
	int given[CG_INJECT_SOCKETS], err;

	(void)a;
	if (e)
		e->tat_ns = calloc(CG_MAX_CAMERAS, sizeof(*e->tat_ns));
	if (!e || !e->tat_ns) {
		cg_endings_close(&e);
		return -ENOMEM;
	}
	for (size_t i = 0; i < CG_INJECT_SOCKETS; i++)
		given[i] = cg_service_kept(cg_inject_names[i]);
	err = cg_inject_open(given, &e->inject);
	if (err < 0) {
		(void)snprintf(e->no_resets, sizeof(e->no_resets), "raw sockets: %s",
			       strerror(-err));
		cg_log_warning("%s: ends of a flow that is stopped are not told", e->no_resets);
	}
	err = cg_conntrack_open(&e->conntrack);
	if (!err)
		err = cg_conntrack_delete(e->conntrack, &none);
	if (err < 0) {
		(void)snprintf(e->no_conntrack, sizeof(e->no_conntrack), "connection tracking: %s",
			       strerror(-err));
		cg_log_warning("%s: entries of flows that are stopped stay until they expire",
			       e->no_conntrack);
		cg_conntrack_close(&e->conntrack);
	}
	*ret_endings = e;
	return 0;
}

void cg_endings_close(struct cg_endings **endings)
{
	struct cg_endings *e = TAKE_PTR(*endings);

	if (!e)
		return;
	cg_inject_close(&e->inject);
	cg_conntrack_close(&e->conntrack);
	free(e->tat_ns);
	free(e->neigh);
	free(e);
}

const char *cg_endings_no_resets(const struct cg_endings *e)
{
	return e->no_resets[0] ? e->no_resets : NULL;
}

const char *cg_endings_no_conntrack(const struct cg_endings *e)
{
	return e->no_conntrack[0] ? e->no_conntrack : NULL;
}

/* ---- the table ---- */

static struct ending *find(struct cg_endings *e, const struct cg_flow_key *key, uint64_t now)
{
	/* Drops are many, endings few. */
	if (e->until_ns <= now)
		return NULL;
	for (size_t i = 0; i < CG_ENDINGS; i++)
		if (e->at[i].until_ns > now && !memcmp(&e->at[i].key, key, sizeof(*key)))
			return &e->at[i];
	return NULL;
}

static void keep(struct cg_endings *e, struct ending *x, uint64_t until_ns)
{
	x->until_ns = until_ns;
	if (e->until_ns < until_ns)
		e->until_ns = until_ns;
}

static void forget(struct cg_endings *e, struct ending *x, uint64_t now)
{
	struct cg_conntrack_flow f = {
		.cam = x->cam,
		.cam_port = ntohs(x->key.cam_port),
		.peer_port = ntohs(x->key.peer_port),
		.proto = x->key.proto,
		.by_peer = x->by_peer,
	};

	int err;

	if (!e->conntrack)
		return;
	memcpy(f.peer.b, x->key.peer, sizeof(f.peer.b));
	err = cg_conntrack_delete(e->conntrack, &f);
	x->forgotten |= err >= 0;
	if (err == -EBUSY) {
		x->again_ns = now + BUSY_NS;
		keep(e, x, now + BUSY_NS + CG_SEC_NS);
		x->late = true;
	}
}

/* The flow's place; where all are taken the oldest gives way, its entry deleted. */
static struct ending *take(struct cg_endings *e, const struct cg_flow_key *key, uint64_t now)
{
	struct ending *x = find(e, key, now);

	if (x)
		return x;
	for (size_t i = 0; i < CG_ENDINGS && !x; i++)
		if (e->at[i].until_ns <= now)
			x = &e->at[i];
	if (!x) {
		x = &e->at[e->oldest];
		e->oldest = (e->oldest + 1) % CG_ENDINGS;
		if (x->again_ns != UINT64_MAX)
			forget(e, x, now);
	}
	memset(x, 0, sizeof(*x));
	x->key = *key;
	x->again_ns = UINT64_MAX;
	return x;
}

void cg_endings_run(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_endings *e = a->endings;

	for (size_t i = 0; i < CG_ENDINGS; i++) {
		struct ending *x = &e->at[i];

		if (!x->until_ns || x->again_ns > now_ns)
			continue;
		x->again_ns = x->late ? UINT64_MAX : now_ns + LATE_NS;
		x->late = true;
		forget(e, x, now_ns);
	}
}

uint64_t cg_endings_next(const struct cg_endings *e)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < CG_ENDINGS; i++)
		if (e->at[i].until_ns && e->at[i].again_ns < next)
			next = e->at[i].again_ns;
	return next;
}

/* ---- whose ---- */

static bool has_mac(const struct cg_policy_cam *cam, const struct cg_mac *mac)
{
	for (size_t i = 0; i < cam->nmac; i++)
		if (!memcmp(&cam->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

/* Do the kernel's neighbours know this address as another device's? A camera can send in
 * any name, and that one's flows are no business of its. */
static bool is_others(struct cg_agent *a, uint32_t slot, const uint8_t addr[16], uint64_t now)
{
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, slot);
	struct cg_endings *e = a->endings;
	bool others = false;

	if (!e->neighs_ns || now >= e->neighs_ns + NEIGHS_NS) {
		free(TAKE_PTR(e->neigh));
		e->nneigh = 0;
		e->neighs_ns = now;
		if (cg_links_neighs_read(a->kern.links, &e->neigh, &e->nneigh) < 0)
			e->nneigh = 0;
	}
	for (size_t i = 0; cam && cam->policy && i < e->nneigh; i++) {
		if (memcmp(&e->neigh[i].addr, addr, sizeof(e->neigh[i].addr)))
			continue;
		if (has_mac(cam->policy, &e->neigh[i].mac))
			return false;
		others = true;
	}
	return others;
}

/* ---- what is sent ---- */

static bool may_send(struct cg_endings *e, uint32_t slot, uint64_t now)
{
	const uint64_t cost = CG_SEC_NS / CG_RESET_RATE;
	uint64_t *tat = &e->tat_ns[slot % CG_MAX_CAMERAS];
	uint64_t at = *tat > now ? *tat : now;

	if (!e->inject || at + cost - now > CG_RESET_BURST * cost)
		return false;
	*tat = at + cost;
	return true;
}

static void to_camera(struct cg_endings *e, const struct cg_inject_port *port, const void *ip,
		      size_t n)
{
	int err = cg_inject_camera(e->inject, port, ip, n);

	if (err < 0)
		cg_log_debug("reset towards a camera: %s", strerror(-err));
}

static void to_remote(struct cg_endings *e, const void *ip, size_t n)
{
	int err = cg_inject_remote(e->inject, ip, n);

	if (err < 0)
		cg_log_debug("reset towards a remote: %s", strerror(-err));
}

/* Without its entry nothing is translated, and would leave with the camera's own address;
 * a packet of the remote makes it anew. */
static bool reaches_remote(const struct ending *x, bool up)
{
	return !(up && x->forgotten && cg_addr_is_v4(&x->cam));
}

static void refuse_both(struct cg_endings *e, const struct cg_inject_port *port,
			const struct cg_reset_packet *from_cam, bool remote)
{
	struct cg_reset_packet from_peer = cg_reset_other(from_cam);
	uint8_t ip[CG_RESET_MAX];

	to_camera(e, port, ip, cg_reset_refuse(from_cam, ip));
	if (remote)
		to_remote(e, ip, cg_reset_refuse(&from_peer, ip));
}

static void reset_both(struct cg_endings *e, const struct cg_inject_port *port,
		       const struct cg_reset_packet *p, bool up, bool remote)
{
	uint8_t back[CG_RESET_MAX], on[CG_RESET_MAX];
	size_t nback = cg_reset_back(p, back), non = cg_reset_on(p, on);

	/* A camera that knows no such connection says so by the number it was asked with,
	 * which is nobody's. */
	if (!nback && !p->seq)
		return;
	if (up) {
		if (remote)
			to_remote(e, on, non);
		if (nback)
			to_camera(e, port, back, nback);
	} else {
		if (nback)
			to_remote(e, back, nback);
		to_camera(e, port, on, non);
	}
}

static const struct cg_link *lan_of(struct cg_agent *a, const struct cg_addr *cam)
{
	const struct cg_ports_plan *plan = a->run.plan;
	const struct cg_datapath_net *best = NULL;
	const struct cg_link *link;
	size_t n;

	for (size_t i = 0; plan && i < plan->nnet; i++)
		if (plan->net[i].net.kind == CG_NET_LAN && plan->net[i].net.lan &&
		    cg_prefix_contains(&plan->net[i].prefix, cam) &&
		    (!best || plan->net[i].prefix.len > best->prefix.len))
			best = &plan->net[i];
	if (!best || best->net.lan > a->policy.nlan)
		return NULL;
	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(link[i].name, a->policy.lan[best->net.lan - 1]))
			return &link[i];
	return NULL;
}

/* By the port, untagged, as the camera's own frames come. Where they come with a tag, or
 * may, by the LAN's interface, which knows how: a VLAN device of one, or a bridge's. */
static void port_choose(struct cg_agent *a, const struct cg_addr *cam, bool tagged,
			struct cg_inject_port *port)
{
	const struct cg_link *lan = lan_of(a, cam);

	if (!lan || (!tagged && strcmp(lan->kind, "vlan")))
		return;
	port->ifindex = lan->ifindex;
	port->from = lan->mac;
}

/* Where the camera was seen last. */
static bool port_of(struct cg_agent *a, uint32_t slot, const struct cg_addr *cam,
		    struct cg_inject_port *ret_port)
{
	const struct cg_ports_plan *plan = a->run.plan;
	struct cg_state state;

	if (cg_datapath_state_read(a->kern.dp, slot, &state) || !state.last_ns)
		return false;
	for (size_t i = 0; plan && i < plan->niface; i++) {
		if (plan->iface[i].ifindex != state.ifindex)
			continue;
		ret_port->ifindex = (int)state.ifindex;
		memcpy(ret_port->from.b, plan->iface[i].lan.mac, 6);
		memcpy(ret_port->to.b, state.mac, 6);
		port_choose(a, cam, false, ret_port);
		return true;
	}
	return false;
}

static void make_speak(struct cg_endings *e, const struct cg_inject_port *port,
		       const struct cg_reset_packet *from_cam, uint64_t now)
{
	struct cg_reset_packet p = cg_reset_other(from_cam), q = *from_cam;
	uint8_t ip[CG_RESET_MAX];

	p.seq = q.seq = (uint32_t)now;
	for (int i = 0; i < 2; i++) {
		to_camera(e, port, ip, cg_reset_probe(&p, ip));
		/* Connection tracking does not translate what lies outside the window:
		 * it would leave with the camera's own address. IPv6 has one only. */
		if (!cg_addr_is_v4(&q.src))
			to_remote(e, ip, cg_reset_probe(&q, ip));
		p.seq = q.seq += 1U << 31;
	}
}

void cg_ending_begin(struct cg_agent *a, const struct cg_flow_key *key, const struct cg_flow *flow)
{
	struct cg_reset_packet p = { .sport = ntohs(key->cam_port),
				     .dport = ntohs(key->peer_port),
				     .proto = key->proto };
	struct cg_endings *e = a->endings;
	uint64_t now = a->boot_ns();
	struct cg_inject_port port;
	struct ending *x;

	if ((key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP) ||
	    is_others(a, key->slot, flow->cam, now))
		return;
	x = take(e, key, now);
	memcpy(x->cam.b, flow->cam, sizeof(x->cam.b));
	x->by_peer = flow->flags & CG_FLOW_BY_PEER;
	keep(e, x, now + KEEP_NS);
	x->again_ns = now + ANSWER_NS;
	x->late = false;
	memcpy(p.src.b, flow->cam, sizeof(p.src.b));
	memcpy(p.dst.b, key->peer, sizeof(p.dst.b));
	/* Its ends are through with it, or nearly: they need not be told. */
	if (!(flow->flags & CG_FLOW_CLOSING) && port_of(a, key->slot, &x->cam, &port) &&
	    may_send(e, key->slot, now)) {
		if (key->proto == IPPROTO_TCP)
			make_speak(e, &port, &p, now);
		else
			refuse_both(e, &port, &p, reaches_remote(x, true));
		x->told = key->proto == IPPROTO_UDP;
	}
	if (key->proto == IPPROTO_UDP || flow->flags & CG_FLOW_CLOSING)
		forget(e, x, now);
}

static void event_ends(struct cg_agent *a, const struct cg_event *event, struct ending *x)
{
	struct cg_endings *e = a->endings;
	bool up = event->plane == CG_PLANE_UP;
	struct cg_reset_packet p = {
		.sport = ntohs(up ? event->cam_port : event->peer_port),
		.dport = ntohs(up ? event->peer_port : event->cam_port),
		.seq = ntohl(event->tcp_seq),
		.ack = ntohl(event->tcp_ack),
		.payload = event->payload,
		.tcp_flags = event->tcp_flags,
		.proto = event->proto,
	};
	struct cg_inject_port port = { .ifindex = (int)event->ifindex };

	memcpy(p.src.b, up ? event->cam : event->peer, sizeof(p.src.b));
	memcpy(p.dst.b, up ? event->peer : event->cam, sizeof(p.dst.b));
	memcpy(port.from.b, event->peer_mac, sizeof(port.from.b));
	memcpy(port.to.b, event->mac, sizeof(port.to.b));
	port_choose(a, up ? &p.src : &p.dst, event->vlan, &port);
	if (event->proto == IPPROTO_TCP) {
		reset_both(e, &port, &p, up, reaches_remote(x, up));
	} else if (!x->told) {
		p = up ? p : cg_reset_other(&p);
		refuse_both(e, &port, &p, reaches_remote(x, up));
		x->told = true;
	}
}

bool cg_ending_event(struct cg_agent *a, const struct cg_event *event)
{
	struct cg_flow_key key = { .slot = event->slot,
				   .cam_port = event->cam_port,
				   .peer_port = event->peer_port,
				   .proto = event->proto };
	struct cg_endings *e = a->endings;
	uint64_t now = a->boot_ns();
	struct ending *x;

	/* What the ring held for an agent that was dead is over; mode = monitor passes it
	 * in the end. */
	if (!e || event->ns < a->run.started_ns || event->scope != CG_NET_REMOTE ||
	    (event->plane != CG_PLANE_UP && event->plane != CG_PLANE_DOWN) ||
	    (event->proto != IPPROTO_TCP && event->proto != IPPROTO_UDP) ||
	    !(event->type & CG_EVENT_DROP))
		return false;
	memcpy(key.peer, event->peer, sizeof(key.peer));
	x = find(e, &key, now);
	if (!x && (!(event->type & CG_EVENT_ENDED) || is_others(a, event->slot, event->cam, now)))
		return false;
	if (!x) {
		x = take(e, &key, now);
		memcpy(x->cam.b, event->cam, sizeof(x->cam.b));
		x->by_peer = event->by & CG_FLOW_BY_PEER;
	}
	if (event->type & CG_EVENT_ENDED || !x->until_ns)
		keep(e, x, now + KEEP_NS);
	if (may_send(e, event->slot, now))
		event_ends(a, event, x);
	x->again_ns = now + ANSWER_NS;
	x->late = false;
	forget(e, x, now);
	return true;
}
