/* SPDX-License-Identifier: GPL-2.0-only */
/* Every EtherType, and every kind of packet cut at every byte from 14. */
#include <stdio.h>
#include <string.h>
#include <linux/pkt_cls.h>
#include "frames.h"
#include "run.h"

static void ethertypes(struct env *e)
{
	static const char *const names[] = { "up", "up, 1 tag", "up, 2 tags", "down" };
	struct cg_stats before, after;
	struct pkt p;
	unsigned int k, t, wrong, first, passed;
	uint64_t drops, want;

	for (k = 0; k < 4; k++) {
		struct pk spec = { .smac = k < 3 ? CAM1 : GW,
				   .dmac = k < 3 ? GW : CAM1,
				   .tags = k < 3 ? k : 0,
				   .payload = 46 };
		enum cg_plane plane = k < 3 ? CG_PLANE_UP : CG_PLANE_DOWN;

		env_reset(e);
		env_state(e, "open; allow any");
		env_stats(e, 1, &before);
		wrong = first = passed = 0;
		for (t = 0; t < 65536; t++) {
			struct env_result r;
			bool pass;

			spec.ethertype = t;
			pk_build(&spec, &p);
			r = env_run(e, k < 3 ? UP : DOWN, &p, IF_LAN, k < 3 ? IF_LAN : IN_WAN, 0,
				    0);
			pass = r.verdict == (uint32_t)TC_ACT_UNSPEC;
			passed += pass;
			/* IPv4, IPv6 and ARP of zeros cannot be parsed; what a LAN host
			 * says in ARP to a camera is not looked into. */
			if (k == 3 && t == 0x0806) {
				passed -= pass;
				continue;
			}
			if (pass != (t == 0x888e) || (!pass && r.verdict != TC_ACT_SHOT)) {
				if (!wrong++)
					first = t;
			}
		}
		env_stats(e, 1, &after);
		run_check(!wrong && passed == 1, names[k],
			  "%u of 65536 EtherTypes wrong, the first %#06x, %u passed", wrong, first,
			  passed);
		drops = after.c[plane][CG_DROP_ETHERTYPE].packets -
			before.c[plane][CG_DROP_ETHERTYPE].packets;
		/* All but IPv4, IPv6, ARP, EAPOL, and the two tags unless a third. */
		want = 65536 - 4 - (k == 2 ? 2 : 0);
		run_check(drops == want, "their reason is ETHERTYPE", "%s: %llu of %llu", names[k],
			  (unsigned long long)drops, (unsigned long long)want);
		if (k == 2)
			run_check(after.c[plane][CG_DROP_VLAN].packets -
						  before.c[plane][CG_DROP_VLAN].packets ==
					  2,
				  "a third tag of either kind has its own", "%llu",
				  (unsigned long long)(after.c[plane][CG_DROP_VLAN].packets -
						       before.c[plane][CG_DROP_VLAN].packets));
	}
}

/* What is too short for the kernel alone goes through behind a tag. */
static const struct pkt *tagged(const struct pkt *p)
{
	static struct pkt q;

	q = *p;
	memcpy(q.data + 12, "\x81\x00\x00\x07", 4);
	memcpy(q.data + 16, p->data + 12, p->len - 12);
	q.len += 4;
	q.headers_end += 4;
	return &q;
}

#define Q UP4(VENDOR_4, UDP(5000, 6000), .payload = 64)

static void cut_one(struct env *e, const struct row *kind, const struct pkt *whole,
		    const char *name)
{
	size_t bad_at = 0, short_at = 0, odd_at = 0, n;
	struct row r = *kind;
	enum cg_reason full, cut;
	struct pkt *p;
	bool ok;

	env_reset(e);
	env_state(e, r.state);
	r.pkt = whole;
	full = run_quiet(e, &r, &ok);
	if (!ok || full == CG_REASON_NONE) {
		run_check(false, name, "the whole packet: %s", reason_name(full));
		return;
	}
	p = (struct pkt *)pk_cut(whole, whole->len);
	r.pkt = p;
	for (n = 14; n < whole->len; n++) {
		env_flows_clear(e);
		p->len = n;
		if (env_run(e, r.dir, p, IF_LAN, r.dir == UP ? IF_LAN : r.in, 0, 0).verdict ==
		    ENV_NOT_RUN)
			continue;
		env_flows_clear(e);
		cut = run_quiet(e, &r, &ok);
		if (!ok || cut == CG_REASON_NONE)
			odd_at = n;
		else if (cut < CG_REASON_DROP && full >= CG_REASON_DROP)
			bad_at = n;
		else if (cut < CG_REASON_DROP && n < whole->headers_end)
			short_at = n;
	}
	run_check(
		!bad_at && !short_at && !odd_at, name,
		"whole %s; passes cut to %zu; passes inside its headers cut to %zu; not counted once at %zu (0 = nowhere)",
		reason_name(full), bad_at, short_at, odd_at);
}

static void cuts(struct env *e)
{
	const struct row kinds[] = {
		{ "arp", NULL, UP, pk_arp(CAM1, BCAST, 1, CAM1, CAM1_4, GW_4) },
		{ "arp that lies", NULL, UP, pk_arp(CAM1, BCAST, 1, CAM1, GW_4, GW_4) },
		{ "na", NULL, UP, pk_nd(CAM1, GW, CAM1_6, GW_6, 136, CAM1_6, CAM1, 255) },
		{ "na that lies", NULL, UP, pk_nd(CAM1, GW, CAM1_6, GW_6, 136, GW_6, CAM1, 255) },
		{ "ra", NULL, UP,
		  CAM(MC6, CAM1_LL, "ff02::1", .proto = IPPROTO_ICMPV6, .icmp = 134, .ttl = 255,
		      .payload = 8) },
		{ "udp4 unruled", NULL, UP, UP4(EVIL_4, UDP(1, 2), .payload = 20) },
		{ "tcp4 unruled", NULL, UP, UP4(EVIL_4, TCP(TCP_SYN, 1, 2), .tcp_options = 12) },
		{ "udp6 unruled", NULL, UP, UP6(EVIL_6, UDP(1, 2), .payload = 20) },
		{ "tcp6 unruled behind headers", NULL, UP,
		  UP6(EVIL_6, TCP(TCP_SYN, 1, 2), .ext = "hda") },
		{ "udp4 unruled, options, 2 tags", NULL, UP,
		  UP4(EVIL_4, UDP(1, 2), .options = 24, .tags = 2) },
		{ "udp4 allowed by port", "allow any:443/udp", UP, UP4(EVIL_4, UDP(1, 443)) },
		{ "tcp6 allowed by port", "allow any:443/tcp", UP,
		  UP6(EVIL_6, TCP(TCP_SYN, 1, 443), .ext = "h") },
		{ "tcp4 denied by port", "allow any; deny any:443/tcp", UP,
		  UP4(EVIL_4, TCP(TCP_SYN, 1, 443)) },
		{ "udp6 denied by port", "allow any; deny any:443/udp", UP,
		  UP6(EVIL_6, UDP(1, 443), .ext = "d") },
		{ "echo4", "allow any", UP, UP4(EVIL_4, ECHO4(1), .payload = 8) },
		{ "nat-pmp", "open", UP, UP4(GW_4, UDP(1, 5351), .payload = 12) },
		{ "http to the gateway", NULL, UP, UP4(GW_4, TCP(TCP_SYN, 1, 80)) },
		{ "dhcp server", NULL, UP,
		  CAM(PHONE, CAM1_4, PHONE_4, UDP(67, 68), .payload = 20) },
		{ "redirect4", NULL, UP,
		  CAM(PHONE, CAM1_4, PHONE_4, .proto = IPPROTO_ICMP, .icmp = 5, .quote = Q) },
		{ "first fragment4", NULL, UP,
		  UP4(EVIL_4, TCP(TCP_SYN, 1, 2), .payload = 100, .frag = true, .slice = 80,
		      .more = true) },
		{ "first fragment6", NULL, UP,
		  UP6(EVIL_6, TCP(TCP_SYN, 1, 2), .payload = 100, .frag = true, .slice = 80,
		      .more = true) },
		{ "later fragment6", NULL, UP,
		  UP6(EVIL_6, TCP(TCP_SYN, 1, 2), .payload = 100, .frag = true, .off = 80) },
		{ "spoofed4", "open", UP, CAM(GW, EVIL_4, VENDOR_4, UDP(1, 2)) },
		{ "spoofed6", "open", UP, CAM(GW, EVIL_6, VENDOR_6, UDP(1, 2)) },
		{ "lan none", "lan none", UP, CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2)) },
		{ "icmp error, foreign", "allow any", UP,
		  UP4(VENDOR_4, .proto = IPPROTO_ICMP, .icmp = 3,
		      .quote = DN4(VENDOR_4, UDP(9, 9))) },
		{ "down syn4", NULL, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 1, 554)), 0, IN_WAN },
		{ "down syn6 behind headers", NULL, DOWN,
		  DN6(EVIL_6, TCP(TCP_SYN, 1, 554), .ext = "hd"), 0, IN_WAN },
		{ "down syn4 of an allowed remote", "allow any", DOWN,
		  DN4(EVIL_4, TCP(TCP_SYN, 1, 554), .tcp_options = 20), 0, IN_WAN },
		{ "down udp4", NULL, DOWN, DN4(EVIL_4, UDP(1, 2), .payload = 30), 0, IN_WAN },
		{ "down icmp error6, foreign", "allow any", DOWN,
		  DN6(EVIL_6, .proto = IPPROTO_ICMPV6, .icmp = 1, .quote = UP6(EVIL_6, UDP(1, 2))),
		  0, IN_WAN },
		{ "down from the gateway", NULL, DOWN, DN4(GW_4, TCP(TCP_SYN, 1, 554)), 0,
		  IN_SELF },
	};
	char name[96];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cut_one(e, &kinds[i], kinds[i].pkt, kinds[i].name);
		snprintf(name, sizeof(name), "%s, tagged", kinds[i].name);
		if (kinds[i].pkt->l3 < 22)
			cut_one(e, &kinds[i], tagged(kinds[i].pkt), name);
	}
}

int main(void)
{
	struct env *e = env_open();

	ethertypes(e);
	cuts(e);
	env_close(&e);
	return run_end();
}
