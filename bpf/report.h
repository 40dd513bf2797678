/* SPDX-License-Identifier: GPL-2.0-only */
/* Events to the agent, limited per camera, with a count of those that were lost. */
#ifndef CG_REPORT_H
#define CG_REPORT_H

#include "scope.h"

/* 1: the agent is told, 0: it is not. */
INLINE int report(struct __sk_buff *skb, const struct seat *s, __u8 type, __u8 plane, __u8 reason,
		  __u8 scope, __u16 rule)
{
	const struct pkt *p = &s->m->p;
	int up = !(plane & CG_PLANE_DOWN);
	struct cg_event *e;
	__u32 zero = 0;
	__u64 *lost;

	/* A flood of drops must not hide what is new. */
	if (!budget_take(type == CG_EVENT_DROP ? &s->state->drop_tat_ns : &s->state->news_tat_ns,
			 s->m->now, CG_EVENT_RATE, CG_EVENT_BURST)) {
		s->state->suppressed++;
		return 0;
	}
	e = bpf_ringbuf_reserve(&cg_events, sizeof(*e), 0);
	if (!e) {
		lost = bpf_map_lookup_elem(&cg_lost, &zero);
		if (lost)
			(*lost)++;
		return 0;
	}
	e->size = sizeof(*e);
	e->version = CG_BPF_ABI_VERSION;
	e->type = type;
	e->slot = s->m->slot;
	e->ns = s->m->now;
	memcpy(e->cam, up ? p->src : p->dst, 16);
	memcpy(e->peer, up ? p->dst : p->src, 16);
	e->cam_port = up ? p->sport : p->dport;
	e->peer_port = up ? p->dport : p->sport;
	e->proto = p->proto;
	e->reason = reason;
	e->plane = plane;
	e->scope = scope;
	e->rule = rule;
	e->bytes = skb->len > 0xffff ? 0xffff : skb->len;
	e->ifindex = skb->ifindex;
	memcpy(e->mac, up ? p->smac : p->dmac, 6);
	e->ethertype = p->ethertype;
	e->tcp_seq = 0;
	e->tcp_ack = 0;
	if (p->proto == IPPROTO_TCP)
		(void)bpf_skb_load_bytes(skb, p->l4 + 4, &e->tcp_seq, 8);
	e->payload = s->m->payload;
	e->peer_if = up ? s->m->flow_if : s->m->peer_if;
	memcpy(e->peer_mac, up ? p->dmac : p->smac, 6);
	e->vlan = !p->plain;
	e->tcp_flags = p->tcp_flags;
	e->by = s->m->v.began;
	memset(e->pad, 0, sizeof(e->pad));
	bpf_ringbuf_submit(e, 0);
	return 1;
}

#endif
