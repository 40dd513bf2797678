/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures of Ethernet (libpcap's file format, pcap-savefile(5)) as the packet path would have copied them. */
#ifndef CG_TEST_PCAP_H
#define CG_TEST_PCAP_H

#include <stdio.h>
#include <stdlib.h>
#include <lib/clue.h>
#include "frames.h"

#define PCAP_US	      0xa1b2c3d4
#define PCAP_NS	      0xa1b23c4d
#define PCAP_ETHERNET 1

struct pcap_frame {
	const uint8_t *b;
	size_t n;
};

static inline uint16_t pcap_16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline bool pcap_tapped(const struct cg_heard *h)
{
	const uint16_t *ports;
	size_t n = cg_clues_ports(&ports);

	if (h->proto == IPPROTO_TCP)
		return h->len > 8 &&
		       (!memcmp(h->data, "RTSP/1.0", 8) || !memcmp(h->data, "HTTP/1.", 7) ||
			!memcmp(h->data, "POST ", 5));
	for (size_t i = 0; h->proto == IPPROTO_UDP && i < n; i++)
		if (ntohs(h->sport) == ports[i] || ntohs(h->dport) == ports[i])
			return true;
	return false;
}

/* false: it is none of IP with a head of its own; h then has its MAC all the same. */
static inline bool pcap_heard(const uint8_t *b, size_t n, struct cg_heard *h)
{
	size_t at = 14, head;

	*h = (struct cg_heard){ .size = sizeof(*h), .type = CG_HEARD_FRAME };
	memcpy(h->mac, b + 6, 6);
	memcpy(&h->ethertype, b + 12, 2);
	if (pcap_16(b + 12) == 0x0800 && n >= at + 20) {
		h->proto = b[at + 9];
		memset(h->src + 10, 0xff, 2);
		memset(h->dst + 10, 0xff, 2);
		memcpy(h->src + 12, b + at + 12, 4);
		memcpy(h->dst + 12, b + at + 16, 4);
		if (pcap_16(b + at + 6) & 0x1fff)
			return false;
		if (n > at + pcap_16(b + at + 2))
			n = at + pcap_16(b + at + 2);
		at += 4 * (b[at] & 0x0fU);
	} else if (pcap_16(b + 12) == 0x86dd && n >= at + 40) {
		h->proto = b[at + 6];
		memcpy(h->src, b + at + 8, 16);
		memcpy(h->dst, b + at + 24, 16);
		at += 40;
	} else {
		return false;
	}
	if ((h->proto != IPPROTO_UDP && h->proto != IPPROTO_TCP) || n < at + 20)
		return false;
	head = h->proto == IPPROTO_UDP ? 8 : 4 * (size_t)(b[at + 12] >> 4);
	memcpy(&h->sport, b + at, 2);
	memcpy(&h->dport, b + at + 2, 2);
	if (n < at + head)
		return false;
	at += head;
	h->payload = (uint16_t)(n - at);
	h->len = (uint16_t)(h->payload < CG_HEARD_DATA ? h->payload : CG_HEARD_DATA);
	memcpy(h->data, b + at, h->len);
	return true;
}

/* cb for each frame that is no group's own; tapped: its payload would have been copied.
 * false: not such a file. */
static inline bool pcap_read(const char *path,
			     void (*cb)(void *ctx, const struct cg_heard *heard, bool tapped),
			     void *ctx)
{
	static uint8_t b[65536];
	uint32_t head[6], record[4];
	FILE *f = fopen(path, "r");
	bool ok, swapped, nano;

	if (!f)
		return false;
	ok = fread(head, sizeof(head), 1, f) == 1;
	swapped = ok &&
		  (__builtin_bswap32(head[0]) == PCAP_US || __builtin_bswap32(head[0]) == PCAP_NS);
	if (swapped)
		for (int i = 0; i < 6; i++)
			head[i] = __builtin_bswap32(head[i]);
	nano = ok && head[0] == PCAP_NS;
	ok = ok && (head[0] == PCAP_US || nano) && head[5] == PCAP_ETHERNET;
	while (ok && fread(record, sizeof(record), 1, f) == 1) {
		struct cg_heard h;
		bool whole;

		for (int i = 0; swapped && i < 4; i++)
			record[i] = __builtin_bswap32(record[i]);
		if (record[2] > sizeof(b) || fread(b, 1, record[2], f) != record[2])
			break;
		if (record[2] < 14 || b[6] & 1)
			continue;
		whole = pcap_heard(b, record[2], &h);
		h.ns = record[0] * 1000000000ULL + record[1] * (nano ? 1ULL : 1000ULL);
		cb(ctx, &h, whole && h.payload && pcap_tapped(&h));
	}
	fclose(f);
	return ok;
}

#endif
