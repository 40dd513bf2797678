/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways round a session's rules that are none: long heads, errors, other flows' past, strangers' packets. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include "frames.h"
#include "run.h"

#define CLOSED ((uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT)
#define SEC    1000000000ULL

static struct env *e;

static bool pass(enum env_dir dir, const struct pkt *p)
{
	return env_run(e, dir, p, IF_LAN, dir == UP ? IF_LAN : IN_WAN, 0, 0).verdict != TC_ACT_SHOT;
}

static void begin(const char *words)
{
	env_reset(e);
	env_budgets(e);
	env_state(e, words);
}

/* How many of n pass, ms apart. */
static unsigned int many(enum env_dir dir, const struct pkt *p, unsigned int n, unsigned int ms)
{
	unsigned int out = 0;

	for (unsigned int i = 0; i < n; i++) {
		out += pass(dir, p);
		if (ms)
			env_pass(e, 1, ms * 1000000ULL);
	}
	return out;
}

static void long_heads(void)
{
	unsigned int n;

	/* 40 bytes of options in packets without payload are 52,000 a second. */
	begin("signs; allow any");
	n = many(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .tcp_options = 40), 3000, 1);
	run_check(n > 500 && n < 1500, "options are counted", "%u of 3000 passed", n);
	begin("signs; allow any");
	n = many(UP, UP4(VENDOR_4, UDP(4000, 5000), .payload = 1, .options = 40), 3000, 1);
	run_check(n > 500 && n < 1800, "IP options are counted", "%u of 3000 passed", n);
	begin("signs; allow any");
	n = many(UP, UP6(VENDOR_6, UDP(4000, 5000), .payload = 1, .ext = "dddd"), 3000, 1);
	run_check(n > 500 && n < 2900, "extension headers are counted", "%u of 3000 passed", n);
	/* As much as acknowledgements of what comes. */
	begin("signs; allow any");
	n = 0;
	for (int i = 0; i < 3000; i++) {
		n += pass(DOWN, DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000), .payload = 1400));
		n += pass(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .tcp_options = 12));
		if (i % 100 == 99)
			env_pass(e, 1, SEC / 10);
	}
	run_check(n == 6000, "acknowledgements of what comes pass", "%u of 6000 passed", n);
}

static void errors(void)
{
	const struct pkt *down = DN4(VENDOR_4, UDP(5000, 4000), .payload = 1300);
	const struct pkt *error =
		UP4(VENDOR_4, .proto = IPPROTO_ICMP, .icmp = 3, .code = 3, .quote = down);
	unsigned int n;

	begin("signs; allow any");
	STEP(e, "a flow", NULL, UP, UP4(VENDOR_4, UDP(4000, 5000), .payload = 10),
	     R(CG_PASS_CONTROL));
	STEP(e, "an error about it passes", NULL, UP, error, R(CG_PASS_ICMP_ERROR));
	n = many(UP, error, 400, 50);
	run_check(n > 20 && n < 120, "errors are paid for as their flow is", "%u of 400 passed", n);
	env_pass(e, 1, SEC);
	run_check(!pass(UP, error), "and blocked as it is", "passed");
}

/* What a packet on the same CPU left behind is nothing of a new flow. */
static void others_past(void)
{
	static const uint8_t rtsp[] = "ANNOUNCE rtsp://198.51.100.10/live RTSP/1.0\r\n";
	const struct pkt *lan = CAM(PHONE, CAM1_4, PHONE_4, UDP(7000, 7001), .payload = 100);
	unsigned int n;

	begin("signs; allow any");
	for (n = 0; n < 40; n++) {
		env_fast_clear(e);
		(void)pass(UP, lan);
	}
	env_fast_clear(e);
	run_check(pass(UP, lan) && pass(UP, UP4(VENDOR_4, TCP(TCP_SYN, 4001, 8554))),
		  "a flow of the house, then a new one with a remote", "dropped");
	STEP(e, "its first payload is looked at", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_ACK, 4001, 8554), .raw = rtsp, .payload = sizeof(rtsp) - 1),
	     R(CG_DROP_VIEWING));
}

/* A clip to one and heartbeats to the same remote pay by themselves. */
static void two_budgets(void)
{
	unsigned int n;

	begin("signs; upload 198.51.100.77/32:443; allow any");
	n = many(UP, UP4("198.51.100.77", TCP(TCP_ACK, 4000, 443), .payload = 1400), 5000, 0);
	run_check(n == 5000, "a clip of 7 MB", "%u of 5000 passed", n);
	run_check(pass(UP, UP4("198.51.100.77", TCP(TCP_ACK, 4001, 8883), .payload = 100)),
		  "a heartbeat to the same remote", "dropped");
}

/* Which of two remotes took too much is known. */
static void one_of_two(void)
{
	const struct pkt *beat = UP4("198.51.100.20", TCP(TCP_ACK, 4000, 443), .payload = 100);
	unsigned int n;

	begin("signs; allow any");
	run_check(many(UP, beat, 30, 0) == 30, "heartbeats", "some dropped");
	n = many(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4001, 443), .payload = 1400), 60, 1);
	run_check(n < 50, "another remote takes too much", "%u of 60 passed", n);
	run_check(pass(UP, beat), "the heartbeat goes on", "dropped");
	run_check(!env_sum(e, 1).block_ns, "and the camera is not blocked", "it is");
}

static void open_ends(void)
{
	const struct pkt *beat = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 100);
	struct cg_session s;

	for (int late = 0; late < 2; late++) {
		begin("signs; allow any; open");
		(void)many(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 1400), 200, 1);
		run_check(env_session_find(e, 1, VENDOR_4, &s) && s.flags & CG_SESSION_VIEWING,
			  "open: viewing by the maker's cloud", "flags %#x", s.flags);
		if (late)
			(void)many(UP, beat, 8, 5000);
		env_word(e, 1, CLOSED);
		run_check(pass(UP, beat) == !!late,
			  late ? "closed half a minute after it ended: talk goes on" :
				 "closed while it runs: stopped",
			  "otherwise");
	}
	/* An opening forgives, with what was used up. */
	begin("signs; allow any");
	for (int i = 0; i < 4; i++) {
		(void)many(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 1400), 60, 0);
		env_pass(e, 1, (CG_BLOCK_S << i) * SEC + 40 * SEC);
	}
	(void)many(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 1400), 60, 0);
	run_check(!pass(UP, beat), "blocked for long", "passed");
	env_word(e, 1, CLOSED | (env_now() + 3600 * SEC));
	run_check(pass(UP, beat), "open: it passes", "dropped");
	run_check(env_session_find(e, 1, VENDOR_4, &s) && !(s.flags & CG_SESSION_VIEWING),
		  "and is no viewing", "flags %#x", s.flags);
	env_word(e, 1, CLOSED);
	run_check(pass(UP, beat), "closed: talk goes on", "dropped");
}

/* Who knocks and is not answered holds no place for long. */
static void strangers(void)
{
	char peer[48];
	unsigned int in = 0;

	begin("signs; allow any; open");
	for (int i = 0; i < CG_QUOTA_SESSION + 5; i++) {
		snprintf(peer, sizeof(peer), "203.0.%d.%d", 100 + i / 200, 1 + i % 200);
		in += pass(DOWN, DN4(peer, TCP(TCP_SYN, 5000, 554)));
	}
	run_check(in == CG_QUOTA_SESSION, "as many as there are places knock", "%u", in);
	run_check(!pass(UP, UP4(VENDOR_4, TCP(TCP_SYN, 4000, 443))), "one more finds none",
		  "passed");
	env_pass(e, 1, (CG_IDLE_TCP_HALF_S + 2) * SEC);
	run_check(pass(UP, UP4(VENDOR_4, TCP(TCP_SYN, 4000, 443))), "a minute later it does",
		  "dropped");
}

int main(void)
{
	e = env_open();
	long_heads();
	errors();
	others_past();
	two_budgets();
	one_of_two();
	open_ends();
	strangers();
	env_close(&e);
	return run_end();
}
