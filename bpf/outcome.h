/* SPDX-License-Identifier: GPL-2.0-only */
/* One IP packet of a camera, last part: who began, the verdict, and what its flow remembers. */
#ifndef CG_OUTCOME_H
#define CG_OUTCOME_H

#include "fragment.h"
#include "verdict.h"

/* Says of itself that its sender begins. */
INLINE int begins(const struct pkt *p)
{
	if (p->proto == IPPROTO_TCP)
		return (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return is_icmp_request(p);
}

INLINE void find_beginner(const struct pkt *p, const struct cg_flow *f, const int up,
			  struct verdict *v)
{
	if (f && v->known && !(begins(p) && !up))
		v->began = f->flags & (CG_FLOW_BY_PEER | CG_FLOW_BY_GATEWAY);
	else if (up)
		v->began = 0;
	else if (v->scope == CG_NET_GATEWAY)
		v->began = CG_FLOW_BY_GATEWAY;
	else
		/* Mid-stream TCP of an unknown flow is no sign of viewing. */
		v->began = begins(p) || p->proto != IPPROTO_TCP ? CG_FLOW_BY_PEER : 0;
}

INLINE __u32 decide(const struct pkt *p, const struct seat *s, __u16 port, const struct verdict *v)
{
	int refused = 0;

	if (s->m->flags & CG_CAM_NTP_DROP && p->proto == IPPROTO_UDP && port == PORT_NTP &&
	    (v->scope == CG_NET_REMOTE || v->scope == CG_NET_GATEWAY))
		return CG_DROP_TIME;
	if (v->scope == CG_NET_REMOTE)
		return decide_remote(s, v->class, v->began & CG_FLOW_BY_PEER, s->m->key.peer);
	if (v->scope != CG_NET_GATEWAY) {
		if (v->scope == CG_NET_LAN && s->m->up && is_dns(p, port))
			refused = refuse_dns(s, p);
		return refused ? refused : decide_lan(s, v->scope, v->class);
	}
	return v->began & CG_FLOW_BY_GATEWAY ? decide_from_gateway(s, p, port) :
					       decide_gateway(s, p, port, v);
}

INLINE __u32 ring_of(__u8 scope)
{
	return scope == CG_NET_REMOTE  ? CG_RING_REMOTE :
	       scope == CG_NET_GATEWAY ? CG_RING_GATEWAY :
					 CG_RING_LAN;
}

INLINE void flow_update(const struct pkt *p, const struct seat *s, const int up,
			const struct verdict *v, struct cg_flow *f)
{
	const __u8 *cam = up ? p->src : p->dst;

	if (!v->known) {
		memset(f, 0, sizeof(*f));
		f->first_ns = s->m->now;
		f->peer_if = NO_IF;
		f->kind = ring_of(v->scope);
	}
	if (!v->cached) {
		f->valid_ns = v->until_ns;
		f->gen = s->m->gen;
		f->epoch = s->m->epoch;
		f->rule = v->rule;
		f->name = v->name;
		f->class = v->class;
		f->scope = v->scope;
		memcpy(f->cam, cam, 16);
	}
	f->reason = v->reason;
	f->last_ns = s->m->now;
	f->flags |= v->began;
	if (p->proto == IPPROTO_TCP) {
		if (p->tcp_flags & (TCP_FIN | TCP_RST))
			f->flags |= CG_FLOW_CLOSING;
		else if (p->tcp_flags & TCP_SYN)
			f->flags &= ~CG_FLOW_CLOSING;
	}
	if (up) {
		f->flags |= CG_FLOW_CAM_SENT;
		f->up_packets += s->m->wire.packets;
		f->up_bytes += s->m->wire.bytes;
	} else {
		f->flags |= CG_FLOW_PEER_SENT;
		f->down_packets += s->m->wire.packets;
		f->down_bytes += s->m->wire.bytes;
		f->peer_if = s->m->peer_if;
	}
	f->budget = v->budget;
	f->flags |= s->m->examine;
	f->idle_s = flow_idle_s(f, p->proto);
}

/* Who began, and the verdict by class and exposure. */
INLINE void judge_outcome(const struct seat *s, const int up, const int probe)
{
	const struct pkt *p = &s->m->p;
	struct verdict *v = &s->m->v;
	struct cg_flow_key *key = &s->m->key;
	__u16 port = bpf_ntohs(key->peer_port);
	struct cg_flow *f = NULL;

	if (p->part == FRAG_LATER) {
		judge_later_remote(s, v);
		return;
	}
	if (v->flow)
		f = bpf_map_lookup_elem(&cg_flows, key);
	if (v->flow && !f) { /* gone meanwhile */
		v->known = 0;
		v->flow = 0;
	}
	find_beginner(p, f, up, v);
	forget();
	v->reason = decide(p, s, port, v);
	forget();
	v->open = v->scope == CG_NET_REMOTE && v->reason == CG_PASS_OPEN;
	s->m->flow_flags = 0;
	s->m->flow_packets = 0;
	if (probe || v->foreign)
		return;
	v->begins = 1;
	if (f && v->known) {
		s->m->flow_if = f->peer_if;
		s->m->flow_flags = f->flags;
		s->m->flow_packets = up ? f->up_packets : f->down_packets;
	}
	/* Names are paid for, and read, one by one. */
	v->keep = !is_dns(p, port);
}

/* What its flow remembers of the packet, whose verdict is found. */
INLINE void remember(const struct seat *s, const int up)
{
	const struct pkt *p = &s->m->p;
	struct verdict *v = &s->m->v;
	struct cg_flow_key *key = &s->m->key;
	__u16 port = bpf_ntohs(key->peer_port);
	struct cg_flow *f = NULL, *fresh;

	if (v->flow)
		f = bpf_map_lookup_elem(&cg_flows, key);
	if (!passes(v->reason)) {
		if (f) {
			if (v->known && passes(f->reason))
				v->event |= CG_EVENT_ENDED;
			f->reason = v->reason;
		}
		return;
	}
	if (f) {
		flow_update(p, s, up, v, f);
		if (!v->known)
			s->state->begun = bpf_jiffies64();
		return;
	}
	/* DHCP with the gateway is judged the same without an entry. */
	if (v->scope == CG_NET_GATEWAY && p->proto == IPPROTO_UDP &&
	    (port == PORT_DHCP || port == PORT_DHCP6))
		return;
	fresh = &s->m->flow;
	flow_update(p, s, up, v, fresh);
	forget();
	if (flow_add(s->m, s->state, ring_of(v->scope))) {
		/* What stays in the house passes without an entry. */
		if (!is_lan_scope(v->scope)) {
			v->reason = CG_DROP_QUOTA;
			v->keep = 0; /* a place may come free at any time */
		}
		return;
	}
	s->state->begun = bpf_jiffies64();
	if (v->scope == CG_NET_REMOTE)
		v->event |= CG_EVENT_FLOW;
}

#endif
