/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocols of viewing from their bytes, as the facts quote them and never from the table
 * of the packet path: each is stopped by its first packet, and what is nearly one passes.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include "frames.h"
#include "run.h"

#define RULES "signs; allow any"
#define CTL   R(CG_PASS_CONTROL)
#define STOP  R(CG_DROP_VIEWING)

static unsigned int matched, misses, stopped, media[8];

static void put16be(uint8_t *b, unsigned int v)
{
	b[0] = v >> 8;
	b[1] = v;
}

static void put32le(uint8_t *b, uint32_t v)
{
	b[0] = v;
	b[1] = v >> 8;
	b[2] = v >> 16;
	b[3] = v >> 24;
}

static const struct pkt *packet(enum env_dir dir, uint8_t proto, uint16_t cam, uint16_t peer,
				const uint8_t *raw, uint16_t n)
{
	if (proto == IPPROTO_TCP)
		return dir == UP ?
			       UP4(VENDOR_4, TCP(TCP_ACK, cam, peer), .raw = raw, .payload = n) :
			       DN4(VENDOR_4, TCP(TCP_ACK, peer, cam), .raw = raw, .payload = n);
	return dir == UP ? UP4(VENDOR_4, UDP(cam, peer), .raw = raw, .payload = n) :
			   DN4(VENDOR_4, UDP(peer, cam), .raw = raw, .payload = n);
}

/* A flow of the camera's own with its maker, which passes, so that only bytes can tell. */
static enum cg_reason judge(struct env *e, enum env_dir dir, uint8_t proto, uint16_t cam,
			    uint16_t peer, const uint8_t *raw, uint16_t n)
{
	struct row hello = { "", NULL, UP,
			     proto == IPPROTO_TCP ? UP4(VENDOR_4, TCP(TCP_SYN, cam, peer)) :
						    UP4(VENDOR_4, UDP(cam, peer)) };
	struct row r = { "",  NULL,
			 dir, packet(dir, proto, cam, peer, raw, n),
			 0,   dir == UP ? 0 : IN_WAN };
	bool ok;

	env_reset(e);
	env_budgets(e);
	env_state(e, RULES);
	if (run_quiet(e, &hello, &ok) != CG_PASS_CONTROL)
		return CG_REASON_NONE;
	return run_quiet(e, &r, &ok);
}

static void is(struct env *e, const char *name, enum cg_signature sig, enum env_dir dir,
	       uint8_t proto, uint16_t cam, uint16_t peer, const uint8_t *raw, uint16_t n)
{
	enum cg_reason r = judge(e, dir, proto, cam, peer, raw, n);
	struct cg_session s = { 0 };
	bool found = env_session_find(e, 1, VENDOR_4, &s);

	stopped += r == CG_DROP_VIEWING;
	run_check(r == CG_DROP_VIEWING && found && s.signature == sig &&
			  s.sign == CG_SIGN_SIGNATURE && s.block_ns > env_now() && s.repeats == 1,
		  name, "%s, signature %u of %u, sign %u", reason_name(r), s.signature, sig,
		  s.sign);
	if (n >= CG_FIRST_BYTES)
		run_check(s.nfirst == CG_FIRST_BYTES && !memcmp(s.first, raw, CG_FIRST_BYTES), name,
			  "%u first bytes kept", s.nfirst);
}

static void is_not(struct env *e, const char *name, enum env_dir dir, uint8_t proto, uint16_t cam,
		   uint16_t peer, const uint8_t *raw, uint16_t n)
{
	enum cg_reason r = judge(e, dir, proto, cam, peer, raw, n);

	misses++;
	matched += r != CG_PASS_CONTROL;
	run_check(r == CG_PASS_CONTROL, name, "%s", reason_name(r));
}

/* How many of ten packets of media leave behind the one that told. */
static unsigned int behind(struct env *e, uint8_t proto, uint16_t cam, uint16_t peer)
{
	uint8_t video[1032] = { 0 };
	struct row r = { "", NULL, UP, packet(UP, proto, cam, peer, video, sizeof(video)) };
	unsigned int out = 0;
	bool ok;

	for (int i = 0; i < 10; i++)
		out += run_quiet(e, &r, &ok) < CG_REASON_DROP;
	return out;
}

/* ---- PPPP ---- */

/* facts/p2p_signatures.tsv: f1, opcode, length of the rest big-endian. */
static uint16_t pppp(uint8_t *b, uint8_t opcode, uint16_t body)
{
	memset(b, 0, 4 + body);
	b[0] = 0xf1;
	b[1] = opcode;
	put16be(b + 2, body);
	return 4 + body;
}

static void pppp_is(struct env *e)
{
	/* "00 02", port LE16, IPv4 reversed: 203.0.113.9:50000 */
	static const uint8_t names[20] = { 0xf1, 0x40, 0, 0x10, 0, 2, 0x50, 0xc3, 9, 113, 0, 203 };
	static const uint8_t session[] = { 0x41, 0x42, 0xd0, 0xd1 };
	static const uint8_t relay[] = { 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
					 0x80, 0x81, 0x82, 0x83, 0x84, 0x85 };
	struct cg_session s;
	uint8_t b[1100], viewer[16];
	uint16_t n;

	is(e, "pppp f1 40 from the server", CG_SIG_PPPP_PUNCH, DOWN, IPPROTO_UDP, 20000, 32100,
	   names, sizeof(names));
	media[0] += behind(e, IPPROTO_UDP, 20000, 32100);
	run_check(env_session_find(e, 1, VENDOR_4, &s) && addr_parse(EVIL_4, viewer) &&
			  !memcmp(s.viewer, viewer, 16) && s.viewer_port == htons(50000),
		  "and the viewer it names", "port %u", ntohs(s.viewer_port));
	for (size_t i = 0; i < sizeof(session); i++) {
		n = pppp(b, session[i], session[i] >= 0xd0 ? 1028 : 20);
		is(e, "pppp session", CG_SIG_PPPP_SESSION, i & 1 ? DOWN : UP, IPPROTO_UDP, 20000,
		   32100, b, n);
	}
	for (size_t i = 0; i < sizeof(relay); i++) {
		n = pppp(b, relay[i], 24);
		is(e, "pppp relay", CG_SIG_PPPP_RELAY, i & 1 ? UP : DOWN, IPPROTO_UDP, 20000, 32100,
		   b, n);
	}
}

static void pppp_is_not(struct env *e)
{
	static const uint8_t alive[] = {
		0x00, 0x10, 0x11, 0x14, 0x15, 0x30, 0xe0, 0xe1, 0x76, 0x86
	};
	uint8_t b[1100];
	uint16_t n;

	for (size_t i = 0; i < sizeof(alive); i++) {
		n = pppp(b, alive[i], 104);
		is_not(e, "pppp that keeps alive", i & 1 ? DOWN : UP, IPPROTO_UDP, 20000, 32100, b,
		       n);
	}
	n = pppp(b, 0x41, 20);
	is_not(e, "pppp of a length that lies", UP, IPPROTO_UDP, 20000, 32100, b, n - 1);
	b[0] = 0xf2;
	is_not(e, "f2 41", UP, IPPROTO_UDP, 20000, 32100, b, n);
	n = pppp(b, 0x40, 16);
	b[5] = 3;
	is_not(e, "f1 40 of another family", DOWN, IPPROTO_UDP, 20000, 32100, b, n);
	n = pppp(b, 0x40, 17);
	b[5] = 2;
	is_not(e, "f1 40, longer", DOWN, IPPROTO_UDP, 20000, 32100, b, n);
	n = pppp(b, 0xd2, 20);
	is_not(e, "f1 d2", UP, IPPROTO_UDP, 20000, 32100, b, n);
	n = pppp(b, 0x42, 20);
	is_not(e, "pppp over tcp", UP, IPPROTO_TCP, 20000, 32100, b, n);
}

/* ---- TUTK ---- */

static uint32_t right(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/* The way there, from the description in facts/p2p_signatures.tsv: turned right, a text,
 * another order, turned right again. */
static void tutk_code(uint8_t b[16])
{
	static const char text[] = "Charlie is the d";
	static const uint8_t to[16] = { 11, 9, 8, 15, 13, 10, 12, 14, 2, 1, 5, 0, 6, 4, 7, 3 };
	uint8_t t[16];
	uint32_t w;

	for (int i = 0; i < 16; i += 4) {
		w = b[i] | b[i + 1] << 8 | b[i + 2] << 16 | (uint32_t)b[i + 3] << 24;
		put32le(t + i, right(w, i + 1));
	}
	for (int i = 0; i < 16; i++)
		b[to[i]] = t[i] ^ text[i];
	for (int i = 0; i < 16; i += 4) {
		w = b[i] | b[i + 1] << 8 | b[i + 2] << 16 | (uint32_t)b[i + 3] << 24;
		put32le(b + i, right(w, i + 3));
	}
}

static uint16_t tutk(uint8_t *b, uint32_t type, uint16_t n)
{
	memset(b, 0, n);
	b[0] = 4;
	b[1] = 2;
	b[2] = 0x1a;
	b[3] = 2;
	b[4] = n - 16;
	b[5] = (n - 16) >> 8;
	b[8] = type >> 24;
	b[9] = type >> 16;
	b[10] = type >> 8;
	b[11] = type;
	tutk_code(b);
	return n;
}

static void tutk_is(struct env *e)
{
	static const uint32_t types[] = { 0x01034300, 0x01043300, 0x02043300, 0x04043300,
					  0x07042100, 0x07041200, 0x08042100, 0x08041200,
					  0x27042100, 0x28041200 };
	uint8_t b[1200];

	for (size_t i = 0; i < sizeof(types) / 4; i++)
		is(e, "tutk session", CG_SIG_TUTK, i & 1 ? UP : DOWN, IPPROTO_UDP, 30000, 10001, b,
		   tutk(b, types[i], types[i] >> 24 == 4 ? 52 : 1100));
	media[1] += behind(e, IPPROTO_UDP, 30000, 10001);
}

static void tutk_is_not(struct env *e)
{
	/* Ping and pong of the master, as libprotoident has their first bytes. */
	static const uint32_t types[] = { 0x04011400, 0x06014100, 0x01062100,
					  0x02061200, 0x03023400, 0x07042000,
					  0x09042100, 0x07052100, 0x03043300 };
	uint8_t b[1200];
	uint16_t n;

	for (size_t i = 0; i < sizeof(types) / 4; i++)
		is_not(e, "tutk that is no session", i & 1 ? DOWN : UP, IPPROTO_UDP, 30000, 10001,
		       b, tutk(b, types[i], 68));
	n = tutk(b, 0x07042100, 100);
	is_not(e, "tutk of a length that lies", UP, IPPROTO_UDP, 30000, 10001, b, n - 2);
	b[0] ^= 1;
	is_not(e, "tutk with one bit changed", UP, IPPROTO_UDP, 30000, 10001, b, n);
	tutk(b, 0x07042100, 100);
	is_not(e, "tutk over tcp", UP, IPPROTO_TCP, 30000, 10001, b, n);
}

/* ---- Dahua, Reolink, XMEye ---- */

static void makers_are(struct env *e)
{
	static const uint16_t xm[] = { 112, 120, 148, 184 };
	uint8_t b[1400] = { 0xff, 0xfe, 0xff, 0xe7, 0xde, 0xed, 0x5b, 0xbd };

	is(e, "dahua inverted stun", CG_SIG_DAHUA_P2P, UP, IPPROTO_UDP, 30001, 8800, b, 44);
	is(e, "dahua inverted stun to it", CG_SIG_DAHUA_P2P, DOWN, IPPROTO_UDP, 30001, 8800, b, 44);
	memset(b, 0, sizeof(b));
	memcpy(b, "PTCP", 4);
	is(e, "dahua ptcp", CG_SIG_DAHUA_PTCP, DOWN, IPPROTO_UDP, 30001, 8900, b, 28);
	media[2] += behind(e, IPPROTO_UDP, 30001, 8900);
	memcpy(b, "\x10\xcf\x87\x2a", 4);
	is(e, "reolink data", CG_SIG_REOLINK_UDP, DOWN, IPPROTO_UDP, 30002, 58100, b, 200);
	media[3] += behind(e, IPPROTO_UDP, 30002, 58100);
	memcpy(b, "\x20\xcf\x87\x2a", 4);
	is(e, "reolink acknowledgement", CG_SIG_REOLINK_UDP, UP, IPPROTO_UDP, 30002, 58100, b, 28);
	memcpy(b, "\xf0\xde\xbc\x0a", 4);
	is(e, "reolink baichuan", CG_SIG_REOLINK_TCP, DOWN, IPPROTO_TCP, 30002, 9000, b, 60);
	memcpy(b, "\xa0\xcd\xed\x0f", 4);
	is(e, "reolink baichuan of a recorder", CG_SIG_REOLINK_TCP, UP, IPPROTO_TCP, 30002, 9000, b,
	   60);
	memcpy(b, "\x12\x20\xd0\x07", 4);
	for (size_t i = 0; i < 4; i++)
		is(e, "xmeye datagram", CG_SIG_XMEYE_UDP, i & 1 ? DOWN : UP, IPPROTO_UDP, 30003,
		   7999, b, xm[i]);
	media[4] += behind(e, IPPROTO_UDP, 30003, 7999);
	memset(b, 0, sizeof(b));
	b[0] = 0xff;
	put32le(b + 16, 100);
	is(e, "dvrip", CG_SIG_DVRIP, UP, IPPROTO_TCP, 30003, 6611, b, 120);
	b[1] = 1;
	put32le(b + 16, 4000);
	is(e, "dvrip, its beginning", CG_SIG_DVRIP, DOWN, IPPROTO_TCP, 30003, 34567, b, 1400);
}

static void makers_are_not(struct env *e)
{
	uint8_t b[1400] = { 0xff, 0xfe, 0xff, 0xe7, 0xde, 0xed, 0x5b, 0xbd };

	is_not(e, "inverted stun, 45 bytes", UP, IPPROTO_UDP, 30001, 8800, b, 45);
	b[7] ^= 1;
	is_not(e, "inverted stun, another cookie", UP, IPPROTO_UDP, 30001, 8800, b, 44);
	is_not(e, "dahua asks its server", UP, IPPROTO_UDP, 30001, 8800,
	       (const uint8_t *)"DHGET /probe/p2psrv HTTP/1.1\r\n", 30);
	is_not(e, "ptcp too short", UP, IPPROTO_UDP, 30001, 8800, (const uint8_t *)"PTCP", 4);
	memset(b, 0, sizeof(b));
	memcpy(b, "PTCQ", 4);
	is_not(e, "nearly ptcp", UP, IPPROTO_UDP, 30001, 8800, b, 28);
	memcpy(b, "\x3a\xcf\x87\x2a", 4);
	is_not(e, "reolink heartbeat", UP, IPPROTO_UDP, 30002, 9999, b, 125);
	is_not(e, "and its answer", DOWN, IPPROTO_UDP, 30002, 9999, b, 82);
	memcpy(b, "\x10\xcf\x87\x2b", 4);
	is_not(e, "nearly reolink", UP, IPPROTO_UDP, 30002, 9999, b, 200);
	memcpy(b, "\x10\xcf\x87\x2a", 4);
	is_not(e, "reolink data over tcp", UP, IPPROTO_TCP, 30002, 9999, b, 200);
	memcpy(b, "\xf0\xde\xbc\x0b", 4);
	is_not(e, "nearly baichuan", UP, IPPROTO_TCP, 30002, 9000, b, 60);
	memcpy(b, "\x12\x20\xd0\x07", 4);
	is_not(e, "xmeye of another length", UP, IPPROTO_UDP, 30003, 7999, b, 113);
	is_not(e, "xmeye's over tcp", UP, IPPROTO_TCP, 30003, 7999, b, 112);
	memset(b, 0, sizeof(b));
	b[0] = 0xff;
	put32le(b + 16, 99);
	is_not(e, "dvrip of a length that lies", UP, IPPROTO_TCP, 30003, 6611, b, 120);
	put32le(b + 16, 100);
	b[1] = 2;
	is_not(e, "ff 02", UP, IPPROTO_TCP, 30003, 6611, b, 120);
	b[1] = 0;
	is_not(e, "ff 00 over udp", UP, IPPROTO_UDP, 30003, 6611, b, 120);
}

/* ---- RTSP, RTMP, WebRTC ---- */

static void text_is(struct env *e, const char *text, bool sig)
{
	uint16_t n = strlen(text);
	char name[40];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "\r"), text);
	if (sig)
		is(e, name, CG_SIG_RTSP, *text == 'R' ? UP : DOWN, IPPROTO_TCP, 554, 40000,
		   (const uint8_t *)text, n);
	else
		is_not(e, name, UP, IPPROTO_TCP, 40001, 443, (const uint8_t *)text, n);
}

static void standards_are(struct env *e)
{
	uint8_t b[1400] = { 3, 1, 2, 3, 4 };

	text_is(e, "OPTIONS rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "DESCRIBE rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "ANNOUNCE rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "SETUP rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "PLAY rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "RECORD rtsp://198.51.100.10/live RTSP/1.0\r\n", true);
	text_is(e, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", true);
	memset(b + 9, 0x5a, sizeof(b) - 9);
	is(e, "rtmp", CG_SIG_RTMP, UP, IPPROTO_TCP, 40002, 1935, b, 1400);
	memset(b, 0, sizeof(b));
	memcpy(b + 4, "\x21\x12\xa4\x42", 4);
	b[1] = 1; /* Binding request */
	is(e, "stun binding", CG_SIG_STUN, UP, IPPROTO_UDP, 40003, 19302, b, 20);
	media[5] += behind(e, IPPROTO_UDP, 40003, 19302);
	b[0] = 1; /* success */
	put16be(b + 2, 12);
	is(e, "stun answer", CG_SIG_STUN, DOWN, IPPROTO_UDP, 40003, 3478, b, 32);
	b[0] = 0;
	b[1] = 3; /* Allocate */
	put16be(b + 2, 8);
	is(e, "turn allocate over udp 443", CG_SIG_STUN, UP, IPPROTO_UDP, 40003, 443, b, 28);
	is(e, "turn allocate over tcp", CG_SIG_STUN, UP, IPPROTO_TCP, 40003, 3478, b, 28);
	memset(b, 0, sizeof(b));
	memcpy(b, "\x16\xfe\xfd", 3);
	is(e, "udp 443 that is not quic", CG_SIG_UDP443, UP, IPPROTO_UDP, 40003, 443, b, 100);
}

static void standards_are_not(struct env *e)
{
	uint8_t b[1400] = { 0xc0, 0, 0, 0, 1 };

	text_is(e, "OPTIONS * HTTP/1.1\r\nHost: maker.example\r\n\r\n", false);
	text_is(e, "DESCRIBE http://maker.example/ HTTP/1.1\r\n", false);
	text_is(e, "POST /onvif/device_service HTTP/1.1\r\n", false);
	text_is(e, "SETUP http://maker.example/", false);
	text_is(e, "PLAY", false);
	text_is(e, "RTSP/2", false);
	is_not(e, "quic, long header", UP, IPPROTO_UDP, 40003, 443, b, 1200);
	b[0] = 0x41;
	is_not(e, "quic, short header", UP, IPPROTO_UDP, 40003, 443, b, 200);
	b[0] = 0x16;
	b[1] = 3;
	b[2] = 3;
	is_not(e, "tls", UP, IPPROTO_TCP, 40003, 443, b, 517);
	memcpy(b, "\x16\xfe\xfd", 3);
	is_not(e, "dtls that no stun came before", UP, IPPROTO_UDP, 40003, 5684, b, 100);
	b[0] = 0x80;
	is_not(e, "rtp that no stun came before", UP, IPPROTO_UDP, 40003, 5684, b, 100);
	memset(b, 0, sizeof(b));
	b[1] = 1;
	memcpy(b + 4, "\x21\x12\xa4\x43", 4);
	is_not(e, "nearly stun's cookie", UP, IPPROTO_UDP, 40003, 3478, b, 20);
	memcpy(b + 4, "\x21\x12\xa4\x42", 4);
	is_not(e, "stun of a length that lies", UP, IPPROTO_UDP, 40003, 3478, b, 24);
	b[0] = 0x40;
	is_not(e, "no stun by its first bits", UP, IPPROTO_UDP, 40003, 3478, b, 20);
	memset(b, 0, sizeof(b));
	b[0] = 3;
	is_not(e, "rtmp too short", UP, IPPROTO_TCP, 40002, 1935, b, 100);
	b[8] = 1;
	is_not(e, "nearly rtmp", UP, IPPROTO_TCP, 40002, 1935, b, 1400);
}

/* What follows STUN, once the camera has spoken it while it was open. */
static void after_stun(struct env *e)
{
	static const struct {
		const char *name;
		uint8_t first[4];
		enum cg_signature sig;
	} rows[] = {
		{ "a turn channel after stun", { 0x40, 0, 0, 96 }, CG_SIG_TURN_CHANNEL },
		{ "dtls after stun", { 0x16, 0xfe, 0xfd, 0 }, CG_SIG_DTLS },
		{ "srtp after stun", { 0x80, 96, 0, 1 }, CG_SIG_SRTP },
	};
	uint8_t stun[20] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 }, b[100];
	struct cg_session s;
	enum cg_reason r[2];
	bool ok;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (int late = 0; late < 2; late++) {
			struct row talk = { "", NULL, UP,
					    packet(UP, IPPROTO_UDP, 40004, 3478, stun, 20) };
			struct row next = { "", NULL, UP };

			memset(b, 0, sizeof(b));
			memcpy(b, rows[i].first, 4);
			next.pkt = UP4("198.51.100.99", UDP(40005, 5000), .raw = b,
				       .payload = sizeof(b));
			env_reset(e);
			env_budgets(e);
			env_state(e, RULES "; open");
			r[0] = run_quiet(e, &talk, &ok);
			env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
			env_pass(e, 1, late ? 61000000000ULL : 1000000000);
			r[1] = run_quiet(e, &next, &ok);
			ok = env_session_find(e, 1, "198.51.100.99", &s);
			run_check(r[0] == CG_PASS_OPEN && ok &&
					  (late ? r[1] == CG_PASS_CONTROL :
						  r[1] == CG_DROP_VIEWING &&
							   s.signature == rows[i].sig),
				  rows[i].name, "late %d: %s, then %s, signature %u", late,
				  reason_name(r[0]), reason_name(r[1]), s.signature);
		}
}

/* From outside to the ports of makers, where that sign alone is switched off. */
static void ports(struct env *e)
{
	static const struct {
		uint16_t port;
		enum cg_signature sig;
	} rows[] = { { 8000, CG_SIG_HIKVISION }, { 37777, CG_SIG_DAHUA_TCP }, { 8001, 0 } };
	uint8_t b[40] = { 1 };
	struct cg_session s;
	bool ok;

	for (size_t i = 0; i < 3; i++) {
		struct row syn = { "",	 NULL,
				   DOWN, DN4(VENDOR_4, TCP(TCP_SYN, 50000, rows[i].port)),
				   0,	 IN_WAN };
		struct row data = {
			"",   NULL,
			DOWN, packet(DOWN, IPPROTO_TCP, rows[i].port, 50000, b, sizeof(b)),
			0,    IN_WAN
		};
		enum cg_reason r[2];

		env_reset(e);
		env_budgets(e);
		e->cam[1].flags |= CG_CAM_NO_INBOUND;
		env_state(e, RULES);
		r[0] = run_quiet(e, &syn, &ok);
		r[1] = run_quiet(e, &data, &ok);
		ok = env_session_find(e, 1, VENDOR_4, &s);
		run_check(r[0] == CG_PASS_CONTROL && ok &&
				  (rows[i].sig ?
					   r[1] == CG_DROP_VIEWING && s.signature == rows[i].sig :
					   r[1] == CG_PASS_CONTROL),
			  "a maker's port from outside", "%u: %s, then %s", rows[i].port,
			  reason_name(r[0]), reason_name(r[1]));
	}
}

/* Switched off, while the camera is open, for a named viewer, and within the house. */
static void where(struct env *e)
{
	static const uint8_t names[20] = { 0xf1, 0x40, 0, 0x10, 0, 2, 0x50, 0xc3, 9, 113, 0, 203 };
	const struct pkt *hello = UP4(VENDOR_4, UDP(20000, 32100));
	const struct pkt *punch = DN4(VENDOR_4, UDP(32100, 20000), .raw = names, .payload = 20);
	const struct pkt *lan =
		CAM(PHONE, CAM1_4, PHONE_4, UDP(20000, 32108), .raw = names, .payload = 20);
	struct cg_session s;

	env_reset(e);
	e->cam[1].flags |= CG_CAM_NO_SIGNATURE;
	env_state(e, RULES);
	STEP(e, "signature off: hello", NULL, UP, hello, CTL);
	STEP(e, "signature off: the order passes", NULL, DOWN, punch, CTL, IN_WAN);
	env_reset(e);
	env_state(e, RULES "; open");
	STEP(e, "open: hello", NULL, UP, hello, R(CG_PASS_OPEN));
	STEP(e, "open: the order passes", NULL, DOWN, punch, R(CG_PASS_OPEN), IN_WAN);
	run_check(env_session_find(e, 1, VENDOR_4, &s) && s.flags & CG_SESSION_VIEWING &&
			  s.signature == CG_SIG_PPPP_PUNCH && !s.nfirst && !s.repeats &&
			  s.viewer_port,
		  "and is marked, without its bytes", "flags %#x, %u bytes", s.flags, s.nfirst);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "close: the next packet of what was viewing is stopped", NULL, UP, hello, STOP);
	env_reset(e);
	env_state(e, RULES "; to " EVIL_4);
	STEP(e, "open to the one it names: hello", NULL, UP, hello, CTL);
	STEP(e, "open to the one it names: the order passes", NULL, DOWN, punch, CTL, IN_WAN);
	env_reset(e);
	env_state(e, RULES "; to 203.0.113.10");
	STEP(e, "open to another: hello", NULL, UP, hello, CTL);
	STEP(e, "open to another: the order is stopped", NULL, DOWN, punch, STOP, IN_WAN);
	env_reset(e);
	env_state(e, RULES);
	STEP(e, "the same within the house passes", NULL, UP, lan, R(CG_PASS_LAN));
	run_check(!env_session_find(e, 1, PHONE_4, &s), "and is no session", "there is one");
}

int main(void)
{
	static const char *const figures[] = {
		"sessions/media_before_stop_pppp",  "sessions/media_before_stop_tutk",
		"sessions/media_before_stop_dahua", "sessions/media_before_stop_reolink",
		"sessions/media_before_stop_xmeye", "sessions/media_before_stop_stun"
	};
	struct env *e = env_open();
	unsigned int control;

	pppp_is(e);
	tutk_is(e);
	makers_are(e);
	standards_are(e);
	pppp_is_not(e);
	tutk_is_not(e);
	makers_are_not(e);
	standards_are_not(e);
	after_stun(e);
	ports(e);
	where(e);
	/* The same ten packets where nothing told. */
	judge(e, UP, IPPROTO_UDP, 30009, 9009, (const uint8_t *)"hello", 5);
	control = behind(e, IPPROTO_UDP, 30009, 9009);
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		run_figure(figures[i], "packets", media[i], 10, control);
	run_figure("sessions/near_misses_matched", "packets", matched, misses, stopped);
	env_close(&e);
	return run_end();
}
