// SPDX-License-Identifier: GPL-2.0-only
/*
 * The per-packet programs: cg_from_cam at tc ingress of a LAN port, cg_to_cam
 * at its egress.
 *
 * Fail rule: a frame of no camera is left alone (TC_ACT_UNSPEC, so that other
 * services' filters still run); a frame of a camera that cannot be parsed, has
 * no policy or meets a full table is dropped and counted under its reason.
 *
 * No BPF-to-BPF call and no atomic instruction: the 32-bit ARM and MIPS JITs
 * refuse them and would leave the whole program to the interpreter.
 */
#include <linux/pkt_cls.h>
#include "icmp.h"
#include "neighbour.h"
#include "report.h"

INLINE void remember_address(const struct seat *s, struct verdict *v)
{
	struct cg_state *st = s->state;
	struct pkt *p = &s->m->p;
	__u32 n = st->naddr, i;

	for (i = 0; i < CG_SEEN_ADDRS; i++) {
		forget();
		if (i >= st->naddr)
			break;
		if (same_addr(st->addr[i], p->src))
			return;
	}
	if (is_unset(p->src, p->is_v4) || n >= CG_SEEN_ADDRS)
		return;
	bpf_spin_lock(&st->lock);
	n = st->naddr;
	if (n < CG_SEEN_ADDRS)
		st->naddr = n + 1;
	bpf_spin_unlock(&st->lock);
	if (n >= CG_SEEN_ADDRS)
		return;
	memcpy(st->addr[n], p->src, 16);
	v->event |= CG_EVENT_SEEN;
}

/* May the camera send from this address? */
INLINE int check_source(const struct pkt *p, const struct seat *s)
{
	if (is_unset(p->src, p->is_v4)) {
		if (p->is_v4)
			return p->proto == IPPROTO_UDP && p->sport == bpf_htons(PORT_DHCP_CLIENT) &&
					       p->dport == bpf_htons(PORT_DHCP) ?
				       0 :
				       CG_DROP_SPOOF;
		return is_nd(p) ? 0 : CG_DROP_SPOOF;
	}
	return is_own(s, p->src, p->is_v4) ? 0 : CG_DROP_SPOOF;
}

/* A server's message from a camera would make the house its own. */
INLINE int is_dhcp_server(const struct pkt *p)
{
	return p->proto == IPPROTO_UDP && p->part != FRAG_LATER &&
	       (p->is_v4 ? p->sport == bpf_htons(PORT_DHCP) : p->sport == bpf_htons(PORT_DHCP6));
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

INLINE int wants_class(const struct seat *s, __u8 scope)
{
	return scope == CG_NET_REMOTE || scope == CG_NET_GATEWAY ||
	       (s->m->flags & CG_CAM_LAN_VIEWERS && scope != CG_NET_GROUP);
}

INLINE int is_lan_scope(__u8 scope)
{
	return scope == CG_NET_LAN || scope == CG_NET_HOME;
}

/*
 * A later fragment shares its first's class, and is judged by what holds now:
 * an opening that ended between the two has ended. What stays in the house
 * needs no first: its verdict does not depend on ports.
 */
INLINE void judge_later(const struct pkt *p, const struct seat *s, int up, struct verdict *v)
{
	struct cg_flow_key *key = &s->m->frag_key;
	struct cg_frag *f;
	struct place at;

	frag_key(p, s, up, key);
	f = bpf_map_lookup_elem(&cg_frags, key);
	if (f && s->m->now < f->last_ns + CG_FRAG_S * SEC_NS) {
		v->scope = f->scope;
		v->class = f->class;
		if (p->frag_off < f->header_end) {
			v->reason = CG_DROP_FRAGMENT;
			return;
		}
		v->reason = f->scope == CG_NET_REMOTE ?
				    decide_remote(s, f->class, f->by_peer, key->peer) :
				    CG_PASS_FRAGMENT;
		if (passes(v->reason))
			v->reason = CG_PASS_FRAGMENT;
		return;
	}
	if (up) {
		v->reason = check_source(p, s);
		if (v->reason)
			return;
		place_of(p->dst, p->is_v4, s->m->now, &at);
	} else {
		origin_of(s, p, &at);
	}
	v->scope = at.kind;
	if (is_lan_scope(at.kind) && !(s->m->flags & CG_CAM_LAN_VIEWERS))
		v->reason = decide_lan(s, at.kind, CG_CLASS_NONE);
	else
		v->reason = CG_DROP_FRAG_ORDER;
}

/* ICMP that is no echo, groups, neighbour discovery: nothing with a flow. */
INLINE int judge_without_flow(struct __sk_buff *skb, const struct pkt *p, const struct seat *s,
			      int up, __u8 scope)
{
	if (is_nd(p)) {
		/* Link-local by nature; to a remote it would be a covert way out. */
		if (scope == CG_NET_REMOTE)
			return CG_DROP_ICMP;
		return up ? nd_from_camera(skb, p, s) : CG_PASS_ND;
	}
	if (scope == CG_NET_GROUP)
		return up ? decide_group(s, p) : CG_PASS_MULTICAST;
	if (!is_icmp(p) || is_icmp_echo(p))
		return 0;
	if (up && p->is_v4 && p->icmp_type == 5)
		return CG_DROP_REDIRECT;
	if (is_lan_scope(scope))
		return 0;
	if (!up && scope == CG_NET_GATEWAY)
		return CG_PASS_GATEWAY;
	return is_icmp_error(p) ? icmp_error(skb, p, s, up) : CG_DROP_ICMP;
}

INLINE void flow_key(const struct pkt *p, const struct seat *s, int up, struct cg_flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->slot = s->m->slot;
	key->cam_port = up ? p->sport : p->dport;
	if (!is_icmp(p))
		key->peer_port = up ? p->dport : p->sport;
	memcpy(key->peer, up ? p->dst : p->src, 16);
	key->proto = p->proto;
}

/* Where the peer is, and for a packet from the camera whether it may speak. */
INLINE void find_scope(const struct pkt *p, const struct seat *s, const struct cg_flow *f,
		       const int up, const int probe, struct verdict *v)
{
	struct place at;

	if (up) {
		v->reason = check_source(p, s);
		forget();
		if (v->reason)
			return;
		if (!probe)
			remember_address(s, v);
		forget();
		place_of(p->dst, p->is_v4, s->m->now, &at);
		if (at.kind == CG_NET_REMOTE && is_unset(p->src, p->is_v4)) {
			v->reason = CG_DROP_SPOOF;
			return;
		}
		/* Who began it from where its packets came in decides, not the
		 * address they were given on the way (masquerade). */
		if (f && v->known) {
			if (f->flags & CG_FLOW_BY_GATEWAY)
				at.kind = CG_NET_GATEWAY;
			else if (f->flags & CG_FLOW_BY_PEER &&
				 (f->scope != CG_NET_LAN || at.kind == CG_NET_GATEWAY))
				at.kind = f->scope;
		}
	} else {
		origin_of(s, p, &at);
		if (is_group(p->dst, p->is_v4) && at.kind != CG_NET_REMOTE)
			at.kind = CG_NET_GROUP;
		if (f && v->known && f->scope != at.kind) {
			/* The gateway answers in a remote's name (redirect,
			 * transparent proxy) what the camera began; anything
			 * else is another sender with the peer's address. */
			if (!s->m->peer_if && !(f->flags & CG_FLOW_BY_GATEWAY)) {
				at.kind = f->scope;
			} else {
				v->known = 0;
				v->foreign = 1;
			}
		}
	}
	v->scope = at.kind;
	v->until_ns = at.until_ns;
}

/* Says of itself that its sender begins. */
INLINE int begins(const struct pkt *p)
{
	if (p->proto == IPPROTO_TCP)
		return (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return is_icmp_request(p);
}

INLINE void find_beginner(const struct pkt *p, const struct cg_flow *f, const int up,
			  struct verdict *v)
{
	if (f && v->known && !(begins(p) && !up))
		v->began = f->flags & (CG_FLOW_BY_PEER | CG_FLOW_BY_GATEWAY);
	else if (up)
		v->began = 0;
	else if (v->scope == CG_NET_GATEWAY)
		v->began = CG_FLOW_BY_GATEWAY;
	else
		/* Mid-stream TCP of an unknown flow is no sign of viewing. */
		v->began = begins(p) || p->proto != IPPROTO_TCP ? CG_FLOW_BY_PEER : 0;
}

INLINE __u32 decide(const struct pkt *p, const struct seat *s, __u16 port, const struct verdict *v)
{
	if (v->scope == CG_NET_REMOTE)
		return decide_remote(s, v->class, v->began & CG_FLOW_BY_PEER,
				     s->m->key.peer);
	if (v->scope != CG_NET_GATEWAY)
		return decide_lan(s, v->scope, v->class);
	return v->began & CG_FLOW_BY_GATEWAY ? decide_from_gateway(s, p, port) :
					       decide_gateway(s, p, port, v);
}

INLINE __u32 ring_of(__u8 scope)
{
	return scope == CG_NET_REMOTE  ? CG_RING_REMOTE :
	       scope == CG_NET_GATEWAY ? CG_RING_GATEWAY :
					 CG_RING_LAN;
}

INLINE void flow_update(const struct pkt *p, const struct seat *s, const int up,
			 const struct verdict *v, struct cg_flow *f)
{
	const __u8 *cam = up ? p->src : p->dst;

	if (!v->known) {
		memset(f, 0, sizeof(*f));
		f->first_ns = s->m->now;
		f->peer_if = NO_IF;
		f->kind = ring_of(v->scope);
	}
	if (!v->cached) {
		f->valid_ns = v->until_ns;
		f->gen = s->m->gen;
		f->epoch = s->m->epoch;
		f->rule = v->rule;
		f->class = v->class;
		f->scope = v->scope;
		memcpy(f->cam, cam, 16);
	}
	f->reason = v->reason;
	f->last_ns = s->m->now;
	f->flags |= v->began;
	if (p->proto == IPPROTO_TCP) {
		if (p->tcp_flags & (TCP_FIN | TCP_RST))
			f->flags |= CG_FLOW_CLOSING;
		else if (p->tcp_flags & TCP_SYN)
			f->flags &= ~CG_FLOW_CLOSING;
	}
	if (up) {
		f->flags |= CG_FLOW_CAM_SENT;
		f->up_packets += s->m->wire.packets;
		f->up_bytes += s->m->wire.bytes;
	} else {
		f->flags |= CG_FLOW_PEER_SENT;
		f->down_packets += s->m->wire.packets;
		f->down_bytes += s->m->wire.bytes;
		f->peer_if = s->m->peer_if;
	}
}

INLINE void judge_ip(struct __sk_buff *skb, const struct pkt *p, const struct seat *s,
		     const int up, const int probe, struct verdict *v)
{
	struct cg_flow_key *key = &s->m->key;
	const __u8 *cam = up ? p->src : p->dst;
	struct cg_flow *f = NULL, *fresh;
	__u16 port = bpf_ntohs(up ? p->dport : p->sport);

	if (p->part == FRAG_LATER) {
		judge_later(p, s, up, v);
		return;
	}
	if (up && is_dhcp_server(p)) {
		v->reason = CG_DROP_DHCP_SERVER;
		return;
	}
	flow_key(p, s, up, key);
	/* Other ICMP has no flow; it must not find an echo's whose id is 0. */
	if (!probe && (!is_icmp(p) || is_icmp_echo(p)))
		f = bpf_map_lookup_elem(&cg_flows, key);
	if (f) {
		/* A camera's SYN begins anew, whoever began before it. */
		v->known = !flow_expired(key, f, s->m->now) && !(up && begins(p));
		v->cached = v->known && f->gen == s->m->gen && f->epoch == s->m->epoch &&
			    s->m->now < f->valid_ns && same_addr(f->cam, cam) &&
			    (up || f->peer_if == s->m->peer_if);
		forget();
		if (v->cached) {
			v->scope = f->scope;
			v->class = f->class;
			v->rule = f->rule;
		}
	}
	forget();
	if (!v->cached) {
		find_scope(p, s, f, up, probe, v);
		forget();
		if (!v->reason)
			v->reason = judge_without_flow(skb, p, s, up, v->scope);
		forget();
		if (v->reason)
			return;
		if (wants_class(s, v->scope))
			find_class(s, key->peer, is_lan_scope(v->scope), v);
	}
	forget();
	find_beginner(p, f, up, v);
	forget();
	v->reason = decide(p, s, port, v);
	forget();
	if (probe || v->foreign)
		return;
	if (!passes(v->reason)) {
		if (f)
			f->reason = v->reason;
		return;
	}
	if (f) {
		flow_update(p, s, up, v, f);
		return;
	}
	/* DHCP with the gateway is judged the same without an entry. */
	if (v->scope == CG_NET_GATEWAY && p->proto == IPPROTO_UDP &&
	    (port == PORT_DHCP || port == PORT_DHCP6))
		return;
	fresh = &s->m->flow;
	flow_update(p, s, up, v, fresh);
	forget();
	if (flow_add(s->state, ring_of(v->scope), key, fresh, s->m->now)) {
		/* What stays in the house passes without an entry. */
		if (!is_lan_scope(v->scope))
			v->reason = CG_DROP_QUOTA;
		return;
	}
	if (v->scope == CG_NET_REMOTE)
		v->event |= CG_EVENT_FLOW;
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
	frag->scope = v->scope;
	frag->by_peer = !!(v->began & CG_FLOW_BY_PEER);
	if (frag_add(s->state, key, frag, s->m->now))
		v->reason = CG_DROP_QUOTA;
}

/* Behind an extender several devices share a MAC; only the listed addresses
 * are the camera's. */
INLINE void narrow(const struct pkt *p, struct seat *s, struct __sk_buff *skb, int up)
{
	struct cg_narrow_key key = { .gen = s->m->gen };
	struct cg_cam *cam;
	struct arp arp;
	__be32 addr;

	memcpy(key.mac, up ? p->smac : p->dmac, 6);
	if (p->ethertype == ETH_P_ARP) {
		if (arp_load(skb, p, &arp))
			return;
		memcpy(&addr, up ? arp.spa : arp.tpa, 4);
		map_v4(key.addr, addr);
	} else {
		memcpy(key.addr, up ? p->src : p->dst, 16);
	}
	cam = bpf_map_lookup_elem(&cg_narrow, &key);
	if (cam) {
		s->m->slot = cam->slot;
		s->m->flags = cam->flags;
	} else {
		s->m->quarantined = 1;
	}
}

/* Judges, counts and reports one packet for one of its cameras. In a probe
 * nothing is written, and the answer is reason | scope << 8 | rule << 16. */
INLINE int judge(struct __sk_buff *skb, const struct cg_meta *meta, const struct cg_cam *cam,
		 const int up, const int probe)
{
	__u32 plane = up ? CG_PLANE_UP : CG_PLANE_DOWN, slot, zero = 0;
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);
	struct seat s = { .m = m };
	struct verdict *v;
	struct pkt *p;
	int drop, r = TC_ACT_UNSPEC;

	if (!m)
		return TC_ACT_SHOT;
	m->now = bpf_ktime_get_boot_ns();
	m->slot = cam->slot;
	m->flags = cam->flags;
	m->gen = meta->generation;
	m->epoch = meta->epoch;
	m->port_if = probe ? skb->cb[1] : skb->ifindex;
	m->peer_if = probe ? skb->cb[0] : skb->ingress_ifindex;
	m->quarantined = 0;
	p = &m->p;
	v = &m->v;
	memset(v, 0, sizeof(*v));
	v->rule = NO_RULE;
	v->reason = parse(skb, p);
	forget();
	measure(skb, p, &m->wire);
	forget();
	if (!v->reason && m->flags & CG_CAM_NARROW)
		narrow(p, &s, skb, up);
	forget();
	slot = m->slot;
	s.state = bpf_map_lookup_elem(&cg_state, &slot);
	s.exposure = bpf_map_lookup_elem(&cg_exposure, &slot);
	s.stats = bpf_map_lookup_elem(&cg_stats, &slot);
	if (!s.state || !s.exposure || !s.stats)
		return TC_ACT_SHOT;

	if (meta->off_until_ns > m->now)
		v->reason = CG_PASS_OFF;
	else if (!v->reason && p->ethertype == ETH_P_ARP)
		v->reason = up ? arp_from_camera(skb, p, &s) : CG_PASS_ARP;
	else if (!v->reason && p->ethertype == ETH_EAPOL)
		v->reason = CG_PASS_EAPOL;
	else if (!v->reason)
		judge_ip(skb, p, &s, up, probe, v);
	if (probe)
		return v->reason | v->scope << 8 | v->rule << 16;
	if (p->part == FRAG_FIRST && v->reason != CG_PASS_OFF)
		judge_first_fragment(p, &s, up, v);

	forget();
	drop = !passes(v->reason);
	if (drop && m->flags & CG_CAM_MONITOR)
		plane += CG_PLANE_UP_MONITOR;
	count(s.stats, plane, v->reason, &m->wire);
	if (up) {
		s.state->last_ns = m->now;
		s.state->ifindex = m->port_if;
		memcpy(s.state->mac, p->smac, 6);
	}
	if (drop)
		v->event |= CG_EVENT_DROP;
	if (drop && !(m->flags & CG_CAM_MONITOR))
		r = TC_ACT_SHOT;
	else if (up && meta->flags & CG_META_GUARD)
		skb->mark |= meta->mark;
	forget();
	if (v->event)
		report(skb, &s, v->event, plane, v->reason, v->scope, v->rule);
	return r;
}

INLINE struct cg_cam *camera_of(struct __sk_buff *skb, const struct cg_meta *meta, int source)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct cg_cam_key key;
	struct eth_head *eth = data;

	if ((void *)(eth + 1) > end)
		return NULL;
	memcpy(key.mac, source ? eth->smac : eth->dmac, 6);
	key.gen = meta->generation;
	return bpf_map_lookup_elem(&cg_cams, &key);
}

SEC("tc")
int cg_from_cam(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct cg_cam *cam;

	if (!meta)
		return TC_ACT_UNSPEC;
	cam = camera_of(skb, meta, 1);
	return cam ? judge(skb, meta, cam, 1, 0) : TC_ACT_UNSPEC;
}

/* Two stations of one access point meet only at its egress: there the sender
 * is judged too, by programs of their own, since both judgements in one program
 * would double what every verifier has to walk. A tail call is neither a
 * BPF-to-BPF call nor taken by ordinary packets. */
int cg_station(struct __sk_buff *skb);
int cg_to_station(struct __sk_buff *skb);

#define STATION_SOURCE	0
#define STATION_DEST	1

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} cg_stations SEC(".maps") = {
	.values = {
		[STATION_SOURCE] = (void *)&cg_station,
		[STATION_DEST] = (void *)&cg_to_station,
	},
};

INLINE int to_cam(struct __sk_buff *skb, const struct cg_meta *meta)
{
	struct cg_cam *cam = camera_of(skb, meta, 0);

	return cam ? judge(skb, meta, cam, 0, 0) : TC_ACT_UNSPEC;
}

SEC("tc")
int cg_to_cam(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);

	if (!meta)
		return TC_ACT_UNSPEC;
	/* Everything that came in somewhere has been judged there. */
	if (!skb->ingress_ifindex && camera_of(skb, meta, 1)) {
		bpf_tail_call(skb, &cg_stations, STATION_SOURCE);
		return TC_ACT_SHOT;
	}
	return to_cam(skb, meta);
}

SEC("tc")
int cg_station(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct cg_cam *cam = meta ? camera_of(skb, meta, 1) : NULL;

	if (!cam || judge(skb, meta, cam, 1, 0) == TC_ACT_SHOT)
		return TC_ACT_SHOT;
	if (!camera_of(skb, meta, 0))
		return TC_ACT_UNSPEC;
	bpf_tail_call(skb, &cg_stations, STATION_DEST);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_to_station(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);

	return meta ? to_cam(skb, meta) : TC_ACT_SHOT;
}

/* For `camgate why`: the same tables and code asked in a test run, cb[0] the
 * interface it would come in by, cb[1] the LAN port. */
SEC("tc")
int cg_why_up(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct cg_cam *cam = meta ? camera_of(skb, meta, 1) : NULL;

	return cam ? judge(skb, meta, cam, 1, 1) : 0;
}

SEC("tc")
int cg_why_down(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct cg_cam *cam = meta ? camera_of(skb, meta, 0) : NULL;

	return cam ? judge(skb, meta, cam, 0, 1) : 0;
}

char _license[] SEC("license") = "GPL";
