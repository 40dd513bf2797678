/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names learned from answers on their way to the camera, before it can use
 * them. From cg_outcome, behind the verdict, for DNS and what may have been
 * redirected alone.
 *
 *   camera ─► cg_names_up     question to a resolver we believe ─► cg_queries
 *   camera ◄─ cg_names_down   origin ─► question under way ─► whole answer
 *                             checked ─► cg_qnames, cg_learned ─► epoch + 1
 *   agent  ──► cg_names_told  what it resolved itself, the same from the answer on
 *
 * The one verdict made here is that of dns_names = allowed.
 */
#ifndef CG_NAMES_H
#define CG_NAMES_H

#include "learn.h"
#include "redirect.h"
#include "report.h"
#include "verdict.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MAX_RESOLVERS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_resolver_key);
	__type(value, struct cg_hwaddr);
} cg_resolvers SEC(".maps");

INLINE void names_report(struct dns_work *w, __u32 result, const __u8 *peer)
{
	struct cg_dns *d = names_state(w);
	struct cg_name_event *e;
	__u32 zero = 0;
	__u64 *lost;

	if (!d)
		return;
	if (!budget_take(&d->news_tat_ns, w->now, CG_NAME_EVENT_RATE, CG_NAME_EVENT_BURST)) {
		d->suppressed++;
		return;
	}
	e = bpf_ringbuf_reserve(&cg_events, sizeof(*e), 0);
	if (!e) {
		lost = bpf_map_lookup_elem(&cg_lost, &zero);
		if (lost)
			(*lost)++;
		return;
	}
	memset(e, 0, sizeof(*e));
	e->size = sizeof(*e);
	e->version = CG_BPF_ABI_VERSION;
	e->type = CG_EVENT_NAME;
	e->slot = w->slot;
	e->ns = w->now;
	e->id = w->id;
	e->flags = w->ruled ? CG_NAME_RULED : 0;
	e->qtype = w->qtype;
	e->result = result;
	e->len = w->qlen;
	memcpy(e->peer, peer, 16);
	memcpy(e->name, w->key.name, sizeof(w->key.name));
	bpf_ringbuf_submit(e, 0);
}

/* Whose packet it is, parsed; NULL: neither DNS nor time of a camera. */
INLINE struct dns_work *names_begin(struct __sk_buff *skb, int up)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct eth_head *eth = data;
	struct cg_narrow_key narrow = {};
	struct cg_cam_key key;
	struct dns_work *w;
	struct cg_cam *cam;
	__be16 port;

	if (!meta || (void *)(eth + 1) > end)
		return NULL;
	memcpy(key.mac, up ? eth->smac : eth->dmac, 6);
	key.gen = meta->generation;
	cam = bpf_map_lookup_elem(&cg_cams, &key);
	if (!cam)
		return NULL;
	w = dns_work(0);
	if (!w)
		return NULL;
	w->gen = meta->generation;
	w->slot = cam->slot;
	w->flags = cam->flags;
	w->fresh = 0;
	w->now = bpf_ktime_get_boot_ns();
	if (parse(skb, &w->p))
		return NULL;
	forget();
	port = up ? w->p.dport : w->p.sport;
	if (w->p.part == FRAG_LATER || (w->p.proto != IPPROTO_UDP && w->p.proto != IPPROTO_TCP) ||
	    (port != bpf_htons(PORT_DNS) && (up || port != bpf_htons(PORT_NTP))))
		return NULL;
	if (cam->flags & CG_CAM_NARROW) {
		memcpy(narrow.addr, up ? w->p.src : w->p.dst, 16);
		memcpy(narrow.mac, key.mac, 6);
		narrow.gen = key.gen;
		cam = bpf_map_lookup_elem(&cg_narrow, &narrow);
		if (!cam)
			return NULL;
		w->slot = cam->slot;
		w->flags = cam->flags;
	}
	return w;
}

/* n bytes of the frame from `at` into w->buf, at most what it holds. The length
 * is read back from the map and masked: older verifiers lose a bound on the way. */
INLINE int names_load(struct __sk_buff *skb, struct dns_work *w, __u32 at, __u32 n)
{
	__u64 len;

	if (at >= skb->len)
		return -1;
	if (n > skb->len - at)
		n = skb->len - at;
	if (n < DNS_HEAD + 5)
		return -1;
	if (n > DNS_BUF)
		n = DNS_BUF;
	V(w->len) = n;
	len = V(w->len);
	len = ((len - 1) & DNS_MASK) + 1;
	return bpf_skb_load_bytes(skb, at, w->buf, len) ? -1 : 0;
}

/* A resolver we believe: the gateway, or one the config names. */
INLINE int names_resolver(struct dns_work *w, const __u8 *addr)
{
	struct place at;

	place_of(addr, w->p.is_v4, w->now, &at);
	return at.kind == CG_NET_GATEWAY || bpf_map_lookup_elem(&cg_resolvers, addr);
}

/* Did it come from where that resolver is? The gateway's own come in nowhere,
 * from the MAC of this LAN; a configured one has the MAC it was bound to. */
INLINE int names_origin(const struct __sk_buff *skb, struct dns_work *w)
{
	struct cg_hwaddr *mac = bpf_map_lookup_elem(&cg_resolvers, w->p.src);
	__u32 ifindex = skb->ifindex;
	struct cg_lan *lan;
	struct place at;

	if (!mac) {
		place_of(w->p.src, w->p.is_v4, w->now, &at);
		if (at.kind != CG_NET_GATEWAY || skb->ingress_ifindex)
			return 0;
		lan = bpf_map_lookup_elem(&cg_lans, &ifindex);
		return lan && same_mac(lan->mac, w->p.smac);
	}
	return same_mac(mac->mac, w->p.smac);
}

INLINE void names_query_key(struct dns_work *w, const __u8 *server, __be16 port)
{
	memset(&w->query, 0, sizeof(w->query));
	w->query.id = w->id;
	w->query.slot = w->slot;
	w->query.port = port;
	w->query.dns_id = *(__be16 *)w->buf;
	memcpy(w->query.server, server, 16);
	w->query.qtype = w->qtype;
}

/* The question is read: header, name, type, and the rules that fit it. */
INLINE int names_question(struct __sk_buff *skb, struct dns_work *w)
{
	__u32 at = w->p.head_len, n = w->p.l4 + w->p.l4_len - w->p.head_len;
	int r;

	w->ruled = 0;
	if (w->p.proto == IPPROTO_TCP) {
		/* The length before it may have come alone. */
		r = names_load(skb, w, at + 2, n - 2);
		if (!r)
			r = cg_dns_question(0, 0);
		if (r)
			r = names_load(skb, w, at, n);
		if (!r)
			r = cg_dns_question(0, 0);
	} else {
		r = names_load(skb, w, at, n);
		if (!r)
			r = cg_dns_question(0, 0);
	}
	if (!r)
		w->ruled = cg_names_rule(0);
	return r;
}

/* What a camera asks; 1: the name is known, and its rules. */
INLINE int names_up(struct __sk_buff *skb, struct dns_work *w)
{
	struct cg_query value = {};

	if (w->p.part != FRAG_WHOLE || names_question(skb, w))
		return 0;
	if (!names_resolver(w, w->p.dst))
		return 1;
	if (w->p.proto == IPPROTO_TCP) {
		/* The answer comes in pieces that only the agent could put together. */
		names_count(w, CG_DNS_TCP);
		if (w->ruled)
			names_report(w, CG_DNS_TCP, w->p.dst);
		return 1;
	}
	names_query_key(w, w->p.dst, w->p.sport);
	value.until_ns = w->now + CG_DNS_ANSWER_S * SEC_NS;
	if (!cg_names_place_query(0))
		bpf_map_update_elem(&cg_queries, &w->query, &value, BPF_ANY);
	return 1;
}

/* dns_names = allowed: counts what cg_outcome left to be counted here. */
INLINE int names_allowed(struct __sk_buff *skb, struct scratch *m, int known, __u32 ruled)
{
	int pass = known && ruled && ruled != CG_RULE_DENY;
	__u32 plane = CG_PLANE_UP, reason = pass ? m->later : CG_DROP_DNS_NAME, slot = m->slot;
	struct cg_meta *meta;
	struct seat s = { .m = m };
	__u32 zero = 0;

	m->later = 0;
	s.state = bpf_map_lookup_elem(&cg_state, &slot);
	meta = bpf_map_lookup_elem(&cg_meta, &zero);
	if (!s.state || !meta)
		return TC_ACT_SHOT;
	if (!pass && m->flags & CG_CAM_MONITOR)
		plane = CG_PLANE_UP_MONITOR;
	if (!count(cg_stats_at(bpf_get_smp_processor_id(), plane * CG_REASONS + reason, meta->slots,
			       slot),
		   &m->wire))
		return TC_ACT_SHOT;
	if (pass)
		return TC_ACT_UNSPEC;
	report(skb, &s, CG_EVENT_DROP, plane, reason, m->v.scope, NO_RULE);
	return m->flags & CG_CAM_MONITOR ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

/* What became of the answer. */
INLINE int names_judge(struct __sk_buff *skb, struct dns_work *w)
{
	__u32 n = w->p.l4 + w->p.l4_len - w->p.head_len;
	struct cg_query *q;
	int r;

	if (!names_origin(skb, w))
		return CG_DNS_ORIGIN;
	if (names_load(skb, w, w->p.head_len, n))
		return CG_DNS_MESSAGE;
	r = cg_dns_question(0, 1);
	if (r)
		return r;
	names_query_key(w, w->p.src, w->p.dport);
	q = bpf_map_lookup_elem(&cg_queries, &w->query);
	if (!q || V(q->until_ns) <= w->now)
		return CG_DNS_UNASKED;
	V(q->until_ns) = 0;
	w->ruled = cg_names_rule(0);
	if (w->p.part != FRAG_WHOLE)
		return CG_DNS_FRAGMENT;
	if (w->buf[2] & 0x02)
		return CG_DNS_TRUNCATED;
	if (n > DNS_BUF)
		return CG_DNS_LONG;
	return cg_names_answer(0);
}

INLINE void names_down(struct __sk_buff *skb, struct dns_work *w)
{
	int r;

	w->ruled = 0;
	w->id = 0;
	w->refused = 0;
	w->qlen = 0;
	w->qtype = 0;
	forget();
	r = names_judge(skb, w);
	forget();
	names_count(w, r);
	if (r == CG_DNS_LEARNED && w->refused)
		names_count(w, w->refused);
	if (r == CG_DNS_NOTHING || (r == CG_DNS_LEARNED && !w->fresh && !w->refused))
		return;
	if (!w->id)
		memset(w->key.name, 0, sizeof(w->key.name));
	names_report(w, r == CG_DNS_LEARNED && w->refused ? w->refused : r, w->p.src);
}

SEC("tc")
int cg_names_up(struct __sk_buff *skb)
{
	struct scratch *m;
	struct dns_work *w;
	__u32 zero = 0;
	int known;

	m = bpf_map_lookup_elem(&cg_scratch, &zero);
	w = names_begin(skb, 1);
	known = w ? names_up(skb, w) : 0;
	if (!m || !V(m->later))
		return TC_ACT_UNSPEC;
	return names_allowed(skb, m, known, w ? V(w->ruled) : 0);
}

SEC("tc")
int cg_names_down(struct __sk_buff *skb)
{
	struct dns_work *w;

	w = names_begin(skb, 0);
	if (!w)
		return TC_ACT_UNSPEC;
	if (w->p.proto == IPPROTO_UDP && w->p.sport == bpf_htons(PORT_DNS))
		names_down(skb, w);
	forget();
	if (names_origin(skb, w))
		redirect_back(skb, &w->p, V(w->slot), V(w->flags), V(w->now));
	return TC_ACT_UNSPEC;
}

/* From the agent, in a test run: cb[0] the slot, behind an Ethernet header of no
 * protocol the answer as it came to the agent, which has checked whose it is.
 * What became of it, plus 1. */
SEC("tc")
int cg_names_told(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct cg_meta *meta = bpf_map_lookup_elem(&cg_meta, &zero);
	struct dns_work *w = dns_work(1);
	int r;

	if (!meta || !w || skb->len <= sizeof(struct eth_head))
		return 0;
	w->slot = skb->cb[0];
	w->gen = meta->generation;
	w->now = bpf_ktime_get_boot_ns();
	w->fresh = 0;
	if (names_load(skb, w, sizeof(struct eth_head), skb->len - sizeof(struct eth_head)))
		return 1 + CG_DNS_MESSAGE;
	r = cg_dns_question(1, 1);
	if (!r) {
		w->ruled = cg_names_rule(1);
		r = cg_names_answer(1);
	}
	names_count(w, r);
	return 1 + r;
}
#endif
