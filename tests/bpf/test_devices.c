/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras: what of their packets is counted, with whom, and in which window. */
#include <stdio.h>
#include <string.h>
#include "device.h"

static const uint16_t PORTS[] = { 1900, 0 };

static void begin(struct env *e)
{
	begin_with(e, PORTS);
}

#define WIRE(p) ((p)->len - 14)

static void scopes(struct env *e)
{
	const struct {
		const char *name;
		const struct pkt *p;
		bool counted;
	} ups[] = {
		{ "a remote", FROM(GW, EVIL_4, UDP(1, 2), .payload = 500), true },
		{ "a remote, v6", FROM6(GW, EVIL_6, UDP(1, 2), .payload = 500), true },
		{ "a remote, short", FROM(GW, EVIL_4, TCP(TCP_ACK, 1, 2)), true },
		{ "a remote, later fragment",
		  FROM(GW, EVIL_4, UDP(9, 9), .frag = true, .off = 808, .slice = 600,
		       .payload = 1400),
		  true },
		{ "a remote, routing header",
		  FROM6(GW, EVIL_6, UDP(1, 2), .ext = "r", .payload = 500), true },
		{ "a remote, lying TCP head", FROM(GW, EVIL_4, TCP(TCP_ACK, 1, 2), .doff = 2),
		  true },
		{ "a group beyond the house", FROM(MC4, "233.1.2.3", UDP(1, 2), .payload = 500),
		  true },
		{ "the LAN", FROM(PHONE, PHONE_4, UDP(1, 2), .payload = 500), false },
		{ "the LAN, v6", FROM6(PHONE, PHONE_6, UDP(1, 2), .payload = 500), false },
		{ "another LAN", FROM(GW, LAN2_4, UDP(1, 2), .payload = 500), false },
		{ "a home tunnel", FROM(GW, HOME_4, UDP(1, 2), .payload = 500), false },
		{ "the gateway", FROM(GW, GW_4, UDP(1, 2), .payload = 500), false },
		{ "a group", FROM(MC4, "239.255.255.250", UDP(1, 2), .payload = 500), false },
		{ "a broadcast", FROM(BCAST, "255.255.255.255", UDP(1, 2), .payload = 500), false },
		{ "link-local", FROM(PHONE, "169.254.1.1", UDP(1, 2), .payload = 500), false },
		{ "a remote, by a head that cannot be read",
		  FROM(GW, EVIL_4, UDP(1, 2), .ip_len_delta = 9), false },
		{ "arp for a remote", pk_arp(DEV, BCAST, 1, DEV, DEV_4, EVIL_4), false },
	};
	const struct {
		const char *name;
		const struct pkt *p;
		uint32_t in;
		bool counted;
	} downs[] = {
		{ "a remote", TO(EVIL_4, UDP(2, 1), .payload = 500), IN_WAN, true },
		{ "a remote, v6", TO6(EVIL_6, UDP(2, 1), .payload = 500), IN_WAN, true },
		{ "a remote with an address of the LAN", TO(PHONE_4, UDP(2, 1), .payload = 500),
		  IN_WAN, true },
		{ "the gateway", TO(GW_4, UDP(53, 1), .payload = 500), IN_SELF, false },
		{ "the gateway in a remote's name", TO(EVIL_4, UDP(53, 1), .payload = 500), IN_SELF,
		  false },
		{ "the LAN", TO(PHONE_4, UDP(2, 1), .payload = 500), IN_LAN, false },
		{ "a home tunnel", TO(HOME_4, UDP(2, 1), .payload = 500), IN_HOME, false },
	};
	struct cg_device d;
	struct cg_heard h;
	char name[96];

	for (size_t i = 0; i < sizeof(ups) / sizeof(*ups); i++) {
		const struct cg_device_window *w = &d.window[0];

		begin(e);
		snprintf(name, sizeof(name), "to %s: passes", ups[i].name);
		sent(e, ups[i].p, name);
		snprintf(name, sizeof(name), "to %s: %s", ups[i].name,
			 ups[i].counted ? "counts" : "does not count");
		memset(&d, 0, sizeof(d));
		run_check(env_device(e, DEV, &d) && !d.dropped_bytes &&
				  (ups[i].counted ? d.up_bytes == WIRE(ups[i].p) &&
							    w->up_bytes == d.up_bytes &&
							    w->up_packets == 1 && d.window_ns &&
							    d.remote_ns :
						    !d.up_bytes && !w->up_packets && !d.window_ns &&
							    !d.remote_ns),
			  name, "%llu bytes of %zu, %u packets", (unsigned long long)d.up_bytes,
			  WIRE(ups[i].p), w->up_packets);
	}
	for (size_t i = 0; i < sizeof(downs) / sizeof(*downs); i++) {
		const struct cg_device_window *w = &d.window[0];

		begin(e);
		(void)passes(e, UP, pk_arp(DEV, BCAST, 1, DEV, DEV_4, GW_4), IF_LAN);
		(void)env_heard(e, &h);
		snprintf(name, sizeof(name), "from %s: passes", downs[i].name);
		run_check(passes(e, DOWN, downs[i].p, downs[i].in), name, "dropped");
		snprintf(name, sizeof(name), "from %s: %s", downs[i].name,
			 downs[i].counted ? "counts" : "does not count");
		run_check(env_device(e, DEV, &d) && !env_heard(e, &h) && !d.remote_ns &&
				  w->down_bytes == (downs[i].counted ? WIRE(downs[i].p) : 0),
			  name, "%u bytes", w->down_bytes);
	}
	begin(e);
	run_check(passes(e, DOWN, downs[0].p, IN_WAN) && !env_device(e, DEV, &d),
		  "what comes for nobody makes no entry", "it does");
	env_settle(e, DEV);
	run_check(passes(e, DOWN, downs[0].p, IN_WAN), "to a settled device passes", "dropped");
	run_check(passes(e, DOWN,
			 PK(.smac = GW, .dmac = MC4, .src = EVIL_4, .dst = "239.1.1.1", UDP(1, 2)),
			 IN_WAN),
		  "a group's frame passes", "dropped");
}

static void windows(struct env *e)
{
	const struct pkt *small = FROM(GW, EVIL_4, UDP(1, 2), .payload = 100),
			 *big = FROM(GW, EVIL_4, UDP(1, 2), .payload = 1200),
			 *edge = FROM(GW, EVIL_4, UDP(1, 2), .payload = CG_DEVICE_BIG - 28),
			 *below = FROM(GW, EVIL_4, UDP(1, 2), .payload = CG_DEVICE_BIG - 29),
			 *tcp = FROM(GW, EVIL_4, TCP(TCP_ACK, 1, 2), .payload = 1900);
	struct cg_device d;
	struct cg_device_window *w = d.window;

	begin(e);
	sent(e, small, "a small packet passes");
	sent(e, big, "a big packet passes");
	sent(e, edge, "one of just so many bytes passes");
	sent(e, below, "one below passes");
	run_check(env_device(e, DEV, &d) && w[0].up_packets == 4 && w[0].up_big == 2 &&
			  w[0].up_bytes == WIRE(small) + WIRE(big) + 2 * CG_DEVICE_BIG - 1,
		  "a window holds packets, big ones and bytes", "%u, %u, %u", w[0].up_packets,
		  w[0].up_big, w[0].up_bytes);
	env_device_pass(e, DEV, CG_WINDOW_NS);
	sent(e, small, "another passes in the next window");
	run_check(env_device(e, DEV, &d) && w[0].up_packets == 1 && w[1].up_packets == 4 &&
			  w[0].up_bytes == WIRE(small) && !w[0].up_big && w[1].up_big == 2 &&
			  !w[2].up_packets,
		  "the window before is kept", "%u, %u, %u", w[0].up_packets, w[1].up_packets,
		  w[2].up_packets);
	env_device_pass(e, DEV, 3 * CG_WINDOW_NS);
	sent(e, small, "another passes after a pause");
	run_check(env_device(e, DEV, &d) && w[0].up_packets == 1 && !w[1].up_packets &&
			  !w[2].up_packets && w[3].up_packets == 1 && w[4].up_packets == 4,
		  "windows of a pause are empty", "%u %u %u %u %u", w[0].up_packets,
		  w[1].up_packets, w[2].up_packets, w[3].up_packets, w[4].up_packets);
	env_device_pass(e, DEV, 4 * CG_WINDOW_NS);
	sent(e, small, "another passes after another pause");
	run_check(env_device(e, DEV, &d) && w[7].up_packets == 1 && w[4].up_packets == 1,
		  "the eighth window is the last", "%u %u", w[4].up_packets, w[7].up_packets);
	env_device_pass(e, DEV, 50 * CG_WINDOW_NS);
	run_check(passes(e, DOWN, TO(EVIL_4, UDP(2, 1), .payload = 100), IN_WAN),
		  "an answer passes after a long pause", "dropped");
	memset(&d, 0, sizeof(d));
	run_check(env_device(e, DEV, &d) && w[0].down_bytes == 128 && !w[0].up_packets &&
			  !w[1].up_packets && !w[7].up_packets &&
			  (int64_t)(env_now() - d.window_ns) < 1000000000,
		  "nothing is left of before, and it begins anew", "%u", w[0].down_bytes);
	begin(e);
	(void)env_run(e, UP, tcp, IF_LAN, IF_LAN, 2, 1000);
	run_check(env_device(e, DEV, &d) && w[0].up_packets == 2 && w[0].up_big == 2 &&
			  w[0].up_bytes == WIRE(tcp) + 40 && d.up_bytes == w[0].up_bytes,
		  "a GSO packet counts as on the wire", "%u packets, %u big, %u bytes",
		  w[0].up_packets, w[0].up_big, w[0].up_bytes);
	begin(e);
	(void)env_run(e, UP, tcp, IF_LAN, IF_LAN, 4, 500);
	run_check(env_device(e, DEV, &d) && w[0].up_packets == 4 && !w[0].up_big &&
			  w[0].up_bytes == WIRE(tcp) + 3 * 40,
		  "one of small segments is not big", "%u packets, %u big, %u bytes",
		  w[0].up_packets, w[0].up_big, w[0].up_bytes);
}

int main(void)
{
	struct env *e = env_open();

	scopes(e);
	windows(e);
	env_tap(e, NULL, false);
	env_close(&e);
	return run_end();
}
