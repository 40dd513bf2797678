/* SPDX-License-Identifier: GPL-2.0-only */
/* What may pass between a camera and a peer of a known place and class: the one reason. */
#ifndef CG_VERDICT_H
#define CG_VERDICT_H

#include "rules.h"

INLINE int passes(int reason)
{
	return reason < CG_REASON_DROP;
}

struct exposure_now {
	__u8 base;  /* enum cg_exposure_state; anything else is sealed */
	__u8 open;  /* to this peer */
	__u8 other; /* an opening is in force, for another viewer */
};

/* One of those an opening is for, besides the one that lies with it? */
INLINE int is_listed_viewer(const struct seat *s, const __u8 *peer)
{
	struct cg_viewer_key key = {};
	__u64 *until;

	key.prefixlen = CG_VIEWER_PREFIX_BASE + 128;
	key.slot = s->m->slot;
	memcpy(key.addr, peer, 16);
	until = bpf_map_lookup_elem(&cg_viewers, &key);
	return until && (!*until || s->m->now < *until);
}

INLINE void exposure_read(const struct seat *s, const __u8 *peer, struct exposure_now *e)
{
	__u64 word = s->m->word;
	__u64 deadline = word & CG_WORD_DEADLINE;

	e->base = word >> CG_WORD_BASE_SHIFT;
	e->open = e->base == CG_OPEN;
	e->other = 0;
	if (deadline && s->m->now < deadline) {
		if (!(word & CG_WORD_TO) || same_addr(s->exposure->viewer, peer) ||
		    is_listed_viewer(s, peer))
			e->open = 1;
		else
			e->other = !e->open;
	}
}

INLINE int is_sealed(const struct seat *s)
{
	struct exposure_now e;
	__u8 nobody[16] = {};

	exposure_read(s, nobody, &e);
	return !e.open && !e.other && e.base != CG_CLOSED;
}

INLINE int decide_remote(const struct seat *s, __u8 class, int by_peer, const __u8 *peer)
{
	struct exposure_now e;

	exposure_read(s, peer, &e);
	if (s->m->quarantined)
		return by_peer ? CG_DROP_INBOUND : CG_DROP_NARROWED;
	if (!e.open && e.base != CG_CLOSED)
		return e.other ? CG_DROP_VIEWER : CG_DROP_SEALED;
	if (class == CG_CLASS_DENIED)
		return CG_DROP_DENIED;
	if (e.open)
		return class == CG_CLASS_ABROAD ? CG_DROP_COUNTRY : CG_PASS_OPEN;
	if (by_peer && !(s->m->flags & CG_CAM_NO_INBOUND))
		return e.other ? CG_DROP_VIEWER : CG_DROP_INBOUND;
	if (class == CG_CLASS_ABROAD)
		return CG_DROP_COUNTRY;
	if (class == CG_CLASS_CONTROL)
		return CG_PASS_CONTROL;
	if (class == CG_CLASS_UPLOAD)
		return s->m->word & CG_WORD_FULL ? CG_DROP_DAILY : CG_PASS_UPLOAD;
	return e.other ? CG_DROP_VIEWER : CG_DROP_UNRULED;
}

/* A question for names, to whoever in the house may ask outside for it: a reason
 * to drop it, or 0. */
INLINE int refuse_dns(const struct seat *s, const struct pkt *p)
{
	struct scratch *m = s->m;
	__u64 byte_ns = SEC_NS / CG_DNS_BYTES_S;

	if (is_sealed(s))
		return CG_DROP_SEALED;
	if (!m->up)
		return 0;
	/* Names within a stream cannot be judged. */
	if (p->proto == IPPROTO_TCP && m->flags & CG_CAM_DNS_ALLOWED)
		return CG_DROP_DNS_NAME;
	if (!m->probe && !budget_spend(&s->state->dns_tat_ns, m->now, m->wire.bytes * byte_ns,
				       CG_DNS_BYTES_BURST * byte_ns))
		return CG_DROP_DNS;
	return 0;
}

INLINE int is_dns(const struct pkt *p, __u16 port)
{
	return port == PORT_DNS && (p->proto == IPPROTO_UDP || p->proto == IPPROTO_TCP);
}

INLINE int decide_lan(const struct seat *s, __u8 scope, __u8 class)
{
	if (s->m->flags & CG_CAM_LAN_NONE)
		return CG_DROP_LAN_VIEWING;
	if (s->m->flags & CG_CAM_LAN_VIEWERS && class != CG_CLASS_CONTROL)
		return CG_DROP_LAN_VIEWING;
	return scope == CG_NET_HOME ? CG_PASS_HOME : CG_PASS_LAN;
}

/* A flow the camera began with the gateway; port is the gateway's. */
INLINE int decide_gateway(const struct seat *s, const struct pkt *p, __u16 port,
			  const struct verdict *v)
{
	__u8 class = v->class;

	if (is_icmp_echo(p)) /* a reply only to a request that was */
		return v->known || is_icmp_request(p) ? CG_PASS_GATEWAY : CG_DROP_ICMP;
	if (p->proto == IPPROTO_UDP) {
		if (port == PORT_DHCP || port == PORT_DHCP6 || port == PORT_NTP)
			return CG_PASS_GATEWAY;
		if (port == PORT_NATPMP || port == PORT_PCP || port == PORT_SSDP)
			return CG_DROP_PORTMAP;
	}
	if (is_dns(p, port)) {
		int refused = refuse_dns(s, p);

		return refused ? refused : CG_PASS_GATEWAY;
	}
	if (class == CG_CLASS_DENIED)
		return CG_DROP_DENIED;
	if (class == CG_CLASS_CONTROL)
		return CG_PASS_CONTROL;
	if (class == CG_CLASS_UPLOAD)
		return CG_PASS_UPLOAD;
	return CG_DROP_GATEWAY;
}

/* Does the agent itself ask the camera something by this very flow? Its answer comes
 * back the same way; a remote's packet never gets here. */
INLINE int is_ask(const struct seat *s)
{
	__u64 *until = bpf_map_lookup_elem(&cg_asks, &s->m->key);

	return until && s->m->now < *until;
}

/* A flow the gateway began; port is the gateway's. */
INLINE int decide_from_gateway(const struct seat *s, const struct pkt *p, __u16 port)
{
	if (is_icmp_echo(p))
		return CG_PASS_GATEWAY;
	if (p->proto == IPPROTO_UDP && (port == PORT_DHCP || port == PORT_DHCP6))
		return CG_PASS_GATEWAY;
	/* The answer to a search that was for all: where ports are to be had. */
	if (p->proto == IPPROTO_UDP && (port == PORT_SSDP || port == PORT_PCP))
		return CG_DROP_PORTMAP;
	return s->m->flags & CG_CAM_VIA_GATEWAY || is_ask(s) ? CG_PASS_GATEWAY :
							       CG_DROP_FROM_GATEWAY;
}

INLINE int decide_group(const struct seat *s, const struct pkt *p)
{
	__u16 port = bpf_ntohs(p->dport);

	if (p->proto == IPPROTO_IGMP && p->is_v4)
		return CG_PASS_ND;
	if (p->proto == IPPROTO_UDP) {
		if (port == (p->is_v4 ? PORT_DHCP : PORT_DHCP6))
			return CG_PASS_GATEWAY;
		if (port == PORT_NATPMP || port == PORT_PCP)
			return CG_DROP_PORTMAP;
	}
	if (s->m->flags & CG_CAM_LAN_NONE ||
	    (s->m->flags & CG_CAM_LAN_VIEWERS && !is_discovery_group(p->dst, p->is_v4)))
		return CG_DROP_LAN_VIEWING;
	return CG_PASS_MULTICAST;
}

#endif
