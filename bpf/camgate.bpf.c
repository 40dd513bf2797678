// SPDX-License-Identifier: GPL-2.0-only
/*
 * The per-packet programs: cg_from_cam at tc ingress of a LAN port, cg_to_cam
 * at its egress. They tell cameras from others and judge a packet like one
 * before it. The rest goes on by tail calls: cg_up or cg_down (the frame), cg_geo (the
 * peer's country, where rules name one), cg_class (the rules), cg_outcome (the verdict),
 * with a remote cg_sign and cg_session (is it viewing?; cg_sign also: does it ask the
 * gateway for a port?), cg_finish (flow, counters, events), cg_keep (for the packets that
 * follow), or for the few of names and time cg_redirect, cg_names_up and cg_names_down,
 * so that the verifier walks each once and not once for every way to it.
 *
 * Fail rule: a frame of no camera is left alone (TC_ACT_UNSPEC, so that other
 * services' filters still run); a frame of a camera that cannot be parsed, has
 * no policy or meets a full table is dropped and counted under its reason.
 *
 * No BPF-to-BPF call and no atomic instruction: the 32-bit ARM and MIPS JITs
 * refuse them and would leave the whole program to the interpreter.
 */
#include <linux/pkt_cls.h>
#include "discover.h"
#include "fast.h"
#include "geo.h"
#include "judge.h"
#include "names.h"
#include "portmap.h"
#include "report.h"
#include "signature.h"

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

/* The camera's places in the maps of run-time state. */
INLINE int seat_take(struct seat *s)
{
	__u32 slot = s->m->slot;

	s->state = bpf_map_lookup_elem(&cg_state, &slot);
	s->exposure = bpf_map_lookup_elem(&cg_exposure, &slot);
	return s->state && s->exposure;
}

/* The agent's: it ends a flow and carries nothing. Its ICMP passes as the gateway's. */
INLINE int is_ending(const struct __sk_buff *skb, const struct scratch *m)
{
	const struct pkt *p = &m->p;

	return !m->peer_if && skb->mark & CG_SELF_MARK && p->proto == IPPROTO_TCP &&
	       p->part == FRAG_WHOLE && !m->payload && !(p->tcp_flags & (TCP_SYN | TCP_FIN));
}

/* The first part of a packet's judgement, for the camera in m: all that depends
 * on the frame. A reason is left in m, or none yet. */
INLINE int judge(struct __sk_buff *skb, const struct cg_meta *meta, struct seat *s, const int up,
		 const int probe)
{
	struct scratch *m = s->m;
	struct verdict *v = &m->v;
	struct pkt *p = &m->p;

	m->exposed = *(volatile __u32 *)&meta->exposed;
	m->tick = bpf_jiffies64(); /* before anything is looked up */
	m->now = bpf_ktime_get_boot_ns();
	m->gen = meta->generation;
	m->epoch = meta->epoch;
	m->stamp = CG_LITTLE_ENDIAN ? m->gen | (__u64)m->epoch << 32 :
				      (__u64)m->gen << 32 | m->epoch;
	m->port_if = probe ? skb->cb[1] : skb->ifindex;
	m->peer_if = probe ? skb->cb[0] : skb->ingress_ifindex;
	m->quarantined = 0;
	m->redirect = 0;
	m->remember = 0;
	m->later = 0;
	m->examine = 0;
	m->signature = 0;
	m->flow_if = NO_IF;
	m->grant = FAST_ALL;
	m->probe = probe;
	m->up = up;
	memset(v, 0, sizeof(*v));
	v->rule = NO_RULE;
	v->reason = parse(skb, p);
	forget();
	measure(skb, p->head_len, &m->wire);
	m->payload = payload_of(skb, p);
	m->charge = charge_of(skb, p);
	forget();
	if (!v->reason && m->flags & CG_CAM_NARROW)
		narrow(p, s, skb, up);
	forget();
	if (!seat_take(s))
		return -1;
	m->word = *(volatile __u64 *)&s->exposure->word;
	m->epoch += s->state->names_epoch;
	if (meta->off_until_ns > m->now)
		v->reason = CG_PASS_OFF;
	else if (!v->reason && p->ethertype == ETH_P_ARP)
		v->reason = up ? arp_from_camera(skb, p, s) : CG_PASS_ARP;
	else if (!v->reason && p->ethertype == ETH_EAPOL)
		v->reason = CG_PASS_EAPOL;
	else if (!v->reason && !up && !probe && is_ending(skb, m))
		v->reason = CG_PASS_GATEWAY;
	else if (!v->reason)
		judge_ip(skb, p, s, up, probe, v);
	return 0;
}

/* Is the name it asks for still to be judged? Then cg_names_up counts it. */
INLINE int names_last(const struct scratch *m)
{
	return m->up && !m->station && m->flags & CG_CAM_DNS_ALLOWED && m->p.proto == IPPROTO_UDP &&
	       m->key.peer_port == bpf_htons(PORT_DNS) &&
	       (m->v.reason == CG_PASS_GATEWAY || m->v.reason == CG_PASS_LAN);
}

/* Is it of DNS, or an answer of time that may have been redirected? */
INLINE int wants_names(const struct scratch *m)
{
	const struct pkt *p = &m->p;
	__be16 port = m->up ? p->dport : p->sport;

	if (p->proto != IPPROTO_UDP && p->proto != IPPROTO_TCP)
		return 0;
	if (m->up)
		return !m->station && port == bpf_htons(PORT_DNS);
	return port == bpf_htons(PORT_DNS) || port == bpf_htons(PORT_NTP);
}

/* The last part, the same both ways: the verdict, the flow, counters, events. */
INLINE int conclude(struct __sk_buff *skb, const struct cg_meta *meta, struct seat *s)
{
	struct scratch *m = s->m;
	struct verdict *v = &m->v;
	struct pkt *p = &m->p;
	__u32 plane = m->up ? CG_PLANE_UP : CG_PLANE_DOWN;
	int drop, told = 0, r = TC_ACT_UNSPEC;

	if (v->begins)
		remember(s, m->up);
	forget();
	if (p->part == FRAG_FIRST && v->reason != CG_PASS_OFF)
		judge_first_fragment(p, s, m->up, v);
	forget();
	drop = !passes(v->reason);
	if (drop && m->flags & CG_CAM_MONITOR)
		plane += CG_PLANE_UP_MONITOR;
	m->counter = cg_stats_at(bpf_get_smp_processor_id(), plane * CG_REASONS + v->reason,
				 meta->slots, m->slot);
	if (!drop && names_last(m))
		m->later = v->reason;
	else if (!count(m->counter, &m->wire))
		return TC_ACT_SHOT;
	if (m->remember)
		remember_address(s, v);
	forget();
	if (m->up) {
		s->state->last_ns = m->now;
		s->state->ifindex = m->port_if;
		memcpy(s->state->mac, p->smac, 6);
	}
	if (drop)
		v->event |= CG_EVENT_DROP;
	if (drop && !(m->flags & CG_CAM_MONITOR))
		r = TC_ACT_SHOT;
	else if (m->up && meta->flags & CG_META_GUARD)
		skb->mark |= meta->mark;
	forget();
	if (v->event)
		told = report(skb, s, v->event, plane, v->reason, v->scope, v->rule);
	forget();
	/* Drops are told as long as the budget lasts. */
	m->drop = drop;
	v->keep = v->keep && p->plain && !m->station && !(drop && (told || r != TC_ACT_SHOT));
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

/* What the judging program finds there: the camera, and whether the packet goes
 * on to be judged for a camera it is for. */
INLINE int seat_set(const struct cg_cam *cam, __u32 station)
{
	__u32 zero = 0;
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (!m)
		return 0;
	m->slot = cam->slot;
	m->flags = cam->flags;
	m->station = station;
	return 1;
}

/* The long way for the camera, without return. Before its programs are there, as while
 * the agent starts, a packet passes only with mode = monitor. */
INLINE int go_judge(struct __sk_buff *skb, const struct cg_cam *cam, __u32 judge, __u32 station)
{
	__u32 flags = cam->flags;

	if (seat_set(cam, station))
		bpf_tail_call(skb, &cg_judges, judge);
	return flags & CG_CAM_MONITOR ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

/* The same for a frame that was looked for among the cameras'. */
INLINE int go_device(struct __sk_buff *skb, const int up)
{
	const __u8 *eth = (void *)(long)skb->data;

	if (eth + sizeof(struct eth_head) > (__u8 *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	if (up)
		return go_discover(skb, smac_word(eth), CG_JUDGE_DISCOVER);
	return eth[0] & 1 ? TC_ACT_UNSPEC : go_discover(skb, dmac_word(eth), CG_JUDGE_TO_DEVICE);
}

SEC("tc")
int cg_from_cam(struct __sk_buff *skb)
{
	const __u8 *eth = (void *)(long)skb->data;
	__u32 zero = 0;
	struct cg_meta *meta;
	struct cg_cam *cam;
	__u64 mac;
	int r;

	if (eth + FAST_FRAME <= (__u8 *)(long)skb->data_end) {
		mac = smac_word(eth);
		if (!maybe_camera(mac))
			return go_discover(skb, mac, CG_JUDGE_DISCOVER);
		meta = bpf_map_lookup_elem(&cg_meta, &zero);
		if (!meta)
			return TC_ACT_UNSPEC;
		r = fast_judge(skb, meta, mac, eth, 1);
		if (r != FAST_MISS)
			return r;
	}
	/* Found again: the packets that go the short way do not pay for keeping it. */
	meta = bpf_map_lookup_elem(&cg_meta, &zero);
	cam = meta ? camera_of(skb, meta, 1) : NULL;
	return cam ? go_judge(skb, cam, CG_JUDGE_UP, 0) : go_device(skb, 1);
}

SEC("tc")
int cg_to_cam(struct __sk_buff *skb)
{
	const __u8 *eth = (void *)(long)skb->data;
	int known = eth + FAST_FRAME <= (__u8 *)(long)skb->data_end;
	__u32 zero = 0;
	struct cg_meta *meta;
	struct cg_cam *cam;
	__u64 mac;
	int r;

	/* Everything that came in somewhere has been judged there. Two stations
	 * of one access point meet only here: the sender is judged first. */
	if (!skb->ingress_ifindex && (!known || maybe_camera(smac_word(eth)))) {
		meta = bpf_map_lookup_elem(&cg_meta, &zero);
		cam = meta ? camera_of(skb, meta, 1) : NULL;
		if (cam)
			return go_judge(skb, cam, CG_JUDGE_UP, 1);
	}
	if (known) {
		mac = dmac_word(eth);
		if (!maybe_camera(mac))
			return eth[0] & 1 ? TC_ACT_UNSPEC :
					    go_discover(skb, mac, CG_JUDGE_TO_DEVICE);
		meta = bpf_map_lookup_elem(&cg_meta, &zero);
		if (!meta)
			return TC_ACT_UNSPEC;
		r = fast_judge(skb, meta, mac, eth, 0);
		if (r != FAST_MISS)
			return r;
	}
	meta = bpf_map_lookup_elem(&cg_meta, &zero);
	cam = meta ? camera_of(skb, meta, 0) : NULL;
	return cam ? go_judge(skb, cam, CG_JUDGE_DOWN, 0) : go_device(skb, 0);
}

INLINE int judge_then_conclude(struct __sk_buff *skb, const int up)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct seat s = { .m = bpf_map_lookup_elem(&cg_scratch, &zero) };

	if (!meta || !s.m || judge(skb, meta, &s, up, 0))
		return TC_ACT_SHOT;
	if (wants_class(s.m))
		bpf_tail_call(skb, &cg_judges, wants_geo(s.m) ? CG_JUDGE_GEO : CG_JUDGE_CLASS);
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_OUTCOME);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_up(struct __sk_buff *skb)
{
	return judge_then_conclude(skb, 1);
}

SEC("tc")
int cg_down(struct __sk_buff *skb)
{
	return judge_then_conclude(skb, 0);
}

SEC("tc")
int cg_geo(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (!meta || !m)
		return TC_ACT_SHOT;
	find_geo(meta, m);
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_CLASS);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_class(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (!meta || !m)
		return TC_ACT_SHOT;
	find_class(meta, m);
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_OUTCOME);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_outcome(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct seat s = { .m = bpf_map_lookup_elem(&cg_scratch, &zero) };

	if (!s.m || !seat_take(&s))
		return TC_ACT_SHOT;
	if (!s.m->v.reason)
		judge_outcome(&s, s.m->up, 0);
	if (wants_session(s.m)) {
		bpf_tail_call(skb, &cg_judges,
			      wants_signature(s.m) ? CG_JUDGE_SIGN : CG_JUDGE_SESSION);
		return TC_ACT_SHOT;
	}
	bpf_tail_call(skb, &cg_judges, wants_portmap(s.m) ? CG_JUDGE_SIGN : CG_JUDGE_FINISH);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_sign(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (!m)
		return TC_ACT_SHOT;
	if (m->v.scope != CG_NET_REMOTE) {
		if (asks_port(skb, m))
			m->v.reason = CG_DROP_PORTMAP;
		bpf_tail_call(skb, &cg_judges, CG_JUDGE_FINISH);
		return TC_ACT_SHOT;
	}
	find_signature(skb, m);
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_SESSION);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_session(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct seat s = { .m = bpf_map_lookup_elem(&cg_scratch, &zero) };

	if (!meta || !s.m || !seat_take(&s))
		return TC_ACT_SHOT;
	judge_session(skb, meta, &s);
	bpf_tail_call(skb, &cg_judges, CG_JUDGE_FINISH);
	return TC_ACT_SHOT;
}

SEC("tc")
int cg_finish(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct seat s = { .m = bpf_map_lookup_elem(&cg_scratch, &zero) };
	struct cg_cam *cam;
	int r;

	if (!meta || !s.m || !seat_take(&s))
		return TC_ACT_SHOT;
	r = conclude(skb, meta, &s);
	if (r != TC_ACT_SHOT && s.m->redirect) {
		bpf_tail_call(skb, &cg_judges, CG_JUDGE_REDIRECT);
		return TC_ACT_SHOT;
	}
	if (r != TC_ACT_SHOT && wants_names(s.m)) {
		bpf_tail_call(skb, &cg_judges, s.m->up ? CG_JUDGE_NAMES_UP : CG_JUDGE_NAMES_DOWN);
		return TC_ACT_SHOT;
	}
	if (s.m->v.keep)
		bpf_tail_call(skb, &cg_judges, CG_JUDGE_KEEP);
	if (r == TC_ACT_SHOT || !s.m->station)
		return r;
	cam = camera_of(skb, meta, 0);
	return cam ? go_judge(skb, cam, CG_JUDGE_DOWN, 0) : TC_ACT_UNSPEC;
}

SEC("tc")
int cg_keep(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	(void)skb;
	if (!meta || !m)
		return TC_ACT_SHOT;
	if (!fast_add(m, meta) && !m->drop)
		fast_give_back(m);
	return m->drop ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

SEC("tc")
int cg_discover(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	return meta && m ? discover(skb, meta, m) : TC_ACT_UNSPEC;
}

SEC("tc")
int cg_to_device(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *m = bpf_map_lookup_elem(&cg_scratch, &zero);

	if (m && skb->ingress_ifindex)
		discover_got(skb, m);
	return TC_ACT_UNSPEC;
}

INLINE int why(struct __sk_buff *skb, const int up)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct seat s = { .m = bpf_map_lookup_elem(&cg_scratch, &zero) };
	struct cg_cam *cam = meta ? camera_of(skb, meta, up) : NULL;
	struct verdict *v;

	if (!s.m || !cam || !seat_set(cam, 0) || judge(skb, meta, &s, up, 1))
		return 0;
	v = &s.m->v;
	if (wants_class(s.m)) {
		if (wants_geo(s.m))
			find_geo(meta, s.m);
		find_class(meta, s.m);
	}
	forget();
	if (!v->reason)
		judge_outcome(&s, up, 1);
	forget();
	if (wants_session(s.m) && !s.m->v.open && session_why(s.m))
		v->reason = CG_DROP_VIEWING;
	return v->reason | v->scope << 8 | v->rule << 16;
}

/* For `camgate why`: the same tables and code asked in a test run that writes
 * nothing, cb[0] the interface it would come in by, cb[1] the LAN port. The
 * answer is reason | scope << 8 | rule << 16. */
SEC("tc")
int cg_why_up(struct __sk_buff *skb)
{
	return why(skb, 1);
}

SEC("tc")
int cg_why_down(struct __sk_buff *skb)
{
	return why(skb, 0);
}

char _license[] SEC("license") = "GPL";
