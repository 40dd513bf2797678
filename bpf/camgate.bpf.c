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
#include "judge.h"
#include "report.h"

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

#define STATION_SOURCE 0
#define STATION_DEST   1

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
