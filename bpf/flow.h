/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows and fragments: plain hashes, each entry owned by a place in its
 * camera's ring. A place is reused only when its entry has expired; when none
 * is free the new entry is refused. No other camera is ever touched.
 */
#ifndef CG_FLOW_H
#define CG_FLOW_H

#include "account.h"

#define SEC_NS	 1000000000ULL
#define NO_RULE	 0xffff
#define NO_IF	 0xffffffffU
/* A grant without an end: more than passes within an entry's time. */
#define FAST_ALL 0xffffffffU

struct verdict {
	__u64 until_ns; /* scope holds until; ~0 = for good */
	__u64 name;	/* id of the name whose rule decided */
	__u32 reason;	/* enum cg_reason; 0 = not yet decided */
	__u16 rule;
	__u8 scope, class;
	__u8 flow;    /* there is an entry */
	__u8 known;   /* and it is live */
	__u8 cached;  /* whose scope and class hold */
	__u8 foreign; /* somebody else with the address of the flow's peer */
	__u8 began;   /* CG_FLOW_BY_*, or 0: the camera */
	__u8 event;   /* CG_EVENT_* bits to report */
	__u8 keep;    /* the packets that follow may be judged by this one */
	__u8 begins;  /* it has a flow, or may begin one */
	__u8 budget;  /* in cg_budgets */
	__u8 open;    /* it passes by an opening */
	__u8 pad[6];
};

struct place {
	__u64 until_ns; /* ~0 = for good */
	__u8 kind;	/* enum cg_net_kind */
	__u8 lan;	/* 0 = any */
	__u8 pad[6];
};

/* What rules are matched against. */
struct match {
	__u16 port; /* the peer's, host order */
	__u8 proto;
	__u8 ported; /* TCP or UDP */
	__u8 kinds;  /* of rules that count: one bit each */
	__u8 kind;   /* found: enum cg_rule_kind; 0 = none */
	__u16 rule;
	__u64 name; /* its id; 0 = by address */
};

/*
 * One packet's variables, in map memory instead of on the stack: 512 bytes do
 * not hold them, and the verifier, which does not follow values in a map, sees
 * one path where it would see one a value. A program is never interrupted by
 * itself on its CPU: both hooks run with bottom halves off.
 */
struct scratch {
	__u64 now;	   /* boot clock */
	__u64 word;	   /* the exposure: judged by the same all through */
	__u64 stamp;	   /* gen and epoch as one */
	__u32 slot, flags; /* of the camera; CG_CAM_* */
	__u32 tick;	   /* jiffies when the packet came */
	__u32 gen, epoch;
	__u32 exposed; /* cg_meta's, read before the word */
	__u32 counter; /* that counted it */
	__u32 port_if; /* the LAN port the packet is seen on */
	__u32 peer_if; /* where it came in; 0 = from the gateway itself */
	__u32 quarantined;
	__u32 station;	    /* judged here for both its cameras */
	__u32 up;	    /* from the camera */
	__u32 drop;	    /* as it was counted */
	__u32 kind, quota;  /* of the ring a place is looked for in */
	__u32 redirect;	    /* enum cg_redirect_kind; 0 = none */
	__u32 probe;	    /* nothing may be written */
	__u32 charge;	    /* what budgets count of it */
	__u32 payload;	    /* bytes behind the headers, of all segments */
	__u32 flow_if;	    /* where the peer's packets of the flow come in; ~0 = none came */
	__u32 grant;	    /* bytes that may follow before the session is looked at again */
	__u32 flow_flags;   /* CG_FLOW_* of a known flow */
	__u32 flow_packets; /* that it had in this direction */
	__u32 examine;	    /* CG_FLOW_*_TOLD that the flow has from now on */
	__u32 sent, got;    /* as charge, what is new to the session: from the camera, and to it */
	__u32 refund;	    /* bytes that were granted and not used */
	__u32 signature;    /* enum cg_signature of it */
	__u32 remember;	    /* its source address is one the camera may have */
	__u32 abroad;	    /* the peer is outside stay_in */
	__u32 country;	    /* of the peer; 0 = not one that is named */
	__u32 network;
	__u32 later; /* reason, where cg_names_up has the last word; 0 = none */
	struct wire wire;
	struct match match;
	struct pkt p;
	struct verdict v;
	struct cg_flow_key key, frag_key;
	__u32 pad;
	struct cg_rule_key rule_key;	    /* its address is read by eight bytes */
	__u64 flow_name;		    /* id of the name the flow passed by; 0 = none */
	__u64 names[CG_NAMES_PER_ADDR + 1]; /* ids that the peer goes by */
	struct cg_learned_key learned_key;
	struct cg_qname_key qname_key;
	struct cg_namerule_key name_key;
	struct place at; /* where the peer is */
	struct cg_flow_key session_key;
	struct cg_session session;
	__u64 payload_word[4]; /* the first bytes behind the headers, big-endian, NUL padded */
	struct cg_flow flow;
	struct cg_frag frag;
	struct cg_flow_key fast_key, fast_session_key;
	struct cg_ring ring;   /* empty */
	struct cg_nring nring; /* empty */
	struct cg_redirect_key redirect_key;
	__u64 redirect_id;
	__u8 asked[16];		 /* the server, where the gateway shall answer in its place */
	__u32 tap;		 /* of a device that is no camera: TAP_*, */
	__u32 heard;		 /* enum cg_heard_type; 0 = nothing is told of it */
	struct cg_device device; /* empty */
};

_Static_assert((__builtin_offsetof(struct scratch, rule_key.addr) & 7) == 0,
	       "machines without unaligned access could not read the address");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} cg_scratch SEC(".maps");

INLINE __u32 flow_idle_s(const struct cg_flow *f, __u8 proto)
{
	if (proto == IPPROTO_TCP) {
		if (f->flags & CG_FLOW_CLOSING ||
		    (f->flags & (CG_FLOW_CAM_SENT | CG_FLOW_PEER_SENT)) !=
			    (CG_FLOW_CAM_SENT | CG_FLOW_PEER_SENT))
			return CG_IDLE_TCP_HALF_S;
		return CG_IDLE_TCP_S;
	}
	if (proto == IPPROTO_UDP)
		return f->kind == CG_RING_GATEWAY ? CG_IDLE_GATEWAY_UDP_S : CG_IDLE_UDP_S;
	return CG_IDLE_OTHER_S;
}

/* Another CPU may have written a later time than this one read: an age has a sign. */
INLINE int older(__u64 now, __u64 then, __u64 s)
{
	return (__s64)(now - then) > (__s64)(s * SEC_NS);
}

INLINE int flow_expired(const struct cg_flow *f, __u64 now)
{
	return older(now, f->last_ns, f->idle_s);
}

INLINE __u32 ring_quota(__u32 kind)
{
	return kind == CG_RING_REMOTE  ? CG_QUOTA_REMOTE :
	       kind == CG_RING_LAN     ? CG_QUOTA_LAN :
	       kind == CG_RING_GATEWAY ? CG_QUOTA_GATEWAY :
	       kind == CG_RING_SESSION ? CG_QUOTA_SESSION :
					 CG_QUOTA_FRAG;
}

/* The lock makes sure that two CPUs never look at the same place at once. */
INLINE __u32 ring_next(const struct scratch *m, struct cg_state *state)
{
	__u32 at, k = m->kind, quota = m->quota;

	if (k >= __CG_RING_MAX)
		return 0;
	bpf_spin_lock(&state->lock);
	at = state->cursor[k];
	if (at >= quota)
		at = 0;
	state->cursor[k] = at + 1;
	bpf_spin_unlock(&state->lock);
	return at;
}

/* The camera's next place; NULL: there is no memory for it. */
INLINE struct cg_flow_key *ring_place(struct scratch *m, struct cg_state *state)
{
	__u32 at = ring_next(m, state);
	struct cg_ring_key key = { .slot = m->slot, .group = m->kind << 16 | at / CG_RING_GROUP };
	struct cg_ring *ring = bpf_map_lookup_elem(&cg_ring, &key);

	if (!ring) {
		bpf_map_update_elem(&cg_ring, &key, &m->ring, BPF_NOEXIST);
		ring = bpf_map_lookup_elem(&cg_ring, &key);
	}
	if (!ring)
		return NULL;
	stay(ring);
	return &ring->at[at & (CG_RING_GROUP - 1)];
}

INLINE void ring_choose(struct scratch *m, __u32 kind)
{
	m->kind = kind;
	m->quota = ring_quota(kind);
}

/* 0: the flow is in the table, by us or by another CPU meanwhile. */
INLINE int flow_add(struct scratch *m, struct cg_state *state, __u32 kind)
{
	const struct cg_flow_key *key = &m->key;
	struct cg_flow_key *place;
	struct cg_flow *f;
	int i;

	ring_choose(m, kind);
	for (i = 0; i < CG_RING_TRIES; i++) {
		forget();
		place = ring_place(m, state);
		if (!place)
			return -1;
		f = bpf_map_lookup_elem(&cg_flows, place);
		if (f) {
			if (!flow_expired(f, m->now))
				continue;
			bpf_map_delete_elem(&cg_flows, place);
		}
		*place = *key;
		/* Here already: another CPU saw the flow's first packet too. */
		bpf_map_update_elem(&cg_flows, key, &m->flow, BPF_NOEXIST);
		return bpf_map_lookup_elem(&cg_flows, key) ? 0 : -1;
	}
	return -1;
}

INLINE int frag_add(struct scratch *m, struct cg_state *state)
{
	const struct cg_flow_key *key = &m->frag_key;
	struct cg_flow_key *place;
	struct cg_frag *f;
	int i;

	ring_choose(m, CG_RING_FRAG);
	for (i = 0; i < CG_RING_TRIES; i++) {
		forget();
		place = ring_place(m, state);
		if (!place)
			return -1;
		f = bpf_map_lookup_elem(&cg_frags, place);
		if (f) {
			if (!f->done && !older(m->now, f->last_ns, CG_FRAG_S))
				continue;
			bpf_map_delete_elem(&cg_frags, place);
		}
		*place = *key;
		return bpf_map_update_elem(&cg_frags, key, &m->frag, BPF_ANY);
	}
	return -1;
}

#endif
