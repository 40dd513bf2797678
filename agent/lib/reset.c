/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers are written byte by byte: the formats are the RFCs', not a machine's. */
#include <netinet/in.h>
#include <string.h>
#include "reset.h"

#define IP4_LEN	 20
#define IP6_LEN	 40
#define TCP_LEN	 20
#define UDP_LEN	 8
#define ICMP_LEN 8
#define HOPS	 64

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* RFC 1071; n is even but at the end. */
static uint32_t sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (; n > 1; n -= 2, p += 2)
		s += (uint32_t)p[0] << 8 | p[1];
	return n ? s + ((uint32_t)p[0] << 8) : s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static bool is_v4(const struct cg_reset_packet *p)
{
	return cg_addr_is_v4(&p->src);
}

/* The IP header before n bytes; returns its length. */
static size_t ip_put(uint8_t *ip, const struct cg_addr *src, const struct cg_addr *dst,
		     uint8_t proto, size_t n)
{
	if (cg_addr_is_v4(src)) {
		memset(ip, 0, IP4_LEN);
		ip[0] = 0x45;
		put16(ip + 2, (uint32_t)(IP4_LEN + n));
		ip[6] = 0x40; /* not to be fragmented: then the id may be 0, RFC 6864 */
		ip[8] = HOPS;
		ip[9] = proto;
		memcpy(ip + 12, src->b + 12, 4);
		memcpy(ip + 16, dst->b + 12, 4);
		put16(ip + 10, fold(sum(0, ip, IP4_LEN)));
		return IP4_LEN;
	}
	memset(ip, 0, IP6_LEN);
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)n);
	ip[6] = proto;
	ip[7] = HOPS;
	memcpy(ip + 8, src->b, 16);
	memcpy(ip + 24, dst->b, 16);
	return IP6_LEN;
}

/* With the pseudo header: the addresses, the protocol, the length. */
static uint16_t l4_check(const struct cg_addr *src, const struct cg_addr *dst, uint8_t proto,
			 const uint8_t *l4, size_t n)
{
	size_t skip = cg_addr_is_v4(src) ? 12 : 0;
	uint32_t s = sum(0, src->b + skip, 16 - skip);

	s = sum(s, dst->b + skip, 16 - skip);
	return fold(sum(s + proto + (uint32_t)n, l4, n));
}

struct segment {
	uint32_t seq, ack;
	uint8_t flags;
};

static size_t tcp_put(uint8_t *ip, const struct cg_addr *src, const struct cg_addr *dst,
		      uint16_t sport, uint16_t dport, const struct segment *s)
{
	size_t head = ip_put(ip, src, dst, IPPROTO_TCP, TCP_LEN);
	uint8_t *tcp = ip + head;

	memset(tcp, 0, TCP_LEN);
	put16(tcp, sport);
	put16(tcp + 2, dport);
	put32(tcp + 4, s->seq);
	put32(tcp + 8, s->ack);
	tcp[12] = TCP_LEN / 4 << 4;
	tcp[13] = s->flags;
	put16(tcp + 16, l4_check(src, dst, IPPROTO_TCP, tcp, TCP_LEN));
	return head + TCP_LEN;
}

struct cg_reset_packet cg_reset_other(const struct cg_reset_packet *p)
{
	return (struct cg_reset_packet){
		.src = p->dst,
		.dst = p->src,
		.sport = p->dport,
		.dport = p->sport,
		.proto = p->proto,
	};
}

size_t cg_reset_back(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX])
{
	struct segment s = { .seq = p->ack, .flags = CG_TCP_RST };

	if (p->proto != IPPROTO_TCP || p->tcp_flags & CG_TCP_RST)
		return 0;
	if (!(p->tcp_flags & CG_TCP_ACK)) {
		s.seq = 0;
		s.ack = p->seq + p->payload + !!(p->tcp_flags & CG_TCP_SYN) +
			!!(p->tcp_flags & CG_TCP_FIN);
		s.flags = CG_TCP_RST | CG_TCP_ACK;
	}
	return tcp_put(ret_ip, &p->dst, &p->src, p->dport, p->sport, &s);
}

size_t cg_reset_on(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX])
{
	struct segment s = { .seq = p->seq, .flags = CG_TCP_RST };

	if (p->proto != IPPROTO_TCP)
		return 0;
	if (p->tcp_flags & CG_TCP_ACK) {
		s.ack = p->ack;
		s.flags = CG_TCP_RST | CG_TCP_ACK;
	}
	return tcp_put(ret_ip, &p->src, &p->dst, p->sport, p->dport, &s);
}

size_t cg_reset_probe(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX])
{
	struct segment s = { .seq = p->seq, .ack = p->ack, .flags = CG_TCP_ACK };

	if (p->proto != IPPROTO_TCP)
		return 0;
	return tcp_put(ret_ip, &p->src, &p->dst, p->sport, p->dport, &s);
}

size_t cg_reset_refuse(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX])
{
	uint8_t proto = is_v4(p) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	size_t head = is_v4(p) ? IP4_LEN : IP6_LEN, n = ICMP_LEN + head + UDP_LEN;
	uint8_t *icmp = ret_ip + head, *udp = icmp + ICMP_LEN + head;

	if (p->proto != IPPROTO_UDP)
		return 0;
	ip_put(ret_ip, &p->dst, &p->src, proto, n);
	memset(icmp, 0, ICMP_LEN);
	icmp[0] = is_v4(p) ? 3 : 1;
	icmp[1] = is_v4(p) ? 13 : 1;
	ip_put(icmp + ICMP_LEN, &p->src, &p->dst, IPPROTO_UDP, UDP_LEN + p->payload);
	put16(udp, p->sport);
	put16(udp + 2, p->dport);
	put16(udp + 4, UDP_LEN + p->payload);
	put16(udp + 6, 0); /* what it was is not known: none, as far as a reader can tell */
	put16(icmp + 2,
	      is_v4(p) ? fold(sum(0, icmp, n)) : l4_check(&p->dst, &p->src, proto, icmp, n));
	return head + n;
}
