/* SPDX-License-Identifier: GPL-2.0-only */
/* A frame's headers as one struct, or the reason why they cannot be read. No maps, no policy. */
#ifndef CG_PARSE_H
#define CG_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "../include/camgate/bpf_abi.h"

#define INLINE		static __always_inline
#define memcpy		__builtin_memcpy
#define memset		__builtin_memset

/* Makes the compiler read map memory again, where the verifier knows no values:
 * the paths that led here become one. Without it their number multiplies. */
#define forget()	asm volatile("" ::: "memory")
/* What is computed from a pointer that may be NULL, or from a number that may be out
 * of bounds, stays behind its check, as the verifier wants it: some compilers compute
 * it before. */
#define stay(p)		asm volatile("" : "+r"(p))

/* linux/icmp.h, icmpv6.h and in6.h pull in libc; these are the RFCs' numbers. */
#define ETH_EAPOL	0x888e
#define PROTO_HOPOPTS	0
#define PROTO_ROUTING	43
#define PROTO_FRAGMENT	44
#define PROTO_ICMPV6	58
#define PROTO_DSTOPTS	60
#define TCP_FIN		0x01
#define TCP_SYN		0x02
#define TCP_RST		0x04
#define TCP_ACK		0x10

#define MAX_VLAN_TAGS	2
/* RFC 8200 names four extension headers that may come before the payload;
 * destination options may come twice. */
#define MAX_EXT_HEADERS 6

enum frag_part {
	FRAG_WHOLE,
	FRAG_FIRST,
	FRAG_LATER,
};

struct pkt {
	__u8 src[16], dst[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 smac[6], dmac[6];
	__u32 l3, l4;	/* offsets from the start of the frame */
	__u32 l4_len;	/* bytes at l4, by the IP header */
	__u32 head_len; /* frame up to the L4 payload */
	__u32 frag_id;
	__u16 frag_off;	     /* bytes */
	__u16 ethertype;     /* host order, behind the tags */
	__be16 sport, dport; /* ICMP echo: the id in both */
	__u8 proto;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 hop;
	__u8 part; /* enum frag_part */
	__u8 more; /* fragments follow */
	__u8 is_v4;
	__u8 plain; /* read in place: whole, untagged TCP or UDP */
};

struct eth_head {
	__u8 dmac[6], smac[6];
	__be16 proto;
};

struct vlan_head {
	__be16 tci, proto;
};

struct ip4_head {
	__u8 ver_ihl, tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, proto;
	__u16 check;
	__be32 saddr, daddr;
};

struct ip6_head {
	__be32 flow;
	__be16 payload_len;
	__u8 nexthdr, hop;
	__u8 saddr[16], daddr[16];
};

INLINE void map_v4(__u8 *to, __be32 addr)
{
	__u32 *w = (__u32 *)to;

	w[0] = 0;
	w[1] = 0;
	w[2] = bpf_htonl(0xffff);
	w[3] = addr;
}

INLINE int is_mapped(const __u8 *a)
{
	const __u32 *w = (const __u32 *)a;

	return !(w[0] | w[1] | (w[2] ^ bpf_htonl(0xffff)));
}

INLINE int same_addr(const __u8 *a, const __u8 *b)
{
	const __u32 *x = (const __u32 *)a, *y = (const __u32 *)b;

	/* One branch, not four: the verifier walks each. */
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]));
}

INLINE int same_mac(const __u8 *a, const __u8 *b)
{
	const __u16 *x = (const __u16 *)a, *y = (const __u16 *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]));
}

INLINE int is_icmp(const struct pkt *p)
{
	return p->is_v4 ? p->proto == IPPROTO_ICMP : p->proto == PROTO_ICMPV6;
}

INLINE int is_icmp_echo(const struct pkt *p)
{
	if (!is_icmp(p))
		return 0;
	return p->is_v4 ? p->icmp_type == 8 || p->icmp_type == 0 :
			  p->icmp_type == 128 || p->icmp_type == 129;
}

INLINE int is_icmp_request(const struct pkt *p)
{
	return is_icmp(p) && p->icmp_type == (p->is_v4 ? 8 : 128);
}

/* RFC 792: unreachable, source quench, time exceeded, parameter problem;
 * RFC 4443: types below 128 are errors. */
INLINE int is_icmp_error(const struct pkt *p)
{
	if (!is_icmp(p))
		return 0;
	if (!p->is_v4)
		return p->icmp_type < 128;
	return p->icmp_type == 3 || p->icmp_type == 4 || p->icmp_type == 11 || p->icmp_type == 12;
}

/* L2: MACs, tags in metadata and payload, the EtherType behind them. */
INLINE int parse_l2(struct __sk_buff *skb, struct pkt *p)
{
	int tags = skb->vlan_present ? 1 : 0;
	struct eth_head eth;
	struct vlan_head tag;

	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return CG_DROP_MALFORMED;
	memcpy(p->smac, eth.smac, 6);
	memcpy(p->dmac, eth.dmac, 6);
	p->l3 = sizeof(eth);
	p->ethertype = bpf_ntohs(eth.proto);
#pragma unroll
	for (int i = 0; i <= MAX_VLAN_TAGS; i++) {
		if (p->ethertype != ETH_P_8021Q && p->ethertype != ETH_P_8021AD)
			break;
		if (++tags > MAX_VLAN_TAGS)
			return CG_DROP_VLAN;
		if (bpf_skb_load_bytes(skb, p->l3, &tag, sizeof(tag)))
			return CG_DROP_MALFORMED;
		p->l3 += sizeof(tag);
		p->ethertype = bpf_ntohs(tag.proto);
	}
	return 0;
}

INLINE int parse_ip4(struct __sk_buff *skb, struct pkt *p)
{
	struct ip4_head ip;
	__u32 head, total, frag;

	if (bpf_skb_load_bytes(skb, p->l3, &ip, sizeof(ip)))
		return CG_DROP_MALFORMED;
	head = (ip.ver_ihl & 0xf) * 4;
	total = bpf_ntohs(ip.tot_len);
	if (!total && skb->gso_size) /* BIG TCP: longer than the field can say */
		total = skb->len - p->l3;
	if (ip.ver_ihl >> 4 != 4 || head < sizeof(ip) || total < head || p->l3 + total > skb->len)
		return CG_DROP_MALFORMED;
	map_v4(p->src, ip.saddr);
	map_v4(p->dst, ip.daddr);
	p->is_v4 = 1;
	p->proto = ip.proto;
	p->hop = ip.ttl;
	p->l4 = p->l3 + head;
	p->l4_len = total - head;
	frag = bpf_ntohs(ip.frag_off);
	p->frag_off = (frag & 0x1fff) * 8;
	p->frag_id = ip.id;
	p->more = !!(frag & 0x2000);
	if (p->frag_off)
		p->part = FRAG_LATER;
	else if (p->more)
		p->part = FRAG_FIRST;
	return 0;
}

INLINE int parse_ip6(struct __sk_buff *skb, struct pkt *p)
{
	struct ip6_head ip;
	struct {
		__u8 next, len;
		__be16 off;
		__be32 id;
	} ext;
	__u32 left, step;
	int i;

	if (bpf_skb_load_bytes(skb, p->l3, &ip, sizeof(ip)))
		return CG_DROP_MALFORMED;
	left = bpf_ntohs(ip.payload_len);
	if (!left && skb->gso_size)
		left = skb->len - p->l3 - sizeof(ip);
	if ((ip.flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000) ||
	    p->l3 + sizeof(ip) + left > skb->len)
		return CG_DROP_MALFORMED;
	memcpy(p->src, ip.saddr, 16);
	memcpy(p->dst, ip.daddr, 16);
	/* ::ffff:a.b.c.d never stands on a wire (RFC 4291 2.5.5.2), and would
	 * be taken for the IPv4 address in every table. */
	if (is_mapped(p->src) || is_mapped(p->dst))
		return CG_DROP_MALFORMED;
	p->proto = ip.nexthdr;
	p->hop = ip.hop;
	p->l4 = p->l3 + sizeof(ip);
	p->l4_len = left;
	/* What is behind the loop knows nothing of how often it ran: else the verifier
	 * walks that once for each. */
	for (i = 0; i < MAX_EXT_HEADERS; i++) {
		if (p->proto != PROTO_HOPOPTS && p->proto != PROTO_DSTOPTS &&
		    p->proto != PROTO_FRAGMENT && p->proto != IPPROTO_AH &&
		    p->proto != PROTO_ROUTING)
			break;
		/* It would go on from the destination that was checked to another;
		 * no camera has a use for one. */
		if (p->proto == PROTO_ROUTING || i == MAX_EXT_HEADERS - 1)
			return CG_DROP_MALFORMED;
		if (p->l4_len < 8 || bpf_skb_load_bytes(skb, p->l4, &ext, sizeof(ext)))
			return CG_DROP_MALFORMED;
		if (p->proto == PROTO_FRAGMENT) {
			__u32 off = bpf_ntohs(ext.off);

			step = 8;
			p->frag_id = ext.id;
			p->frag_off = off & 0xfff8;
			p->more = off & 1;
			if (p->frag_off)
				p->part = FRAG_LATER;
			else if (p->more)
				p->part = FRAG_FIRST;
			/* neither: atomic (RFC 6946), whole */
		} else if (p->proto == IPPROTO_AH) {
			step = (ext.len + 2) * 4;
		} else {
			step = (ext.len + 1) * 8;
		}
		if (step > p->l4_len)
			return CG_DROP_MALFORMED;
		p->proto = ext.next;
		p->l4 += step;
		p->l4_len -= step;
		if (p->part == FRAG_LATER)
			break;
	}
	return 0;
}

INLINE int parse_l4(struct __sk_buff *skb, struct pkt *p)
{
	int short_head = p->part == FRAG_FIRST ? CG_DROP_FRAGMENT : CG_DROP_MALFORMED;
	__u8 h[14];
	__u32 head;

	p->head_len = p->l4;
	if (p->proto == IPPROTO_TCP) {
		if (p->l4_len < 20 || bpf_skb_load_bytes(skb, p->l4, h, 14))
			return short_head;
		head = (h[12] >> 4) * 4;
		if (head < 20)
			return CG_DROP_MALFORMED;
		if (head > p->l4_len)
			return short_head;
		p->tcp_flags = h[13];
		memcpy(&p->sport, h, 2);
		memcpy(&p->dport, h + 2, 2);
		p->head_len += head;
	} else if (p->proto == IPPROTO_UDP) {
		if (p->l4_len < 8 || bpf_skb_load_bytes(skb, p->l4, h, 8))
			return short_head;
		memcpy(&p->sport, h, 2);
		memcpy(&p->dport, h + 2, 2);
		p->head_len += 8;
	} else if (is_icmp(p)) {
		if (p->l4_len < 8 || bpf_skb_load_bytes(skb, p->l4, h, 8))
			return short_head;
		p->icmp_type = h[0];
		if (is_icmp_echo(p)) {
			memcpy(&p->sport, h + 4, 2);
			memcpy(&p->dport, h + 4, 2);
		}
		p->head_len += 8;
	}
	return 0;
}

INLINE void ports_of(const __be16 *l4, struct pkt *p)
{
	p->sport = l4[0];
	p->dport = l4[1];
}

/* L4 of a whole TCP or UDP packet in linear memory; 0: something is unusual. */
INLINE int fast_l4(const __u8 *l4, const void *end, struct pkt *p)
{
	__u32 head = 8;

	p->tcp_flags = 0;
	if ((const void *)(l4 + 8) > end || p->l4_len < 8)
		return 0;
	if (p->proto == IPPROTO_TCP) {
		if ((const void *)(l4 + 14) > end)
			return 0;
		head = (l4[12] >> 4) * 4;
		if (head < 20 || head > p->l4_len)
			return 0;
		p->tcp_flags = l4[13];
	} else if (p->proto != IPPROTO_UDP) {
		return 0;
	}
	ports_of((const __be16 *)l4, p);
	p->head_len = p->l4 + head;
	return 1;
}

/*
 * What nearly every packet is: TCP or UDP, untagged, whole, without options
 * and extensions, its heads in linear memory. Read in place; 0 leaves anything
 * else, and every complaint, to the careful way, which clears p first.
 */
INLINE int parse_fast(struct __sk_buff *skb, struct pkt *p)
{
	const __u8 *data = (void *)(long)skb->data;
	const void *end = (void *)(long)skb->data_end;
	const struct eth_head *eth = (const void *)data;
	const struct ip4_head *ip4 = (const void *)(data + sizeof(*eth));
	const struct ip6_head *ip6 = (const void *)(data + sizeof(*eth));

	if (skb->vlan_present || (const void *)(ip4 + 1) > end)
		return 0;
	if (eth->proto == bpf_htons(ETH_P_IP)) {
		__u32 total = bpf_ntohs(ip4->tot_len);

		if (ip4->ver_ihl != 0x45 || ip4->frag_off & bpf_htons(0x3fff) ||
		    total < sizeof(*ip4) || sizeof(*eth) + total > skb->len)
			return 0;
		map_v4(p->src, ip4->saddr);
		map_v4(p->dst, ip4->daddr);
		p->proto = ip4->proto;
		p->hop = ip4->ttl;
		p->ethertype = ETH_P_IP;
		p->is_v4 = 1;
		p->frag_id = ip4->id;
		p->l4 = sizeof(*eth) + sizeof(*ip4);
		p->l4_len = total - sizeof(*ip4);
	} else if (eth->proto == bpf_htons(ETH_P_IPV6)) {
		__u32 left;

		if ((const void *)(ip6 + 1) > end)
			return 0;
		left = bpf_ntohs(ip6->payload_len);
		if ((ip6->flow & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000) ||
		    sizeof(*eth) + sizeof(*ip6) + left > skb->len)
			return 0;
		memcpy(p->src, ip6->saddr, 16);
		memcpy(p->dst, ip6->daddr, 16);
		if (is_mapped(p->src) || is_mapped(p->dst))
			return 0;
		p->proto = ip6->nexthdr;
		p->hop = ip6->hop;
		p->ethertype = ETH_P_IPV6;
		p->is_v4 = 0;
		p->frag_id = 0;
		p->l4 = sizeof(*eth) + sizeof(*ip6);
		p->l4_len = left;
	} else {
		return 0;
	}
	memcpy(p->smac, eth->smac, 6);
	memcpy(p->dmac, eth->dmac, 6);
	p->l3 = sizeof(*eth);
	p->frag_off = 0;
	p->part = FRAG_WHOLE;
	p->icmp_type = 0;
	if (p->is_v4)
		return fast_l4((const __u8 *)(ip4 + 1), end, p);
	return fast_l4((const __u8 *)(ip6 + 1), end, p);
}

/* 0 or the reason to drop. ARP and EAPOL are left at their EtherType with l3
 * set. */
INLINE int parse(struct __sk_buff *skb, struct pkt *p)
{
	int r;

	memset(p, 0, sizeof(*p));
	if (parse_fast(skb, p)) {
		p->plain = 1;
		return 0;
	}
	memset(p, 0, sizeof(*p));
	r = parse_l2(skb, p);
	if (r)
		return r;
	p->head_len = p->l3;
	if (p->ethertype == ETH_P_IP)
		r = parse_ip4(skb, p);
	else if (p->ethertype == ETH_P_IPV6)
		r = parse_ip6(skb, p);
	else if (p->ethertype == ETH_P_ARP || p->ethertype == ETH_EAPOL)
		return 0;
	else
		return CG_DROP_ETHERTYPE;
	if (r)
		return r;
	if (p->part == FRAG_LATER) {
		p->head_len = p->l4;
		/* RFC 1858: offset 1 exists only to overwrite a checked header. */
		return p->frag_off == 8 ? CG_DROP_FRAGMENT : 0;
	}
	return parse_l4(skb, p);
}

#endif
