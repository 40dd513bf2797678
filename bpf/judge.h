/* SPDX-License-Identifier: GPL-2.0-only */
/* One IP packet of a camera: its flow, where the peer is, who began, what follows. */
#ifndef CG_JUDGE_H
#define CG_JUDGE_H

#include "fragment.h"
#include "icmp.h"
#include "neighbour.h"
#include "source.h"

/* A server's message from a camera would make the house its own. */
INLINE int is_dhcp_server(const struct pkt *p)
{
	return p->proto == IPPROTO_UDP && p->part != FRAG_LATER &&
	       (p->is_v4 ? p->sport == bpf_htons(PORT_DHCP) : p->sport == bpf_htons(PORT_DHCP6));
}

INLINE int wants_class(const struct seat *s, __u8 scope)
{
	return scope == CG_NET_REMOTE || scope == CG_NET_GATEWAY ||
	       (s->m->flags & CG_CAM_LAN_VIEWERS && scope != CG_NET_GROUP);
}

/* ICMP that is no echo, groups, neighbour discovery: nothing with a flow. */
INLINE int judge_without_flow(struct __sk_buff *skb, const struct pkt *p, const struct seat *s,
			      int up, __u8 scope)
{
	if (is_nd(p)) {
		/* Link-local by nature; to a remote it would be a covert way out. */
		if (scope == CG_NET_REMOTE)
			return CG_DROP_ICMP;
		return up ? nd_from_camera(skb, p, s) : CG_PASS_ND;
	}
	if (scope == CG_NET_GROUP)
		return up ? decide_group(s, p) : CG_PASS_MULTICAST;
	if (!is_icmp(p) || is_icmp_echo(p))
		return 0;
	if (up && p->is_v4 && p->icmp_type == 5)
		return CG_DROP_REDIRECT;
	if (is_lan_scope(scope))
		return 0;
	if (!up && scope == CG_NET_GATEWAY)
		return CG_PASS_GATEWAY;
	return is_icmp_error(p) ? icmp_error(skb, p, s, up) : CG_DROP_ICMP;
}

INLINE void flow_key(const struct pkt *p, const struct seat *s, int up, struct cg_flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->slot = s->m->slot;
	key->cam_port = up ? p->sport : p->dport;
	if (!is_icmp(p))
		key->peer_port = up ? p->dport : p->sport;
	memcpy(key->peer, up ? p->dst : p->src, 16);
	key->proto = p->proto;
}

/* Where the peer is, and for a packet from the camera whether it may speak. */
INLINE void find_scope(const struct pkt *p, const struct seat *s, const struct cg_flow *f,
		       const int up, const int probe, struct verdict *v)
{
	struct place at;

	if (up) {
		v->reason = check_source(p, s);
		forget();
		if (v->reason)
			return;
		if (!probe)
			remember_address(s, v);
		forget();
		place_of(p->dst, p->is_v4, s->m->now, &at);
		if (at.kind == CG_NET_REMOTE && is_unset(p->src, p->is_v4)) {
			v->reason = CG_DROP_SPOOF;
			return;
		}
		/* Who began it from where its packets came in decides, not the
		 * address they were given on the way (masquerade). */
		if (f && v->known) {
			if (f->flags & CG_FLOW_BY_GATEWAY)
				at.kind = CG_NET_GATEWAY;
			else if (f->flags & CG_FLOW_BY_PEER &&
				 (f->scope != CG_NET_LAN || at.kind == CG_NET_GATEWAY))
				at.kind = f->scope;
		}
	} else {
		origin_of(s, p, &at);
		if (is_group(p->dst, p->is_v4) && at.kind != CG_NET_REMOTE)
			at.kind = CG_NET_GROUP;
		if (f && v->known && f->scope != at.kind) {
			/* The gateway answers in a remote's name (redirect,
			 * transparent proxy) what the camera began; anything
			 * else is another sender with the peer's address. */
			if (!s->m->peer_if && !(f->flags & CG_FLOW_BY_GATEWAY)) {
				at.kind = f->scope;
			} else {
				v->known = 0;
				v->foreign = 1;
			}
		}
	}
	v->scope = at.kind;
	v->until_ns = at.until_ns;
}

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
	if (v->scope == CG_NET_REMOTE)
		return decide_remote(s, v->class, v->began & CG_FLOW_BY_PEER, s->m->key.peer);
	if (v->scope != CG_NET_GATEWAY)
		return decide_lan(s, v->scope, v->class);
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
}

INLINE struct drop *drop_at(struct scratch *m)
{
	const __u32 *w = (const __u32 *)m->key.peer;
	__u32 h = w[2] ^ w[3] ^ ((__u32)m->key.cam_port << 16 | m->key.peer_port);

	h = (h ^ m->key.slot) * 0x9e3779b1U;
	return &m->drops[(h >> 20) & (DROPS - 1)];
}

INLINE int same_key(const struct cg_flow_key *a, const struct cg_flow_key *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

INLINE int drop_known(struct scratch *m, const __u8 *cam, int up, struct verdict *v)
{
	const struct drop *d = drop_at(m);

	if (!same_key(&d->key, &m->key) || d->gen != m->gen || d->epoch != m->epoch ||
	    d->port_if != m->port_if || d->peer_if != m->peer_if || d->up != up ||
	    m->now >= d->until_ns || !same_addr(d->cam, cam))
		return 0;
	v->scope = d->scope;
	v->class = d->class;
	v->rule = d->rule;
	v->until_ns = d->until_ns;
	return 1;
}

INLINE void drop_remember(struct scratch *m, const __u8 *cam, int up, const struct verdict *v)
{
	struct drop *d = drop_at(m);

	d->key = m->key;
	memcpy(d->cam, cam, 16);
	d->until_ns = v->until_ns;
	d->gen = m->gen;
	d->epoch = m->epoch;
	d->port_if = m->port_if;
	d->peer_if = m->peer_if;
	d->rule = v->rule;
	d->scope = v->scope;
	d->class = v->class;
	d->up = up;
}

INLINE void judge_ip(struct __sk_buff *skb, const struct pkt *p, const struct seat *s, const int up,
		     const int probe, struct verdict *v)
{
	struct cg_flow_key *key = &s->m->key;
	const __u8 *cam = up ? p->src : p->dst;
	struct cg_flow *f = NULL, *fresh;
	__u16 port = bpf_ntohs(up ? p->dport : p->sport);

	if (p->part == FRAG_LATER) {
		judge_later(p, s, up, v);
		return;
	}
	if (up && is_dhcp_server(p)) {
		v->reason = CG_DROP_DHCP_SERVER;
		return;
	}
	flow_key(p, s, up, key);
	/* Other ICMP has no flow; it must not find an echo's whose id is 0. */
	if (!probe && (!is_icmp(p) || is_icmp_echo(p)))
		f = bpf_map_lookup_elem(&cg_flows, key);
	if (f) {
		/* A camera's SYN begins anew, whoever began before it. */
		v->known = !flow_expired(key, f, s->m->now) && !(up && begins(p));
		v->cached = v->known && f->gen == s->m->gen && f->epoch == s->m->epoch &&
			    s->m->now < f->valid_ns && same_addr(f->cam, cam) &&
			    (up || f->peer_if == s->m->peer_if);
		forget();
		if (v->cached) {
			v->scope = f->scope;
			v->class = f->class;
			v->rule = f->rule;
		}
	} else if (!probe && !is_icmp(p)) {
		v->cached = drop_known(s->m, cam, up, v);
	}
	forget();
	if (!v->cached) {
		find_scope(p, s, f, up, probe, v);
		forget();
		if (!v->reason)
			v->reason = judge_without_flow(skb, p, s, up, v->scope);
		forget();
		if (v->reason)
			return;
		if (wants_class(s, v->scope))
			find_class(s, key->peer, is_lan_scope(v->scope), v);
	}
	forget();
	find_beginner(p, f, up, v);
	forget();
	v->reason = decide(p, s, port, v);
	forget();
	if (probe || v->foreign)
		return;
	if (!passes(v->reason)) {
		if (f)
			f->reason = v->reason;
		else if (!v->cached && !is_icmp(p))
			drop_remember(s->m, cam, up, v);
		return;
	}
	if (f) {
		flow_update(p, s, up, v, f);
		return;
	}
	/* DHCP with the gateway is judged the same without an entry. */
	if (v->scope == CG_NET_GATEWAY && p->proto == IPPROTO_UDP &&
	    (port == PORT_DHCP || port == PORT_DHCP6))
		return;
	fresh = &s->m->flow;
	v->cached = 0; /* what a drop was remembered by is the flow's from now on */
	flow_update(p, s, up, v, fresh);
	forget();
	if (flow_add(s->state, ring_of(v->scope), key, fresh, s->m->now)) {
		/* What stays in the house passes without an entry. */
		if (!is_lan_scope(v->scope))
			v->reason = CG_DROP_QUOTA;
		return;
	}
	if (v->scope == CG_NET_REMOTE)
		v->event |= CG_EVENT_FLOW;
}

#endif
