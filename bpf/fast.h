/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was found for a flow's last packet, for the packets that follow: one
 * line of memory instead of every table, no clock, no call.
 *
 * An entry holds for a second, under the policy, the interfaces and the
 * exposures it was made under; then the long way is gone again, which hands
 * what was counted here to the flow's own entry. Each CPU has its entries:
 * nothing is torn and nothing is locked. Losing one costs time, never a verdict.
 * A machine that was suspended may take as long to see a deadline that passed
 * meanwhile.
 */
#ifndef CG_FAST_H
#define CG_FAST_H

#include <linux/pkt_cls.h>
#include "session_entry.h"

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

/* Two neighbours of an entry as one word, as it lies there. */
INLINE __u64 fast_pair(__u32 first, __u32 second)
{
	return CG_LITTLE_ENDIAN ? first | (__u64)second << 32 : (__u64)first << 32 | second;
}

/* Every bit reaches the highest byte of its product, which is the lowest of what is
 * returned. Directions and protocols share places; the camera's address goes with
 * its MAC, whose product was looked up already. */
INLINE __u32 fast_hash(__u64 mac, __u64 pair)
{
	return __builtin_bswap64(pair * CG_MAC_MIX ^ mac * CG_MAC_MIX);
}

INLINE __u32 fast_fold(const __u32 *addr)
{
	return addr[0] ^ addr[1] ^ addr[2] ^ addr[3];
}

INLINE __u32 fast_place(const struct cg_meta *meta, __u32 hash)
{
	return bpf_get_smp_processor_id() * (meta->fast_mask + 1) + (hash & meta->fast_mask);
}

INLINE int fast4_is(const struct cg_fast4 *e, __u64 who, __u64 pair, __be32 cam)
{
	return e->who == who && *(const __u64 *)&e->ports == pair && e->cam == cam;
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
	return last - tick < CG_FAST_TICKS_MAX;
}

/* Until when an entry holds stands right before what it says. */
INLINE __u32 fast_last(const struct cg_fast *f)
{
	return *((const __u32 *)f - 1);
}
/* Places a flow may have. */
#define FAST_WAYS 4

/* How long the headers are that every segment of a GSO packet has. */
INLINE __u32 fast_head(struct __sk_buff *skb)
{
	const __u8 *eth = (void *)(long)skb->data;
	const void *end = (void *)(long)skb->data_end;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		return (const void *)(eth + 48) > end || eth[23] != IPPROTO_TCP ?
			       42 :
			       34 + (eth[46] >> 4) * 4;
	return (const void *)(eth + 68) > end || eth[20] != IPPROTO_TCP ? 62 :
									  54 + (eth[66] >> 4) * 4;
}

INLINE int fast_drop(struct __sk_buff *skb, const struct cg_meta *meta, struct cg_fast *f)
{
	__u32 tick = bpf_jiffies64(), slot = f->slot;
	struct cg_state *state = bpf_map_lookup_elem(&cg_state, &slot);
	struct wire w;

	/* A flow of the camera that began meanwhile may let it pass. */
	if (!state || tick - state->begun <= tick - (fast_last(f) + 1 - meta->fast_ticks))
		return FAST_MISS;
	measure(skb, fast_head(skb), &w);
	if (!count(f->counter, &w))
		return FAST_MISS;
	state->suppressed++;
	return TC_ACT_SHOT;
}

/* Does the entry still hold, for a packet that meets it here and now? */
INLINE int fast_valid(const struct __sk_buff *skb, const struct cg_meta *meta,
		      const struct cg_fast *f)
{
	return fast_holds(fast_last(f), bpf_jiffies64()) &&
	       f->stamp == *(const __u64 *)&meta->generation &&
	       f->exposed == *(const volatile __u32 *)&meta->exposed &&
	       f->port_if == skb->ifindex && f->peer_if == skb->ingress_ifindex;
}

/* The verdict for a packet whose entry was found, if it still holds. */
INLINE int fast_verdict(struct __sk_buff *skb, const struct cg_meta *meta, struct cg_fast *f)
{
	struct wire w = { .packets = 1, .bytes = skb->len };
	struct cg_count *c;

	if (!fast_valid(skb, meta, f))
		return FAST_MISS;
	if (f->how) {
		if (f->how & CG_FAST_DROP)
			return fast_drop(skb, meta, f);
		skb->mark |= meta->mark;
	}
	c = bpf_map_lookup_elem(&cg_stats, &f->counter);
	if (!c)
		return FAST_MISS;
	if (skb->gso_size)
		measure(skb, fast_head(skb), &w);
	if (w.bytes > f->left)
		return FAST_MISS;
	count_add(c, w.packets, w.bytes);
	f->packets += w.packets;
	f->left -= w.bytes;
	return TC_ACT_UNSPEC;
}

/* TCP or UDP at l4, of len bytes by the IP header, and nothing that changes what
 * is known of the flow? Eight bytes are there. */
INLINE int fast_plain(const __u8 *l4, const void *end, __u8 proto, __u32 len, __u32 *ret_syn)
{
	__u32 head;

	*ret_syn = 0;
	if (proto == IPPROTO_UDP)
		return len >= 8;
	if (proto != IPPROTO_TCP || (const void *)(l4 + 14) > end)
		return 0;
	head = (l4[12] >> 4) * 4;
	if (head < 20 || head > len)
		return 0;
	if (!(l4[13] & (TCP_SYN | TCP_FIN | TCP_RST)))
		return 1;
	*ret_syn = fast_syn(proto, l4[13]);
	return !(l4[13] & (TCP_FIN | TCP_RST));
}

/* What a packet's entry is found by. */
struct fast_key {
	__u64 who, pair;
	const __u32 *cam, *peer;
	__u32 first;
};

INLINE int fast4_key(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac, const __u8 *eth,
		     const int up, struct fast_key *k)
{
	const struct ip4_head *ip = (const void *)(eth + 14);
	const __u8 *l4 = (const __u8 *)(ip + 1);
	const void *end = (void *)(long)skb->data_end;
	__u32 len = bpf_ntohs(ip->tot_len), syn;

	if (ip->ver_ihl != 0x45 || ip->frag_off & bpf_htons(0x3fff) || 14 + len > skb->len ||
	    len < 20 || !fast_plain(l4, end, ip->proto, len - 20, &syn))
		return 0;
	k->who = fast_who(mac, ip->proto, up, syn);
	stay(k->who); /* then mac needs no place of its own any more */
	k->cam = up ? &ip->saddr : &ip->daddr;
	k->pair = fast_pair(*(const __u32 *)l4, up ? ip->daddr : ip->saddr);
	stay(k->pair);
	k->first = fast_place(meta, fast_hash(mac, k->pair));
	return 1;
}

INLINE int fast6_key(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac, const __u8 *eth,
		     const int up, struct fast_key *k)
{
	const struct ip6_head *ip = (const void *)(eth + 14);
	const __u8 *l4 = (const __u8 *)(ip + 1);
	const void *end = (void *)(long)skb->data_end;
	__u32 len, syn;

	if ((const void *)(l4 + 8) > end)
		return 0;
	len = bpf_ntohs(ip->payload_len);
	if ((ip->flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000) || 54 + len > skb->len ||
	    !fast_plain(l4, end, ip->nexthdr, len, &syn))
		return 0;
	k->cam = (const __u32 *)(up ? ip->saddr : ip->daddr);
	k->peer = (const __u32 *)(up ? ip->daddr : ip->saddr);
	k->who = fast_who(mac, ip->nexthdr, up, syn);
	stay(k->who);
	k->pair = *(const __u32 *)l4;
	k->first = fast_place(meta, fast_hash(mac, fast_pair(k->pair, fast_fold(k->peer))));
	return 1;
}

#define FAST_FRAME 42

/* The verdict for a packet of mac like one before it, or FAST_MISS: nothing was
 * done. eth: FAST_FRAME bytes are there. */
INLINE int fast_judge(struct __sk_buff *skb, const struct cg_meta *meta, __u64 mac, const __u8 *eth,
		      const int up)
{
	__be16 type = *(const __be16 *)(eth + 12);
	struct cg_fast4 *e4;
	struct cg_fast6 *e6;
	struct cg_fast *f;
	struct fast_key k;
	__u32 at, i;

	if (skb->vlan_present)
		return FAST_MISS;
	if (type == bpf_htons(ETH_P_IP)) {
		if (!fast4_key(skb, meta, mac, eth, up, &k))
			return FAST_MISS;
#pragma unroll
		for (i = 0; i < FAST_WAYS; i++) {
			at = k.first ^ (i & meta->fast_mask);
			e4 = bpf_map_lookup_elem(&cg_fast4, &at);
			if (e4 && fast4_is(e4, k.who, k.pair, *k.cam)) {
				f = &e4->f;
				goto found;
			}
		}
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		if (!fast6_key(skb, meta, mac, eth, up, &k))
			return FAST_MISS;
#pragma unroll
		for (i = 0; i < FAST_WAYS; i++) {
			at = k.first ^ (i & meta->fast_mask);
			e6 = bpf_map_lookup_elem(&cg_fast6, &at);
			if (e6 && fast6_is(e6, k.who, k.pair, k.cam, k.peer)) {
				f = &e6->f;
				goto found;
			}
		}
	}
	return FAST_MISS;
found:
	return fast_verdict(skb, meta, f);
}

/* ---- made by the long way ---- */

/* Hands what an entry counted to its session and its flow, if they still are there. */
INLINE void fast_flush(struct scratch *m, struct cg_fast *f, __u64 who, __u32 ports)
{
	struct cg_flow_key *key = &m->fast_key;
	__u16 src = CG_LITTLE_ENDIAN ? ports : ports >> 16;
	__u16 dst = CG_LITTLE_ENDIAN ? ports >> 16 : ports;
	int up = who >> 56 & 1;
	struct cg_session *e;
	struct cg_flow *flow;
	__u32 used, heads, paid;

	key->slot = f->slot;
	key->cam_port = up ? src : dst;
	key->peer_port = up ? dst : src;
	key->proto = who >> 48;
	used = f->granted - f->left;
	session_key(&m->fast_session_key, f->slot, key->peer);
	forget();
	e = bpf_map_lookup_elem(&cg_sessions, &m->fast_session_key);
	if (e)
		session_passed(e, up, f->packets, used);
	forget();
	flow = bpf_map_lookup_elem(&cg_flows, key);
	if (!flow)
		return;
	heads = f->packets * (is_mapped(key->peer) ? HEAD4 : HEAD6);
	paid = used > heads ? used - heads : 0; /* as charge_of() */
	if (up) {
		flow->up_packets += f->packets;
		flow->up_bytes += used;
		flow->fast_up += paid;
		if (f->granted != FAST_ALL)
			flow->refund += f->granted - paid;
	} else {
		flow->down_packets += f->packets;
		flow->down_bytes += used;
		flow->fast_down += paid;
	}
}

/* May a new entry take this one's place? One that holds goes only when it says
 * to drop and the new one does not: a flood cannot push flows out. */
INLINE int fast_free(const struct cg_fast *f, __u32 tick, int drop)
{
	return !fast_holds(fast_last(f), tick) || (f->how & CG_FAST_DROP && !drop);
}

INLINE void fast_write(const struct scratch *m, const struct cg_meta *meta, struct cg_fast *f,
		       int drop)
{
	f->stamp = m->stamp;
	f->exposed = m->exposed;
	f->counter = m->counter;
	f->port_if = m->port_if;
	f->peer_if = m->peer_if;
	f->packets = 0;
	f->granted = m->grant;
	f->left = m->grant;
	f->slot = m->slot;
	f->how = drop ? CG_FAST_DROP : m->up && meta->flags & CG_META_GUARD ? CG_FAST_MARK : 0;
}

/* Where among its places: its own entry, else the first that is free; NO_PLACE. */
#define NO_PLACE 0xffffffffU

INLINE __u32 fast4_find(const struct cg_meta *meta, __u32 first, __u64 who, __u64 pair, __be32 cam,
			__u32 tick, int drop)
{
	__u32 at, i, found = NO_PLACE;
	struct cg_fast4 *e;

	for (i = 0; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		forget();
		e = bpf_map_lookup_elem(&cg_fast4, &at);
		if (!e)
			break;
		if (fast4_is(e, who, pair, cam))
			return at;
		if (found == NO_PLACE && fast_free(&e->f, tick, drop))
			found = at;
	}
	return found;
}

INLINE __u32 fast6_find(const struct cg_meta *meta, __u32 first, __u64 who, __u32 ports,
			const __u32 *cam, const __u32 *peer, __u32 tick, int drop)
{
	__u32 at, i, found = NO_PLACE;
	struct cg_fast6 *e;

	for (i = 0; i < FAST_WAYS; i++) {
		at = first ^ (i & meta->fast_mask);
		forget();
		e = bpf_map_lookup_elem(&cg_fast6, &at);
		if (!e)
			break;
		if (fast6_is(e, who, ports, cam, peer))
			return at;
		if (found == NO_PLACE && fast_free(&e->f, tick, drop))
			found = at;
	}
	return found;
}

/* Has it counted something, or been granted something, that its flow must be told? */
INLINE int fast_owes(const struct cg_fast *f)
{
	return f->packets || (f->granted && f->granted != FAST_ALL);
}

INLINE void fast_empty(struct cg_fast *f)
{
	f->packets = 0;
	f->granted = 0;
	f->left = 0;
}

INLINE int fast4_add(struct scratch *m, const struct cg_meta *meta, __u64 mac, __u64 who, int up,
		     __u32 tick, int drop)
{
	const struct pkt *p = &m->p;
	__be32 cam = *(const __be32 *)((up ? p->src : p->dst) + 12);
	__be32 peer = *(const __be32 *)((up ? p->dst : p->src) + 12);
	__u32 ports = *(const __u32 *)&p->sport;
	__u64 pair = fast_pair(ports, peer);
	__u32 at = fast4_find(meta, fast_place(meta, fast_hash(mac, pair)), who, pair, cam, tick,
			      drop);
	struct cg_fast4 *e = bpf_map_lookup_elem(&cg_fast4, &at);

	if (!e)
		return 0;
	if (fast_owes(&e->f)) {
		map_v4(m->fast_key.peer, e->peer);
		fast_flush(m, &e->f, e->who, e->ports);
	}
	e->who = who;
	e->ports = ports;
	e->cam = cam;
	e->peer = peer;
	e->last = tick + meta->fast_ticks - 1;
	fast_write(m, meta, &e->f, drop);
	return 1;
}

INLINE int fast6_add(struct scratch *m, const struct cg_meta *meta, __u64 mac, __u64 who, int up,
		     __u32 tick, int drop)
{
	const struct pkt *p = &m->p;
	const __u8 *cam = up ? p->src : p->dst, *peer = up ? p->dst : p->src;
	__u32 ports = *(const __u32 *)&p->sport;
	__u32 at = fast6_find(
		meta,
		fast_place(meta, fast_hash(mac, fast_pair(ports, fast_fold((const __u32 *)peer)))),
		who, ports, (const __u32 *)cam, (const __u32 *)peer, tick, drop);
	struct cg_fast6 *e = bpf_map_lookup_elem(&cg_fast6, &at);

	if (!e)
		return 0;
	if (fast_owes(&e->f)) {
		memcpy(m->fast_key.peer, e->peer, 16);
		fast_flush(m, &e->f, e->who, e->ports);
	}
	e->who = who;
	e->ports = ports;
	memcpy(e->cam, cam, 16);
	memcpy(e->peer, peer, 16);
	e->last = tick + meta->fast_ticks - 1;
	fast_write(m, meta, &e->f, drop);
	return 1;
}

/* For the packets that follow this one, which was judged the long way. What a
 * deadline ends soon is looked at by the clock. 0: there is no entry. */
INLINE int fast_add(struct scratch *m, const struct cg_meta *meta)
{
	int up = m->up, drop = m->drop;
	const struct pkt *p = &m->p;
	__u64 deadline = m->word & CG_WORD_DEADLINE, soon = m->now + CG_FAST_CLEAR_S * SEC_NS;
	__u32 tick = m->tick, syn = fast_syn(p->proto, p->tcp_flags);
	__u64 mac, who;

	if (m->v.scope != CG_NET_REMOTE && m->v.scope != CG_NET_LAN && m->v.scope != CG_NET_HOME)
		return 0;
	if ((deadline > m->now && deadline < soon) || m->v.until_ns < soon || m->quarantined ||
	    p->tcp_flags & (TCP_FIN | TCP_RST) || (syn && !drop))
		return 0;
	mac = cg_mac_word(up ? p->smac : p->dmac);
	who = fast_who(mac, p->proto, up, syn);
	forget();
	return p->is_v4 ? fast4_add(m, meta, mac, who, up, tick, drop) :
			  fast6_add(m, meta, mac, who, up, tick, drop);
}

/* What this packet's own entry owes goes to its flow now, and nothing follows by it
 * until it is made anew. The packet is whole TCP or UDP. */
INLINE void fast_settle(struct scratch *m, const struct cg_meta *meta)
{
	const struct pkt *p = &m->p;
	__u32 up = m->up, ports = *(const __u32 *)&p->sport, at;
	__u64 mac = cg_mac_word(up ? p->smac : p->dmac), who = fast_who(mac, p->proto, up, 0);
	const __u8 *cam = up ? p->src : p->dst, *peer = up ? p->dst : p->src;

	if (p->is_v4) {
		__be32 cam4 = *(const __be32 *)(cam + 12), peer4 = *(const __be32 *)(peer + 12);
		__u64 pair = fast_pair(ports, peer4);
		struct cg_fast4 *e;

		at = fast4_find(meta, fast_place(meta, fast_hash(mac, pair)), who, pair, cam4,
				m->tick, 0);
		e = bpf_map_lookup_elem(&cg_fast4, &at);
		if (e && fast4_is(e, who, pair, cam4) && fast_owes(&e->f)) {
			map_v4(m->fast_key.peer, peer4);
			fast_flush(m, &e->f, who, ports);
			fast_empty(&e->f);
		}
	} else {
		struct cg_fast6 *e;

		at = fast6_find(
			meta,
			fast_place(meta, fast_hash(mac, fast_pair(ports,
								  fast_fold((const __u32 *)peer)))),
			who, ports, (const __u32 *)cam, (const __u32 *)peer, m->tick, 0);
		e = bpf_map_lookup_elem(&cg_fast6, &at);
		if (e && fast6_is(e, who, ports, (const __u32 *)cam, (const __u32 *)peer) &&
		    fast_owes(&e->f)) {
			memcpy(m->fast_key.peer, peer, 16);
			fast_flush(m, &e->f, who, ports);
			fast_empty(&e->f);
		}
	}
}

/* Nothing follows the short way: what was granted for it is given back. */
INLINE void fast_give_back(const struct scratch *m)
{
	struct cg_flow *f;

	if (m->grant == FAST_ALL)
		return;
	f = bpf_map_lookup_elem(&cg_flows, &m->key);
	if (f)
		f->refund += m->grant;
}

#endif
