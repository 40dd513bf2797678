/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that are no cameras: discover_abi.h says what is noted of them and copied. A
 * failure here passes the packet: no camera's goes this way.
 *
 * Where cg_devices is full, the others are one device, cg_crowd: never held, since nobody
 * could say which of them, and never past its probation, or a device would only have to
 * make up MACs until there is no room for its own.
 */
#ifndef CG_DISCOVER_H
#define CG_DISCOVER_H

#include <linux/pkt_cls.h>
#include "neighbour.h"

/* 0: nobody is told of devices (WITH_DISCOVER=no). */
#ifndef CG_WITH_DISCOVER
#define CG_WITH_DISCOVER 1
#endif

/* Written by packets, but most houses have some forty: allocated by use. Where memory is
 * short a device is one of the crowd. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MAX_DEVICES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct cg_device);
} cg_devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cg_device);
} cg_crowd SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_TAPPED_WORDS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} cg_tapped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CG_HEARD_RING);
} cg_heard SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} cg_unheard SEC(".maps");

/* Of one packet: in m, where the verifier follows no values. */
#define TAP_CROWD 0x1 /* the device is the crowd */
#define TAP_SAYS  0x2 /* a frame that says what its sender is, perhaps */
#define TAP_DROP  0x4

/* Its entry, made with its first frame; where there is no room the crowd's. */
INLINE struct cg_device *device_of(struct scratch *m, __u64 mac)
{
	struct cg_device *d = bpf_map_lookup_elem(&cg_devices, &mac);
	__u32 zero = 0;

	if (d)
		return d;
	bpf_map_update_elem(&cg_devices, &mac, &m->device, BPF_NOEXIST);
	d = bpf_map_lookup_elem(&cg_devices, &mac);
	if (d)
		return d;
	m->tap |= TAP_CROWD;
	return bpf_map_lookup_elem(&cg_crowd, &zero);
}

/* A frame of it came: what kind of news that is. */
INLINE void device_seen(struct scratch *m, struct cg_device *d)
{
	const struct pkt *p = &m->p;

	if (!d->first_ns) {
		d->first_ns = m->now;
		m->heard = CG_HEARD_NEW;
	}
	d->last_ns = m->now;
	d->ifindex = m->port_if;
	if (!is_unset(p->src, p->is_v4))
		memcpy(d->addr, p->src, 16);
}

/* ---- what it sends to remotes, and gets from them ---- */

/* Moves on to the window that now lies in; those without a packet are zeroes. Plain stores:
 * two CPUs at once may both move, and a window is lost; the budget does not ask for windows. */
INLINE void device_window(struct cg_device *d, __u64 now)
{
	__u64 *w = (__u64 *)d->window;
	int i, k;

	if (!d->window_ns)
		d->window_ns = now;
	for (i = 0; i < CG_DEVICE_PAST; i++) {
		forget();
		/* Signed: another CPU may have read a later time. */
		if ((__s64)(now - d->window_ns) < (__s64)CG_WINDOW_NS)
			return;
#pragma unroll
		for (k = 2 * CG_DEVICE_PAST - 1; k >= 2; k--)
			w[k] = w[k - 2];
		w[0] = 0;
		w[1] = 0;
		d->window_ns += CG_WINDOW_NS;
	}
	if ((__s64)(now - d->window_ns) >= (__s64)CG_WINDOW_NS)
		d->window_ns = now;
}

/* The packet's bytes as windows and budgets count them. */
INLINE __u64 device_bytes(const struct scratch *m)
{
	__u64 heads = (__u64)m->wire.packets * m->p.l3;

	return m->wire.bytes > heads ? m->wire.bytes - heads : 0;
}

/* Do enough windows of its probation look like a stream? */
INLINE int device_streams(const struct cg_device *d)
{
	__u64 begin = d->window_ns, end = d->remote_ns + CG_PROBATION_NS;
	int i, n = 0;

	/* Four windows are all that can overlap the probation. */
#pragma unroll
	for (i = 0; i < 4; i++) {
		const struct cg_device_window *w = &d->window[i];

		n += (__s64)(begin - end) < 0 && w->up_bytes >= CG_WINDOW_BYTES &&
		     w->up_bytes >= CG_WINDOW_RATIO * (__u64)w->down_bytes;
		begin -= CG_WINDOW_NS;
	}
	return n >= CG_PROBATION_WINDOWS;
}

#define PROBATION_BYTE_NS (SEC_NS / CG_PROBATION_BYTES_S)

/* Does a packet for a remote go no further? */
INLINE int device_refused(const struct cg_meta *meta, struct scratch *m, struct cg_device *d,
			  __u64 bytes)
{
	__s64 age = m->now - d->remote_ns;
	int crowd = m->tap & TAP_CROWD;

	if (!(meta->flags & CG_META_PROBATION) || d->flags & CG_DEVICE_FREE ||
	    meta->off_until_ns > m->now)
		return 0;
	if (d->flags & CG_DEVICE_HELD)
		return 1;
	/* The last window of its probation may end after it. */
	if (!crowd && age < (__s64)(CG_PROBATION_NS + CG_WINDOW_NS) && device_streams(d)) {
		d->flags |= CG_DEVICE_HELD;
		m->heard = CG_HEARD_HELD;
		return 1;
	}
	if (!crowd && age >= (__s64)CG_PROBATION_NS)
		return 0;
	return !budget_spend(&d->probation_tat_ns, m->now, bytes * PROBATION_BYTE_NS,
			     CG_PROBATION_BURST * PROBATION_BYTE_NS);
}

INLINE void device_sends(struct __sk_buff *skb, const struct cg_meta *meta, struct scratch *m,
			 struct cg_device *d)
{
	struct cg_device_window *w = &d->window[0];
	const struct pkt *p = &m->p;
	__u64 bytes = device_bytes(m);
	__u32 size = skb->gso_size ? skb->gso_size + p->head_len : skb->len;

	if (!d->remote_ns)
		d->remote_ns = m->now;
	device_window(d, m->now);
	forget();
	w->up_bytes += bytes;
	w->up_packets += m->wire.packets;
	if (size >= CG_DEVICE_BIG + p->l3)
		w->up_big += m->wire.packets;
	if (device_refused(meta, m, d, bytes)) {
		d->dropped_bytes += bytes;
		m->tap |= TAP_DROP;
	} else {
		d->up_bytes += bytes;
	}
}

/* ---- what is copied ---- */

INLINE int is_tapped(__be16 port)
{
	__u32 host = bpf_ntohs(port), at = host >> 6;
	__u64 *word = bpf_map_lookup_elem(&cg_tapped, &at);

	return word && (*word >> (host & 63)) & 1;
}

/* Ports of RTSP and HTTP that cameras answer from. */
INLINE int is_camera_service(__u16 port)
{
	return port == 554 || port == 8554 || port == 80 || port == 8080 || port == 8000 ||
	       port == 8899 || port == 2020 || port == 88 || port == 7070;
}

/* "RTSP/" or "HTTP/"; the frame is read as it is. */
INLINE int is_answer(struct __sk_buff *skb, const struct scratch *m)
{
	__u8 b[5];

	if (!is_camera_service(bpf_ntohs(m->p.sport)) || m->payload < sizeof(b) ||
	    bpf_skb_load_bytes(skb, m->p.head_len, b, sizeof(b)) || b[4] != '/')
		return 0;
	if (b[0] == 'R')
		return b[1] == 'T' && b[2] == 'S' && b[3] == 'P';
	return b[0] == 'H' && b[1] == 'T' && b[2] == 'T' && b[3] == 'P';
}

/* May the frame say what its sender is? */
INLINE int says(struct __sk_buff *skb, const struct scratch *m)
{
	const struct pkt *p = &m->p;

	if (p->part == FRAG_LATER)
		return 0;
	if (p->proto == IPPROTO_UDP)
		return is_tapped(p->dport) || is_tapped(p->sport);
	return p->proto == IPPROTO_TCP && is_answer(skb, m);
}

/* The first bytes of its payload, as many as there is room for. */
INLINE __u32 heard_load(struct __sk_buff *skb, const struct scratch *m, struct cg_heard *h)
{
	__u64 last = m->payload;

	if (!last)
		return 0;
	last--;
	stay(last);
	if (last > CG_HEARD_DATA - 1)
		last = CG_HEARD_DATA - 1;
	stay(last);
	return bpf_skb_load_bytes(skb, m->p.head_len, h->data, last + 1) ? 0 : last + 1;
}

INLINE void heard_unheard(struct cg_device *d)
{
	__u32 zero = 0;
	__u64 *lost = bpf_map_lookup_elem(&cg_unheard, &zero);

	d->untold++;
	if (lost)
		(*lost)++;
}

INLINE void hear(struct __sk_buff *skb, const struct scratch *m, struct cg_device *d)
{
	const struct pkt *p = &m->p;
	int ported = p->proto == IPPROTO_UDP || p->proto == IPPROTO_TCP;
	struct cg_heard *h;

	/* That it is held is told once, whatever it told before. */
	if (m->heard != CG_HEARD_HELD &&
	    !budget_take(&d->tell_tat_ns, m->now, CG_HEARD_RATE, CG_HEARD_BURST)) {
		d->untold++;
		return;
	}
	h = bpf_ringbuf_reserve(&cg_heard, sizeof(*h), 0);
	if (!h) {
		heard_unheard(d);
		return;
	}
	h->size = sizeof(*h);
	h->version = CG_BPF_ABI_VERSION;
	h->type = m->heard;
	h->ethertype = bpf_htons(p->ethertype);
	h->ns = m->now;
	h->ifindex = m->port_if;
	h->sport = ported ? p->sport : 0;
	h->dport = ported ? p->dport : 0;
	memcpy(h->mac, p->smac, 6);
	h->proto = p->proto;
	h->vlan = p->l3 > sizeof(struct eth_head) || skb->vlan_present;
	memcpy(h->src, p->src, 16);
	memcpy(h->dst, p->dst, 16);
	h->payload = !ported ? 0 : m->payload > 0xffff ? 0xffff : m->payload;
	h->pad = 0;
	h->len = 0;
	if (m->tap & TAP_SAYS)
		h->len = heard_load(skb, m, h);
	d->told++;
	bpf_ringbuf_submit(h, 0);
}

/* ---- frames of it, and frames for it ---- */

/* What cannot be read further is no camera's: it is known by what was read. */
INLINE void discover_read(struct __sk_buff *skb, struct scratch *m)
{
	struct pkt *p = &m->p;
	struct arp arp;
	__be32 addr;

	m->now = bpf_ktime_get_boot_ns();
	m->port_if = skb->ifindex;
	m->peer_if = skb->ingress_ifindex;
	m->tap = 0;
	m->heard = 0;
	(void)parse(skb, p);
	forget();
	measure(skb, p->head_len, &m->wire);
	m->payload = payload_of(skb, p);
	if (p->ethertype != ETH_P_ARP || arp_load(skb, p, &arp))
		return;
	memcpy(&addr, arp.spa, 4);
	if (addr) /* a probe (RFC 5227) claims nothing */
		map_v4(p->src, addr);
	memcpy(&addr, arp.tpa, 4);
	map_v4(p->dst, addr);
}

/* It bears an address that was read. */
INLINE int is_ip(const struct pkt *p)
{
	return (p->ethertype == ETH_P_IP || p->ethertype == ETH_P_IPV6) && !is_unset(p->dst, 0);
}

INLINE int discover(struct __sk_buff *skb, const struct cg_meta *meta, struct scratch *m)
{
	const struct pkt *p = &m->p;
	struct cg_device *d;

	if (!CG_WITH_DISCOVER)
		return TC_ACT_UNSPEC;
	discover_read(skb, m);
	forget();
	if (p->smac[0] & 1 || !p->l3)
		return TC_ACT_UNSPEC;
	m->at.kind = CG_NET_LAN;
	if (is_ip(p))
		place_of(p->dst, p->is_v4, m->now, &m->at);
	forget();
	if (says(skb, m))
		m->tap |= TAP_SAYS;
	forget();
	d = device_of(m, cg_mac_word(p->smac));
	if (!d)
		return TC_ACT_UNSPEC;
	device_seen(m, d);
	forget();
	if (m->at.kind == CG_NET_REMOTE)
		device_sends(skb, meta, m, d);
	forget();
	if (!m->heard && m->tap & TAP_SAYS)
		m->heard = CG_HEARD_FRAME;
	if (m->heard)
		hear(skb, m, d);
	forget();
	return m->tap & TAP_DROP ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

/* What a device gets from remotes is counted, no more. */
INLINE void discover_got(struct __sk_buff *skb, struct scratch *m)
{
	const struct seat s = { .m = m };
	const struct pkt *p = &m->p;
	struct cg_device *d;
	__u64 mac;

	if (!CG_WITH_DISCOVER)
		return;
	discover_read(skb, m);
	forget();
	if (!is_ip(p))
		return;
	mac = cg_mac_word(p->dmac);
	d = bpf_map_lookup_elem(&cg_devices, &mac);
	if (!d)
		return;
	origin_of(&s, p, &m->at);
	forget();
	if (m->at.kind != CG_NET_REMOTE)
		return;
	device_window(d, m->now);
	forget();
	d->window[0].down_bytes += device_bytes(m);
}

/* ---- in the way of every packet ---- */

INLINE int is_settled(__u64 mac)
{
	__u32 at = cg_settled_set(mac);
	const struct cg_settled *s = bpf_map_lookup_elem(&cg_settled, &at);

	return s && (s->mac[0] == mac || s->mac[1] == mac || s->mac[2] == mac || s->mac[3] == mac);
}

/* A frame of no camera: that of a settled device is left alone, and any other where
 * nobody listens. */
INLINE int go_discover(struct __sk_buff *skb, __u64 mac, __u32 judge)
{
	if (CG_WITH_DISCOVER && !is_settled(mac))
		bpf_tail_call(skb, &cg_judges, judge);
	return TC_ACT_UNSPEC;
}

#endif
