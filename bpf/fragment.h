/* SPDX-License-Identifier: GPL-2.0-only */
/* Fragments: the first is judged whole, later ones by what was found for it. */
#ifndef CG_FRAGMENT_H
#define CG_FRAGMENT_H

#include "source.h"
#include "verdict.h"

INLINE int is_lan_scope(__u8 scope)
{
	return scope == CG_NET_LAN || scope == CG_NET_HOME;
}

INLINE void frag_key(const struct pkt *p, const struct seat *s, int up, struct cg_flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->slot = s->m->slot;
	memcpy(key->peer, up ? p->dst : p->src, 16);
	key->proto = p->proto;
	key->dir = up ? 1 : 2;
	key->frag_id = p->frag_id;
}

/*
 * A later fragment shares its first's class, and with a remote is judged by what
 * holds now: an opening that ended between the two has ended. What stays in the
 * house needs no first: its verdict does not depend on ports.
 */
INLINE void judge_later(const struct pkt *p, const struct seat *s, int up, struct verdict *v)
{
	struct cg_flow_key *key = &s->m->frag_key;
	struct cg_frag *f;
	struct place *at = &s->m->at;

	frag_key(p, s, up, key);
	f = bpf_map_lookup_elem(&cg_frags, key);
	if (f && !older(s->m->now, f->last_ns, CG_FRAG_S)) {
		v->scope = f->scope;
		v->class = f->class;
		v->budget = f->budget;
		if (p->frag_off < f->header_end) {
			v->reason = CG_DROP_FRAGMENT;
			return;
		}
		if (f->scope == CG_NET_REMOTE) {
			v->began = f->by_peer ? CG_FLOW_BY_PEER : 0;
			v->cached = 1;
			return;
		}
		v->reason = CG_PASS_FRAGMENT;
		if (!p->more)
			f->done = 1;
		return;
	}
	if (up) {
		v->reason = check_source(p, s);
		if (v->reason)
			return;
		place_of(p->dst, p->is_v4, s->m->now, at);
	} else {
		origin_of(s, p, at);
	}
	v->scope = at->kind;
	if (is_lan_scope(at->kind) && !(s->m->flags & CG_CAM_LAN_VIEWERS))
		v->reason = decide_lan(s, at->kind, CG_CLASS_NONE);
	else
		v->reason = CG_DROP_FRAG_ORDER;
}

/* With a remote the verdict is what holds now. */
INLINE void judge_later_remote(const struct seat *s, struct verdict *v)
{
	struct cg_frag *f;

	v->reason = decide_remote(s, v->class, v->began & CG_FLOW_BY_PEER, s->m->frag_key.peer);
	v->open = v->reason == CG_PASS_OPEN;
	forget();
	if (!passes(v->reason))
		return;
	v->reason = CG_PASS_FRAGMENT;
	if (s->m->p.more)
		return;
	f = bpf_map_lookup_elem(&cg_frags, &s->m->frag_key);
	if (f)
		f->done = 1;
}

INLINE void judge_first_fragment(const struct pkt *p, const struct seat *s, int up,
				 struct verdict *v)
{
	struct cg_flow_key *key = &s->m->frag_key;
	struct cg_frag *frag = &s->m->frag;

	/* Later ones of a dropped first find nothing and drop too. */
	if (!passes(v->reason) || is_lan_scope(v->scope))
		return;
	frag_key(p, s, up, key);
	memset(frag, 0, sizeof(*frag));
	frag->last_ns = s->m->now;
	frag->header_end = p->head_len - p->l4;
	frag->class = v->class;
	frag->budget = v->budget;
	frag->scope = v->scope;
	frag->by_peer = !!(v->began & CG_FLOW_BY_PEER);
	if (frag_add(s->m, s->state))
		v->reason = CG_DROP_QUOTA;
}

#endif
