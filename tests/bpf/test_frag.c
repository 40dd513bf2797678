/* SPDX-License-Identifier: GPL-2.0-only */
/* Fragments, both families, both ways. */
#include <bpf/bpf.h>
#include <stdio.h>
#include "../fault.h"
#include "frames.h"
#include "run.h"

/* One datagram of 8 + 2000 bytes UDP or 20 + 2000 TCP, in slices. */
#define F(o, s, m, i) \
	.payload = 1200, .frag = true, .off = (o), .slice = (s), .more = (m), .id = (i)

/* What later fragments of a dropped first may be called. */
static uint64_t shared(uint64_t first)
{
	return first | R(CG_DROP_FRAG_ORDER) | R(CG_DROP_FRAGMENT);
}

static void order(struct env *e)
{
	const uint64_t ctl = R(CG_PASS_CONTROL), late = R(CG_PASS_FRAGMENT),
		       lost = R(CG_DROP_FRAG_ORDER);
	const uint64_t un = R(CG_DROP_UNRULED);
	struct {
		const char *name;
		const struct pkt *first, *mid, *last, *other_id, *other_peer;
	} sets[] = {
		{ "udp4", UP4(VENDOR_4, UDP(1, 443), F(0, 600, true, 7)),
		  UP4(VENDOR_4, UDP(1, 443), F(600, 304, true, 7)),
		  UP4(VENDOR_4, UDP(1, 443), F(904, 0, false, 7)),
		  UP4(VENDOR_4, UDP(1, 443), F(600, 304, true, 8)),
		  UP4("198.51.100.11", UDP(1, 443), F(600, 304, true, 7)) },
		{ "tcp4", UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), F(0, 600, true, 7)),
		  UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), F(600, 304, true, 7)),
		  UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), F(904, 0, false, 7)),
		  UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), F(600, 304, true, 8)),
		  UP4("198.51.100.11", TCP(TCP_ACK, 1, 443), F(600, 304, true, 7)) },
		{ "udp6", UP6(VENDOR_6, UDP(1, 443), F(0, 600, true, 7)),
		  UP6(VENDOR_6, UDP(1, 443), F(600, 304, true, 7)),
		  UP6(VENDOR_6, UDP(1, 443), F(904, 0, false, 7)),
		  UP6(VENDOR_6, UDP(1, 443), F(600, 304, true, 8)),
		  UP6("2001:db8:99::11", UDP(1, 443), F(600, 304, true, 7)) },
		{ "tcp6 behind hop-by-hop",
		  UP6(VENDOR_6, TCP(TCP_ACK, 1, 443), .ext = "h", F(0, 600, true, 7)),
		  UP6(VENDOR_6, TCP(TCP_ACK, 1, 443), .ext = "h", F(600, 304, true, 7)),
		  UP6(VENDOR_6, TCP(TCP_ACK, 1, 443), .ext = "h", F(904, 0, false, 7)),
		  UP6(VENDOR_6, TCP(TCP_ACK, 1, 443), .ext = "h", F(600, 304, true, 8)),
		  UP6("2001:db8:99::11", TCP(TCP_ACK, 1, 443), .ext = "h", F(600, 304, true, 7)) },
	};
	char n[96];
	size_t i;
#define NAME(what) (snprintf(n, sizeof(n), "%s: %s", sets[i].name, what), n)

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		env_reset(e);
		env_state(e, "allow any:443");
		STEP(e, NAME("later before first drops"), NULL, UP, sets[i].mid, lost);
		STEP(e, NAME("first passes"), NULL, UP, sets[i].first, ctl);
		STEP(e, NAME("later passes"), NULL, UP, sets[i].mid, late);
		STEP(e, NAME("last passes"), NULL, UP, sets[i].last, late);
		STEP(e, NAME("later of another id drops"), NULL, UP, sets[i].other_id, lost);
		STEP(e, NAME("later to another peer drops"), NULL, UP, sets[i].other_peer, lost);
		env_age(e, 1, CG_FRAG_S + 1);
		STEP(e, NAME("later 6 s behind drops"), NULL, UP, sets[i].mid, lost);
		STEP(e, NAME("first again passes"), NULL, UP, sets[i].first, ctl);
		STEP(e, NAME("later again passes"), NULL, UP, sets[i].mid, late);
		env_word(e, 1, (uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT);
		STEP(e, NAME("sealed between: later drops"), NULL, UP, sets[i].mid,
		     shared(R(CG_DROP_SEALED)));
		env_reset(e);
		STEP(e, NAME("unruled first drops"), NULL, UP, sets[i].first, un);
		STEP(e, NAME("later of the unruled drops"), NULL, UP, sets[i].mid, shared(un));
		env_reset(e);
		env_state(e, "open");
		STEP(e, NAME("open: first passes"), NULL, UP, sets[i].first, R(CG_PASS_OPEN));
		STEP(e, NAME("open: later passes"), NULL, UP, sets[i].mid, late);
		env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
		STEP(e, NAME("closed between: later drops"), NULL, UP, sets[i].mid, shared(un));
	}
}

static void shapes(struct env *e)
{
	const uint64_t bad = R(CG_DROP_FRAGMENT);
	const struct row rows[] = {
		{ "first with 8 bytes of udp passes", "allow any", UP,
		  UP4(VENDOR_4, UDP(1, 2), F(0, 8, true, 1)), R(CG_PASS_CONTROL) },
		{ "first with 8 bytes of tcp drops", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), F(0, 8, true, 1)), bad },
		{ "first with 16 bytes of tcp drops", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), F(0, 16, true, 1)), bad },
		{ "first with 24 bytes of tcp passes", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), F(0, 24, true, 1)), R(CG_PASS_CONTROL) },
		{ "first with 24 bytes of a 40-byte tcp header drops", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(0, 24, true, 1)), bad },
		{ "first with 40 bytes of a 40-byte tcp header passes", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(0, 40, true, 1)),
		  R(CG_PASS_CONTROL) },
		{ "open: first with 16 bytes of tcp drops", "open", UP,
		  UP4(EVIL_4, TCP(TCP_SYN, 1, 2), F(0, 16, true, 1)), bad },
		{ "offset 1 of tcp drops", "allow any", UP,
		  UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), F(8, 600, true, 1)),
		  bad | R(CG_DROP_FRAG_ORDER) },
		{ "v6 first with 8 bytes of tcp drops", "allow any", UP,
		  UP6(VENDOR_6, TCP(TCP_SYN, 1, 2), F(0, 8, true, 1)), bad },
		{ "v6 first with 24 bytes of tcp passes", "allow any", UP,
		  UP6(VENDOR_6, TCP(TCP_SYN, 1, 2), F(0, 24, true, 1)), R(CG_PASS_CONTROL) },
		{ "v6 first with 8 bytes of udp passes", "allow any", UP,
		  UP6(VENDOR_6, UDP(1, 2), F(0, 8, true, 1)), R(CG_PASS_CONTROL) },
		{ "v6 atomic fragment is whole, passes by rule", "allow any:443", UP,
		  UP6(VENDOR_6, UDP(1, 443), .ext = "f"), R(CG_PASS_CONTROL) },
		{ "v6 atomic fragment is whole, drops by rule", "allow any:443", UP,
		  UP6(VENDOR_6, UDP(1, 444), .ext = "f"), R(CG_DROP_UNRULED) },
		{ "v6 atomic fragment with 8 bytes of tcp is malformed", "allow any", UP,
		  UP6(VENDOR_6, TCP(TCP_SYN, 1, 2), F(0, 8, false, 1)),
		  bad | R(CG_DROP_MALFORMED) },
		{ "v4 offset 0 without more is whole", "allow any:443", UP,
		  UP4(VENDOR_4, UDP(1, 443), F(0, 0, false, 1)), R(CG_PASS_CONTROL) },
		{ "first to a LAN host passes", NULL, UP,
		  CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2), F(0, 600, true, 1)), R(CG_PASS_LAN) },
		{ "lan none: first to a LAN host drops", "lan none", UP,
		  CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2), F(0, 600, true, 1)),
		  R(CG_DROP_LAN_VIEWING) },
		{ "lan none: later to a LAN host drops", "lan none", UP,
		  CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2), F(600, 304, true, 1)), ANY_DROP },
		{ "later with a spoofed source drops", NULL, UP,
		  CAM(PHONE, EVIL_4, PHONE_4, UDP(1, 2), F(600, 304, true, 1)), ANY_DROP },
		{ "nat-pmp in a fragment drops", "open", UP,
		  UP4(GW_4, UDP(1, 5351), F(0, 600, true, 1)), R(CG_DROP_PORTMAP) },
		{ "later to the gateway without first drops", NULL, UP,
		  UP4(GW_4, UDP(1, 53), F(600, 304, true, 1)), R(CG_DROP_FRAG_ORDER) },
		{ "dns to the gateway in fragments passes", NULL, UP,
		  UP4(GW_4, UDP(1, 53), F(0, 600, true, 1)), R(CG_PASS_GATEWAY) },
		{ "down: first inbound drops", "allow any", DOWN,
		  DN4(VENDOR_4, UDP(1, 2), F(0, 600, true, 1)), R(CG_DROP_INBOUND), IN_WAN },
		{ "down: later without first drops", "open", DOWN,
		  DN4(VENDOR_4, UDP(1, 2), F(600, 304, true, 1)), R(CG_DROP_FRAG_ORDER), IN_WAN },
		{ "down: LAN address from the wan, later drops", NULL, DOWN,
		  DN4(PHONE_4, UDP(1, 2), F(600, 304, true, 1)), ANY_DROP, IN_WAN },
		{ "down: first with 8 bytes of tcp drops", "open", DOWN,
		  DN4(VENDOR_4, TCP(TCP_SYN, 1, 2), F(0, 8, true, 1)), bad, IN_WAN },
	};

	RUN(e, rows);
	env_reset(e);
	env_state(e, "allow any");
	STEP(e, "udp first passes", NULL, UP, UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 3)),
	     R(CG_PASS_CONTROL));
	STEP(e, "udp offset 1 after its first drops", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(8, 592, true, 3)), bad);
	STEP(e, "tcp first of 40 bytes passes", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(0, 40, true, 4)),
	     R(CG_PASS_CONTROL));
	STEP(e, "tcp offset 8 after its first drops", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(8, 600, true, 4)), bad);
	STEP(e, "tcp overlap into the header drops", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(32, 600, true, 4)), bad);
	STEP(e, "tcp behind the header passes", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 1, 2), .tcp_options = 20, F(40, 600, true, 4)),
	     R(CG_PASS_FRAGMENT));
	STEP(e, "v6 udp first passes", NULL, UP, UP6(VENDOR_6, UDP(1, 2), F(0, 600, true, 5)),
	     R(CG_PASS_CONTROL));
	STEP(e, "v6 tcp first passes", NULL, UP,
	     UP6(VENDOR_6, TCP(TCP_SYN, 1, 2), F(0, 24, true, 6)), R(CG_PASS_CONTROL));
	STEP(e, "v6 tcp overlap into the header drops", NULL, UP,
	     UP6(VENDOR_6, TCP(TCP_SYN, 1, 2), F(16, 600, true, 6)), bad);
	STEP(e, "v6 later of udp under tcp's id drops", NULL, UP,
	     UP6(VENDOR_6, UDP(1, 2), F(600, 304, true, 6)), R(CG_DROP_FRAG_ORDER));
	STEP(e, "down does not share up's first", NULL, DOWN,
	     DN4(VENDOR_4, UDP(2, 1), F(600, 304, true, 3)), R(CG_DROP_FRAG_ORDER), IN_WAN);
	STEP(e, "down: first of a known flow passes", NULL, DOWN,
	     DN4(VENDOR_4, UDP(2, 1), F(0, 600, true, 9)), R(CG_PASS_CONTROL), IN_WAN);
	STEP(e, "down: later passes", NULL, DOWN, DN4(VENDOR_4, UDP(2, 1), F(600, 304, true, 9)),
	     R(CG_PASS_FRAGMENT), IN_WAN);
	STEP(e, "down: last passes", NULL, DOWN, DN4(VENDOR_4, UDP(2, 1), F(904, 0, false, 9)),
	     R(CG_PASS_FRAGMENT), IN_WAN);
	STEP(e, "camera 2 does not share camera 1's first", NULL, UP,
	     UP4B(VENDOR_4, UDP(1, 2), F(600, 304, true, 3)), R(CG_DROP_FRAG_ORDER), .slot = 2);
	env_reset(e);
	env_state(e, "to 203.0.113.9");
	STEP(e, "open to a viewer: first passes", NULL, UP,
	     UP4(EVIL_4, UDP(1, 2), F(0, 600, true, 3)), R(CG_PASS_OPEN));
	STEP(e, "open to a viewer: later passes", NULL, UP,
	     UP4(EVIL_4, UDP(1, 2), F(600, 304, true, 3)), R(CG_PASS_FRAGMENT));
	env_state(e, "to 203.0.113.10");
	STEP(e, "open to another viewer now: later drops", NULL, UP,
	     UP4(EVIL_4, UDP(1, 2), F(600, 304, true, 3)), ANY_DROP);
	env_reset(e);
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "allowed first passes", NULL, UP, UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 3)),
	     R(CG_PASS_CONTROL));
	env_rules_clear(e, 1);
	env_rule_add(e, 1, CG_RULE_DENY, "198.51.100.0/24");
	env_policy_write(e, 2);
	e->meta->generation = 2;
	STEP(e, "denied by the next generation: the next first drops", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 4)), R(CG_DROP_DENIED));
}

static void quota(struct env *e)
{
	bool ok, all = true;
	unsigned int i, passed = 0;
	struct row r = { "", NULL, UP };

	env_reset(e);
	env_state(e, "allow any; @2; allow any");
	for (i = 0; i < CG_QUOTA_FRAG; i++) {
		r.pkt = UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 100 + i));
		passed += run_quiet(e, &r, &ok) == CG_PASS_CONTROL;
		all &= ok;
	}
	run_check(all && passed == CG_QUOTA_FRAG, "datagrams up to the quota pass", "%u of %u",
		  passed, CG_QUOTA_FRAG);
	{
		unsigned int refused = 0, kept = 0;

		for (i = 0; i < 100; i++) {
			r.pkt = UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 2000 + i));
			refused += run_quiet(e, &r, &ok) == CG_DROP_QUOTA;
		}
		for (i = 1; i < CG_QUOTA_FRAG; i++) {
			r.pkt = UP4(VENDOR_4, UDP(1, 2), F(600, 304, true, 100 + i));
			kept += run_quiet(e, &r, &ok) == CG_PASS_FRAGMENT;
		}
		fault_say("map/fragments",
			  passed == CG_QUOTA_FRAG && refused == 100 && kept == CG_QUOTA_FRAG - 1,
			  "%u datagrams passed, %u of 100 more refused and counted, %u of the "
			  "first go on",
			  passed, refused, kept);
	}
	STEP(e, "one datagram more is refused", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 999)), R(CG_DROP_QUOTA));
	STEP(e, "its later fragments drop", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(600, 304, true, 999)), R(CG_DROP_FRAG_ORDER));
	STEP(e, "the first one's later fragments pass", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(600, 304, true, 100)), R(CG_PASS_FRAGMENT));
	STEP(e, "camera 2 is not touched", NULL, UP,
	     UP4B(VENDOR_4, UDP(1, 2), F(0, 600, true, 999)), R(CG_PASS_CONTROL), .slot = 2);
	env_age(e, 1, CG_FRAG_S + 1);
	STEP(e, "after 5 s there is room again", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 1000)), R(CG_PASS_CONTROL));
}

/* Whole datagrams do not wait for their 5 s: only those under way count. */
static void many(struct env *e)
{
	struct row r = { "", NULL, UP };
	unsigned int i, firsts = 0, lasts = 0;
	bool ok, all = true;

	env_reset(e);
	env_state(e, "allow any");
	for (i = 0; i < 8 * CG_QUOTA_FRAG; i++) {
		r.pkt = UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 100 + i));
		firsts += run_quiet(e, &r, &ok) == CG_PASS_CONTROL;
		all &= ok;
		r.pkt = UP4(VENDOR_4, UDP(1, 2), F(600, 304, false, 100 + i));
		lasts += run_quiet(e, &r, &ok) == CG_PASS_FRAGMENT;
		all &= ok;
	}
	run_check(all && firsts == i && lasts == i, "whole datagrams beyond the quota pass",
		  "%u firsts and %u lasts of %u", firsts, lasts, i);
	STEP(e, "reordered: the first", NULL, UP, UP4(VENDOR_4, UDP(1, 2), F(0, 600, true, 9000)),
	     R(CG_PASS_CONTROL));
	STEP(e, "reordered: the last", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(1200, 304, false, 9000)), R(CG_PASS_FRAGMENT));
	STEP(e, "reordered: the middle one behind the last", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2), F(600, 600, true, 9000)), R(CG_PASS_FRAGMENT));
}

int main(void)
{
	struct env *e = env_open();

	order(e);
	shapes(e);
	quota(e);
	many(e);
	env_close(&e);
	return run_end();
}
