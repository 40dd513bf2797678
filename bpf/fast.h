/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was found for a flow's last packet, for the packets that follow: one
 * line of memory instead of every table, no clock, no call.
 *
 * An entry holds for CG_FAST_TICKS, under the policy, the interfaces and the
 * exposures it was made under; then the long way is gone again, which hands
 * what was counted here to the flow's own entry. Each CPU has its entries:
 * nothing is torn and nothing is locked. Losing one costs time, never a verdict.
 * A machine that was suspended may take up to CG_FAST_TICKS to see a deadline
 * that passed meanwhile.
 */
#ifndef CG_FAST_H
#define CG_FAST_H

#include <linux/pkt_cls.h>
#include "scope.h"

/* Is the MAC perhaps a camera's? Nearly every other is told here. */
INLINE int maybe_camera(__u64 mac)
{
	__u32 bit = cg_mac_bit(mac), at = bit >> 6;
	__u64 *word = bpf_map_lookup_elem(&cg_macs, &at);

	return word && (*word >> (bit & 63)) & 1;
}

/* Both read as wide as their place in a frame allows on every machine: the
 * frame begins two bytes behind a multiple of four. */
INLINE __u64 dmac_word(const __u8 *eth)
{
	__u64 head = *(const __u16 *)eth, tail = *(const __u32 *)(eth + 2);

	return CG_LITTLE_ENDIAN ? head | tail << 16 : head << 32 | tail;
}

INLINE __u64 smac_word(const __u8 *eth)
{
	__u64 head = *(const __u32 *)(eth + 6), tail = *(const __u16 *)(eth + 10);

	return CG_LITTLE_ENDIAN ? head | tail << 32 : head << 16 | tail;
}

/* A packet that begins a TCP flow is judged apart from those within it. */
INLINE __u32 fast_syn(__u8 proto, __u8 tcp_flags)
{
	if (proto != IPPROTO_TCP || !(tcp_flags & TCP_SYN))
		return 0;
	return tcp_flags & TCP_ACK ? 2 : 1;
}

INLINE __u64 fast_who(__u64 mac, __u32 proto, int up, __u32 syn)
{
	proto |= !!up << 8 | syn << 9;
	stay(proto); /* one instruction less than in 64 bits */
	return mac | (__u64)proto << 48;
}

/* Every bit reaches the highest byte of its product, which is the lowest of what is
 * returned. Directions and protocols share places; the camera's address goes with
 * its MAC, whose product was looked up already. */
INLINE __u32 fast_hash(__u64 mac, __u32 ports, __u32 peer)
{
	__u64 h = (ports | (__u64)peer << 32) * CG_MAC_MIX;

	return __builtin_bswap64(h ^ mac * CG_MAC_MIX);
}

INLINE __u32 fast_fold(const __u32 *addr)
{
	return addr[0] ^ addr[1] ^ addr[2] ^ addr[3];
}

INLINE __u32 fast_place(const struct cg_meta *meta, __u32 hash)
{
	return bpf_get_smp_processor_id() * (meta->fast_mask + 1) + (hash & meta->fast_mask);
}

INLINE int fast4_is(const struct cg_fast4 *e, __u64 who, __u32 ports, __be32 cam, __be32 peer)
{
	return e->who == who && e->ports == ports && e->peer == peer && e->cam == cam;
}

INLINE int fast6_is(const struct cg_fast6 *e, __u64 who, __u32 ports, const __u32 *cam,
		    const __u32 *peer)
{
	const __u32 *c = (const __u32 *)e->cam, *p = (const __u32 *)e->peer;

	return e->who == who && e->ports == ports && p[3] == peer[3] && p[2] == peer[2] &&
	       p[1] == peer[1] && p[0] == peer[0] && c[3] == cam[3] && c[2] == cam[2] &&
	       c[1] == cam[1] && c[0] == cam[0];
}

#define FAST_MISS 99

/* Within its time, and no more than that ahead: jiffies begin and end near the turn
 * of their low half, and an entry of weeks ago is none that holds. */
INLINE int fast_holds(__u32 last, __u32 tick)
{
	return last - tick < CG_FAST_TICKS;
}
/* Places a flow may have. */
#define FAST_WAYS 4

/* How long the headers are that every segment of a GSO packet has. */
INLINE __u32 fast_head(struct __sk_buff *skb, int v4)
{
	const __u8 *eth = (void *)(long)skb->data;
	const void *end = (void *)(long)skb->data_end;
	__u32 l4 = v4 ? 34 : 54;

	if ((const void *)(eth + l4 + 14) > end || (v4 ? eth[23] : eth[20]) != IPPROTO_TCP)
		return l4 + 8;
	return l4 + (eth[l4 + 12] >> 4) * 4;
}

INLINE int fast_drop(struct __sk_buff *skb, struct cg_fast *f, __u32 last, const int v4)
{
	__u32 tick = bpf_jiffies64(), slot = f->slot;
	struct cg_state *state = bpf_map_lookup_elem(&cg_state, &slot);
	struct wire w;

	/* A flow of the camera that began meanwhile may let it pass. */
	if (!state || tick - state->begun <= tick - (last + 1 - CG_FAST_TICKS))
		return FAST_MISS;
	measure(skb, fast_head(skb, v4), &w);
	if (!count(f->counter, &w))
		return FAST_MISS;
	state->suppressed++;
	return TC_ACT_SHOT;
}

/* The verdict for a packet whose entry was found, if it still holds. */
INLINE int fast_verdict(struct __sk_buff *skb, const struct cg_meta *meta, struct cg_fast *f,
			__u32 last, const int up, const int v4)
{
	struct cg_count *c;
	struct wire w;

	if (!fast_holds(last, bpf_jiffies64()) || f->stamp != *(const __u64 *)&meta->generation ||
	    f->exposed != *(const volatile __u32 *)&meta->exposed || f->port_if != skb->ifindex ||
	    f->peer_if != skb->ingress_ifindex)
		return FAST_MISS;
	if (f->drop)
		return fast_drop(skb, f, last, v4);
	c = bpf_map_lookup_elem(&cg_stats, &f->counter);
	if (!c)
		return FAST_MISS;
	if (skb->gso_size) {
		measure(skb, fast_head(skb, v4), &w);
		count_add(c, w.packets, w.bytes);
		f->packets += w.packets;
		f->bytes += w.bytes;
	} else {
		count_add(c, 1, skb->len);
		f->packets++;
		f->bytes += skb->len;
	}
	if (up && meta->flags & CG_META_GUARD)
		skb->mark |= meta->mark;
	return TC_ACT_UNSPEC;
}

/* TCP or UDP at l4, of len bytes by the IP header, and nothing that changes what
 * is known of the flow? Eight bytes are there. */
INLINE int fast_plain(const __u8 *l4, const void *end, __u8 proto, __u32 len, __u32 *ret_syn)
{
	__u32 head;

	*ret_syn = 0;
	if (proto == IPPROTO_UDP)
		return 1;
	if (proto != IPPROTO_TCP || (const void *)(l4 + 14) > end)
		return 0;
	head = (l4[12] >> 4) * 4;
	*ret_syn = fast_syn(proto, l4[13]);
	return head >= 20 && head <= len && !(l4[13] & (TCP_FIN | TCP_RST));
}

INLINE int fast4_judge(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac,
		       const __u8 *eth, const void *end, const int up)
{
	const struct ip4_head *ip = (const void *)(eth + 14);
	const __u8 *l4 = (const __u8 *)(ip + 1);
	__u32 len = bpf_ntohs(ip->tot_len), ports, first, at, i;
	__be32 cam, peer;
	struct cg_fast4 *e;
	__u32 syn;
	__u64 who;

	if (ip->ver_ihl != 0x45 || ip->frag_off & bpf_htons(0x3fff) || len < 28 ||
	    14 + len > skb->len || !fast_plain(l4, end, ip->proto, len - 20, &syn))
		return FAST_MISS;
	ports = *(const __u32 *)l4;
	cam = up ? ip->saddr : ip->daddr;
	peer = up ? ip->daddr : ip->saddr;
	who = fast_who(mac, ip->proto, up, syn);
	first = fast_place(meta, fast_hash(mac, ports, peer));
	at = first;
	e = bpf_map_lookup_elem(&cg_fast4, &at);
	if (!e)
		return FAST_MISS;
	if (fast4_is(e, who, ports, cam, peer))
		return fast_verdict(skb, meta, &e->f, e->last, up, 1);
	for (i = 1; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		e = bpf_map_lookup_elem(&cg_fast4, &at);
		if (e && fast4_is(e, who, ports, cam, peer))
			return fast_verdict(skb, meta, &e->f, e->last, up, 1);
	}
	return FAST_MISS;
}

INLINE int fast6_judge(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac,
		       const __u8 *eth, const void *end, const int up)
{
	const struct ip6_head *ip = (const void *)(eth + 14);
	const __u8 *l4 = (const __u8 *)(ip + 1);
	const __u32 *cam = (const __u32 *)(up ? ip->saddr : ip->daddr);
	const __u32 *peer = (const __u32 *)(up ? ip->daddr : ip->saddr);
	__u32 len, ports, first, at, i;
	struct cg_fast6 *e;
	__u32 syn;
	__u64 who;

	if ((const void *)(l4 + 8) > end)
		return FAST_MISS;
	len = bpf_ntohs(ip->payload_len);
	if (len < 8 || (ip->flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000) ||
	    54 + len > skb->len || !fast_plain(l4, end, ip->nexthdr, len, &syn))
		return FAST_MISS;
	ports = *(const __u32 *)l4;
	who = fast_who(mac, ip->nexthdr, up, syn);
	first = fast_place(meta, fast_hash(mac, ports, fast_fold(peer)));
	at = first;
	e = bpf_map_lookup_elem(&cg_fast6, &at);
	if (!e)
		return FAST_MISS;
	if (fast6_is(e, who, ports, cam, peer))
		return fast_verdict(skb, meta, &e->f, e->last, up, 0);
	for (i = 1; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		e = bpf_map_lookup_elem(&cg_fast6, &at);
		if (e && fast6_is(e, who, ports, cam, peer))
			return fast_verdict(skb, meta, &e->f, e->last, up, 0);
	}
	return FAST_MISS;
}

/* Of frames shorter than that none is known. */
#define FAST_FRAME 42

/* The verdict for a packet of mac like one before it, or FAST_MISS: nothing was
 * done. eth: FAST_FRAME bytes are there. */
INLINE int fast_judge(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac, const __u8 *eth,
		      const int up)
{
	const void *end = (void *)(long)skb->data_end;
	__be16 type = *(const __be16 *)(eth + 12);

	if (skb->vlan_present)
		return FAST_MISS;
	if (type == bpf_htons(ETH_P_IP))
		return fast4_judge(skb, meta, mac, eth, end, up);
	if (type == bpf_htons(ETH_P_IPV6))
		return fast6_judge(skb, meta, mac, eth, end, up);
	return FAST_MISS;
}

/* ---- made by the long way ---- */

/* Hands what an entry counted to its flow, if there still is one. */
INLINE void fast_flush(struct scratch *m, struct cg_fast *f, __u64 who, __u32 ports)
{
	struct cg_flow_key *key = &m->fast_key;
	__u16 src = CG_LITTLE_ENDIAN ? ports : ports >> 16;
	__u16 dst = CG_LITTLE_ENDIAN ? ports >> 16 : ports;
	int up = who >> 56 & 1;
	struct cg_flow *flow;

	key->slot = f->slot;
	key->cam_port = up ? src : dst;
	key->peer_port = up ? dst : src;
	key->proto = who >> 48;
	forget();
	flow = bpf_map_lookup_elem(&cg_flows, key);
	if (!flow)
		return;
	if (up) {
		flow->up_packets += f->packets;
		flow->up_bytes += f->bytes;
	} else {
		flow->down_packets += f->packets;
		flow->down_bytes += f->bytes;
	}
}

/* May a new entry take this one's place? One that holds goes only when it says
 * to drop and the new one does not: a flood cannot push flows out. */
INLINE int fast_free(const struct cg_fast *f, __u32 last, __u32 tick, int drop)
{
	return !fast_holds(last, tick) || (f->drop && !drop);
}

INLINE void fast_write(const struct scratch *m, struct cg_fast *f, int drop)
{
	f->stamp = m->stamp;
	f->exposed = m->exposed;
	f->counter = m->counter;
	f->port_if = m->port_if;
	f->peer_if = m->peer_if;
	f->packets = 0;
	f->bytes = 0;
	f->slot = m->slot;
	f->drop = drop;
}

INLINE void fast4_add(struct scratch *m, const struct cg_meta *meta, __u64 mac, __u64 who, int up,
		      __u32 tick, int drop)
{
	const struct pkt *p = &m->p;
	__be32 cam = *(const __be32 *)((up ? p->src : p->dst) + 12);
	__be32 peer = *(const __be32 *)((up ? p->dst : p->src) + 12);
	__u32 ports = *(const __u32 *)&p->sport;
	__u32 at = fast_place(meta, fast_hash(mac, ports, peer)), first = at, i;
	struct cg_fast4 *e;

	for (i = 0; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		forget();
		e = bpf_map_lookup_elem(&cg_fast4, &at);
		if (!e)
			return;
		if (!fast4_is(e, who, ports, cam, peer) && !fast_free(&e->f, e->last, tick, drop))
			continue;
		if (e->f.packets) {
			map_v4(m->fast_key.peer, e->peer);
			fast_flush(m, &e->f, e->who, e->ports);
		}
		e->who = who;
		e->ports = ports;
		e->cam = cam;
		e->peer = peer;
		e->last = tick + CG_FAST_TICKS - 1;
		fast_write(m, &e->f, drop);
		return;
	}
}

INLINE void fast6_add(struct scratch *m, const struct cg_meta *meta, __u64 mac, __u64 who, int up,
		      __u32 tick, int drop)
{
	const struct pkt *p = &m->p;
	const __u8 *cam = up ? p->src : p->dst, *peer = up ? p->dst : p->src;
	__u32 ports = *(const __u32 *)&p->sport;
	__u32 at = fast_place(meta, fast_hash(mac, ports, fast_fold((const __u32 *)peer))),
	      first = at, i;
	struct cg_fast6 *e;

	for (i = 0; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		forget();
		e = bpf_map_lookup_elem(&cg_fast6, &at);
		if (!e)
			return;
		if (!fast6_is(e, who, ports, (const __u32 *)cam, (const __u32 *)peer) &&
		    !fast_free(&e->f, e->last, tick, drop))
			continue;
		if (e->f.packets) {
			memcpy(m->fast_key.peer, e->peer, 16);
			fast_flush(m, &e->f, e->who, e->ports);
		}
		e->who = who;
		e->ports = ports;
		memcpy(e->cam, cam, 16);
		memcpy(e->peer, peer, 16);
		e->last = tick + CG_FAST_TICKS - 1;
		fast_write(m, &e->f, drop);
		return;
	}
}

/* For the packets that follow this one, which was judged the long way. What a
 * deadline ends soon is looked at by the clock. */
INLINE void fast_add(struct scratch *m, const struct cg_meta *meta)
{
	int up = m->up, drop = m->drop;
	const struct pkt *p = &m->p;
	__u64 deadline = m->word & CG_WORD_DEADLINE, soon = m->now + CG_FAST_CLEAR_S * SEC_NS;
	__u32 tick = m->tick, syn = fast_syn(p->proto, p->tcp_flags);
	__u64 mac, who;

	if (m->v.scope != CG_NET_REMOTE && m->v.scope != CG_NET_LAN && m->v.scope != CG_NET_HOME)
		return;
	if ((deadline > m->now && deadline < soon) || m->v.until_ns < soon || m->quarantined ||
	    p->tcp_flags & (TCP_FIN | TCP_RST) || (syn && !drop))
		return;
	mac = cg_mac_word(up ? p->smac : p->dmac);
	who = fast_who(mac, p->proto, up, syn);
	forget();
	if (p->is_v4)
		fast4_add(m, meta, mac, who, up, tick, drop);
	else
		fast6_add(m, meta, mac, who, up, tick, drop);
}

#endif
