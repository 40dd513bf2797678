/* SPDX-License-Identifier: GPL-2.0-only */
/* ARP, neighbour discovery and group membership: what a camera may say about addresses. */
#ifndef CG_NEIGHBOUR_H
#define CG_NEIGHBOUR_H

#include "scope.h"

/* RFC 826 for Ethernet and IPv4. */
struct arp {
	__be16 htype, ptype;
	__u8 hlen, plen;
	__be16 op;
	__u8 sha[6];
	__u8 spa[4];
	__u8 tha[6];
	__u8 tpa[4];
};

#define ND_RS	       133
#define ND_RA	       134
#define ND_NS	       135
#define ND_NA	       136
#define ND_REDIRECT    137
#define ND_MAX_OPTIONS 4

INLINE int arp_load(struct __sk_buff *skb, const struct pkt *p, struct arp *arp)
{
	if (bpf_skb_load_bytes(skb, p->l3, arp, sizeof(*arp)))
		return -1;
	return arp->htype != bpf_htons(1) || arp->ptype != bpf_htons(ETH_P_IP) || arp->hlen != 6 ||
	       arp->plen != 4;
}

INLINE int arp_from_camera(struct __sk_buff *skb, const struct pkt *p, const struct seat *s)
{
	__u8 addr[16];
	struct arp arp;
	__be32 spa;

	if (arp_load(skb, p, &arp))
		return CG_DROP_MALFORMED;
	if (!same_mac(arp.sha, p->smac))
		return CG_DROP_SPOOF_ND;
	memcpy(&spa, arp.spa, 4);
	if (!spa) /* a probe (RFC 5227) claims nothing */
		return CG_PASS_ARP;
	map_v4(addr, spa);
	return is_own(s, addr, 1) ? CG_PASS_ARP : CG_DROP_SPOOF_ND;
}

INLINE int is_nd(const struct pkt *p)
{
	return !p->is_v4 && p->proto == PROTO_ICMPV6 &&
	       ((p->icmp_type >= 130 && p->icmp_type <= ND_REDIRECT) || p->icmp_type == 143);
}

/* Link-layer address options must name the sender's own MAC (RFC 4861 4.6.1). */
INLINE int nd_options(struct __sk_buff *skb, const struct pkt *p, __u32 skip)
{
	__u32 at = p->l4 + skip, end = p->l4 + p->l4_len;
	struct {
		__u8 type, len, mac[6];
	} opt;
	int i;

	if (at > end)
		return CG_DROP_MALFORMED;
	for (i = 0; i < ND_MAX_OPTIONS; i++) {
		if (at == end)
			return CG_PASS_ND;
		if (at + sizeof(opt) > end || bpf_skb_load_bytes(skb, at, &opt, sizeof(opt)) ||
		    !opt.len)
			return CG_DROP_MALFORMED;
		if ((opt.type == 1 || opt.type == 2) && !same_mac(opt.mac, p->smac))
			return CG_DROP_SPOOF_ND;
		at += opt.len * 8;
	}
	return at == end ? CG_PASS_ND : CG_DROP_SPOOF_ND;
}

/* The caller has looked at source and destination. */
INLINE int nd_from_camera(struct __sk_buff *skb, const struct pkt *p, const struct seat *s)
{
	__u8 target[16];

	if (p->icmp_type < ND_RS || p->icmp_type > ND_REDIRECT)
		return CG_PASS_ND; /* MLD */
	if (p->icmp_type == ND_RA)
		return CG_DROP_RA;
	if (p->icmp_type == ND_REDIRECT)
		return CG_DROP_REDIRECT;
	if (p->hop != 255)
		return CG_DROP_SPOOF_ND;
	if (p->icmp_type == ND_RS)
		return nd_options(skb, p, 8);
	if (p->l4_len < 24 || bpf_skb_load_bytes(skb, p->l4 + 8, target, 16))
		return CG_DROP_MALFORMED;
	if (p->icmp_type == ND_NA && !is_own(s, target, 0))
		return CG_DROP_SPOOF_ND;
	return nd_options(skb, p, 24);
}

#endif
