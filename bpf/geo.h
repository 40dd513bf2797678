/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules say of a remote's country and network, and whether the camera may go there. */
#ifndef CG_BPF_GEO_H
#define CG_BPF_GEO_H

#include "rules.h"

/* Where the address in m->rule_key is said to be; nowhere where no table says it. */
INLINE void geo_find(const struct cg_meta *meta, struct scratch *m)
{
	const __u32 *w = (const __u32 *)m->rule_key.addr;
	__u32 at = meta->geo;
	struct cg_geo4_key k4;
	struct cg_geo6_key k6;
	struct cg_geo *geo;
	void *trie;

	m->country = 0;
	m->network = 0;
	if (!w[0] && !w[1] && w[2] == bpf_htonl(0xffff)) {
		trie = bpf_map_lookup_elem(&cg_geo4, &at);
		if (!trie)
			return;
		k4.prefixlen = 32;
		memcpy(k4.addr, &w[3], 4);
		geo = bpf_map_lookup_elem(trie, &k4);
	} else {
		trie = bpf_map_lookup_elem(&cg_geo6, &at);
		if (!trie)
			return;
		k6.prefixlen = 128;
		memcpy(k6.addr, w, 16);
		geo = bpf_map_lookup_elem(trie, &k6);
	}
	if (!geo)
		return;
	m->country = geo->country;
	m->network = geo->network;
}

/* The rules of a place, by the key that no address has. */
INLINE struct cg_rulevec *geo_rules(struct scratch *m, __u32 kind, __u32 place)
{
	__u32 *w = (__u32 *)m->rule_key.addr;

	m->rule_key.slot = m->slot | CG_GEO_SLOT;
	w[0] = bpf_htonl(kind << 24);
	w[1] = bpf_htonl(place);
	w[2] = 0;
	w[3] = 0;
	forget();
	return bpf_map_lookup_elem(&cg_rules, &m->rule_key);
}

/* Leaves in m->match the first rule of the peer's country or network, before find_class()
 * looks for rules of its address and its names. */
INLINE void find_geo(const struct cg_meta *meta, struct scratch *m)
{
	if (!CG_WITH_COUNTRY)
		return;
	match_begin(m);
	address_inside(m->key.peer, m->rule_key.addr);
	forget();
	geo_find(meta, m);
	forget();
	if (m->flags & CG_CAM_STAY_IN && (!m->country || !geo_rules(m, CG_GEO_STAY, m->country))) {
		m->abroad = 1;
		m->match.kinds = KINDS_ABROAD;
	}
	forget();
	if (m->country)
		rules_walk(m, geo_rules(m, CG_GEO_COUNTRY, m->country), CG_GEO_CHUNKS, 0);
	forget();
	if (m->network)
		rules_walk(m, geo_rules(m, CG_GEO_NETWORK, m->network), CG_GEO_CHUNKS, 0);
	forget();
	m->rule_key.slot = m->slot;
}

#endif
