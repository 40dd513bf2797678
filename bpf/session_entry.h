/* SPDX-License-Identifier: GPL-2.0-only */
/* The entry of a camera and one remote: found or made, and what they exchanged. */
#ifndef CG_SESSION_ENTRY_H
#define CG_SESSION_ENTRY_H

#include "verdict.h"

/* peer as it is in a packet. */
INLINE void session_key(struct cg_flow_key *key, __u32 slot, const __u8 *peer)
{
	memset(key, 0, sizeof(*key));
	key->slot = slot;
	address_inside(peer, key->peer);
	if (!is_mapped(key->peer))
		memset(key->peer + 8, 0, 8);
}

INLINE int session_expired(const struct cg_session *e, __u64 now)
{
	return older(now, e->last_ns, e->idle_s) && now >= e->block_ns;
}

INLINE int session_add(struct scratch *m, struct cg_state *state)
{
	const struct cg_flow_key *key = &m->session_key;
	struct cg_flow_key *place;
	struct cg_session *e;
	int i;

	ring_choose(m, CG_RING_SESSION);
	for (i = 0; i < CG_RING_TRIES; i++) {
		forget();
		place = ring_place(m, state);
		if (!place)
			return -1;
		e = bpf_map_lookup_elem(&cg_sessions, place);
		if (e) {
			if (!session_expired(e, m->now))
				continue;
			bpf_map_delete_elem(&cg_sessions, place);
		}
		*place = *key;
		bpf_map_update_elem(&cg_sessions, key, &m->session, BPF_NOEXIST);
		return 0;
	}
	return -1;
}

/* What its last packet says of it. */
INLINE void session_latest(const struct scratch *m, struct cg_session *e)
{
	e->last_ns = m->now;
	e->rule = m->v.rule;
	e->class = m->v.class;
	e->name = m->v.name;
	memcpy(e->peer, m->up ? m->p.dst : m->p.src, 16);
	memcpy(e->cam, m->up ? m->p.src : m->p.dst, 16);
}

/* What it went by: of its first packet, then of the one that told. */
INLINE void session_ends(const struct scratch *m, struct cg_session *e)
{
	const struct pkt *p = &m->p;

	e->proto = p->proto;
	e->plane = m->up ? CG_PLANE_UP : CG_PLANE_DOWN;
	e->cam_port = m->up ? p->sport : p->dport;
	e->peer_port = m->up ? p->dport : p->sport;
}

INLINE void session_begin(struct scratch *m)
{
	struct cg_session *e = &m->session;

	memset(e, 0, sizeof(*e));
	e->first_ns = m->now;
	e->idle_s = CG_IDLE_TCP_HALF_S;
	session_latest(m, e);
	if (m->v.began & CG_FLOW_BY_PEER)
		e->flags = CG_SESSION_BY_PEER;
	session_ends(m, e);
}

/* NULL: the camera has more remotes than it has places. */
INLINE struct cg_session *session_of(struct scratch *m, struct cg_state *state)
{
	struct cg_session *e = bpf_map_lookup_elem(&cg_sessions, &m->session_key);

	if (e && !session_expired(e, m->now))
		return e;
	session_begin(m);
	forget();
	if (e) {
		memcpy(e, &m->session, sizeof(*e));
		return e;
	}
	if (session_add(m, state))
		return NULL;
	return bpf_map_lookup_elem(&cg_sessions, &m->session_key);
}

INLINE void session_passed(struct cg_session *e, int up, __u32 packets, __u64 bytes)
{
	if (up) {
		e->up_packets += packets;
		e->up_bytes += bytes;
	} else {
		e->down_packets += packets;
		e->down_bytes += bytes;
	}
}

INLINE void session_count(struct scratch *m, struct cg_session *e)
{
	__u32 idle = m->p.proto == IPPROTO_TCP ? CG_IDLE_TCP_S :
		     m->p.proto == IPPROTO_UDP ? CG_IDLE_UDP_S :
						 CG_IDLE_OTHER_S;

	session_latest(m, e);
	/* Who was never answered does not hold a place for hours. */
	if (e->idle_s < idle && e->up_packets && e->down_packets)
		e->idle_s = idle;
	if (!passes(m->v.reason))
		e->stopped_bytes += m->wire.bytes;
	else
		session_passed(e, m->up, m->wire.packets, m->wire.bytes);
}

#endif
