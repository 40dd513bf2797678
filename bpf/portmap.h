/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a camera look for an Internet Gateway Device, or ask one for a port? NAT-PMP and PCP
 * have ports of their own (verdict.h). UPnP has not: its search goes to the group of SSDP with
 * all others, and its requests by HTTP to any port, which a rule may let the camera reach.
 * Both name what they want: "...:device:InternetGatewayDevice:1", "...:service:WANIPConnection:1"
 * (UPnP Device Architecture 2.0, 1.3.2 and 3.2.1; IGD:2, 2.3). A request cut into packets so
 * that no name is whole is not found: what it opened is, by the agent's look at the rules.
 */
#ifndef CG_PORTMAP_H
#define CG_PORTMAP_H

#include "outcome.h"

#define ASK_BYTES   384
/* Of a connection to the gateway: a request comes early, and what a rule lets a camera send
 * there must not be looked into for good. */
#define ASK_PACKETS 16

#define ASK_GATEWAY 0x7447617465776179ULL /* "tGateway" */
#define ASK_WAN	    0x766963653a57414eULL /* "vice:WAN", of device and service */

INLINE int wants_portmap(const struct scratch *m)
{
	const struct pkt *p = &m->p;

	if (!m->up || !m->payload || p->part == FRAG_LATER || !passes(m->v.reason))
		return 0;
	if (p->proto == IPPROTO_UDP)
		return m->v.scope == CG_NET_GROUP && p->dport == bpf_htons(PORT_SSDP);
	/* None of these is kept for the short way. */
	return p->proto == IPPROTO_TCP && m->v.scope == CG_NET_GATEWAY &&
	       !(m->v.began & CG_FLOW_BY_GATEWAY) && m->flow_packets < ASK_PACKETS;
}

INLINE int asks_port(struct __sk_buff *skb, const struct scratch *m)
{
	__u32 at = m->p.head_len, i;
	__u64 word = 0;

#pragma clang loop unroll(disable)
	for (i = 0; i < ASK_BYTES; i++) {
		if (bpf_skb_load_bytes(skb, at + i, &word, sizeof(word)))
			return 0;
		word = bpf_be64_to_cpu(word);
		if (word == ASK_GATEWAY || word == ASK_WAN)
			return 1;
	}
	return 0;
}

#endif
