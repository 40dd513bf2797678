/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks at tables that are there anyway; what is found goes to the camera's own note. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "../lib/facts.h"
#include "../lib/signature.h"
#include "audit_state.h"
#include "names.h"

#define LOOK_NS	    (30 * CG_SEC_NS)
/* A connection that was refused has a packet each way. */
#define USE_PACKETS 3

int cg_audit_open(struct cg_agent *a)
{
	struct cg_audit *u = calloc(1, sizeof(*u));
	int r = u ? cg_traffic_new(&u->traffic) : -ENOMEM;

	if (!r)
		r = cg_probes_open(a, &u->probes);
	if (r) {
		if (u)
			cg_traffic_free(&u->traffic);
		free(u);
		return r;
	}
	u->began_ns = a->boot_ns();
	u->look_ns = u->began_ns;
	cg_datapath_ask_none(a->kern.dp);
	a->audit = u;
	return 0;
}

void cg_audit_close(struct cg_agent *a)
{
	struct cg_audit *u = a->audit;

	if (!u)
		return;
	cg_probes_close(&u->probes);
	for (size_t i = 0; i < u->ncam; i++)
		free(u->cam[i]);
	free(u->cam);
	cg_traffic_free(&u->traffic);
	free(u);
	a->audit = NULL;
}

void cg_audit_forget(struct cg_agent *a, uint32_t slot)
{
	struct cg_audit *u = a->audit;

	if (!u)
		return;
	cg_traffic_forget(u->traffic, slot);
	if (slot >= u->ncam)
		return;
	free(u->cam[slot]);
	u->cam[slot] = NULL;
}

static struct cg_audit_seen *seen_of(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_audit *u = a->audit;

	if (cam->slot >= u->ncam) {
		size_t n = cam->slot + 1;
		struct cg_audit_seen **list = realloc(u->cam, n * sizeof(*list));

		if (!list)
			return NULL;
		memset(list + u->ncam, 0, (n - u->ncam) * sizeof(*list));
		u->cam = list;
		u->ncam = n;
	}
	if (!u->cam[cam->slot])
		u->cam[cam->slot] = calloc(1, sizeof(**u->cam));
	return u->cam[cam->slot];
}

struct cg_audit_seen *cg_audit_of(struct cg_agent *a, const char *id)
{
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (!strcmp(a->policy.cams[i].id, id))
			return seen_of(a, &a->policy.cams[i]);
	return NULL;
}

static void p2p(struct cg_agent *a, const struct cg_agent_cam *cam, const char *text, uint64_t ns)
{
	struct cg_audit_seen *seen = seen_of(a, cam);

	if (!seen || ns < seen->p2p_ns)
		return;
	seen->p2p_ns = ns;
	(void)snprintf(seen->p2p, sizeof(seen->p2p), "%s", text);
}

/* A rendezvous or relay is how it is watched from outside. */
static void destination(struct cg_agent *a, const struct cg_agent_cam *cam,
			const struct cg_addr *addr, const char *name, uint64_t ns)
{
	const struct cg_fact *fact = name ? cg_facts_name(name) : NULL;
	char text[CG_ADDR_STRLEN];

	if (!fact)
		fact = cg_facts_addr(addr);
	if (fact && fact->role == CG_FACT_RELAY)
		p2p(a, cam, name ? name : cg_addr_format(addr, text), ns);
}

/* What a rule stops, not what the gateway or the camera's own limits do. */
static bool is_stop(uint8_t reason)
{
	switch (reason) {
	case CG_DROP_SEALED:
	case CG_DROP_UNRULED:
	case CG_DROP_DENIED:
	case CG_DROP_VIEWER:
	case CG_DROP_VIEWING:
	case CG_DROP_BUDGET:
		return true;
	}
	return false;
}

void cg_audit_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e)
{
	bool up = e->plane == CG_PLANE_UP || e->plane == CG_PLANE_UP_MONITOR;
	struct cg_traffic_news news = { .slot = e->slot, .peer = e->peer, .tries = 1, .ns = e->ns };
	struct cg_audit_seen *seen;
	char name[CG_NAMEPAT_LEN];
	struct cg_addr addr;

	if (!a->audit || !(e->type & CG_EVENT_DROP) || !up)
		return;
	if (e->reason == CG_DROP_PORTMAP) {
		seen = seen_of(a, cam);
		if (seen)
			seen->portmap_ns = e->ns;
	}
	if (e->scope != CG_NET_REMOTE || !is_stop(e->reason))
		return;
	memcpy(&addr, e->peer, sizeof(addr));
	if (!cg_traffic_has(a->audit->traffic, e->slot, e->peer))
		news.name = cg_names_of(a, e->slot, &addr, name);
	/* Without memory for it the next report is counted. */
	(void)cg_traffic_add(a->audit->traffic, &news);
	destination(a, cam, &addr, news.name, e->ns);
}

struct look {
	struct cg_agent *a;
	uint64_t now_ns;
};

/* Of these a rendezvous server, a relay, or a way through the router is a part. */
static bool is_p2p(unsigned int signature)
{
	return (signature >= CG_SIG_PPPP_PUNCH && signature <= CG_SIG_XMEYE_UDP) ||
	       (signature >= CG_SIG_STUN && signature <= CG_SIG_SRTP);
}

static int session_look(void *ctx, const struct cg_flow_key *key, const struct cg_session *s)
{
	struct look *l = ctx;
	struct cg_agent *a = l->a;
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, key->slot);
	struct cg_traffic_news news = { .slot = key->slot,
					.peer = s->peer,
					.up_bytes = s->up_bytes,
					.down_bytes = s->down_bytes,
					.ns = l->now_ns };
	char name[CG_NAMEPAT_LEN];
	struct cg_addr addr;

	if (!cam)
		return 0;
	memcpy(&addr, s->peer, sizeof(addr));
	if (!cg_traffic_has(a->audit->traffic, key->slot, s->peer)) {
		news.name = cg_names_of(a, key->slot, &addr, name);
		destination(a, cam, &addr, news.name, s->last_ns);
	}
	(void)cg_traffic_count(a->audit->traffic, &news, s->first_ns,
			       s->first_ns >= a->audit->began_ns);
	if (is_p2p(s->signature))
		p2p(a, cam, cg_signature_text(s->signature), s->last_ns);
	return 0;
}

/* Somebody of the LAN uses a service of the camera. */
static int flow_look(void *ctx, const struct cg_flow_key *key, const struct cg_flow *f)
{
	struct look *l = ctx;
	const struct cg_audit_port *port = cg_audit_port(key->proto, ntohs(key->cam_port));
	const struct cg_agent_cam *cam;
	struct cg_audit_service s = { .ns = f->last_ns, .state = CG_AUDIT_OPEN };
	struct cg_audit_seen *seen;

	if (!port || (f->scope != CG_NET_LAN && f->scope != CG_NET_HOME) ||
	    !(f->flags & CG_FLOW_BY_PEER) || f->up_packets < USE_PACKETS)
		return 0;
	cam = cg_agent_by_slot(l->a, key->slot);
	seen = cam ? seen_of(l->a, cam) : NULL;
	if (!seen)
		return 0;
	s.port = port->port;
	s.proto = port->proto;
	s.kind = port->kind;
	(void)cg_audit_service_add(seen, &s);
	return 0;
}

void cg_audit_look(struct cg_agent *a, uint64_t now_ns)
{
	struct look l = { a, now_ns };
	int r = cg_datapath_sessions_read(a->kern.dp, UINT32_MAX, session_look, &l);

	/* What was not read has not ended for that. */
	if (r >= 0)
		cg_traffic_counted(a->audit->traffic);
	if (r >= 0)
		r = cg_datapath_flows_read(a->kern.dp, UINT32_MAX, flow_look, &l);
	if (r < 0)
		cg_log_debug("audit: %s, looking again later", strerror(-r));
	for (size_t i = 0; i < a->audit->ncam; i++)
		if (a->audit->cam[i])
			cg_audit_expire(a->audit->cam[i], now_ns);
	a->audit->look_ns = now_ns + LOOK_NS;
}

void cg_audit_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (now_ns >= a->audit->look_ns && a->policy.ncams)
		cg_audit_look(a, now_ns);
}
