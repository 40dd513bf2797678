/* SPDX-License-Identifier: GPL-2.0-only */
/* A device never seen: how much of it gets out before it is judged, that a stream is held, and that nothing else is. */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include "frames.h"
#include "run.h"

static const uint8_t DEV[6] = { 0x02, 0xde, 0, 0, 0, 1 }, DEV2[6] = { 0x02, 0xde, 0, 0, 0, 2 };
#define DEV_4 "192.168.1.40"
#define DEV_6 "2001:db8:1::40"
#define MS    1000000ULL
#define S     1000000000ULL
static const uint16_t PORTS[] = { 1900, 3702, 5353, 0 };

#define FROM(to_mac, to, ...) \
	PK(.smac = DEV, .dmac = (to_mac), .src = DEV_4, .dst = (to), __VA_ARGS__)
#define FROM6(to_mac, to, ...) \
	PK(.smac = DEV, .dmac = (to_mac), .src = DEV_6, .dst = (to), __VA_ARGS__)

static void begin(struct env *e, bool probation)
{
	struct cg_heard h;

	env_reset(e);
	env_tap(e, PORTS, probation);
	(void)env_heard(e, &h);
}

static bool passes(struct env *e, const struct pkt *p)
{
	return env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0).verdict == (uint32_t)TC_ACT_UNSPEC;
}

static void check_passes(struct env *e, const struct pkt *p, const char *name)
{
	run_check(passes(e, p), name, "dropped");
}

static void check_drops(struct env *e, const struct pkt *p, const char *name)
{
	struct env_result r = env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0);

	run_check(r.verdict == TC_ACT_SHOT, name, "verdict %d", (int)r.verdict);
}

/* Since it first sent to a remote, by the packet path's own clock. */
static uint64_t age_ms(struct env *e, const uint8_t *mac)
{
	struct cg_device d;

	return env_device(e, mac, &d) ? (env_now() - d.remote_ns) / MS : 0;
}

static uint32_t flags_of(struct env *e, const uint8_t *mac)
{
	struct cg_device d;

	return env_device(e, mac, &d) ? d.flags : 0;
}

/* One stream of p at so many bits a second for that long: bytes that got out. */
struct streamed {
	uint64_t out;	  /* bytes */
	uint64_t held_ms; /* until it was held; ~0: it was not */
};

static struct streamed stream(struct env *e, const uint8_t *mac, const struct pkt *p,
			      uint64_t bits_s, uint64_t ms)
{
	uint64_t gap = (p->len - p->l3) * 8 * S / bits_s;
	struct streamed r = { 0, ~0ULL };

	for (uint64_t t = 0; t < ms * MS; t += gap) {
		if (passes(e, p))
			r.out += p->len - p->l3;
		if (r.held_ms == ~0ULL && flags_of(e, mac) & CG_DEVICE_HELD)
			r.held_ms = age_ms(e, mac);
		env_device_pass(e, mac, gap);
	}
	return r;
}

/* ---- a stream ---- */

static void streams(struct env *e)
{
	static const uint64_t rates[] = { 500000, 2000000, 8000000 };
	const struct {
		const char *name;
		const struct pkt *p;
		bool tapped;
	} kinds[] = {
		{ "big packets", FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 1200) },
		{ "small packets", FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 300) },
		{ "v6", FROM6(GW, EVIL_6, UDP(4000, 9000), .payload = 1200) },
		{ "tcp", FROM(GW, EVIL_4, TCP(TCP_ACK, 4000, 443), .payload = 1400) },
		{ "tagged", FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 1200, .tags = 1) },
		{ "routing header",
		  FROM6(GW, EVIL_6, UDP(4000, 9000), .payload = 1200, .ext = "r") },
		{ "later fragments", FROM(GW, EVIL_4, UDP(9, 9), .frag = true, .off = 8,
					  .slice = 1200, .payload = 1400) },
		{ "tapped port", FROM(GW, EVIL_4, UDP(4000, 1900), .payload = 1200), true },
	};
	uint64_t most = 0, control = 0;
	unsigned int n = 0, told;
	struct cg_device d;
	struct cg_heard h;
	char name[96];

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
			struct streamed r, free;

			begin(e, false);
			free = stream(e, DEV, kinds[k].p, rates[i], 2000);
			control = free.out > control ? free.out : control;
			snprintf(name, sizeof(name),
				 "stream of %s, %llu kbit/s: passes without probation",
				 kinds[k].name, (unsigned long long)rates[i] / 1000);
			run_check(free.out > rates[i] / 8 * 19 / 10 && free.held_ms == ~0ULL, name,
				  "%llu bytes", (unsigned long long)free.out);
			begin(e, true);
			r = stream(e, DEV, kinds[k].p, rates[i], 12000);
			most = r.out > most ? r.out : most;
			n++;
			snprintf(name, sizeof(name), "stream of %s, %llu kbit/s: is held",
				 kinds[k].name, (unsigned long long)rates[i] / 1000);
			run_check(r.out <= 64000 && r.out > CG_PROBATION_BURST &&
					  r.held_ms >= 4000 && r.held_ms <= 6000,
				  name, "%llu bytes out, held after %llu ms",
				  (unsigned long long)r.out, (unsigned long long)r.held_ms);
			snprintf(name, sizeof(name), "stream of %s, %llu kbit/s: is told",
				 kinds[k].name, (unsigned long long)rates[i] / 1000);
			memset(&h, 0, sizeof(h));
			memset(&d, 0, sizeof(d));
			told = env_heard(e, &h);
			(void)env_device(e, DEV, &d);
			run_check(d.flags == CG_DEVICE_HELD && told >= 2 &&
					  (kinds[k].tapped ||
					   (told == 2 && h.type == CG_HEARD_HELD)) &&
					  d.up_bytes == r.out && d.dropped_bytes > 4 * r.out / 3,
				  name, "%u told, %llu out, %llu dropped", told,
				  (unsigned long long)d.up_bytes,
				  (unsigned long long)d.dropped_bytes);
		}
	run_measure("prog/probation_bytes", "<=", 65536, "bytes", (unsigned int)most, n,
		    (unsigned int)control);
}

/* Only just a stream, and only just none. */
static void edges(struct env *e)
{
	const struct pkt *p = FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 972); /* 1000 */
	const struct pkt *got = PK(.smac = GW, .dmac = DEV, .src = EVIL_4, .dst = DEV_4,
				   UDP(9000, 4000), .payload = 972);
	unsigned int i, n;
	struct streamed r;
	struct cg_heard h;

	begin(e, true);
	r = stream(e, DEV, p, 68000, 20000);
	run_check(r.held_ms <= 6500 && r.out <= 64000, "one just above the rate is held",
		  "%llu ms, %llu bytes", (unsigned long long)r.held_ms, (unsigned long long)r.out);
	begin(e, true);
	r = stream(e, DEV, p, 60000, 20000);
	run_check(r.held_ms == ~0ULL && r.out >= 150000, "one just below passes whole",
		  "%llu ms, %llu bytes", (unsigned long long)r.held_ms, (unsigned long long)r.out);
	begin(e, true);
	for (i = 0, n = 0; i < 100; i++) {
		n += passes(e, p);
		(void)env_run(e, DOWN, got, IF_LAN, IN_WAN, 0, 0);
		env_device_pass(e, DEV, 70 * MS);
	}
	run_check(!(flags_of(e, DEV) & CG_DEVICE_HELD) && n > 50 && n < 90,
		  "a talk both ways is policed, not held", "%u of 100 passed", n);
	check_passes(e, p, "and passes when its probation is over");
	begin(e, true);
	for (i = 0; i < 2; i++) { /* two windows, then silence */
		(void)stream(e, DEV, p, 500000, 1000);
		env_device_pass(e, DEV, CG_WINDOW_NS - 1000 * MS);
	}
	env_device_pass(e, DEV, CG_PROBATION_NS);
	r = stream(e, DEV, p, 500000, 10000);
	run_check(r.held_ms == ~0ULL && r.out == 625000,
		  "what streams after its probation is not held by it", "%llu bytes",
		  (unsigned long long)r.out);
	begin(e, true);
	check_passes(e, pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), "a device announces itself");
	check_passes(e, FROM(GW, GW_4, UDP(1, 53), .payload = 30), "and asks for a name");
	env_device_pass(e, DEV, 60 * S); /* boots */
	r = stream(e, DEV, p, 2000000, 12000);
	run_check(r.held_ms <= 6000 && r.out <= 64000,
		  "its probation begins with what it sends to a remote", "%llu ms, %llu bytes",
		  (unsigned long long)r.held_ms, (unsigned long long)r.out);
	begin(e, true);
	(void)passes(e, p);
	(void)env_heard(e, &h);
	r = stream(e, DEV, p, 2000000, 8000);
	n = env_heard(e, &h);
	run_check(n == 1 && h.type == CG_HEARD_HELD && !memcmp(h.mac, DEV, 6) && !h.len &&
			  h.payload == 972,
		  "that it is held is told, once", "%u records, type %u", n, h.type);
	begin(e, true);
	p = FROM(GW, EVIL_4, UDP(4000, 1900), .payload = 972);
	r = stream(e, DEV, p, 2000000, 8000);
	n = env_heard(e, &h);
	run_check(r.held_ms != ~0ULL && n >= CG_HEARD_BURST && n < CG_HEARD_BURST + 60 &&
			  e->told[CG_HEARD_HELD] == 1,
		  "it is told whatever it told before", "%u, %u that it is held", n,
		  e->told[CG_HEARD_HELD]);
}

/* Which windows are of its probation. */
static void which_windows(struct env *e)
{
	const struct pkt *arp = pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4),
			 *one = FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 10),
			 *p = FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 972),
			 *got = PK(.smac = GW, .dmac = DEV, .src = EVIL_4, .dst = DEV_4,
				   UDP(9000, 4000), .payload = 10);
	struct streamed r;

	begin(e, true);
	(void)passes(e, arp);
	(void)env_run(e, DOWN, got, IF_LAN, IN_WAN, 0, 0);
	env_device_pass(e, DEV, 1000 * MS);
	check_passes(e, one, "a device sends something");
	env_device_pass(e, DEV, 1000 * MS);
	r = stream(e, DEV, p, 68000, 12000);
	run_check(r.held_ms > 6000 && r.held_ms < 7000,
		  "a window that began in its probation counts to its end", "%llu ms",
		  (unsigned long long)r.held_ms);
	begin(e, true);
	check_passes(e, one, "a device sends something, and waits");
	env_device_pass(e, DEV, 3000 * MS);
	r = stream(e, DEV, p, 500000, 2950);
	run_check(r.out < 64000 && r.held_ms == ~0ULL, "then it streams, policed", "%llu bytes",
		  (unsigned long long)r.out);
	r = stream(e, DEV, p, 500000, 10000);
	run_check(r.out >= 600000 && r.held_ms == ~0ULL,
		  "two windows of its probation are no stream, whatever comes behind", "%llu bytes",
		  (unsigned long long)r.out);
}

static void gso(struct env *e)
{
	const struct pkt *p = FROM(GW, EVIL_4, TCP(TCP_ACK, 4000, 443), .payload = 1900);
	struct cg_device d = { 0 };
	uint64_t out = 0, wire = p->len - 14 + 18 * 40;
	unsigned int i;

	begin(e, true);
	for (i = 0; i < 1000; i++) {
		struct env_result r = env_run(e, UP, p, IF_LAN, IF_LAN, 19, 100);

		out += r.verdict == (uint32_t)TC_ACT_UNSPEC ? wire : 0;
		env_device_pass(e, DEV, 10 * MS);
	}
	(void)env_device(e, DEV, &d);
	run_check(out <= 64000 && out > 20000 && d.up_bytes == out && d.flags & CG_DEVICE_HELD &&
			  d.dropped_bytes == 1000 * wire - out,
		  "GSO packets are paid for as on the wire", "%llu bytes out, noted %llu",
		  (unsigned long long)out, (unsigned long long)d.up_bytes);
}

/* ---- held ---- */

static void held(struct env *e)
{
	const struct pkt *far4 = FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 30),
			 *far6 = FROM6(GW, EVIL_6, TCP(TCP_SYN, 4000, 443));
	const struct {
		const char *name;
		const struct pkt *p;
	} near[] = {
		{ "arp", pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4) },
		{ "arp reply", pk_arp(DEV, GW, 2, DEV, DEV_4, GW_4) },
		{ "dhcp", PK(.smac = DEV, .dmac = BCAST, .src = "0.0.0.0", .dst = "255.255.255.255",
			     UDP(68, 67), .payload = 300) },
		{ "dhcp renewal", FROM(GW, GW_4, UDP(68, 67), .payload = 300) },
		{ "dns of the gateway", FROM(GW, GW_4, UDP(4000, 53), .payload = 40) },
		{ "ntp of the gateway", FROM(GW, GW_4, UDP(123, 123), .payload = 48) },
		{ "mdns", FROM(MC4, "224.0.0.251", UDP(5353, 5353), .payload = 100) },
		{ "mdns v6", FROM6(MC6, "ff02::fb", UDP(5353, 5353), .payload = 100) },
		{ "igmp", FROM(MC4, "224.0.0.22", .proto = IPPROTO_IGMP, .payload = 16) },
		{ "mld",
		  FROM6(MC6, "ff02::16", .proto = IPPROTO_ICMPV6, .icmp = 143, .payload = 20) },
		{ "ws-discovery", FROM(MC4, "239.255.255.250", UDP(3702, 3702), .payload = 600) },
		{ "ssdp", FROM(MC4, "239.255.255.250", UDP(1900, 1900), .payload = 300) },
		{ "neighbour solicitation",
		  pk_nd(DEV, MC6, DEV_6, "ff02::1:ff00:1", 135, GW_6, DEV, 255) },
		{ "video on the LAN", FROM(PHONE, PHONE_4, TCP(TCP_ACK, 554, 9), .payload = 1400) },
		{ "video on the LAN, v6", FROM6(PHONE, PHONE_6, UDP(554, 9), .payload = 1400) },
		{ "another LAN", FROM(GW, LAN2_4, UDP(1, 2), .payload = 1400) },
		{ "a home tunnel", FROM(GW, HOME_4, UDP(1, 2), .payload = 1400) },
		{ "eapol", PK(.smac = DEV, .dmac = GW, .ethertype = 0x888e, .payload = 46) },
		{ "another EtherType",
		  PK(.smac = DEV, .dmac = GW, .ethertype = 0x88cc, .payload = 46) },
	};
	struct cg_device d = { 0 };
	char name[96];
	unsigned int i, n;

	begin(e, true);
	check_passes(e, far4, "a remote passes before");
	check_passes(e, far6, "a remote passes before, v6");
	(void)env_device(e, DEV, &d);
	d.flags = CG_DEVICE_HELD;
	env_device_put(e, DEV, &d);
	check_drops(e, far4, "held: a remote is dropped");
	check_drops(e, far6, "held: a remote is dropped, v6");
	for (i = 0; i < sizeof(near) / sizeof(*near); i++) {
		snprintf(name, sizeof(name), "held: %s passes", near[i].name);
		for (n = 0; n < 100 && passes(e, near[i].p); n++)
			;
		run_check(n == 100, name, "after %u", n);
	}
	run_check(env_run(e, DOWN,
			  PK(.smac = GW, .dmac = DEV, .src = EVIL_4, .dst = DEV_4, UDP(1, 2)),
			  IF_LAN, IN_WAN, 0, 0)
				  .verdict == (uint32_t)TC_ACT_UNSPEC,
		  "held: what comes for it passes", "dropped");
	run_check(passes(e, PK(.smac = DEV2, .dmac = GW, .src = DEV_4, .dst = EVIL_4, UDP(1, 2))),
		  "held: another device is not touched", "dropped");
	env_device_pass(e, DEV, 86400 * S);
	check_drops(e, far4, "held: a day later it still is");
	env_state(e, "off");
	check_passes(e, far4, "held: where camgate is off it passes");
	env_state(e, "off past");
	check_drops(e, far4, "held: on again");
	e->meta->flags &= ~(uint32_t)CG_META_PROBATION;
	check_passes(e, far4, "held: where there is no probation it passes");
	e->meta->flags |= CG_META_PROBATION;
	check_drops(e, far4, "held: with probation again");
	env_settle(e, DEV);
	check_passes(e, far4, "held: settled it passes");
	memset(e->settled, 0, CG_SETTLED_SETS * sizeof(*e->settled));
	check_drops(e, far4, "held: no more settled");
	(void)env_device(e, DEV, &d);
	d.flags = CG_DEVICE_FREE;
	env_device_put(e, DEV, &d);
	check_passes(e, far4, "freed it passes");
	check_passes(e, far6, "freed it passes, v6");
	run_check(flags_of(e, DEV) == CG_DEVICE_FREE, "and stays free", "%x", flags_of(e, DEV));
}

static void freed(struct env *e)
{
	const struct pkt *p = FROM(GW, EVIL_4, UDP(4000, 9000), .payload = 1200);
	struct cg_device d = { .flags = CG_DEVICE_FREE };
	struct streamed r;

	begin(e, true);
	env_device_put(e, DEV, &d);
	r = stream(e, DEV, p, 8000000, 8000);
	run_check(r.held_ms == ~0ULL && r.out > 7900000, "what is freed at once streams", "%llu",
		  (unsigned long long)r.out);
	begin(e, true);
	env_settle(e, DEV);
	run_check(passes(e, p), "what is settled passes", "dropped");
	for (r.out = 0; r.out < 1000 && passes(e, p); r.out++)
		;
	run_check(r.out == 1000, "a thousand times at once", "%llu", (unsigned long long)r.out);
	begin(e, true);
	STEP(e, "a camera's drop stays one", NULL, UP,
	     UP4(EVIL_4, UDP(4000, 9000), .payload = 1200), R(CG_DROP_UNRULED));
	env_state(e, "allow any");
	for (r.out = 0; r.out < 100; r.out++) {
		struct row row = { "", NULL, UP, UP4(EVIL_4, UDP(4000, 9000), .payload = 1200) };
		bool ok;

		if (run_quiet(e, &row, &ok) != CG_PASS_CONTROL || !ok)
			break;
	}
	run_check(r.out == 100, "a camera has no probation", "%llu", (unsigned long long)r.out);
}

/* Those without an entry share one budget, whose time does not run out. */
static void crowd(struct env *e)
{
	uint8_t mac[6] = { 0x02, 0xdf };
	uint64_t key, out = 0, begun, limit;
	struct cg_device d = { .first_ns = 1 };
	unsigned int i, lan = 0;

	begin(e, true);
	for (i = 0; i < CG_MAX_DEVICES + 64; i++) {
		mac[2] = 1;
		mac[4] = i >> 8;
		mac[5] = i;
		key = cg_mac_word(mac);
		if (bpf_map_update_elem(e->devices, &key, &d, BPF_ANY))
			break;
	}
	run_check(i >= CG_MAX_DEVICES && i < CG_MAX_DEVICES + 64, "the table is full", "%u", i);
	mac[2] = 2;
	begun = env_now();
	for (i = 0; i < 2000; i++) { /* 20 s, each packet of another device, 1 Mbit/s */
		struct pkt p = *PK(.smac = mac, .dmac = GW, .src = DEV_4, .dst = EVIL_4, UDP(1, 2),
				   .payload = 1222);

		p.data[10] = i >> 8;
		p.data[11] = i;
		if (passes(e, &p))
			out += p.len - 14;
		env_device_pass(e, NULL, 10 * MS);
		p = *PK(.smac = mac, .dmac = PHONE, .src = DEV_4, .dst = PHONE_4, UDP(1, 2),
			.payload = 1222);
		lan += passes(e, &p);
	}
	limit = CG_PROBATION_BURST + CG_PROBATION_BYTES_S * (20 * S + env_now() - begun) / S;
	run_check(out <= limit && out > limit * 9 / 10, "devices without an entry share one budget",
		  "%llu bytes of %llu", (unsigned long long)out, (unsigned long long)limit);
	run_check(lan == 2000, "and lose nothing on the LAN", "%u of 2000", lan);
	run_check(!env_device(e, mac, &d), "none of them has an entry", "one has");
}

int main(void)
{
	struct env *e = env_open();

	streams(e);
	edges(e);
	which_windows(e);
	gso(e);
	held(e);
	freed(e);
	crowd(e);
	env_tap(e, NULL, false);
	env_close(&e);
	return run_end();
}
