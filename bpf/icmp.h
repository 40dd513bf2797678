/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP errors: they pass only about a live permitted flow of the camera, within a budget, and begin nothing. */
#ifndef CG_ICMP_H
#define CG_ICMP_H

#include "verdict.h"

/* The quoted packet as the key of the flow it belonged to. from_cam: the error
 * comes from the camera, so it quotes what the camera received. */
INLINE int icmp_quoted(struct __sk_buff *skb, const struct pkt *p, int from_cam,
		       struct cg_flow_key *key, __u8 *ret_cam)
{
	__u32 at = p->l4 + 8, end = p->l4 + p->l4_len;
	__be16 ports[4] = {};
	__be16 src, dst;

	if (p->is_v4) {
		struct ip4_head ip;

		if (at + sizeof(ip) + 8 > end || bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) ||
		    ip.ver_ihl >> 4 != 4 || (ip.frag_off & bpf_htons(0x1fff)))
			return -1;
		map_v4(from_cam ? key->peer : ret_cam, ip.saddr);
		map_v4(from_cam ? ret_cam : key->peer, ip.daddr);
		key->proto = ip.proto;
		at += (ip.ver_ihl & 0xf) * 4;
	} else {
		struct ip6_head ip;

		if (at + sizeof(ip) + 8 > end || bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)))
			return -1;
		memcpy(from_cam ? key->peer : ret_cam, ip.saddr, 16);
		memcpy(from_cam ? ret_cam : key->peer, ip.daddr, 16);
		key->proto = ip.nexthdr;
		at += sizeof(ip);
	}
	if (at + 8 > end || bpf_skb_load_bytes(skb, at, ports, sizeof(ports)))
		return -1;
	if (key->proto == IPPROTO_TCP || key->proto == IPPROTO_UDP) {
		src = ports[0];
		dst = ports[1];
		key->cam_port = from_cam ? dst : src;
		key->peer_port = from_cam ? src : dst;
	} else if (key->proto == (p->is_v4 ? IPPROTO_ICMP : PROTO_ICMPV6)) {
		key->cam_port = ports[2]; /* echo id */
	}
	return 0;
}

INLINE int icmp_error(struct __sk_buff *skb, const struct pkt *p, const struct seat *s,
		      int from_cam)
{
	struct cg_flow_key key = { .slot = s->m->slot };
	__u8 cam[16];
	struct cg_flow *f;

	if (icmp_quoted(skb, p, from_cam, &key, cam) || !same_addr(cam, from_cam ? p->src : p->dst))
		return CG_DROP_ICMP;
	/* To another than the flow's peer it would be a way out for data. */
	if (from_cam && !same_addr(key.peer, p->dst))
		return CG_DROP_ICMP;
	f = bpf_map_lookup_elem(&cg_flows, &key);
	/* Judged under the running policy, or not live: the packet that the
	 * error answers has just been, so a live one always is. */
	if (!f || flow_expired(f, s->m->now) || f->gen != s->m->gen || f->epoch != s->m->epoch)
		return CG_DROP_ICMP;
	if (f->scope == CG_NET_REMOTE) {
		int reason = decide_remote(s, f->class, f->flags & CG_FLOW_BY_PEER, key.peer);

		if (!passes(reason))
			return CG_DROP_ICMP;
		/* It is paid for as its flow is. */
		s->m->v.class = f->class;
		s->m->v.budget = f->budget;
		s->m->v.open = reason == CG_PASS_OPEN;
	}
	if (!budget_take(&s->state->icmp_tat_ns, s->m->now, CG_ICMP_RATE, CG_ICMP_BURST))
		return CG_DROP_ICMP;
	return CG_PASS_ICMP_ERROR;
}

#endif
