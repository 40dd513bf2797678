/* SPDX-License-Identifier: GPL-2.0-only */
/* Rendezvous of viewing (facts/p2p_signatures.tsv, by row), and asking the router for ports. Phones that watch speak most of it too: only what a camera alone says identifies. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

static bool bytes(struct cg_span data, const char *want, size_t n)
{
	return n <= data.n && !memcmp(data.p, want, n);
}

/* ---- PPPP / CS2 / iLnkP2P: f1, opcode, length ---- */

#define PPPP_LOGIN_FIRST 0x10 /* f1 10, 12, 14: the device makes itself known */
#define PPPP_LOGIN_LAST	 0x14
#define PPPP_NOTIFY	 0x31 /* it announces itself on the LAN */
#define PPPP_PUNCH	 0x41 /* on the LAN: its answer to f1 30, with its UID */
#define UID_BYTES	 20   /* 8 letters, a number of 4 bytes, 8 letters */

static bool pppp_uid(struct cg_clues *c, struct cg_span uid)
{
	struct cg_span prefix = cg_span_text(cg_span_part(uid, 0, 8));
	struct cg_span check = cg_span_text(cg_span_part(uid, 12, 8));
	char text[CG_CLUE_TEXT], a[9], b[9];

	if (uid.n < UID_BYTES || !cg_span_print(prefix, a, sizeof(a)) ||
	    !cg_span_print(check, b, sizeof(b)))
		return cg_clue_add(c, CG_CLUE_VENDOR, "PPPP");
	snprintf(text, sizeof(text), "PPPP %s-%06u-%s", a, (unsigned int)cg_span_be32(uid, 8), b);
	return cg_clue_add(c, CG_CLUE_VENDOR, text);
}

bool cg_clue_pppp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool server = ntohs(heard->dport) == 32100;
	unsigned int op = cg_span_8(data, 1);

	/* Enciphered with a key of the vendor: the port and the first byte have to do. */
	if (server && (data.p[0] == 0x2c || data.p[0] == 0x9f || data.p[0] == 0xb1))
		return cg_clue_add(c, CG_CLUE_RENDEZVOUS, "PPPP");
	if (data.p[0] != 0xf1 || data.n < 4 || cg_span_be16(data, 2) + 4 != heard->payload)
		return false;
	if (server && op >= PPPP_LOGIN_FIRST && op <= PPPP_LOGIN_LAST && !(op & 1))
		return cg_clue_add(c, CG_CLUE_VENDOR, "PPPP");
	if (server)
		return cg_clue_add(c, CG_CLUE_RENDEZVOUS, "PPPP");
	if (op == PPPP_NOTIFY)
		return cg_clue_add(c, CG_CLUE_VENDOR, "PPPP");
	/* Phones punch too, but from no such port. */
	if (op == PPPP_PUNCH && ntohs(heard->sport) == 32108)
		return pppp_uid(c, cg_span_from(data, 4));
	return false;
}

/* ---- TUTK Kalay at its masters' port, where Ubiquiti's discovery is too ---- */

static uint32_t left(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* TransCode of the first 16 bytes, undone: words turned left, another order, a text, turned again. */
static void tutk_decode(const uint8_t in[16], uint8_t out[16])
{
	static const uint8_t from[16] = { 11, 9, 8, 15, 13, 10, 12, 14, 2, 1, 5, 0, 6, 4, 7, 3 };
	static const char text[] = "Charlie is the d";
	uint8_t turned[16];

	for (int i = 0; i < 16; i += 4)
		put_le32(turned + i, left(le32(in + i), i + 3));
	for (int i = 0; i < 16; i++)
		out[i] = turned[from[i]] ^ (uint8_t)text[i];
	for (int i = 0; i < 16; i += 4)
		put_le32(out + i, left(le32(out + i), i + 1));
}

static bool is_tutk(const struct cg_heard *heard, struct cg_span data)
{
	uint8_t head[16];

	if (data.n < sizeof(head))
		return false;
	tutk_decode(data.p, head);
	return head[0] == 4 && head[1] == 2 && (head[4] | head[5] << 8) == heard->payload - 16;
}

/* facts discovery.tsv, Ubiquiti: 02 06, length, then type, length, value; 0c the model. Its
 * cameras are UVC-…; access points and switches are the more. */
static bool ubiquiti(struct cg_clues *c, struct cg_span data)
{
	bool new = false;

	for (size_t at = 4; at + 3 <= data.n; at += 3 + cg_span_be16(data, at + 1)) {
		struct cg_span v = cg_span_part(data, at + 3, cg_span_be16(data, at + 1));

		if (data.p[at] != 0x0c || !cg_span_begins(v, "UVC"))
			continue;
		new |= cg_clue_add(c, CG_CLUE_VENDOR, "Ubiquiti");
		new |= cg_clue_maker(c, "Ubiquiti");
		new |= cg_clue_model(c, v);
	}
	return new;
}

bool cg_clue_10001(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	if (bytes(data, "\x02\x06", 2) && cg_span_be16(data, 2) + 4 == heard->payload)
		return ubiquiti(c, data);
	return ntohs(heard->dport) == 10001 && is_tutk(heard, data) &&
	       cg_clue_add(c, CG_CLUE_RENDEZVOUS, "TUTK");
}

/* ---- Dahua, Imou; Reolink ---- */

bool cg_clue_dhp2p(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	return ntohs(heard->dport) == 8800 &&
	       (bytes(data, "DHGET ", 6) || bytes(data, "DHPOST ", 7)) &&
	       cg_clue_add(c, CG_CLUE_RENDEZVOUS, "Dahua");
}

bool cg_clue_bcudp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	uint16_t to = ntohs(heard->dport);

	return (to == 9999 || to == 58200) && bytes(data, "\x3a\xcf\x87\x2a", 4) &&
	       cg_clue_add(c, CG_CLUE_RENDEZVOUS, "Reolink");
}

/* ---- NAT-PMP (RFC 6886, 3) and PCP (RFC 6887, 7): version, opcode ---- */

bool cg_clue_natpmp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	unsigned int version = cg_span_8(data, 0), op = cg_span_8(data, 1);

	if (ntohs(heard->dport) != 5351 || data.n < 2)
		return false;
	if (version == 0 && op <= 2 && heard->payload == (op ? 12 : 2))
		return cg_clue_add(c, CG_CLUE_ASKS_IGD, "NAT-PMP");
	if (version == 2 && op <= 2 && heard->payload >= 24)
		return cg_clue_add(c, CG_CLUE_ASKS_IGD, "PCP");
	return false;
}
