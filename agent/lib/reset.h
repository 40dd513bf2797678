/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets that end a flow for those at its ends: TCP resets, ICMP errors, and what makes a silent end speak. Pure. */
#ifndef CG_RESET_H
#define CG_RESET_H

#include <stddef.h>
#include <stdint.h>
#include "addr.h"

#define CG_TCP_FIN 0x01
#define CG_TCP_SYN 0x02
#define CG_TCP_RST 0x04
#define CG_TCP_ACK 0x10

/* A packet that was dropped, or what is known of a flow's: then seq, ack, flags and
 * payload are 0. Both addresses are of one family. */
struct cg_reset_packet {
	struct cg_addr src, dst;
	uint16_t sport, dport; /* host order, as all here */
	uint32_t seq, ack;     /* TCP */
	uint32_t payload;      /* bytes behind the TCP or UDP header */
	uint8_t tcp_flags;     /* CG_TCP_* */
	uint8_t proto;	       /* IPPROTO_* */
};

/* The other way round, of which nothing but the ends is known. */
struct cg_reset_packet cg_reset_other(const struct cg_reset_packet *p);

/* Each writes an IP packet with right checksums and returns its length; 0: there is
 * none to be sent. The longest: IPv6, ICMP, and the IPv6 and UDP headers it quotes. */
#define CG_RESET_MAX 96

/* To who sent p, from whom it was for: RFC 9293 3.10.7.1, as if there were no
 * connection; its number is the one that RFC 5961 3.2 asks for. Never about a reset. */
size_t cg_reset_back(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX]);
/* To whom p was for, from who sent it, with the number that p had. */
size_t cg_reset_on(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX]);
/* To who sent p (UDP), from whom it was for: administratively prohibited; ICMP type 3
 * code 13 (RFC 1812 5.2.7.1), ICMPv6 type 1 code 1 (RFC 4443 3.1). */
size_t cg_reset_refuse(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX]);
/*
 * p sent as it is, but bare: a segment at seq without payload. One outside the window
 * is answered with the numbers that are right (RFC 9293 3.10.7.4), and no window holds
 * two that are 2^31 apart.
 */
size_t cg_reset_probe(const struct cg_reset_packet *p, uint8_t ret_ip[static CG_RESET_MAX]);

#endif
