/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras: which are made known, what of them is copied, and that nothing is lost. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"

static const uint8_t DEV2[6] = { 0x02, 0xde, 0, 0, 0, 2 };
static const uint16_t PORTS[] = { 67, 1900, 3702, 5353, 37020, 65535, 0 };

static void begin(struct env *e)
{
	begin_with(e, PORTS);
}

/* ---- first frames ---- */

static void first_frames(struct env *e)
{
	const struct {
		const char *name;
		const struct pkt *p;
		uint16_t type;
		const char *addr; /* noted; NULL: none */
		bool data, vlan;
	} rows[] = {
		{ "arp request", pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), 0x0806, DEV_4 },
		{ "arp probe", pk_arp(DEV, BCAST, 1, DEV, "0.0.0.0", DEV_4), 0x0806, NULL },
		{ "tcp syn to a remote", FROM(GW, EVIL_4, TCP(TCP_SYN, 4000, 443)), 0x0800, DEV_4 },
		{ "tcp v6", FROM6(GW, EVIL_6, TCP(TCP_SYN, 4000, 443)), 0x86dd, DEV_6 },
		{ "neighbour solicitation",
		  pk_nd(DEV, MC6, DEV_6, "ff02::1:ff00:1", 135, GW_6, DEV, 255), 0x86dd, DEV_6 },
		{ "duplicate address detection",
		  pk_nd(DEV, MC6, "::", "ff02::1:ff00:40", 135, DEV_6, NULL, 255), 0x86dd, NULL },
		{ "eapol", PK(.smac = DEV, .dmac = GW, .ethertype = 0x888e, .payload = 46), 0x888e,
		  NULL },
		{ "mpls", PK(.smac = DEV, .dmac = GW, .ethertype = 0x8847, .payload = 46), 0x8847,
		  NULL },
		{ "llc", PK(.smac = DEV, .dmac = BCAST, .ethertype = 46, .payload = 46), 46, NULL },
		{ "dhcp without an address",
		  PK(.smac = DEV, .dmac = BCAST, .src = "0.0.0.0", .dst = "255.255.255.255",
		     UDP(68, 67), .payload = 300),
		  0x0800, NULL, true },
		{ "tagged udp", FROM(GW, EVIL_4, UDP(1, 2), .tags = 1, .payload = 9), 0x0800, DEV_4,
		  false, true },
		{ "third tag", FROM(GW, EVIL_4, UDP(1, 2), .tags = 3), 0x8100, NULL, false, true },
		{ "ip of a false length", FROM(GW, EVIL_4, UDP(1, 2), .ip_len_delta = 9), 0x0800,
		  NULL },
	};
	struct cg_device d;
	struct cg_heard h;
	uint8_t addr[16];
	char name[96];
	unsigned int n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(e);
		snprintf(name, sizeof(name), "first frame: %s: passes", rows[i].name);
		sent(e, rows[i].p, name);
		snprintf(name, sizeof(name), "first frame: %s: is told", rows[i].name);
		memset(&h, 0, sizeof(h));
		n = env_heard(e, &h);
		run_check(n == 1 && h.type == CG_HEARD_NEW && h.size == sizeof(h) &&
				  h.version == CG_BPF_ABI_VERSION && !memcmp(h.mac, DEV, 6) &&
				  ntohs(h.ethertype) == rows[i].type && h.ifindex == IF_LAN &&
				  !!h.len == rows[i].data && h.vlan == rows[i].vlan && h.ns,
			  name, "%u records, type %u, ethertype %04x, %u bytes, tag %u", n, h.type,
			  ntohs(h.ethertype), h.len, h.vlan);
		snprintf(name, sizeof(name), "first frame: %s: has an entry", rows[i].name);
		memset(addr, 0, sizeof(addr));
		if (rows[i].addr)
			addr_parse(rows[i].addr, addr);
		memset(&d, 0, sizeof(d));
		run_check(env_device(e, DEV, &d) && d.first_ns && d.first_ns == d.last_ns &&
				  d.ifindex == IF_LAN && !memcmp(d.addr, addr, 16) && d.told == 1,
			  name, "none, or it differs");
		sent(e, rows[i].p, "the same again passes");
		n = env_heard(e, &h);
		snprintf(name, sizeof(name), "first frame: %s: there is one first", rows[i].name);
		run_check(rows[i].data ? n == 1 && h.type == CG_HEARD_FRAME : !n, name,
			  "%u records more", n);
	}
}

static void who_is_known(struct env *e)
{
	const struct pkt *arp = pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4);
	uint8_t group[6] = { 0x03, 0xde, 0, 0, 0, 1 };
	struct cg_device d;
	struct cg_heard h;

	begin(e);
	sent(e, arp, "a device nobody knows passes");
	run_check(env_device(e, DEV, &d) && env_heard(e, &h) == 1, "it is known then", "it is not");
	begin(e);
	env_settle(e, DEV2);
	env_settle(e, DEV);
	sent(e, arp, "a settled device passes");
	sent(e, FROM(GW, EVIL_4, UDP(1900, 1900), .payload = 20), "and what would be copied");
	run_check(!env_device(e, DEV, &d) && !env_heard(e, &h), "it is not looked at", "it is");
	begin(e);
	env_mac_known(e, DEV); /* as if a camera shared its hash */
	sent(e, FROM(GW, EVIL_4, UDP(5353, 5353), .payload = 20), "one alike to a camera passes");
	run_check(env_device(e, DEV, &d) && env_heard(e, &h) == 1 && h.len == 20,
		  "it is known, and not taken for a camera", "it is not");
	begin(e);
	env_mac_known(e, DEV);
	env_settle(e, DEV);
	sent(e, arp, "one alike to a camera, settled, passes");
	run_check(!env_device(e, DEV, &d) && !env_heard(e, &h), "it is not looked at either",
		  "it is");
	begin(e);
	sent(e, PK(.smac = group, .dmac = GW, .src = DEV_4, .dst = EVIL_4, UDP(1900, 1900)),
	     "a frame from a group passes");
	run_check(!env_device(e, group, &d) && !env_heard(e, &h), "no device is a group", "one is");
	begin(e);
	STEP(e, "a camera is judged as ever", NULL, UP, UP4(EVIL_4, UDP(1900, 1900), .payload = 20),
	     R(CG_DROP_UNRULED));
	STEP(e, "and to it", NULL, DOWN, DN4(EVIL_4, UDP(1900, 1900), .payload = 20),
	     R(CG_DROP_INBOUND), IN_WAN);
	run_check(!env_device(e, CAM1, &d) && !env_heard(e, &h), "a camera is no other device",
		  "it is");
	begin(e);
	env_tap(e, NULL, false);
	sent(e, arp, "where nobody listens a device passes");
	run_check(!env_device(e, DEV, &d) && !env_heard(e, &h), "and is not looked at", "it is");
	begin(e);
	memset(&d, 0, sizeof(d));
	d.flags = CG_DEVICE_FREE;
	env_device_put(e, DEV, &d);
	sent(e, arp, "a device freed before it came passes");
	run_check(env_heard(e, &h) == 1 && h.type == CG_HEARD_NEW && env_device(e, DEV, &d) &&
			  d.first_ns && d.flags == CG_DEVICE_FREE,
		  "its first frame is told all the same", "it is not");
}

/* Those whose MACs share a place lie there side by side. */
static void neighbours(struct env *e)
{
	uint8_t mac[CG_SETTLED_WAYS + 1][6];
	struct cg_device d;
	unsigned int n = 0, i, known = 0;
	uint32_t at = 0;

	for (i = 0; n < CG_SETTLED_WAYS + 1; i++) {
		const uint8_t one[6] = { 0x02, 0xdd, 0, i >> 16, i >> 8, i };

		if (!n)
			at = cg_settled_set(cg_mac_word(one));
		if (cg_settled_set(cg_mac_word(one)) == at)
			memcpy(mac[n++], one, 6);
	}
	begin(e);
	for (i = 0; i < CG_SETTLED_WAYS; i++)
		env_settle(e, mac[i]);
	for (i = 0; i < CG_SETTLED_WAYS; i++) {
		sent(e, pk_arp(mac[i], BCAST, 1, mac[i], DEV_4, GW_4),
		     "one of four settled passes");
		known += env_device(e, mac[i], &d);
	}
	run_check(!known, "none of them is looked at", "%u are", known);
	sent(e, pk_arp(mac[i], BCAST, 1, mac[i], DEV_4, GW_4), "a fifth of their place passes");
	run_check(env_device(e, mac[i], &d), "it is looked at", "it is not");
}

/* ---- copies ---- */

static const uint8_t RTSP[] = "RTSP/1.0 200 OK\r\n\r\n",
		     HTTP[] = "HTTP/1.1 401 Unauthorized\r\n\r\n",
		     RTSX[] = "RTSX/1.0 200 OK\r\n\r\n", RTSP4[] = "RTSP", GET[] = "GET / HTTP/1.1";
static uint8_t MANY[1400];

#define DATA(a)		   .raw = (a), .payload = sizeof(a) - 1
#define ANSWER(f, port, a) FROM(PHONE, PHONE_4, TCP(f, port, 40000), DATA(a))

static void copies(struct env *e)
{
	const struct row_copy {
		const char *name;
		const struct pkt *p;
		bool told;
		uint16_t payload;
	} rows[] = {
		{ "udp to a tapped port", FROM(GW, EVIL_4, UDP(4000, 1900), DATA(RTSP)), true, 19 },
		{ "udp from a tapped port", FROM(PHONE, PHONE_4, UDP(3702, 50000), DATA(RTSP)),
		  true, 19 },
		{ "udp of neither", FROM(GW, EVIL_4, UDP(4000, 1901), DATA(RTSP)), false },
		{ "udp of the highest port", FROM(GW, EVIL_4, UDP(1, 65535), DATA(RTSP)), true,
		  19 },
		{ "tcp of a tapped port",
		  FROM(PHONE, PHONE_4, TCP(TCP_ACK, 3702, 1900), DATA(RTSP)), false },
		{ "udp v6", FROM6(MC6, "ff02::fb", UDP(5353, 5353), DATA(HTTP)), true,
		  sizeof(HTTP) - 1 },
		{ "udp v6 of neither", FROM6(MC6, "ff02::fb", UDP(5354, 5354), DATA(HTTP)), false },
		{ "broadcast", FROM(BCAST, "255.255.255.255", UDP(9, 37020), DATA(RTSP)), true,
		  19 },
		{ "broadcast of neither", FROM(BCAST, "255.255.255.255", UDP(9, 37021), DATA(RTSP)),
		  false },
		{ "group", FROM(MC4, "239.255.255.250", UDP(9, 3702), DATA(RTSP)), true, 19 },
		{ "group of neither", FROM(MC4, "239.255.255.250", UDP(9, 3703), DATA(RTSP)),
		  false },
		{ "tagged", FROM(MC4, "239.255.255.250", UDP(9, 3702), DATA(RTSP), .tags = 2), true,
		  19 },
		{ "tagged of neither",
		  FROM(MC4, "239.255.255.250", UDP(9, 3703), DATA(RTSP), .tags = 2), false },
		{ "without a payload", FROM(GW, EVIL_4, UDP(9, 3702)), true, 0 },
		{ "one byte", FROM(GW, EVIL_4, UDP(9, 3702), .raw = RTSP, .payload = 1), true, 1 },
		{ "more than there is room for",
		  FROM(GW, EVIL_4, UDP(9, 3702), .raw = MANY, .payload = sizeof(MANY)), true,
		  sizeof(MANY) },
		{ "all there is room for",
		  FROM(GW, EVIL_4, UDP(9, 3702), .raw = MANY, .payload = CG_HEARD_DATA), true,
		  CG_HEARD_DATA },
		{ "first fragment",
		  FROM(GW, EVIL_4, UDP(9, 3702), .frag = true, .more = true, .slice = 808, .id = 7,
		       .raw = MANY, .payload = sizeof(MANY)),
		  true, 800 },
		{ "later fragment",
		  FROM(GW, EVIL_4, UDP(9, 3702), .frag = true, .off = 808, .slice = 600, .id = 7,
		       .raw = MANY, .payload = sizeof(MANY)),
		  false },
		{ "rtsp", ANSWER(TCP_ACK, 554, RTSP), true, 19 },
		{ "rtsp from 8554", ANSWER(TCP_ACK, 8554, RTSP), true, 19 },
		{ "rtsp from another port", ANSWER(TCP_ACK, 555, RTSP), false },
		{ "rtsp with tcp options",
		  FROM(PHONE, PHONE_4, TCP(TCP_ACK, 554, 40000), DATA(RTSP), .tcp_options = 12),
		  true, 19 },
		{ "rtsp v6", FROM6(PHONE, PHONE_6, TCP(TCP_ACK, 554, 40000), DATA(RTSP)), true,
		  19 },
		{ "rtsp tagged",
		  FROM(PHONE, PHONE_4, TCP(TCP_ACK, 554, 40000), DATA(RTSP), .tags = 1), true, 19 },
		{ "rtsp asked for", FROM(PHONE, PHONE_4, TCP(TCP_ACK, 40000, 554), DATA(RTSP)),
		  false },
		{ "nearly rtsp", ANSWER(TCP_ACK, 554, RTSX), false },
		{ "rtsp cut short", ANSWER(TCP_ACK, 554, RTSP4), false },
		{ "syn of rtsp", FROM(PHONE, PHONE_4, TCP(TCP_SYN | TCP_ACK, 554, 40000)), false },
		{ "a question of http", ANSWER(TCP_ACK, 80, GET), false },
		{ "http from 80", ANSWER(TCP_ACK, 80, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 8080", ANSWER(TCP_ACK, 8080, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 8000", ANSWER(TCP_ACK, 8000, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 8899", ANSWER(TCP_ACK, 8899, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 2020", ANSWER(TCP_ACK, 2020, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 88", ANSWER(TCP_ACK, 88, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 7070", ANSWER(TCP_ACK, 7070, HTTP), true, sizeof(HTTP) - 1 },
		{ "http from 443", ANSWER(TCP_ACK, 443, HTTP), false },
		{ "igmp", FROM(MC4, "224.0.0.22", .proto = IPPROTO_IGMP, .payload = 16), false },
		{ "ping", FROM(GW, EVIL_4, ECHO4(3702)), false },
		{ "arp", pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), false },
	};
	struct cg_heard h;
	char name[96];
	unsigned int n;

	for (size_t i = 0; i < sizeof(MANY); i++)
		MANY[i] = i * 7 + 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row_copy *r = &rows[i];
		uint16_t len = r->payload < CG_HEARD_DATA ? r->payload : CG_HEARD_DATA;

		begin(e);
		(void)passes(e, UP, pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), IF_LAN);
		(void)env_heard(e, &h);
		memset(&h, 0, sizeof(h));
		snprintf(name, sizeof(name), "copy: %s: passes", r->name);
		sent(e, r->p, name);
		n = env_heard(e, &h);
		snprintf(name, sizeof(name), "copy: %s: %s", r->name,
			 r->told ? "is told" : "is not");
		run_check(n == r->told &&
				  (!n || (h.type == CG_HEARD_FRAME && h.payload == r->payload &&
					  h.len == len && !memcmp(h.mac, DEV, 6) && h.ns &&
					  !memcmp(h.data, r->p->data + r->p->headers_end, len))),
			  name, "%u records, type %u, %u of %u bytes", n, h.type, h.len, h.payload);
	}
}

static void fields(struct env *e)
{
	uint8_t src[16], dst[16];
	struct cg_heard h;

	begin(e);
	sent(e, FROM6(MC6, "ff02::fb", UDP(5353, 3702), DATA(HTTP), .tags = 1),
	     "a datagram passes");
	addr_parse(DEV_6, src);
	addr_parse("ff02::fb", dst);
	run_check(env_heard(e, &h) == 1 && h.sport == htons(5353) && h.dport == htons(3702) &&
			  h.proto == IPPROTO_UDP && h.vlan == 1 && h.ethertype == htons(0x86dd) &&
			  !memcmp(h.src, src, 16) && !memcmp(h.dst, dst, 16) && !h.pad,
		  "ports, addresses and protocol are told", "they differ");
	begin(e);
	sent(e, pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), "an arp request passes");
	addr_parse(DEV_4, src);
	addr_parse(GW_4, dst);
	run_check(env_heard(e, &h) == 1 && !h.sport && !h.dport && !h.proto && !h.vlan &&
			  !h.payload && !memcmp(h.src, src, 16) && !memcmp(h.dst, dst, 16),
		  "of arp both addresses are told", "they differ");
	begin(e);
	sent(e, FROM(GW, EVIL_4, ECHO4(77)), "a ping passes");
	run_check(env_heard(e, &h) == 1 && !h.sport && !h.dport && h.proto == IPPROTO_ICMP &&
			  !h.payload,
		  "the id of a ping is no port", "%u", ntohs(h.sport));
}

/* ---- how much ---- */

static unsigned int say(struct env *e, const uint8_t *mac, unsigned int n)
{
	const struct pkt *p =
		PK(.smac = mac, .dmac = GW, .src = DEV_4, .dst = EVIL_4, UDP(9, 3702), DATA(RTSP));
	unsigned int passed = 0;

	for (unsigned int i = 0; i < n; i++)
		passed += passes(e, UP, p, IF_LAN);
	return passed;
}

static void budgets(struct env *e)
{
	struct cg_device d;
	struct cg_heard h;
	uint64_t lost;
	unsigned int n, i, got = 0;
	uint8_t mac[6];

	begin(e);
	run_check(say(e, DEV, 100) == 100, "a hundred frames at once pass", "some do not");
	n = env_heard(e, &h);
	run_check(n >= CG_HEARD_BURST && n <= CG_HEARD_BURST + 2, "the burst is told", "%u", n);
	run_check(env_device(e, DEV, &d) && d.told == n && d.untold == 100 - n,
		  "what was not told is counted", "%u told, %u not", d.told, d.untold);
	(void)say(e, DEV2, 5);
	run_check(env_heard(e, &h) == 5, "another device has its own budget", "it has not");
	env_device_pass(e, DEV, 1000000000);
	(void)say(e, DEV, 100);
	n = env_heard(e, &h);
	run_check(n >= CG_HEARD_RATE && n <= CG_HEARD_RATE + 2, "a second later the rate is told",
		  "%u", n);
	begin(e);
	lost = env_unheard(e);
	memcpy(mac, DEV, 6);
	for (i = 0; i < 20; i++) {
		mac[5] = 100 + i;
		got += say(e, mac, 30);
	}
	n = env_heard(e, &h);
	lost = env_unheard(e) - lost;
	run_check(got == 600 && n > 150 && n < 600 && n + lost == 600,
		  "where nobody reads, what is lost is counted", "%u passed, %u told, %llu lost",
		  got, n, (unsigned long long)lost);
	run_check(env_device(e, mac, &d) && d.untold == 30, "at its device too", "%u", d.untold);
}

static void crowd(struct env *e)
{
	struct cg_device d;
	struct cg_heard h;
	uint32_t zero = 0;
	unsigned int i, told = 0, known = 0, passed = 0;
	uint8_t mac[6];

	begin(e);
	memcpy(mac, DEV, 6);
	for (i = 0; i < CG_MAX_DEVICES + 200; i++) {
		mac[3] = 1;
		mac[4] = i >> 8;
		mac[5] = i;
		passed += say(e, mac, 1);
		if (i < CG_MAX_DEVICES && i % 100 == 99)
			told += env_heard(e, &h);
		if (i == CG_MAX_DEVICES - 1)
			told += env_heard(e, &h);
		known += env_device(e, mac, &d);
	}
	run_check(passed == i, "made-up devices pass", "%u of %u", passed, i);
	/* Kernels count a table's entries by CPU, not quite as they are. */
	run_check(known >= CG_MAX_DEVICES && known <= CG_MAX_DEVICES + 64,
		  "there is room for so many, no more", "%u", known);
	run_check(told == CG_MAX_DEVICES, "each with an entry is told", "%u", told);
	told = env_heard(e, &h);
	run_check(told >= CG_HEARD_BURST && told <= CG_HEARD_BURST + 4 + (known - CG_MAX_DEVICES),
		  "the others are told as one", "%u", told);
	run_check(!bpf_map_lookup_elem(e->crowd, &zero, &d) && d.first_ns && d.up_bytes &&
			  d.window[0].up_packets >= 100,
		  "and counted as one", "%u packets", d.window[0].up_packets);
	memset(mac, 0, sizeof(mac));
	begin(e);
	run_check(!bpf_map_lookup_elem(e->crowd, &zero, &d) && !d.first_ns && say(e, DEV, 1) == 1 &&
			  !bpf_map_lookup_elem(e->crowd, &zero, &d) && !d.first_ns,
		  "with room nobody is of the crowd", "somebody is");
}

/* Whatever the bytes are: nothing of it is lost. */
static void anything(struct env *e)
{
	const struct pkt *from[] = { FROM(GW, EVIL_4, UDP(9, 3702), .raw = MANY, .payload = 300),
				     FROM6(GW, EVIL_6, TCP(TCP_ACK, 554, 9), DATA(RTSP)),
				     pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4),
				     FROM(GW, EVIL_4, UDP(9, 3702), .tags = 1, DATA(HTTP)) };
	unsigned int passed = 0, n = 0, i, k;
	struct cg_device d;
	struct cg_heard h;

	begin(e);
	srand(1);
	for (i = 0; i < 20000; i++) {
		struct pkt p = *from[i % 4];

		for (k = 0; k < 3; k++)
			p.data[12 + rand() % (p.headers_end - 12)] = rand();
		if (i % 3 == 0)
			p.len = p.len - rand() % (p.len - 14);
		n++;
		passed += passes(e, i & 1 ? DOWN : UP, &p, i & 2 ? IN_WAN : IN_LAN);
		if (i % 50 == 0)
			(void)env_heard(e, &h);
	}
	run_check(passed == n, "frames of any bytes pass", "%u of %u", passed, n);
	run_check(env_device(e, DEV, &d) && d.told > 4 && d.up_bytes, "and some were read", "%u",
		  d.told);
}

int main(void)
{
	struct env *e = env_open();

	first_frames(e);
	who_is_known(e);
	neighbours(e);
	copies(e);
	fields(e);
	budgets(e);
	crowd(e);
	anything(e);
	env_tap(e, NULL, false);
	env_close(&e);
	return run_end();
}
