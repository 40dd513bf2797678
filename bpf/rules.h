/* SPDX-License-Identifier: GPL-2.0-only */
/* The class of a flow: the first rule that matches, of those the longest prefix lists. */
#ifndef CG_RULES_H
#define CG_RULES_H

#include "scope.h"

/* A translated address is judged by the IPv4 address inside: NAT64's
 * well-known prefix (RFC 6052) and 6to4 (RFC 3056). */
INLINE void address_inside(const __u8 *addr, __u8 *ret)
{
	const __u32 *w = (const __u32 *)addr;
	__be32 v4;

	if (w[0] == bpf_htonl(0x0064ff9b) && !w[1] && !w[2]) {
		map_v4(ret, w[3]);
	} else if (addr[0] == 0x20 && addr[1] == 0x02) {
		memcpy(&v4, addr + 2, 4);
		map_v4(ret, v4);
	} else {
		memcpy(ret, addr, 16);
	}
}

/* 1 if a == b, else 0, without a branch. */
INLINE __u64 same(__u64 a, __u64 b)
{
	return ((a ^ b) - 1) >> 63;
}

/* Arithmetic, not conditions: the verifier walks the 64 rules a prefix may have
 * one by one, and every branch would be walked twice. */
INLINE __u64 rule_covers(const volatile struct cg_rule *r, const volatile struct match *m)
{
	__u64 proto = r->proto, port = m->port, ported = m->ported;
	__u64 outside = ((port - r->port_lo) | (r->port_hi - port)) >> 63;
	__u64 at = (same(proto, CG_PROTO_TCPUDP) & ported) | same(proto, m->proto);

	return (__u64)m->kinds >> (r->kind & ((1 << CG_RULE_KIND_BITS) - 1)) & 1 &
	       (same(proto, CG_PROTO_ANY) | (at & ~(ported & outside)));
}

/* Keeps the first of this list that covers, if it stands before what was found. */
INLINE void rules_walk(struct scratch *m, struct cg_rulevec *vec, const __u32 chunks, __u64 name)
{
	struct cg_more_key more = { .gen = m->gen };
	__u32 c, i;

	for (c = 0; c < chunks && vec; c++) {
		for (i = 0; i < CG_RULES_PER_CHUNK; i++) {
			const struct cg_rule *r = &vec->rule[i];

			forget();
			if (i >= vec->n)
				break;
			if (rule_covers(r, &m->match)) {
				if (m->match.kind && m->match.rule < r->id)
					return;
				m->match.kind = r->kind;
				m->match.rule = r->id;
				m->match.name = name;
				return;
			}
		}
		more.id = vec->more;
		if (!more.id)
			return;
		vec = bpf_map_lookup_elem(&cg_rulemore, &more);
	}
}

/* Is there perhaps a rule for the address? Most that are not allowed are told here,
 * by a bit for each length of prefix instead of the way through all rules. */
INLINE int maybe_ruled(const struct cg_meta *meta, const struct scratch *m)
{
	const __u64 *half = (const __u64 *)m->rule_key.addr;
	__u64 high = bpf_be64_to_cpu(half[0]), low = bpf_be64_to_cpu(half[1]), lens;
	__u32 slot = m->slot, i, len, bit, at;
	__u64 *word = bpf_map_lookup_elem(&cg_lens, &slot);

	if (!word)
		return 1;
	lens = *word;
	for (i = 0; i < CG_LENS; i++, lens >>= 8) {
		len = (__u8)lens;
		if (!len)
			continue;
		if (len-- == CG_LEN_MANY)
			return 1;
		bit = cg_reach_bit(meta->slots, slot, len, high & cg_high_mask(len),
				   low & cg_low_mask(len));
		at = bit >> 6;
		word = bpf_map_lookup_elem(&cg_reach, &at);
		if (!word || (*word >> (bit & 63)) & 1)
			return 1;
	}
	return 0;
}

/* The rules of every name that was learned for the address, and of the name the
 * flow passed by before, which may have run out since. */
INLINE void names_walk(struct scratch *m)
{
	const struct cg_learned *l;
	const struct cg_qname *q;
	__u32 i;

	m->learned_key.slot = m->slot;
	memcpy(m->learned_key.addr, m->rule_key.addr, 16);
	l = bpf_map_lookup_elem(&cg_learned, &m->learned_key);
	m->qname_key.slot = m->slot;
	m->qname_key.pad = 0;
	m->name_key.prefixlen = CG_NAMEKEY_BASE + 8 * CG_NAMEKEY_LEN;
	m->name_key.owner = CG_NAME_OWNER(m->slot, m->gen);
	memset(m->names, 0, sizeof(m->names));
	if (l)
#pragma unroll
		for (i = 0; i < CG_NAMES_PER_ADDR; i++)
			if (l->until_ns[i] > m->now)
				m->names[i] = l->name[i];
	m->names[CG_NAMES_PER_ADDR] = m->flow_name;
	for (i = 0; i <= CG_NAMES_PER_ADDR; i++) {
		forget();
		m->qname_key.id = m->names[i];
		forget();
		if (!m->qname_key.id)
			continue;
		q = bpf_map_lookup_elem(&cg_qnames, &m->qname_key);
		if (!q)
			continue;
		memcpy(m->name_key.name, q->name, CG_NAMEKEY_LEN);
		rules_walk(m, bpf_map_lookup_elem(&cg_namerules, &m->name_key), CG_NAME_CHUNKS,
			   m->qname_key.id);
	}
}

/* Does the verdict depend on rules? */
INLINE int wants_class(const struct scratch *m)
{
	__u8 scope = m->v.scope;

	if (m->v.reason || m->v.cached)
		return 0;
	return scope == CG_NET_REMOTE || scope == CG_NET_GATEWAY ||
	       (m->flags & CG_CAM_LAN_VIEWERS && scope != CG_NET_GROUP);
}

/* dns = any, ntp = any. */
INLINE int any_server(const struct scratch *m)
{
	if (m->match.port == PORT_DNS && m->match.ported)
		return m->flags & CG_CAM_DNS_ANY;
	return m->match.port == PORT_NTP && m->match.proto == IPPROTO_UDP &&
	       m->flags & CG_CAM_NTP_ANY;
}

#define KINDS_LAN    (1 << CG_RULE_VIEWER)
#define KINDS_REMOTE (0xff & ~KINDS_LAN)
#define KINDS_ABROAD \
	(1 << CG_RULE_DENY | 1 << CG_RULE_ALLOW_ANYWHERE | 1 << CG_RULE_UPLOAD_ANYWHERE)

/* What rules are matched against, nothing found yet. */
INLINE void match_begin(struct scratch *m)
{
	__u8 proto = m->p.proto, scope = m->v.scope;

	m->match.proto = proto;
	m->match.ported = proto == IPPROTO_TCP || proto == IPPROTO_UDP;
	m->match.port = bpf_ntohs(m->key.peer_port);
	m->match.kinds = scope == CG_NET_LAN || scope == CG_NET_HOME ? KINDS_LAN : KINDS_REMOTE;
	m->match.kind = 0;
	m->match.rule = NO_RULE;
	m->match.name = 0;
	m->abroad = 0;
	m->rule_key.prefixlen = CG_RULE_PREFIX_BASE + 128;
	m->rule_key.gen = m->gen;
	m->rule_key.slot = m->slot;
}

/* 0: nobody writes a table of places (WITH_COUNTRY=no). */
#ifndef CG_WITH_COUNTRY
#define CG_WITH_COUNTRY 1
#endif

/* Looks for what is said of a peer's place before its address: geo.h. */
INLINE int wants_geo(const struct scratch *m)
{
	return CG_WITH_COUNTRY && m->flags & CG_CAM_GEO && m->v.scope == CG_NET_REMOTE &&
	       !m->quarantined;
}

/* The class of the flow in m. On the LAN only rules of kind VIEWER count, and
 * what one lets is CG_CLASS_CONTROL. */
INLINE void find_class(const struct cg_meta *meta, struct scratch *m)
{
	struct verdict *v = &m->v;
	__u8 kind;
	int ruled;

	v->class = CG_CLASS_UNRULED;
	v->rule = NO_RULE;
	v->name = 0;
	if (m->quarantined)
		return;
	address_inside(m->key.peer, m->rule_key.addr);
	forget();
	ruled = maybe_ruled(meta, m);
	if (!ruled && !(m->flags & (CG_CAM_NAMES | CG_CAM_DNS_ANY | CG_CAM_NTP_ANY | CG_CAM_GEO)))
		return;
	if (!wants_geo(m))
		match_begin(m);
	forget();
	if (ruled)
		rules_walk(m, bpf_map_lookup_elem(&cg_rules, &m->rule_key), CG_MAX_CHUNKS, 0);
	forget();
	if (m->match.kinds != KINDS_LAN && m->flags & CG_CAM_NAMES)
		names_walk(m);
	forget();
	kind = m->match.kind & ((1 << CG_RULE_KIND_BITS) - 1);
	v->rule = m->match.rule;
	v->name = m->match.name;
	v->budget = m->match.kind >> CG_RULE_KIND_BITS;
	if (kind == CG_RULE_DENY)
		v->class = CG_CLASS_DENIED;
	else if (kind == CG_RULE_UPLOAD || kind == CG_RULE_UPLOAD_ANYWHERE)
		v->class = CG_CLASS_UPLOAD;
	else if (kind)
		v->class = CG_CLASS_CONTROL;
	else if (m->abroad)
		v->class = CG_CLASS_ABROAD;
	else if (v->scope == CG_NET_REMOTE && any_server(m))
		v->class = CG_CLASS_CONTROL;
}

#endif
