/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is learned of names, and where: a camera's quotas and the places in them.
 *
 *   cg_learned (camera, address) ─► ids of names ─► cg_qnames (camera, id): the
 *   name ─► cg_namerules (generation, camera, name): its rules. So a reload
 *   judges by the name that was asked, not by a rule that is no more; a flow
 *   keeps the id of the name it passed by, and that name is kept while it lives.
 *
 * The raised epoch makes flows and remembered drops of that camera look again.
 */
#ifndef CG_LEARN_H
#define CG_LEARN_H

#include "rules.h"
#include "dns.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_QUOTA_QUERY); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_query_key);
	__type(value, struct cg_query);
} cg_queries SEC(".maps");

INLINE struct cg_dns *names_state(const struct dns_work *w)
{
	__u32 slot = w->slot;

	return bpf_map_lookup_elem(&cg_dns, &slot);
}

INLINE void names_count(struct dns_work *w, __u32 result)
{
	struct cg_dns *d = names_state(w);

	if (d)
		d->count[result & (CG_DNS_RESULTS - 1)]++;
}

/* ---- places ---- */

INLINE __u32 names_quota(__u32 kind)
{
	return kind == CG_NRING_NAME	   ? CG_QUOTA_NAME :
	       kind == CG_NRING_ADDR	   ? CG_QUOTA_ADDR :
	       kind == CG_NRING_HEARD_NAME ? CG_QUOTA_HEARD_NAME :
	       kind == CG_NRING_HEARD_ADDR ? CG_QUOTA_HEARD_ADDR :
					     CG_QUOTA_QUERY;
}

INLINE __u32 names_next(struct cg_dns *d, const __u32 kind)
{
	__u32 at, quota = names_quota(kind);

	bpf_spin_lock(&d->lock);
	at = d->cursor[kind];
	if (at >= quota)
		at = 0;
	d->cursor[kind] = at + 1;
	bpf_spin_unlock(&d->lock);
	return at;
}

/* Has a live flow of the camera passed by this name? */
GLOBAL int cg_names_live(__u32 which)
{
	struct dns_work *w = dns_work(which);
	struct cg_ring_key at = {};
	struct cg_ring *ring;
	struct cg_flow *f;
	__u32 i, k;

	if (!w)
		return 1;
	at.slot = w->slot;
	for (i = 0; i < CG_QUOTA_REMOTE / CG_RING_GROUP; i++) {
		at.group = CG_RING_REMOTE << 16 | i;
		ring = bpf_map_lookup_elem(&cg_ring, &at);
		if (!ring)
			continue;
		for (k = 0; k < CG_RING_GROUP; k++) {
			f = bpf_map_lookup_elem(&cg_flows, &ring->at[k]);
			if (f && V(f->name) == V(w->owner) && !flow_expired(f, w->now))
				return 1;
		}
	}
	return 0;
}

/* May this place's old name go? Its ring decides what it is kept for. */
INLINE int names_free_name(struct dns_work *w, __u32 which, const struct cg_nplace *old, int kept)
{
	struct cg_qname_key key;
	struct cg_qname *q;

	memcpy(&key, old->key, sizeof(key));
	q = bpf_map_lookup_elem(&cg_qnames, &key);
	if (!q)
		return 1;
	/* A rule came to fit it since: another place has it now. */
	if (!kept && q->flags & CG_NAME_RULED)
		return 1;
	if (kept && w->now < q->until_ns)
		return 0;
	/* Not needed below: here it carries the name to look for. */
	V(w->owner) = key.id;
	if (cg_names_live(which))
		return 0;
	bpf_map_delete_elem(&cg_qnames, &key);
	return 1;
}

INLINE int names_free_addr(struct dns_work *w, const struct cg_nplace *old, int kept)
{
	struct cg_learned_key key;
	struct cg_learned *l;
	__u32 i;

	memcpy(&key, old->key, sizeof(key));
	l = bpf_map_lookup_elem(&cg_learned, &key);
	if (!l)
		return 1;
	if (!kept && l->flags & CG_NAME_RULED)
		return 1;
#pragma unroll
	for (i = 0; i < CG_NAMES_PER_ADDR; i++)
		if (kept && w->now < l->until_ns[i])
			return 0;
	bpf_map_delete_elem(&cg_learned, &key);
	return 1;
}

/* The next place of that ring; NULL: there is no memory for it. */
INLINE struct cg_nplace *names_at(struct dns_work *w, struct cg_dns *d, const __u32 kind)
{
	__u32 at = names_next(d, kind);
	struct cg_ring_key key = { .slot = w->slot, .group = kind << 16 | at / CG_RING_GROUP };
	struct cg_nring *ring = bpf_map_lookup_elem(&cg_nring, &key);

	if (!ring) {
		bpf_map_update_elem(&cg_nring, &key, &w->ring, BPF_NOEXIST);
		ring = bpf_map_lookup_elem(&cg_nring, &key);
	}
	if (!ring)
		return NULL;
	stay(ring);
	return &ring->at[at & (CG_RING_GROUP - 1)];
}

/* Finds w->place's key a place in its ring; 0 = it has one. */
INLINE int names_place(struct dns_work *w, __u32 which, const __u32 kind)
{
	struct cg_dns *d = names_state(w);
	struct cg_nplace *old;
	__u32 i;

	if (!d)
		return -1;
	for (i = 0; i < CG_NRING_TRIES; i++) {
		int ok = 1;

		forget();
		old = names_at(w, d, kind);
		if (!old)
			return -1;
		if (kind == CG_NRING_QUERY)
			bpf_map_delete_elem(&cg_queries, old->key);
		else if (kind == CG_NRING_NAME || kind == CG_NRING_HEARD_NAME)
			ok = names_free_name(w, which, old, kind == CG_NRING_NAME);
		else
			ok = names_free_addr(w, old, kind == CG_NRING_ADDR);
		if (!ok)
			continue;
		memcpy(old->key, w->place.key, sizeof(old->key));
		return 0;
	}
	return -1;
}

GLOBAL int cg_names_place_name(__u32 which, __u32 kept)
{
	struct dns_work *w = dns_work(which);

	if (!w)
		return -1;
	memset(&w->place, 0, sizeof(w->place));
	memcpy(w->place.key, &w->qname_key, sizeof(w->qname_key));
	return kept ? names_place(w, which, CG_NRING_NAME) :
		      names_place(w, which, CG_NRING_HEARD_NAME);
}

GLOBAL int cg_names_place_addr(__u32 which, __u32 kept)
{
	struct dns_work *w = dns_work(which);

	if (!w)
		return -1;
	memset(&w->place, 0, sizeof(w->place));
	memcpy(w->place.key, &w->addr, sizeof(w->addr));
	return kept ? names_place(w, which, CG_NRING_ADDR) :
		      names_place(w, which, CG_NRING_HEARD_ADDR);
}

GLOBAL int cg_names_place_query(__u32 which)
{
	struct dns_work *w = dns_work(which);

	if (!w)
		return -1;
	memcpy(w->place.key, &w->query, sizeof(w->query));
	return names_place(w, which, CG_NRING_QUERY);
}

/* ---- what is learned ---- */

/* The first rule of those that fit the name asked: denies stand first. */
GLOBAL int cg_names_rule(__u32 which)
{
	struct dns_work *w = dns_work(which);
	struct cg_rulevec *vec;

	if (!w)
		return 0;
	w->key.prefixlen = CG_NAMEKEY_BASE + 8 * CG_NAMEKEY_LEN;
	w->key.owner = CG_NAME_OWNER(w->slot, w->gen);
	vec = bpf_map_lookup_elem(&cg_namerules, &w->key);
	return vec && vec->n ? vec->rule[0].kind : 0;
}

/* Is it another name with this id? */
INLINE int names_differ(const struct dns_work *w, const struct cg_qname *q)
{
	__u32 i;

	for (i = 0; i < CG_NAMEKEY_LEN; i++) {
		forget();
		if (q->name[i] != w->key.name[i])
			return 1;
	}
	return 0;
}

/* The name asked has its entry, at least until w->until_ns. */
GLOBAL int cg_names_keep(__u32 which)
{
	struct dns_work *w = dns_work(which);
	struct cg_qname *q;

	if (!w)
		return CG_DNS_FULL_NAME;
	w->qname_key.id = w->id;
	w->qname_key.slot = w->slot;
	w->qname_key.pad = 0;
	q = bpf_map_lookup_elem(&cg_qnames, &w->qname_key);
	if (q) {
		if (names_differ(w, q))
			return CG_DNS_CLASH;
		if (w->ruled && !(q->flags & CG_NAME_RULED)) {
			if (cg_names_place_name(which, 1))
				return CG_DNS_FULL_NAME;
			q->flags |= CG_NAME_RULED;
		}
		if (q->until_ns < w->until_ns)
			q->until_ns = w->until_ns;
		q->asked_ns = w->now;
		return 0;
	}
	if (cg_names_place_name(which, w->ruled))
		return CG_DNS_FULL_NAME;
	memset(&w->qname, 0, sizeof(w->qname));
	memcpy(w->qname.name, w->key.name, sizeof(w->key.name));
	w->qname.until_ns = w->until_ns;
	w->qname.asked_ns = w->now;
	w->qname.len = w->qlen;
	w->qname.flags = w->ruled ? CG_NAME_RULED : 0;
	if (bpf_map_update_elem(&cg_qnames, &w->qname_key, &w->qname, BPF_ANY))
		return CG_DNS_FULL_NAME;
	w->fresh = 1;
	return 0;
}

/* Addresses that no name outside the house may have: an answer that holds one
 * is DNS rebinding, or would open the gateway. */
INLINE int names_never(const __u8 *a, __u64 now)
{
	int v4 = is_mapped(a);
	struct place at;

	if (v4) {
		if (!a[12] || a[12] == 10 || a[12] == 127 || a[12] >= 224 ||
		    (a[12] == 100 && (a[13] & 0xc0) == 64) || (a[12] == 169 && a[13] == 254) ||
		    (a[12] == 172 && (a[13] & 0xf0) == 16) || (a[12] == 192 && a[13] == 168) ||
		    (a[12] == 192 && !a[13] && !a[14]) || (a[12] == 198 && (a[13] & 0xfe) == 18))
			return 1;
	} else if ((a[0] & 0xe0) != 0x20) { /* global unicast is all under 2000::/3 */
		return 1;
	}
	place_of(a, v4, now, &at);
	return at.kind != CG_NET_REMOTE;
}

/* A place of the entry for this name: its own, else one that is free or has run
 * out, else, for a name with rules, one without. */
INLINE int names_alias(const struct dns_work *w, const struct cg_learned *l, __u32 *ret_at)
{
	__u32 own = CG_NAMES_PER_ADDR, room = own, weak = own, i;

#pragma unroll
	for (i = 0; i < CG_NAMES_PER_ADDR; i++) {
		if (l->name[i] == w->id)
			own = i;
		else if (!l->name[i] || l->until_ns[i] <= w->now)
			room = i;
		else if (!(l->ruled & 1U << i))
			weak = i;
	}
	if (own == CG_NAMES_PER_ADDR)
		own = room;
	if (own == CG_NAMES_PER_ADDR && w->ruled)
		own = weak;
	*ret_at = own & (CG_NAMES_PER_ADDR - 1);
	return own == CG_NAMES_PER_ADDR;
}

/* Flows and remembered drops of the camera look again. */
INLINE void names_raise(const struct dns_work *w)
{
	__u32 slot = w->slot;
	struct cg_state *state = bpf_map_lookup_elem(&cg_state, &slot);

	if (!state)
		return;
	state->names_epoch++;
	state->begun = bpf_jiffies64();
}

/* w->addr.addr is an address of the name asked, which has its entry. */
GLOBAL int cg_names_addr(__u32 which)
{
	struct dns_work *w = dns_work(which);
	struct cg_learned *l;
	__u32 at;
	int changed;

	if (!w)
		return CG_DNS_FULL_ADDR;
	if (names_never(w->addr.addr, w->now))
		return CG_DNS_ADDRESS;
	w->addr.slot = w->slot;
	l = bpf_map_lookup_elem(&cg_learned, &w->addr);
	if (!l) {
		if (cg_names_place_addr(which, w->ruled))
			return CG_DNS_FULL_ADDR;
		memset(&w->entry, 0, sizeof(w->entry));
		w->entry.until_ns[0] = w->until_ns;
		w->entry.name[0] = w->id;
		if (w->ruled)
			w->entry.ruled = w->entry.flags = CG_NAME_RULED;
		if (bpf_map_update_elem(&cg_learned, &w->addr, &w->entry, BPF_ANY))
			return CG_DNS_FULL_ADDR;
		if (w->ruled)
			names_raise(w);
		return 0;
	}
	if (w->ruled && !(l->flags & CG_NAME_RULED)) {
		if (cg_names_place_addr(which, 1))
			return CG_DNS_FULL_ADDR;
		l->flags |= CG_NAME_RULED;
	}
	if (names_alias(w, l, &at))
		return CG_DNS_FULL_ALIAS;
	changed = V(l->name[at]) != w->id || V(l->until_ns[at]) <= w->now;
	if (changed) {
		V(l->until_ns[at]) = 0;
		V(l->name[at]) = w->id;
		if (w->ruled)
			l->ruled |= 1U << at;
		else
			l->ruled &= ~(1U << at);
	}
	if (V(l->until_ns[at]) < w->until_ns)
		V(l->until_ns[at]) = w->until_ns;
	if (changed && w->ruled)
		names_raise(w);
	return 0;
}

/* Record k of a checked answer; 0 also for one that is none of ours. */
GLOBAL int cg_names_record(__u32 which, __u32 k)
{
	struct dns_work *w = dns_work(which);
	const struct dns_rec *rec;
	__u8 full[16] = {};
	__u32 ttl, at;
	int r;

	if (!w)
		return 0;
	rec = &w->rec[k & (DNS_RECORDS - 1)];
	if (rec->owner != V(w->owner) || (rec->type != DNS_TYPE_A && rec->type != DNS_AAAA))
		return 0;
	ttl = rec->ttl < V(w->ttl) ? rec->ttl : V(w->ttl);
	if (ttl < CG_NAME_FLOOR_S)
		ttl = CG_NAME_FLOOR_S;
	if (ttl > CG_NAME_CEILING_S)
		ttl = CG_NAME_CEILING_S;
	w->until_ns = w->now + (__u64)(ttl + CG_NAME_GRACE_S) * SEC_NS;
	at = rec->at & DNS_MASK;
	/* The buffer is longer than the mask reaches by less than an address. */
	if (at > DNS_BUF - 16)
		return 0;
	if (rec->type == DNS_TYPE_A) {
		__be32 v4;

		memcpy(&v4, &w->buf[at], 4);
		map_v4(full, v4);
	} else {
		memcpy(full, &w->buf[at], 16);
		if (is_mapped(full)) {
			w->refused = CG_DNS_ADDRESS;
			return 0;
		}
	}
	address_inside(full, w->addr.addr);
	r = cg_names_keep(which);
	if (!r)
		r = cg_names_addr(which);
	if (r)
		w->refused = r;
	else
		w->learned++;
	return 0;
}

/* Learns the answer in w->buf, whose question is read; what became of it. */
GLOBAL int cg_names_answer(__u32 which)
{
	struct dns_work *w = dns_work(which);
	__u64 owner;
	__u32 k;
	int r;

	if (!w)
		return CG_DNS_NOTHING;
	r = cg_dns_answer(which);
	if (r)
		return r;
	owner = V(w->owner);
	w->learned = 0;
	w->refused = 0;
	for (k = 0; k < CG_DNS_RECORDS_MAX; k++) {
		if (k >= V(w->records))
			break;
		/* Looking for a place may have used it. */
		V(w->owner) = owner;
		cg_names_record(which, k);
	}
	if (w->learned)
		return CG_DNS_LEARNED;
	return w->refused ? w->refused : CG_DNS_NOTHING;
}

#endif
