/* SPDX-License-Identifier: GPL-2.0-only */
/* One IP packet of a camera, first part: its flow, where the peer is, and what drops whatever the rules say. */
#ifndef CG_JUDGE_H
#define CG_JUDGE_H

#include "fragment.h"
#include "icmp.h"
#include "neighbour.h"
#include "outcome.h"
#include "redirect.h"
#include "source.h"

/* A server's message from a camera would make the house its own. */
INLINE int is_dhcp_server(const struct pkt *p)
{
	return p->proto == IPPROTO_UDP && p->part != FRAG_LATER &&
	       (p->is_v4 ? p->sport == bpf_htons(PORT_DHCP) : p->sport == bpf_htons(PORT_DHCP6));
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
	struct place *at = &s->m->at;

	if (up) {
		v->reason = check_source(p, s);
		forget();
		if (v->reason)
			return;
		s->m->remember = !probe;
		place_of(p->dst, p->is_v4, s->m->now, at);
		forget();
		if (at->kind == CG_NET_REMOTE && is_unset(p->src, p->is_v4)) {
			v->reason = CG_DROP_SPOOF;
			return;
		}
		/* Who began it from where its packets came in decides, not the
		 * address they were given on the way (masquerade). */
		if (f && v->known) {
			if (f->flags & CG_FLOW_BY_GATEWAY)
				at->kind = CG_NET_GATEWAY;
			else if (f->flags & CG_FLOW_BY_PEER &&
				 (f->scope != CG_NET_LAN || at->kind == CG_NET_GATEWAY))
				at->kind = f->scope;
		}
	} else {
		origin_of(s, p, at);
		forget();
		if (is_group(p->dst, p->is_v4) && at->kind != CG_NET_REMOTE)
			at->kind = CG_NET_GROUP;
		if (f && v->known && f->scope != at->kind) {
			/* The gateway answers in a remote's name (redirect,
			 * transparent proxy) what the camera began; anything
			 * else is another sender with the peer's address. */
			if (!s->m->peer_if && !(f->flags & CG_FLOW_BY_GATEWAY)) {
				at->kind = f->scope;
			} else {
				v->known = 0;
				v->foreign = 1;
			}
		}
	}
	v->scope = at->kind;
	v->until_ns = at->until_ns;
}

/* Leaves a reason, or what judge_outcome() goes on from. */
INLINE void judge_ip(struct __sk_buff *skb, const struct pkt *p, const struct seat *s, const int up,
		     const int probe, struct verdict *v)
{
	struct cg_flow_key *key = &s->m->key;
	const __u8 *cam = up ? p->src : p->dst;
	struct cg_flow *f = NULL;

	if (p->part == FRAG_LATER) {
		judge_later(p, s, up, v);
		return;
	}
	if (up && is_dhcp_server(p)) {
		v->reason = CG_DROP_DHCP_SERVER;
		return;
	}
	if (up)
		redirect_choose(skb, s->m, &s->m->p);
	forget();
	flow_key(p, s, up, key);
	/* Other ICMP has no flow; it must not find an echo's whose id is 0. */
	s->m->flow_name = 0;
	if (!probe && (!is_icmp(p) || is_icmp_echo(p)))
		f = bpf_map_lookup_elem(&cg_flows, key);
	if (f) {
		v->flow = 1;
		/* A camera's SYN begins anew, whoever began before it. */
		v->known = !flow_expired(f, s->m->now) && !(up && begins(p));
		v->cached = v->known && f->gen == s->m->gen && f->epoch == s->m->epoch &&
			    s->m->now < f->valid_ns && same_addr(f->cam, cam) &&
			    (up || f->peer_if == s->m->peer_if);
		forget();
		if (v->cached) {
			v->scope = f->scope;
			v->class = f->class;
			v->rule = f->rule;
			v->budget = f->budget;
			v->until_ns = f->valid_ns;
			return;
		}
		if (v->known)
			s->m->flow_name = f->name;
	}
	forget();
	find_scope(p, s, f, up, probe, v);
	forget();
	if (!v->reason)
		v->reason = judge_without_flow(skb, p, s, up, v->scope);
}

#endif
