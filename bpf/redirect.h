/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and time from the gateway for a camera that asks another server: its
 * question goes to the gateway's own service, the answer comes back from the
 * server it asked.
 *
 *   camera ─► judged as asking the gateway ─► cg_redirect: noted, rewritten
 *   camera ◄─ cg_names_down: learned ─► found by the note ─► rewritten back
 *
 * An answer belongs to its question by the camera's port and what an answer
 * repeats: DNS its id, NTP the transmit timestamp. Without a note nothing is
 * rewritten. Connection tracking sees the gateway's side only.
 */
#ifndef CG_REDIRECT_H
#define CG_REDIRECT_H

#include <linux/pkt_cls.h>
#include "scope.h"

#define NTP_LEN	      48
#define NTP_CLIENT    3
#define NTP_ORIGINATE 24
#define NTP_TRANSMIT  40
#define DNS_HEAD_LEN  12

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_QUOTA_REDIRECT); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_redirect_key);
	__type(value, struct cg_redirect);
} cg_redirects SEC(".maps");

/* Which service the port is of; 0: none that is redirected. */
INLINE __u32 redirect_kind(const struct pkt *p, __be16 port, __u32 flags)
{
	if (p->part != FRAG_WHOLE || (p->proto != IPPROTO_UDP && p->proto != IPPROTO_TCP))
		return 0;
	if (port == bpf_htons(PORT_DNS) && flags & CG_CAM_DNS_REDIRECT)
		return p->proto == IPPROTO_TCP ? CG_REDIRECT_DNS_TCP : CG_REDIRECT_DNS;
	if (port == bpf_htons(PORT_NTP) && p->proto == IPPROTO_UDP && flags & CG_CAM_NTP_REDIRECT)
		return CG_REDIRECT_NTP;
	return 0;
}

/* What question and answer have in common; -1: it is neither. */
INLINE int redirect_id(struct __sk_buff *skb, const struct pkt *p, __u32 kind, int up, __u64 *ret)
{
	__u32 len = p->l4 + p->l4_len - p->head_len;
	__be16 id;
	__u8 mode;

	*ret = 0;
	if (kind == CG_REDIRECT_DNS_TCP)
		return 0;
	if (kind == CG_REDIRECT_DNS) {
		if (len < DNS_HEAD_LEN || bpf_skb_load_bytes(skb, p->head_len, &id, 2))
			return -1;
		*ret = id;
		return 0;
	}
	if (len < NTP_LEN || bpf_skb_load_bytes(skb, p->head_len, &mode, 1) ||
	    (up && (mode & 7) != NTP_CLIENT))
		return -1;
	return bpf_skb_load_bytes(skb, p->head_len + (up ? NTP_TRANSMIT : NTP_ORIGINATE), ret, 8);
}

/* Does it ask a remote what the gateway shall answer? Then it is judged as what
 * it will be: a question to the gateway. */
INLINE void redirect_choose(struct __sk_buff *skb, struct scratch *m, struct pkt *p)
{
	__u32 kind = redirect_kind(p, p->dport, m->flags), ifindex = m->port_if;
	struct cg_lan *lan;
	__u64 id;

	if (!kind || m->station)
		return;
	place_of(p->dst, p->is_v4, m->now, &m->at);
	forget();
	if (m->at.kind != CG_NET_REMOTE || is_group(p->dst, p->is_v4))
		return;
	lan = bpf_map_lookup_elem(&cg_lans, &ifindex);
	if (!lan || !(lan->flags & (p->is_v4 ? CG_LAN_V4 : CG_LAN_V6)) ||
	    redirect_id(skb, p, kind, 1, &id))
		return;
	m->redirect_id = id;
	memcpy(m->asked, p->dst, 16);
	if (p->is_v4)
		map_v4(p->dst, lan->v4);
	else
		memcpy(p->dst, lan->v6, 16);
	m->redirect = kind;
}

INLINE void redirect_key(const struct pkt *p, __u32 slot, __u32 kind, __be16 port, __u64 id,
			 struct cg_redirect_key *key)
{
	memset(key, 0, sizeof(*key));
	key->id = id;
	key->slot = slot;
	key->cam_port = port;
	key->kind = kind;
	key->v6 = !p->is_v4;
}

/* Puts another address in the place of old, with both checksums. The IPv4
 * header's own makes up for its address, the IPv6 header has none. */
INLINE int redirect_write(struct __sk_buff *skb, const struct pkt *p, int source, const __u8 *old,
			  const __u8 *new)
{
	__u64 flags = BPF_F_PSEUDO_HDR | (p->proto == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0);
	__u32 sum = p->l4 + (p->proto == IPPROTO_UDP ? 6 : 16);
	__be32 from[4], to[4];
	__s64 diff;

	memcpy(from, old, 16);
	memcpy(to, new, 16);
	if (p->is_v4)
		return bpf_l4_csum_replace(skb, sum, from[3], to[3], flags | 4) ||
		       bpf_l3_csum_replace(skb, p->l3 + 10, from[3], to[3], 4) ||
		       bpf_skb_store_bytes(skb, p->l3 + (source ? 12 : 16), &to[3], 4, 0);
	diff = bpf_csum_diff(from, 16, to, 16, 0);
	return diff < 0 || bpf_l4_csum_replace(skb, sum, 0, diff, flags) ||
	       bpf_skb_store_bytes(skb, p->l3 + (source ? 8 : 24), to, 16, BPF_F_RECOMPUTE_CSUM);
}

/* The camera's next place among its notes; whose it was goes. */
INLINE struct cg_nplace *redirect_place(struct scratch *m)
{
	__u32 slot = m->slot, at;
	struct cg_dns *d = bpf_map_lookup_elem(&cg_dns, &slot);
	struct cg_ring_key key = { .slot = slot };
	struct cg_nring *ring;
	struct cg_nplace *place;

	if (!d)
		return NULL;
	bpf_spin_lock(&d->lock);
	at = d->cursor[CG_NRING_REDIRECT];
	if (at >= CG_QUOTA_REDIRECT)
		at = 0;
	d->cursor[CG_NRING_REDIRECT] = at + 1;
	bpf_spin_unlock(&d->lock);
	key.group = CG_NRING_REDIRECT << 16 | at / CG_RING_GROUP;
	ring = bpf_map_lookup_elem(&cg_nring, &key);
	if (!ring) {
		bpf_map_update_elem(&cg_nring, &key, &m->nring, BPF_NOEXIST);
		ring = bpf_map_lookup_elem(&cg_nring, &key);
	}
	if (!ring)
		return NULL;
	stay(ring);
	place = &ring->at[at & (CG_RING_GROUP - 1)];
	bpf_map_delete_elem(&cg_redirects, place->key);
	return place;
}

/* Notes whom the camera asked. A stub that asks two servers by one question has
 * both: each answer takes one. 0: it is noted. */
INLINE int redirect_note(struct scratch *m)
{
	struct cg_redirect_key *key = &m->redirect_key;
	struct cg_redirect *was, fresh = {};
	struct cg_nplace *place;

	redirect_key(&m->p, m->slot, m->redirect, m->p.sport, m->redirect_id, key);
	fresh.until_ns =
		m->now +
		(m->redirect == CG_REDIRECT_DNS_TCP ? CG_REDIRECT_TCP_S : CG_DNS_ANSWER_S) * SEC_NS;
	memcpy(fresh.server[0], m->asked, 16);
	fresh.n = 1;
	was = bpf_map_lookup_elem(&cg_redirects, key);
	if (was && was->until_ns > m->now) {
		if (m->redirect != CG_REDIRECT_DNS_TCP && !same_addr(was->server[0], m->asked)) {
			memcpy(was->server[1], m->asked, 16);
			was->n = 2;
		}
		was->until_ns = fresh.until_ns;
		return 0;
	}
	if (was) {
		*was = fresh;
		return 0;
	}
	place = redirect_place(m);
	if (!place)
		return -1;
	memset(place->key, 0, sizeof(place->key));
	memcpy(place->key, key, sizeof(*key));
	return bpf_map_update_elem(&cg_redirects, key, &fresh, BPF_ANY);
}

/* From cg_outcome: what was judged as asking the gateway shall do so. */
SEC("tc")
int cg_redirect(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (!m || redirect_note(m) || redirect_write(skb, &m->p, 0, m->asked, m->p.dst))
		return TC_ACT_SHOT;
	if (m->redirect == CG_REDIRECT_NTP)
		return TC_ACT_UNSPEC;
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_NAMES_UP);
	return TC_ACT_SHOT;
}

/* The gateway's answer, on its way to the camera. */
INLINE void redirect_back(struct __sk_buff *skb, const struct pkt *p, __u32 slot, __u32 flags,
			  __u64 now)
{
	__u32 kind = redirect_kind(p, p->sport, flags);
	struct cg_redirect_key key;
	struct cg_redirect *r;
	__u8 server[16];
	__u64 id;

	if (!kind || skb->ingress_ifindex || redirect_id(skb, p, kind, 0, &id))
		return;
	redirect_key(p, slot, kind, p->dport, id, &key);
	r = bpf_map_lookup_elem(&cg_redirects, &key);
	if (!r || r->until_ns <= now)
		return;
	memcpy(server, r->server[0], 16);
	if (r->n == 2) {
		memcpy(r->server[0], r->server[1], 16);
		r->n = 1;
	}
	redirect_write(skb, p, 1, p->src, server);
}

#endif
