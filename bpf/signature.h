/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocols of viewing by their first bytes. A row is a fact of high confidence; the rows
 * of one protocol stand together, and one more needs nothing but its row. What only keeps
 * a camera known to its maker (PPPP f1 10 and f1 e0, Reolink 3a cf 87 2a, Dahua DHGET,
 * TUTK 04 01 14) is no sign and stands in no row.
 */
#ifndef CG_SIGNATURE_H
#define CG_SIGNATURE_H

#include "session.h"

/* What the length must be, n bytes of payload. */
#define LEN_ANY	      1
#define LEN_IS(k)     (w->n == (k))
#define LEN_MIN(k)    (w->n >= (k))
#define LEN_BE16_2(k) ((w->b0 >> 32 & 0xffff) == w->n - (k))
#define LEN_TUTK      (__builtin_bswap16(w->t0 >> 16) == w->n - 16)
/* Little-endian at 16; the packet may hold only its beginning. */
#define LEN_DVRIP                                                     \
	(w->n >= 20 && __builtin_bswap32(w->b2 >> 32) >= w->n - 20 && \
	 __builtin_bswap32(w->b2 >> 32) < 0x10000)
#define LEN_XMEYE    (LEN_IS(112) || LEN_IS(120) || LEN_IS(148) || LEN_IS(184))

#define ANY_PORT     1
#define PEER_PORT(p) (w->peer_port == (p))
/* Somebody outside began it, to that port of the camera. */
#define CAM_PORT(p)  (w->cam_port == (p) && w->by_peer)

#define FULL	     0xffffffffffffffffULL
#define B(n)	     (~(FULL >> (8 * (n)))) /* the first n of 8 bytes */

/*
 * X(signature, transport, first eight bytes and which bits of them, the next eight and
 *   theirs, length, ports and state) - which words: b0 b1 as they came, t0 t1 decoded as
 *   TUTK's. Source: facts/p2p_signatures.tsv, facts/inbound_ports.tsv, by row.
 */
#define SIGNATURES(X)                                                                               \
	/* PPPP / CS2 / iLnkP2P: length self-check; f1 40 names the viewer, f1 41 punches,        \
	 * f1 42 ready, f1 d0 and d1 data and its acknowledgement */ \
	X(PPPP_PUNCH, UDP, b0, 0xf140001000020000, B(6), b1, 0, 0, LEN_IS(20), ANY_PORT)            \
	X(PPPP_SESSION, UDP, b0, 0xf141000000000000, B(2), b1, 0, 0, LEN_BE16_2(4), ANY_PORT)       \
	X(PPPP_SESSION, UDP, b0, 0xf142000000000000, B(2), b1, 0, 0, LEN_BE16_2(4), ANY_PORT)       \
	X(PPPP_SESSION, UDP, b0, 0xf1d0000000000000, 0xfffe000000000000, b1, 0, 0, LEN_BE16_2(4),   \
	  ANY_PORT)                                                                                 \
	/* PPPP relay: f1 70-75, f1 80-85 */                                                        \
	X(PPPP_RELAY, UDP, b0, 0xf170000000000000, 0xfffc000000000000, b1, 0, 0, LEN_BE16_2(4),     \
	  ANY_PORT)                                                                                 \
	X(PPPP_RELAY, UDP, b0, 0xf174000000000000, 0xfffe000000000000, b1, 0, 0, LEN_BE16_2(4),     \
	  ANY_PORT)                                                                                 \
	X(PPPP_RELAY, UDP, b0, 0xf180000000000000, 0xfffc000000000000, b1, 0, 0, LEN_BE16_2(4),     \
	  ANY_PORT)                                                                                 \
	X(PPPP_RELAY, UDP, b0, 0xf184000000000000, 0xfffe000000000000, b1, 0, 0, LEN_BE16_2(4),     \
	  ANY_PORT)                                                                                 \
	/* TUTK IOTC / Kalay, decoded: 04 02 ver stage, length, type: the other's address;        \
	 * punching 01, 02, 04 04 33; session data 07/08 04 21|12; its keepalive 27/28 */ \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0103430000000000, B(4), LEN_TUTK,          \
	  ANY_PORT)                                                                                 \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0104330000000000, B(4), LEN_TUTK,          \
	  ANY_PORT)                                                                                 \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0204330000000000, B(4), LEN_TUTK,          \
	  ANY_PORT)                                                                                 \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0404330000000000, B(4), LEN_TUTK,          \
	  ANY_PORT)                                                                                 \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0704210000000000, 0xdfffffff00000000,      \
	  LEN_TUTK, ANY_PORT)                                                                       \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0704120000000000, 0xdfffffff00000000,      \
	  LEN_TUTK, ANY_PORT)                                                                       \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0804210000000000, 0xdfffffff00000000,      \
	  LEN_TUTK, ANY_PORT)                                                                       \
	X(TUTK, UDP, t0, 0x0402000000000000, B(2), t1, 0x0804120000000000, 0xdfffffff00000000,      \
	  LEN_TUTK, ANY_PORT)                                                                       \
	/* Dahua, Imou: inverted STUN of 44 bytes with the inverted cookie; PTCP, 24-byte head */   \
	X(DAHUA_P2P, UDP, b0, 0xfffeffe7deed5bbd, FULL, b1, 0, 0, LEN_IS(44), ANY_PORT)             \
	X(DAHUA_PTCP, UDP, b0, 0x5054435000000000, B(4), b1, 0, 0, LEN_MIN(24), ANY_PORT)           \
	/* Reolink: BcUDP data and its acknowledgement; Baichuan over TCP, of clients and NVRs */   \
	X(REOLINK_UDP, UDP, b0, 0x10cf872a00000000, B(4), b1, 0, 0, LEN_MIN(20), ANY_PORT)          \
	X(REOLINK_UDP, UDP, b0, 0x20cf872a00000000, B(4), b1, 0, 0, LEN_MIN(20), ANY_PORT)          \
	X(REOLINK_TCP, TCP, b0, 0xf0debc0a00000000, B(4), b1, 0, 0, LEN_MIN(20), ANY_PORT)          \
	X(REOLINK_TCP, TCP, b0, 0xa0cded0f00000000, B(4), b1, 0, 0, LEN_MIN(20), ANY_PORT)          \
	/* Xiongmai XMEye: its datagrams by four lengths; DVRIP */                                  \
	X(XMEYE_UDP, UDP, b0, 0x1220d00700000000, B(4), b1, 0, 0, LEN_XMEYE, ANY_PORT)              \
	X(DVRIP, TCP, b0, 0xff00000000000000, 0xfffeffff00000000, b1, 0, 0, LEN_DVRIP, ANY_PORT)    \
	/* RTSP: a method with its URL, or an answer (RFC 2326, 10 and 7.1) */                      \
	X(RTSP, TCP, b0, 0x4f5054494f4e5320, FULL, b1, 0x727473703a000000, B(5), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x4445534352494245, FULL, b1, 0x20727473703a0000, B(6), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x414e4e4f554e4345, FULL, b1, 0x20727473703a0000, B(6), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x5345545550207274, FULL, b1, 0x73703a0000000000, B(3), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x504c415920727473, FULL, b1, 0x703a000000000000, B(2), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x5245434f52442072, FULL, b1, 0x7473703a00000000, B(4), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	X(RTSP, TCP, b0, 0x525453502f312e30, FULL, b1, 0x2000000000000000, B(1), LEN_ANY,           \
	  ANY_PORT)                                                                                 \
	/* RTMP: version 3, four bytes of time, four of zero, and 1,528 more (Adobe, RTMP 1.0,    \
	 * 5.2.2 and 5.2.3), as far as one packet holds them */ \
	X(RTMP, TCP, b0, 0x0300000000000000, 0xff00000000ffffff, b1, 0, B(1), LEN_MIN(1000),        \
	  ANY_PORT)                                                                                 \
	/* STUN: any method, with its cookie and length (RFC 8489, 5); over TCP to TURN alike */    \
	X(STUN, UDP, b0, 0x000000002112a442, 0xc0000003ffffffff, b1, 0, 0, LEN_BE16_2(20),          \
	  ANY_PORT)                                                                                 \
	X(STUN, TCP, b0, 0x000000002112a442, 0xc0000003ffffffff, b1, 0, 0, LEN_BE16_2(20),          \
	  ANY_PORT)                                                                                 \
	/* What follows STUN: TURN channels (RFC 8656, 12.4), DTLS 1.2 handshakes, RTP */           \
	X(TURN_CHANNEL, UDP, b0, 0x4000000000000000, 0xf000000000000000, b1, 0, 0,                  \
	  (w->b0 >> 32 & 0xffff) <= w->n - 4 && (w->b0 >> 32 & 0xffff) + 8 > w->n, w->after_stun)   \
	X(DTLS, UDP, b0, 0x16fefd0000000000, B(3), b1, 0, 0, LEN_MIN(13), w->after_stun)            \
	X(DTLS, UDP, b0, 0x16feff0000000000, B(3), b1, 0, 0, LEN_MIN(13), w->after_stun)            \
	X(SRTP, UDP, b0, 0x8000000000000000, 0xef00000000000000, b1, 0, 0, LEN_MIN(12),             \
	  w->after_stun)                                                                            \
	/* UDP to port 443 without QUIC's fixed bit (RFC 9000, 17): STUN and TURN of Kinesis */     \
	X(UDP443, UDP, b0, 0, 0xc000000000000000, b1, 0, 0, LEN_MIN(12), PEER_PORT(443))            \
	/* Hikvision's and Dahua's own ports, from outside */                                       \
	X(HIKVISION, TCP, b0, 0, 0, b1, 0, 0, LEN_ANY, CAM_PORT(8000))                              \
	X(DAHUA_TCP, TCP, b0, 0, 0, b1, 0, 0, LEN_ANY, CAM_PORT(37777))

/* One packet's payload as the rows look at it. */
struct words {
	__u64 b0, b1, b2, t0, t1;
	__u32 n; /* bytes of payload */
	__u16 cam_port, peer_port;
	__u8 udp, by_peer, after_stun;
};

INLINE __u32 rotate(__u32 x, __u32 n)
{
	return x << n | x >> (32 - n);
}

/* Byte i of the words as a little machine has them in memory. */
#define TUTK_BYTE(i) ((__u8)(x[(i) / 4] >> 8 * ((i) % 4)))

/* TUTK's TransCode of the first 16 bytes, undone: each word turned left, the bytes put in
 * another order, a text, turned again (p2p_signatures.tsv, TUTK IOTC). */
INLINE void tutk_decode(struct words *w)
{
	__u32 x[4] = { __builtin_bswap32(w->b0 >> 32), __builtin_bswap32((__u32)w->b0),
		       __builtin_bswap32(w->b1 >> 32), __builtin_bswap32((__u32)w->b1) };
	__u32 y[4];

	x[0] = rotate(x[0], 3);
	x[1] = rotate(x[1], 7);
	x[2] = rotate(x[2], 11);
	x[3] = rotate(x[3], 15);
#define TUTK_WORD(a, b, c, d) \
	(TUTK_BYTE(a) | TUTK_BYTE(b) << 8 | TUTK_BYTE(c) << 16 | (__u32)TUTK_BYTE(d) << 24)
	y[0] = rotate(TUTK_WORD(11, 9, 8, 15) ^ 0x72616843, 1);
	y[1] = rotate(TUTK_WORD(13, 10, 12, 14) ^ 0x2065696c, 5);
	y[2] = rotate(TUTK_WORD(2, 1, 5, 0) ^ 0x74207369, 9);
	y[3] = rotate(TUTK_WORD(6, 4, 7, 3) ^ 0x64206568, 13);
#undef TUTK_WORD
	w->t0 = (__u64)__builtin_bswap32(y[0]) << 32 | __builtin_bswap32(y[1]);
	w->t1 = (__u64)__builtin_bswap32(y[2]) << 32 | __builtin_bswap32(y[3]);
}

#define TRANSPORT_UDP w->udp
#define TRANSPORT_TCP !w->udp
/* Without branches but one: the verifier would walk each. */
#define SIGNATURE_ROW(sig, transport, first, value, mask, next, value2, mask2, len, state)   \
	if (((w->first ^ (value)) & (mask)) == 0 && ((w->next ^ (value2)) & (mask2)) == 0 && \
	    TRANSPORT_##transport && (len) && (state))                                       \
		return CG_SIG_##sig;

INLINE __u32 signature_of(const struct words *w)
{
	SIGNATURES(SIGNATURE_ROW)
	return CG_SIG_NONE;
}

#define AFTER_STUN_S 60

INLINE void find_signature(struct __sk_buff *skb, struct scratch *m)
{
	__u32 n = m->payload, slot = m->slot;
	struct cg_sum *sum = bpf_map_lookup_elem(&cg_sums, &slot);
	struct words w = { .n = n };

	memset(m->payload_word, 0, sizeof(m->payload_word));
	if (n > sizeof(m->payload_word))
		n = sizeof(m->payload_word);
	if (!n)
		return;
	n = ((n - 1) & (sizeof(m->payload_word) - 1)) + 1;
	if (bpf_skb_load_bytes(skb, m->p.head_len, m->payload_word, n))
		return;
	m->payload_word[0] = bpf_be64_to_cpu(m->payload_word[0]);
	m->payload_word[1] = bpf_be64_to_cpu(m->payload_word[1]);
	m->payload_word[2] = bpf_be64_to_cpu(m->payload_word[2]);
	forget();
	w.b0 = m->payload_word[0];
	w.b1 = m->payload_word[1];
	w.b2 = m->payload_word[2];
	w.cam_port = bpf_ntohs(m->key.cam_port);
	w.peer_port = bpf_ntohs(m->key.peer_port);
	w.udp = m->p.proto == IPPROTO_UDP;
	w.by_peer = !!(m->v.began & CG_FLOW_BY_PEER);
	w.after_stun = sum && sum->stun_ns && !older(m->now, sum->stun_ns, AFTER_STUN_S);
	if (w.udp && w.n >= 16)
		tutk_decode(&w);
	m->signature = signature_of(&w);
}

#endif
