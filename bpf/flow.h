/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows and fragments: plain hashes, each entry owned by a place in its
 * camera's ring. A place is reused only when its entry has expired; when none
 * is free the new entry is refused. No other camera is ever touched.
 */
#ifndef CG_FLOW_H
#define CG_FLOW_H

#include "account.h"

#define SEC_NS	1000000000ULL
#define NO_RULE 0xffff
#define NO_IF	0xffffffffU

struct verdict {
	__u64 until_ns; /* scope holds until; ~0 = for good */
	__u32 reason;	/* enum cg_reason; 0 = not yet decided */
	__u16 rule;
	__u8 scope, class;
	__u8 known;   /* the flow has a live entry */
	__u8 cached;  /* whose scope and class hold */
	__u8 foreign; /* somebody else with the address of the flow's peer */
	__u8 began;   /* CG_FLOW_BY_*, or 0: the camera */
	__u8 event;   /* CG_EVENT_* bits to report */
	__u8 pad[3];
};

/* What rules are matched against. */
struct match {
	__u16 port; /* the peer's, host order */
	__u8 proto;
	__u8 ported; /* TCP or UDP */
	__u8 lan;    /* only rules of kind VIEWER, else all but those */
	__u8 kind;   /* found: enum cg_rule_kind; 0 = none */
	__u16 rule;
};

/* What scope and class a packet that was dropped had. It is looked at again while
 * the policy holds and decided anew; each CPU has its own, so nothing is torn,
 * and a flood of one camera costs another only time. */
struct drop {
	struct cg_flow_key key;
	__u8 cam[16];
	__u64 until_ns;
	__u32 gen, epoch;
	__u32 port_if, peer_if;
	__u16 rule;
	__u8 scope, class;
	__u8 up;
	__u8 pad[3];
};

#define DROPS 128

/*
 * One packet's variables, in map memory instead of on the stack: 512 bytes do
 * not hold them, and the verifier, which does not follow values in a map, sees
 * one path where it would see one a value. A program is never interrupted by
 * itself on its CPU: both hooks run with bottom halves off.
 */
struct scratch {
	__u64 now;	   /* boot clock */
	__u32 slot, flags; /* of the camera; CG_CAM_* */
	__u32 gen, epoch;
	__u32 port_if; /* the LAN port the packet is seen on */
	__u32 peer_if; /* where it came in; 0 = from the gateway itself */
	__u32 quarantined;
	struct wire wire;
	struct match match;
	struct pkt p;
	struct verdict v;
	struct cg_flow_key key, frag_key;
	struct cg_rule_key rule_key;
	struct cg_flow flow;
	struct cg_frag frag;
	struct drop drops[DROPS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} cg_scratch SEC(".maps");

/* Makes the compiler read map memory again, where the verifier knows no values:
 * the paths that led here become one. Without it their number multiplies. */
#define forget() asm volatile("" ::: "memory")

INLINE __u64 flow_idle_ns(const struct cg_flow_key *key, const struct cg_flow *f)
{
	if (key->proto == IPPROTO_TCP) {
		if (f->flags & CG_FLOW_CLOSING)
			return CG_IDLE_TCP_HALF_S * SEC_NS;
		if ((f->flags & (CG_FLOW_CAM_SENT | CG_FLOW_PEER_SENT)) !=
		    (CG_FLOW_CAM_SENT | CG_FLOW_PEER_SENT))
			return CG_IDLE_TCP_HALF_S * SEC_NS;
		return CG_IDLE_TCP_S * SEC_NS;
	}
	if (key->proto == IPPROTO_UDP)
		return (f->kind == CG_RING_GATEWAY ? CG_IDLE_GATEWAY_UDP_S : CG_IDLE_UDP_S) *
		       SEC_NS;
	return CG_IDLE_OTHER_S * SEC_NS;
}

INLINE int flow_expired(const struct cg_flow_key *key, const struct cg_flow *f, __u64 now)
{
	return now > f->last_ns && now - f->last_ns > flow_idle_ns(key, f);
}

INLINE __u32 ring_quota(__u32 kind)
{
	return kind == CG_RING_REMOTE  ? CG_QUOTA_REMOTE :
	       kind == CG_RING_LAN     ? CG_QUOTA_LAN :
	       kind == CG_RING_GATEWAY ? CG_QUOTA_GATEWAY :
					 CG_QUOTA_FRAG;
}

/* The lock makes sure that two CPUs never look at the same place at once. */
INLINE __u32 ring_next(struct cg_state *state, __u32 kind)
{
	__u32 quota = ring_quota(kind), at, k = kind & (__CG_RING_MAX - 1);

	bpf_spin_lock(&state->lock);
	at = state->cursor[k];
	if (at >= quota)
		at = 0;
	state->cursor[k] = at + 1;
	bpf_spin_unlock(&state->lock);
	return at;
}

/* 0: the flow is in the table, by us or by another CPU meanwhile. */
INLINE int flow_add(struct cg_state *state, __u32 kind, const struct cg_flow_key *key,
		    const struct cg_flow *flow, __u64 now)
{
	struct cg_ring_key place = { .slot = key->slot };
	struct cg_flow_key *old;
	struct cg_flow *f;
	int i;

	for (i = 0; i < CG_RING_TRIES; i++) {
		forget();
		place.place = kind << 16 | ring_next(state, kind);
		old = bpf_map_lookup_elem(&cg_ring, &place);
		if (old) {
			f = bpf_map_lookup_elem(&cg_flows, old);
			if (f) {
				if (!flow_expired(old, f, now))
					continue;
				bpf_map_delete_elem(&cg_flows, old);
			}
		}
		if (bpf_map_update_elem(&cg_ring, &place, key, BPF_ANY))
			return -1;
		/* Here already: another CPU saw the flow's first packet too. */
		bpf_map_update_elem(&cg_flows, key, flow, BPF_NOEXIST);
		return bpf_map_lookup_elem(&cg_flows, key) ? 0 : -1;
	}
	return -1;
}

INLINE int frag_add(struct cg_state *state, const struct cg_flow_key *key,
		    const struct cg_frag *frag, __u64 now)
{
	struct cg_ring_key place = { .slot = key->slot };
	struct cg_flow_key *old;
	struct cg_frag *f;
	int i;

	for (i = 0; i < CG_RING_TRIES; i++) {
		forget();
		place.place = CG_RING_FRAG << 16 | ring_next(state, CG_RING_FRAG);
		old = bpf_map_lookup_elem(&cg_ring, &place);
		if (old) {
			f = bpf_map_lookup_elem(&cg_frags, old);
			if (f) {
				if (!f->done && now < f->last_ns + CG_FRAG_S * SEC_NS)
					continue;
				bpf_map_delete_elem(&cg_frags, old);
			}
		}
		if (bpf_map_update_elem(&cg_ring, &place, key, BPF_ANY))
			return -1;
		return bpf_map_update_elem(&cg_frags, key, frag, BPF_ANY);
	}
	return -1;
}

#endif
