/* SPDX-License-Identifier: GPL-2.0-only */
/* Builders of whole Ethernet frames with right lengths and checksums. */
#ifndef CG_TEST_PACKETS_H
#define CG_TEST_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PKT_MAX 2048

struct pkt {
	size_t len;
	size_t l3;	    /* where IP, ARP … begin */
	size_t l4;	    /* where TCP, UDP, ICMP … begin; 0 = no such */
	size_t headers_end; /* first byte behind the last header */
	uint8_t data[PKT_MAX];
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/*
 * One packet as the test says it. What is left out is 0 or, for the MACs,
 * filled by pk_up()/pk_down(). IPv4 or IPv6 by the text of src.
 * A fragment (frag) is the slice [off, off + slice) of the whole L4 packet.
 */
struct pk {
	const uint8_t *smac, *dmac;
	int tags;	    /* VLAN tags in the payload */
	bool stag;	    /* the outer one is 802.1ad */
	uint16_t ethertype; /* not IP: this type over `raw` */
	const char *src, *dst;
	uint8_t proto; /* IPPROTO_*, default by what is set below: UDP */
	uint8_t flags; /* TCP; sets proto to TCP */
	uint16_t sport, dport;
	uint8_t icmp, code;  /* ICMP type and code; with proto ICMP(V6) */
	uint16_t id;	     /* ICMP echo id; IP identification of a fragment */
	uint8_t ttl;	     /* 0 = 64 (ND: 255) */
	uint8_t options;     /* bytes of IPv4 options, multiple of 4 */
	uint8_t tcp_options; /* bytes of TCP options, multiple of 4 */
	const char *ext;     /* IPv6: h hop-by-hop, r routing, d dest, a AH, f atomic fragment */
	bool frag, more;
	uint16_t off, slice;	 /* bytes */
	const struct pkt *quote; /* ICMP error: the packet it is about */
	const uint8_t *raw;	 /* payload bytes; NULL = zeros */
	uint16_t payload;	 /* payload bytes */
	int ip_len_delta;	 /* added to the IP length field: a lie */
	uint8_t version;	 /* IP version nibble if not the true one */
	uint8_t ihl;		 /* IPv4 header length field if not the true one */
	uint8_t doff;		 /* TCP data offset field if not the true one */
};

void pk_build(const struct pk *spec, struct pkt *ret_pkt);
/* Kept until the process ends. */
const struct pkt *pk_new(struct pk spec);
#define PK(...) pk_new((struct pk){ __VA_ARGS__ })

/* ARP: op 1 request, 2 reply; sha is what the frame claims inside. */
const struct pkt *pk_arp(const uint8_t *smac, const uint8_t *dmac, uint16_t op, const uint8_t *sha,
			 const char *spa, const char *tpa);
/* Neighbour solicitation (135), advertisement (136): target and one link-layer option or NULL. */
const struct pkt *pk_nd(const uint8_t *smac, const uint8_t *dmac, const char *src, const char *dst,
			uint8_t type, const char *target, const uint8_t *lladdr, uint8_t hops);
const struct pkt *pk_cut(const struct pkt *p, size_t len);
/* As p, but padded with zeros to len. */
const struct pkt *pk_pad(const struct pkt *p, size_t len);

/* 16 bytes as the ABI has them; false if it is no address. */
bool addr_parse(const char *text, uint8_t ret_addr[16]);
bool addr_is4(const uint8_t addr[16]);
/* PREFIX[/BITS] or `any`; bits of the 16 bytes, those behind it cleared. */
bool addr_prefix_parse(const char *text, uint8_t ret_addr[16], uint8_t *ret_bits);

#endif
