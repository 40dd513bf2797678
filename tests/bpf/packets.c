/* SPDX-License-Identifier: GPL-2.0-only */
/* Builders of whole Ethernet frames with right lengths and checksums. */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "packets.h"

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static uint32_t sum_add(uint32_t sum, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (n & 1)
		sum += (uint32_t)p[n - 1] << 8;
	return sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

bool addr_parse(const char *text, uint8_t ret_addr[16])
{
	uint8_t a[16] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET, text, a + 12) == 1 || inet_pton(AF_INET6, text, a) == 1) {
		memcpy(ret_addr, a, 16);
		return true;
	}
	return false;
}

bool addr_is4(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, mapped, 12);
}

bool addr_prefix_parse(const char *text, uint8_t ret_addr[16], uint8_t *ret_bits)
{
	char buf[64], *slash;
	size_t i;
	bool v4;

	if (!strcmp(text, "any")) {
		memset(ret_addr, 0, 16);
		*ret_bits = 0;
		return true;
	}
	snprintf(buf, sizeof(buf), "%s", text);
	slash = strchr(buf, '/');
	if (slash)
		*slash++ = 0;
	if (!addr_parse(buf, ret_addr))
		return false;
	v4 = !strchr(buf, ':');
	*ret_bits = slash ? atoi(slash) + (v4 ? 96 : 0) : 128;
	for (i = *ret_bits; i < 128; i++)
		ret_addr[i / 8] &= ~(0x80 >> i % 8);
	return true;
}

/* The whole L4 packet, before it is cut into fragments. */
static size_t build_l4(const struct pk *s, uint8_t proto, uint8_t *p, size_t *ret_header,
		       size_t *ret_sum_at)
{
	size_t n = 0, quoted;

	*ret_sum_at = 0;
	switch (proto) {
	case IPPROTO_TCP:
		n = 20 + s->tcp_options;
		memset(p, 0, n);
		put16(p, s->sport);
		put16(p + 2, s->dport);
		p[7] = 1;
		p[12] = (s->doff ? s->doff : n / 4) << 4;
		p[13] = s->flags;
		put16(p + 14, 1000);
		memset(p + 20, 1, s->tcp_options);
		*ret_sum_at = 16;
		break;
	case IPPROTO_UDP:
		n = 8;
		put16(p, s->sport);
		put16(p + 2, s->dport);
		put16(p + 4, 8 + s->payload);
		put16(p + 6, 0);
		*ret_sum_at = 6;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		n = 8;
		memset(p, 0, 8);
		p[0] = s->icmp;
		p[1] = s->code;
		put16(p + 4, s->quote ? 0 : s->id);
		*ret_sum_at = 2;
		if (s->quote) {
			quoted = s->quote->len - s->quote->l3;
			if (quoted > 512)
				quoted = 512;
			memcpy(p + n, s->quote->data + s->quote->l3, quoted);
			*ret_header = n + (s->quote->l4 - s->quote->l3) + 8;
			return n + quoted;
		}
		break;
	default:
		break;
	}
	*ret_header = n;
	if (s->raw)
		memcpy(p + n, s->raw, s->payload);
	else
		memset(p + n, 0, s->payload);
	return n + s->payload;
}

static size_t build_ext(const struct pk *s, uint8_t last, uint8_t *p, uint8_t *ret_first)
{
	static const char kinds[] = "hrdaf";
	static const uint8_t protos[] = { 0, 43, 60, 51, 44 };
	const char *c, *k;
	uint8_t *next = ret_first;
	size_t n = 0;

	for (c = s->ext ? s->ext : ""; *c; c++) {
		k = strchr(kinds, *c);
		assert(k);
		*next = protos[k - kinds];
		next = p + n;
		memset(p + n, 0, 16);
		switch (*c) {
		case 'a': /* length in words of 4, minus 2 */
			p[n + 1] = 2;
			n += 16;
			break;
		case 'r': /* type 2 unused, segments left 0 */
			p[n + 2] = 4;
			n += 8;
			break;
		case 'f':
			put16(p + n + 6, s->id);
			n += 8;
			break;
		default: /* PadN over the 6 bytes */
			p[n + 2] = 1;
			p[n + 3] = 4;
			n += 8;
			break;
		}
	}
	if (s->frag) {
		*next = 44;
		next = p + n;
		memset(p + n, 0, 8);
		put16(p + n + 2, (s->off & ~7) | s->more);
		put16(p + n + 6, s->id);
		n += 8;
	}
	*next = last;
	return n;
}

static uint8_t proto_of(const struct pk *s)
{
	if (s->proto)
		return s->proto;
	return s->flags ? IPPROTO_TCP : IPPROTO_UDP;
}

void pk_build(const struct pk *s, struct pkt *ret_pkt)
{
	uint8_t l4[PKT_MAX], src[16], dst[16], pseudo[40] = { 0 };
	uint8_t *p = ret_pkt->data;
	uint8_t proto = proto_of(s);
	size_t n, header, sum_at, ext, cut, i;
	bool v4;

	memcpy(p, s->dmac, 6);
	memcpy(p + 6, s->smac, 6);
	n = 12;
	for (i = 0; i < (size_t)s->tags; i++) {
		put16(p + n, s->stag && !i ? 0x88a8 : 0x8100);
		put16(p + n + 2, 7 + i);
		n += 4;
	}
	ret_pkt->l4 = 0;
	if (!s->src) {
		put16(p + n, s->ethertype);
		n += 2;
		ret_pkt->l3 = ret_pkt->headers_end = n;
		if (s->raw)
			memcpy(p + n, s->raw, s->payload);
		else
			memset(p + n, 0, s->payload);
		ret_pkt->len = n + s->payload;
		return;
	}
	assert(addr_parse(s->src, src) && addr_parse(s->dst, dst));
	v4 = !strchr(s->src, ':');
	cut = build_l4(s, proto, l4, &header, &sum_at);
	if (v4) {
		memcpy(pseudo, src + 12, 4);
		memcpy(pseudo + 4, dst + 12, 4);
		pseudo[9] = proto;
		put16(pseudo + 10, cut);
		i = 12;
	} else {
		memcpy(pseudo, src, 16);
		memcpy(pseudo + 16, dst, 16);
		put16(pseudo + 34, cut);
		pseudo[39] = proto;
		i = 40;
	}
	if (sum_at) {
		if (proto == IPPROTO_ICMP)
			i = 0;
		put16(l4 + sum_at, sum_fold(sum_add(sum_add(0, pseudo, i), l4, cut)));
	}
	put16(p + n, v4 ? 0x0800 : 0x86dd);
	n += 2;
	ret_pkt->l3 = n;
	i = s->frag ? s->off : 0;
	if (s->frag && s->slice)
		cut = s->slice;
	else
		cut -= i;
	if (v4) {
		size_t hl = 20 + s->options;

		memset(p + n, 0, hl);
		p[n] = (s->version ? s->version : 4) << 4 | (s->ihl ? s->ihl : hl / 4);
		put16(p + n + 2, hl + cut + s->ip_len_delta);
		put16(p + n + 4, s->id);
		if (s->frag)
			put16(p + n + 6, (s->more ? 0x2000 : 0) | s->off / 8);
		p[n + 8] = s->ttl ? s->ttl : 64;
		p[n + 9] = proto;
		memcpy(p + n + 12, src + 12, 4);
		memcpy(p + n + 16, dst + 12, 4);
		memset(p + n + 20, 1, s->options);
		put16(p + n + 10, sum_fold(sum_add(0, p + n, hl)));
		n += hl;
	} else {
		memset(p + n, 0, 40);
		p[n] = (s->version ? s->version : 6) << 4;
		ext = build_ext(s, proto, p + n + 40, p + n + 6);
		put16(p + n + 4, ext + cut + s->ip_len_delta);
		p[n + 7] = s->ttl ? s->ttl : 64;
		memcpy(p + n + 8, src, 16);
		memcpy(p + n + 24, dst, 16);
		n += 40 + ext;
	}
	ret_pkt->l4 = n;
	ret_pkt->headers_end = n + header;
	memcpy(p + n, l4 + i, cut);
	ret_pkt->len = n + cut;
}

const struct pkt *pk_new(struct pk spec)
{
	struct pkt *p = calloc(1, sizeof(*p));

	assert(p);
	pk_build(&spec, p);
	return p;
}

const struct pkt *pk_arp(const uint8_t *smac, const uint8_t *dmac, uint16_t op, const uint8_t *sha,
			 const char *spa, const char *tpa)
{
	uint8_t b[28] = { 0, 1, 8, 0, 6, 4 }, a[16];

	put16(b + 6, op);
	memcpy(b + 8, sha, 6);
	assert(addr_parse(spa, a));
	memcpy(b + 14, a + 12, 4);
	assert(addr_parse(tpa, a));
	memcpy(b + 24, a + 12, 4);
	return PK(.smac = smac, .dmac = dmac, .ethertype = 0x0806, .raw = b, .payload = 28);
}

const struct pkt *pk_nd(const uint8_t *smac, const uint8_t *dmac, const char *src, const char *dst,
			uint8_t type, const char *target, const uint8_t *lladdr, uint8_t hops)
{
	uint8_t b[24] = { 0 };
	struct pkt *p;

	assert(addr_parse(target, b));
	b[16] = type == 136 ? 2 : 1;
	b[17] = 1;
	if (lladdr)
		memcpy(b + 18, lladdr, 6);
	p = (struct pkt *)PK(.smac = smac, .dmac = dmac, .src = src, .dst = dst,
			     .proto = IPPROTO_ICMPV6, .icmp = type, .ttl = hops, .raw = b,
			     .payload = lladdr ? 24 : 16);
	p->headers_end = p->len;
	return p;
}

const struct pkt *pk_cut(const struct pkt *p, size_t len)
{
	struct pkt *q = malloc(sizeof(*q));

	assert(q && len <= p->len);
	*q = *p;
	q->len = len;
	return q;
}

const struct pkt *pk_pad(const struct pkt *p, size_t len)
{
	struct pkt *q = malloc(sizeof(*q));

	assert(q && len >= p->len && len <= PKT_MAX);
	*q = *p;
	memset(q->data + p->len, 0, len - p->len);
	q->len = len;
	return q;
}
