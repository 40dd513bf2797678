/* SPDX-License-Identifier: GPL-2.0-only */
/* The camera's own addresses: which it may send from, and which it was seen with. */
#ifndef CG_SOURCE_H
#define CG_SOURCE_H

#include "neighbour.h"
#include "verdict.h"

/* May the camera send from this address? */
INLINE int check_source(const struct pkt *p, const struct seat *s)
{
	if (is_unset(p->src, p->is_v4)) {
		if (p->is_v4)
			return p->proto == IPPROTO_UDP && p->sport == bpf_htons(PORT_DHCP_CLIENT) &&
					       p->dport == bpf_htons(PORT_DHCP) ?
				       0 :
				       CG_DROP_SPOOF;
		return is_nd(p) ? 0 : CG_DROP_SPOOF;
	}
	return is_own(s, p->src, p->is_v4) ? 0 : CG_DROP_SPOOF;
}

INLINE void remember_address(const struct seat *s, struct verdict *v)
{
	struct cg_state *st = s->state;
	struct pkt *p = &s->m->p;
	__u32 n = st->naddr, i;

	for (i = 0; i < CG_SEEN_ADDRS; i++) {
		forget();
		if (i >= st->naddr)
			break;
		if (same_addr(st->addr[i], p->src))
			return;
	}
	if (is_unset(p->src, p->is_v4) || n >= CG_SEEN_ADDRS)
		return;
	bpf_spin_lock(&st->lock);
	n = st->naddr;
	if (n < CG_SEEN_ADDRS)
		st->naddr = n + 1;
	bpf_spin_unlock(&st->lock);
	if (n >= CG_SEEN_ADDRS)
		return;
	memcpy(st->addr[n], p->src, 16);
	v->event |= CG_EVENT_SEEN;
}

#endif
