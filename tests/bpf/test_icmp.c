/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP errors: only about a live permitted flow of that camera, never a flow of their own. */
#include "frames.h"
#include "run.h"

#define ERR4(t, c, q) .proto = IPPROTO_ICMP, .icmp = (t), .code = (c), .quote = (q)
#define ERR6(t, c, q) .proto = IPPROTO_ICMPV6, .icmp = (t), .code = (c), .quote = (q)

static void about_flows(struct env *e)
{
	const uint64_t pass = R(CG_PASS_ICMP_ERROR), drop = R(CG_DROP_ICMP);
	const struct pkt *out = UP4(VENDOR_4, UDP(5000, 6000), .payload = 64);
	const struct pkt *in = DN4(VENDOR_4, UDP(6000, 5000), .payload = 64);
	const struct pkt *out6 = UP6(VENDOR_6, TCP(TCP_ACK, 5000, 443), .payload = 64);
	const struct pkt *other = UP4(VENDOR_4, UDP(5001, 6000), .payload = 64);
	const struct pkt *tcp = UP4(VENDOR_4, TCP(TCP_ACK, 5000, 6000), .payload = 64);
	const struct pkt *cam2 = UP4B(VENDOR_4, UDP(5000, 6000), .payload = 64);
	const struct pkt *open = UP4(EVIL_4, UDP(5000, 6000), .payload = 64);
	const struct pkt *lan = CAM(PHONE, CAM1_4, PHONE_4, UDP(5000, 6000), .payload = 64);
	size_t n;

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24; allow 2001:db8:99::/48; @2; allow any");
	STEP(e, "down: error before the flow drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, out)), drop, IN_WAN);
	STEP(e, "the flow passes", NULL, UP, out, R(CG_PASS_CONTROL));
	STEP(e, "the v6 flow passes", NULL, UP, out6, R(CG_PASS_CONTROL));
	n = env_flows_count(e, 1, CG_RING_REMOTE);
	STEP(e, "down: frag needed from a router about it passes", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, out)), pass, IN_WAN);
	STEP(e, "down: unreachable from the peer passes", NULL, DOWN,
	     DN4(VENDOR_4, ERR4(3, 3, out)), pass, IN_WAN);
	STEP(e, "down: time exceeded passes", NULL, DOWN, DN4("203.0.113.1", ERR4(11, 0, out)),
	     pass, IN_WAN);
	STEP(e, "down: from the gateway itself about it passes", NULL, DOWN,
	     DN4(GW_4, ERR4(11, 0, out)), pass | R(CG_PASS_GATEWAY), IN_SELF);
	STEP(e, "down: about another port drops", NULL, DOWN, DN4("203.0.113.1", ERR4(3, 4, other)),
	     drop, IN_WAN);
	STEP(e, "down: about another protocol drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, tcp)), drop, IN_WAN);
	STEP(e, "down: about camera 2's tuple drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, cam2)), drop, IN_WAN);
	STEP(e, "down: quoting the wrong way round drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, in)), drop, IN_WAN);
	STEP(e, "down: quoting nothing drops", NULL, DOWN,
	     DN4("203.0.113.1", .proto = IPPROTO_ICMP, .icmp = 3, .code = 4),
	     drop | R(CG_DROP_MALFORMED), IN_WAN);
	STEP(e, "down v6: packet too big about the flow passes", NULL, DOWN,
	     DN6("2001:db8:77::1", ERR6(2, 0, out6)), pass, IN_WAN);
	STEP(e, "down v6: unreachable about the flow passes", NULL, DOWN,
	     DN6("2001:db8:77::1", ERR6(1, 0, out6)), pass, IN_WAN);
	STEP(e, "down v6: about another drops", NULL, DOWN,
	     DN6("2001:db8:77::1",
		 ERR6(1, 0, UP6(VENDOR_6, TCP(TCP_ACK, 5000, 80), .payload = 64))),
	     drop, IN_WAN);
	STEP(e, "up: port unreachable about it passes", NULL, UP, UP4(VENDOR_4, ERR4(3, 3, in)),
	     pass);
	STEP(e, "up: about another port drops", NULL, UP,
	     UP4(VENDOR_4, ERR4(3, 3, DN4(VENDOR_4, UDP(6001, 5000), .payload = 64))), drop);
	STEP(e, "up: quoting the wrong way round drops", NULL, UP, UP4(VENDOR_4, ERR4(3, 3, out)),
	     drop);
	STEP(e, "up: about a tuple of nobody to a stranger drops", NULL, UP,
	     UP4(EVIL_4, ERR4(3, 3, DN4(EVIL_4, UDP(6000, 5000), .payload = 64))), drop);
	STEP(e, "up v6: about the flow passes", NULL, UP,
	     UP6(VENDOR_6, ERR6(1, 4, DN6(VENDOR_6, TCP(TCP_ACK, 443, 5000), .payload = 64))),
	     pass);
	STEP(e, "up v6: about another drops", NULL, UP,
	     UP6(VENDOR_6, ERR6(1, 4, DN6(VENDOR_6, TCP(TCP_ACK, 80, 5000), .payload = 64))), drop);
	run_check(env_flows_count(e, 1, CG_RING_REMOTE) == n, "errors made no flow",
		  "%zu flows, expected %zu", env_flows_count(e, 1, CG_RING_REMOTE), n);
	env_age(e, 1, CG_IDLE_UDP_S + 5);
	STEP(e, "down: about a flow that has expired drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, out)), drop, IN_WAN);

	env_reset(e);
	env_state(e, "open");
	STEP(e, "open: a flow passes", NULL, UP, open, R(CG_PASS_OPEN));
	STEP(e, "open: error about it passes", NULL, DOWN, DN4("203.0.113.1", ERR4(3, 4, open)),
	     pass, IN_WAN);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "closed: down, error about it drops", NULL, DOWN,
	     DN4("203.0.113.1", ERR4(3, 4, open)), drop, IN_WAN);
	STEP(e, "closed: up, error about it drops", NULL, UP,
	     UP4(EVIL_4, ERR4(3, 3, DN4(EVIL_4, UDP(6000, 5000), .payload = 64))),
	     drop | R(CG_DROP_UNRULED));
	env_reset(e);
	env_state(e, "allow any");
	STEP(e, "allowed: a flow passes", NULL, UP, out, R(CG_PASS_CONTROL));
	env_word(e, 1, (uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT);
	STEP(e, "sealed: error about it drops", NULL, UP, UP4(VENDOR_4, ERR4(3, 3, in)),
	     drop | R(CG_DROP_SEALED));
	env_reset(e);
	STEP(e, "LAN flow passes", NULL, UP, lan, R(CG_PASS_LAN));
	STEP(e, "LAN flow: error of the phone passes", NULL, DOWN, DN4(PHONE_4, ERR4(3, 3, lan)),
	     pass | R(CG_PASS_LAN), IN_LAN);
	STEP(e, "LAN flow: error of the camera passes", NULL, UP,
	     CAM(PHONE, CAM1_4, PHONE_4, ERR4(3, 3, DN4(PHONE_4, UDP(6000, 5000), .payload = 64))),
	     pass | R(CG_PASS_LAN));
	STEP(e, "error about a LAN flow to a remote drops", NULL, UP,
	     UP4(EVIL_4, ERR4(3, 3, DN4(PHONE_4, UDP(6000, 5000), .payload = 64))), drop);
	STEP(e, "LAN flow passes again", NULL, UP, lan, R(CG_PASS_LAN));
	env_word(e, 1, (uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT);
	STEP(e, "sealed: error about a LAN flow to a remote drops", NULL, UP,
	     UP4(EVIL_4, ERR4(3, 3, DN4(PHONE_4, UDP(6000, 5000), .payload = 64))), ANY_DROP);
	env_reset(e);
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "a remote flow passes", NULL, UP, out, R(CG_PASS_CONTROL));
	STEP(e, "up: error about a remote flow to another remote drops", NULL, UP,
	     UP4(EVIL_4, ERR4(3, 3, in)), ANY_DROP);
	STEP(e, "error with the phone's address from the wan drops", NULL, DOWN,
	     DN4(PHONE_4, ERR4(3, 3, DN4(EVIL_4, UDP(1, 2)))), drop, IN_WAN);
}

static void other_icmp(struct env *e)
{
	const uint64_t drop = R(CG_DROP_ICMP) | R(CG_DROP_UNRULED) | R(CG_DROP_INBOUND);
	const struct row rows[] = {
		{ "up: timestamp to a remote drops", NULL, UP,
		  UP4(EVIL_4, .proto = IPPROTO_ICMP, .icmp = 13, .payload = 12), drop },
		{ "up: unknown type to a remote drops", NULL, UP,
		  UP4(EVIL_4, .proto = IPPROTO_ICMP, .icmp = 200, .payload = 900), drop },
		{ "up v6: unknown type to a remote drops", NULL, UP,
		  UP6(EVIL_6, .proto = IPPROTO_ICMPV6, .icmp = 200, .payload = 900), drop },
		{ "up v6: ns to a remote drops", NULL, UP,
		  pk_nd(CAM1, GW, CAM1_6, EVIL_6, 135, EVIL_6, CAM1, 255), drop },
		{ "up v6: mld to a remote drops", NULL, UP,
		  UP6(EVIL_6, .proto = IPPROTO_ICMPV6, .icmp = 143, .payload = 900, .ttl = 255),
		  drop },
		{ "up v6: na to a remote drops", NULL, UP,
		  pk_nd(CAM1, GW, CAM1_6, EVIL_6, 136, CAM1_6, CAM1, 255), drop },
		{ "up: igmp to a remote drops", NULL, UP,
		  UP4(EVIL_4, .proto = IPPROTO_IGMP, .payload = 900), drop },
		{ "up: echo reply to a remote drops", NULL, UP,
		  UP4(EVIL_4, REPLY4(1), .payload = 900), drop },
		{ "open: echo to a remote passes", "open", UP, UP4(EVIL_4, ECHO4(1), .payload = 56),
		  R(CG_PASS_OPEN) },
		{ "down: timestamp from a remote drops", NULL, DOWN,
		  DN4(EVIL_4, .proto = IPPROTO_ICMP, .icmp = 13, .payload = 12), drop, IN_WAN },
		{ "down: redirect from a remote drops", NULL, DOWN,
		  DN4(EVIL_4, ERR4(5, 0, UP4(VENDOR_4, UDP(1, 2)))), drop, IN_WAN },
		{ "down v6: ra from the wan drops", NULL, DOWN,
		  DN6(EVIL_6, .proto = IPPROTO_ICMPV6, .icmp = 134, .payload = 8, .ttl = 255),
		  drop | R(CG_DROP_RA), IN_WAN },
	};

	RUN(e, rows);
	env_reset(e);
	env_state(e, "allow 198.51.100.0/24/icmp");
	STEP(e, "echo by rule passes", NULL, UP, UP4(VENDOR_4, ECHO4(77)), R(CG_PASS_CONTROL));
	STEP(e, "its reply passes", NULL, DOWN, DN4(VENDOR_4, REPLY4(77)), R(CG_PASS_CONTROL),
	     IN_WAN);
	STEP(e, "a reply of another's drops", NULL, DOWN, DN4(EVIL_4, REPLY4(77)), drop, IN_WAN);
}

static void budget(struct env *e)
{
	const struct pkt *out = UP4(VENDOR_4, UDP(5000, 6000), .payload = 64);
	struct row err = { "", NULL, DOWN, DN4("203.0.113.1", ERR4(3, 4, out)), 0, IN_WAN };
	struct row err2 = {
		"",
		NULL,
		DOWN,
		DN4B("203.0.113.1", ERR4(3, 4, UP4B(VENDOR_4, UDP(5000, 6000), .payload = 64))),
		0,
		IN_WAN,
		.slot = 2
	};
	unsigned int i, passed = 0, dropped = 0, passed2 = 0;
	uint64_t t, took;
	bool ok, all = true;
	enum cg_reason r;

	env_reset(e);
	env_state(e, "allow any; @2; allow any");
	STEP(e, "a flow for the budget", NULL, UP, out, R(CG_PASS_CONTROL));
	STEP(e, "camera 2's flow for the budget", NULL, UP,
	     UP4B(VENDOR_4, UDP(5000, 6000), .payload = 64), R(CG_PASS_CONTROL), .slot = 2);
	t = env_now();
	for (i = 0; i < 3 * CG_ICMP_BURST; i++) {
		r = run_quiet(e, &err, &ok);
		all &= ok;
		passed += r == CG_PASS_ICMP_ERROR;
		dropped += r == CG_DROP_ICMP;
	}
	took = env_now() - t;
	run_check(all && passed >= CG_ICMP_BURST - 1 &&
			  passed <= CG_ICMP_BURST + 2 + CG_ICMP_RATE * took / 1000000000ULL &&
			  passed + dropped == 3 * CG_ICMP_BURST,
		  "errors beyond the budget drop",
		  "%u passed, %u dropped in %llu ms, expected a burst of %u", passed, dropped,
		  (unsigned long long)took / 1000000, CG_ICMP_BURST);
	for (i = 0; i < 5; i++)
		passed2 += run_quiet(e, &err2, &ok) == CG_PASS_ICMP_ERROR;
	run_check(passed2 == 5, "camera 2's budget is its own", "%u of 5 passed", passed2);
	env_wait_until(env_now() + 3 * 1000000000ULL / CG_ICMP_RATE);
	run_check(run_quiet(e, &err, &ok) == CG_PASS_ICMP_ERROR, "the budget fills again",
		  "dropped");
}

int main(void)
{
	struct env *e = env_open();

	about_flows(e);
	other_icmp(e);
	budget(e);
	env_close(&e);
	return run_end();
}
