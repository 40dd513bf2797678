/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters: every packet of a camera moves exactly one, and its flow's. */
#ifndef CG_ACCOUNT_H
#define CG_ACCOUNT_H

#include "maps.h"
#include "parse.h"

struct wire {
	__u32 packets;
	__u64 bytes; /* with the Ethernet header, each segment's own headers counted */
};

/* A GSO packet is many on the wire. A head that could not be parsed counts as
 * it came. gso_segs is 0 for packets from untrusted devices (virtio, tun). */
INLINE void measure(const struct __sk_buff *skb, __u32 head, struct wire *w)
{
	__u32 len = skb->len, size = skb->gso_size, segs;

	w->packets = 1;
	w->bytes = len;
	if (!size || head >= len)
		return;
	segs = skb->gso_segs;
	if (!segs)
		segs = (len - head + size - 1) / size;
	if (segs < 2)
		return;
	w->packets = segs;
	w->bytes = len + (__u64)(segs - 1) * head;
}

/* Bytes behind the headers, without what a short frame is padded with. */
INLINE __u32 payload_of(const struct __sk_buff *skb, const struct pkt *p)
{
	__u32 head = p->head_len - p->l4;

	if (skb->gso_size)
		return skb->len > p->head_len ? skb->len - p->head_len : 0;
	return p->l4_len > head ? p->l4_len - head : 0;
}

/* What budgets count: all behind an IP and a UDP head of the usual length. Longer heads
 * could carry a picture too. */
#define HEAD4 42 /* with the Ethernet head */
#define HEAD6 62

INLINE __u32 charge_of(const struct __sk_buff *skb, const struct pkt *p)
{
	__u32 head = p->is_v4 ? HEAD4 - 14 : HEAD6 - 14;
	__u32 len = skb->gso_size ? skb->len - p->l3 : p->l4 - p->l3 + p->l4_len;

	return len > head ? len - head : 0;
}

INLINE void count_add(struct cg_count *c, __u32 packets, __u64 bytes)
{
	c->packets += packets;
	c->bytes += bytes;
}

/* 0 where the counter is not there. */
INLINE int count(__u32 at, const struct wire *w)
{
	struct cg_count *c = bpf_map_lookup_elem(&cg_stats, &at);

	if (!c)
		return 0;
	count_add(c, w->packets, w->bytes);
	return 1;
}

/* Generic cell rate: room at now for what costs this much of the time, of burst_ns
 * at once? Plain store: two CPUs at once may both take the last place, an error
 * of one in a burst. */
INLINE int budget_spend(__u64 *tat_ns, __u64 now, __u64 cost_ns, __u64 burst_ns)
{
	__u64 tat = *tat_ns;

	if (tat < now)
		tat = now;
	if (tat + cost_ns - now > burst_ns)
		return 0;
	*tat_ns = tat + cost_ns;
	return 1;
}

INLINE int budget_take(__u64 *tat_ns, __u64 now, __u64 rate, __u64 burst)
{
	__u64 cost = 1000000000ULL / rate;

	return budget_spend(tat_ns, now, cost, burst * cost);
}

#endif
