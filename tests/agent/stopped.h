/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of ended flows share: a camera's flow, its next packet, what was sent about it. */
#ifndef CG_STOPPED_H
#define CG_STOPPED_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "harness.h"

#define OPEN(cam)  "{\"v\":1,\"cmd\":\"open\",\"cam\":\"" cam "\",\"for_s\":600}"
#define CLOSE(cam) "{\"v\":1,\"cmd\":\"close\",\"cam\":\"" cam "\"}"
#define SEAL(cam)  "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"" cam "\"}"
#define AUTO(cam)  "{\"v\":1,\"cmd\":\"auto\",\"cam\":\"" cam "\"}"
#define RELOAD	   "{\"v\":1,\"cmd\":\"reload\"}"
#define LOG	   "{\"v\":1,\"cmd\":\"log\"}"
#define DOCTOR	   "{\"v\":1,\"cmd\":\"doctor\"}"

static struct house h;

static inline void up(const char *config)
{
	house_make(&h);
	house_config(&h, config);
	ck_assert_int_eq(house_start(&h), 0);
	for (size_t i = 0; i < 3; i++) {
		fake_kernel.state[i].last_ns = BOOT_START;
		fake_kernel.state[i].ifindex = IF_LAN1;
		memcpy(fake_kernel.state[i].mac, "\x02\xca\0\0\0\1", 6);
	}
	memcpy(fake_links.link[1].mac.b, "\x02\x9a\0\0\0\1", 6);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	fake_kernel.answer.reason = CG_DROP_UNRULED;
}

static inline void setup(void)
{
	up(CONFIG_TWO "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } exposure = open }\n");
}

static inline void teardown(void)
{
	house_end(&h);
}

static inline void addr(uint8_t *to, const char *text)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(text, &a), 0);
	memcpy(to, a.b, 16);
}

/* A flow of nursery (slot 0) that passed last. */
static inline struct cg_flow *flow(uint8_t proto, const char *cam, const char *peer)
{
	struct cg_flow *f = &fake_kernel.flow[fake_kernel.nflows];
	struct cg_flow_key *k = &fake_kernel.flow_key[fake_kernel.nflows++];

	memset(k, 0, sizeof(*k));
	memset(f, 0, sizeof(*f));
	k->cam_port = htons(554);
	k->peer_port = htons(4000);
	k->proto = proto;
	addr(k->peer, peer);
	addr(f->cam, cam);
	f->scope = CG_NET_REMOTE;
	f->reason = CG_PASS_OPEN;
	f->class = CG_CLASS_UNRULED;
	f->gen = fake_kernel.meta.generation;
	f->idle_s = 7440;
	f->last_ns = h.a.boot_ns();
	return f;
}

static inline struct cg_flow *flow4(uint8_t proto)
{
	return flow(proto, "192.168.1.20", "203.0.113.66");
}

/* Its next packet, dropped. */
static inline struct cg_event event(uint8_t proto, uint8_t type)
{
	struct cg_event e = { 0 };

	e.size = sizeof(e);
	e.version = CG_BPF_ABI_VERSION;
	e.type = type;
	e.cam_port = htons(554);
	e.peer_port = htons(4000);
	e.proto = proto;
	e.reason = CG_DROP_INBOUND;
	e.plane = CG_PLANE_UP;
	e.scope = CG_NET_REMOTE;
	e.ifindex = IF_LAN2;
	memcpy(e.mac, "\x02\xca\0\0\0\x09", 6);
	memcpy(e.peer_mac, "\x02\x9a\0\0\0\x09", 6);
	e.tcp_seq = htonl(0x1000);
	e.tcp_ack = htonl(0x2000);
	e.payload = 100;
	e.tcp_flags = 0x10;
	e.ns = h.a.boot_ns();
	addr(e.cam, "192.168.1.20");
	addr(e.peer, "203.0.113.66");
	return e;
}

static inline void tell(struct cg_event e)
{
	fake_event_send(&e);
	house_pump(&h);
}

static inline void ask(const char *request)
{
	ck_assert_msg(house_code(&h, request) == 0, "%s", request);
	house_pump(&h);
}

static inline const struct fake_sent *sent(size_t i)
{
	ck_assert_uint_lt(i, fake_stop.nsent);
	return &fake_stop.sent[i % FAKE_SENT];
}

static inline uint32_t at32(const struct fake_sent *s, size_t at)
{
	uint32_t v;

	ck_assert_uint_le(at + 4, s->n);
	memcpy(&v, s->ip + at, 4);
	return ntohl(v);
}

/* An IPv4 packet with TCP flags and number, from source to destination. */
static inline void is_tcp(const struct fake_sent *s, enum fake_way way, const char *src,
			  uint8_t flags, uint32_t seq)
{
	struct in_addr a = { htonl(at32(s, 12)) };

	ck_assert_int_eq(s->way, way);
	ck_assert_uint_eq(s->n, 40);
	ck_assert_uint_eq(s->ip[9], IPPROTO_TCP);
	ck_assert_str_eq(inet_ntoa(a), src);
	ck_assert_uint_eq(s->ip[33], flags);
	ck_assert_uint_eq(at32(s, 24), seq);
}

static inline void nothing(void)
{
	ck_assert_uint_eq(fake_stop.nsent, 0);
	ck_assert_uint_eq(fake_stop.ndeleted, 0);
}

#endif
