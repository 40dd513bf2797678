/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that follow: judged by what was found for one before them, for as long as that holds. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <sched.h>
#include <stdio.h>
#include "frames.h"
#include "run.h"

#define CLOSED	   ((uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT)
#define FLOOD	   (2 * CG_EVENT_BURST) /* enough that drops are told no more */
#define CTL	   R(CG_PASS_CONTROL)
#define FULL_LEASE 1100000000ULL /* a hundred ticks of 10 ms at most, and some more */

static uint64_t opened(void)
{
	return CLOSED | (env_now() + 3600000000000ULL);
}

static bool keeps(uint64_t who, const struct cg_fast *f, uint32_t slot, bool drop)
{
	return who && f->slot == slot && !(f->how & CG_FAST_DROP) == !drop;
}

/* Entries that hold, for the camera of slot. */
static unsigned int kept(struct env *e, uint32_t slot, bool drop)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < e->fast_size; i++)
		n += keeps(e->fast4[i].who, &e->fast4[i].f, slot, drop) +
		     keeps(e->fast6[i].who, &e->fast6[i].f, slot, drop);
	return n;
}

static bool flood(struct env *e, const struct pkt *p, enum env_dir dir, enum cg_reason want)
{
	struct row r = { "", NULL, dir, p, 0, dir == UP ? 0 : IN_WAN };
	bool ok, all = true;
	unsigned int i;

	for (i = 0; i < FLOOD; i++)
		all &= run_quiet(e, &r, &ok) == want && ok;
	return all;
}

static void passing(struct env *e, bool v6)
{
	const char *vendor = v6 ? VENDOR_6 : VENDOR_4;
	const struct pkt *up = v6 ? UP6(vendor, UDP(4000, 443)) : UP4(vendor, UDP(4000, 443));
	const struct pkt *dn = v6 ? DN6(vendor, UDP(443, 4000)) : DN4(vendor, UDP(443, 4000));
	struct cg_flow f;
	unsigned int i;

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24; allow 2001:db8:99::/48");
	for (i = 0; i < 3; i++) {
		STEP(e, "allowed passes, first and after", NULL, UP, up, CTL);
		STEP(e, "what comes back passes, first and after", NULL, DOWN, dn, CTL, IN_WAN);
	}
	run_check(kept(e, 1, false) == 2, "both ways are kept", "%u", kept(e, 1, false));
	run_check(env_flow_find(e, 1, vendor, 4000, 443, IPPROTO_UDP, &f) && f.up_packets == 3 &&
			  f.up_bytes == 3 * up->len && f.down_packets == 3 &&
			  f.down_bytes == 3 * dn->len,
		  "the flow counts every packet", "%u up, %u down", f.up_packets, f.down_packets);
	STEP(e, "it came in by a tunnel: another sender", NULL, DOWN, dn, R(CG_PASS_HOME), IN_HOME);
	STEP(e, "where it was it passes", NULL, UP, up, CTL);
	env_word(e, 1, 0);
	STEP(e, "sealed: drops at once", NULL, UP, up, R(CG_DROP_SEALED));
	STEP(e, "and what comes back", NULL, DOWN, dn, R(CG_DROP_SEALED), IN_WAN);
	env_word(e, 1, CLOSED);
	STEP(e, "closed: passes as before", NULL, UP, up, CTL);
	e->meta->generation = 2;
	STEP(e, "a generation without the camera: not its packet", NULL, UP, up, UNTOUCHED);
	e->meta->generation = 1;
	STEP(e, "the first again", NULL, UP, up, CTL);
	env_net(e, v6 ? "2001:db8:99::/48" : "198.51.100.0/24", CG_NET_HOME, 0, 0);
	STEP(e, "a new network counts from its epoch on", NULL, UP, up, CTL);
	e->meta->epoch++;
	STEP(e, "and then at once", NULL, UP, up, R(CG_PASS_HOME));
	e->meta->off_until_ns = env_now() + 60000000000ULL;
	e->meta->exposed++;
	STEP(e, "off: passes as such at once", NULL, UP, up, R(CG_PASS_OFF));
}

static void clock_runs(struct env *e)
{
	const struct pkt *up = UP4(EVIL_4, UDP(4000, 443));
	struct cg_flow_key k = {
		.slot = 1, .cam_port = htons(4000), .peer_port = htons(443), .proto = IPPROTO_UDP
	};
	struct cg_flow f;
	unsigned int i;
	uint64_t end;

	env_reset(e);
	end = env_now() + 400000000;
	env_word(e, 1, CLOSED | end);
	STEP(e, "an opening that ends soon passes", NULL, UP, up, R(CG_PASS_OPEN));
	STEP(e, "and again", NULL, UP, up, R(CG_PASS_OPEN));
	run_check(!kept(e, 1, false), "but by the clock", "kept");
	env_wait_until(end + 1000000);
	STEP(e, "past its end it drops", NULL, UP, up, R(CG_DROP_UNRULED));

	addr_parse(EVIL_4, k.peer);
	/* An entry may lapse between two packets where everything is slow. */
	for (i = 0; i < 20; i++) {
		env_reset(e);
		env_word(e, 1, opened());
		env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0);
		env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0);
		if (!bpf_map_lookup_elem(e->flows, &k, &f) && f.up_packets == 1)
			break;
	}
	run_check(kept(e, 1, false) == 1, "an opening for an hour is kept", "%u",
		  kept(e, 1, false));
	run_check(i < 20, "the flow's own entry waits for the count", "%u", f.up_packets);
	env_wait_until(env_now() + FULL_LEASE);
	STEP(e, "an entry that lapsed", NULL, UP, up, R(CG_PASS_OPEN));
	run_check(!bpf_map_lookup_elem(e->flows, &k, &f) && f.up_packets == 3 &&
			  f.up_bytes == 3 * up->len,
		  "hands over what it counted", "%u", f.up_packets);
}

static void tcp(struct env *e)
{
	const struct pkt *syn = UP4(VENDOR_4, TCP(TCP_SYN, 4000, 443));
	const struct pkt *ack = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443));
	const struct pkt *fin = UP4(VENDOR_4, TCP(TCP_ACK | TCP_FIN, 4000, 443));
	struct cg_flow f;

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "a SYN passes", NULL, UP, syn, CTL);
	run_check(!kept(e, 1, false), "and is not kept", "kept");
	STEP(e, "an ACK passes", NULL, UP, ack, CTL);
	STEP(e, "another", NULL, UP, ack, CTL);
	run_check(kept(e, 1, false) == 1, "the flow is kept", "%u", kept(e, 1, false));
	run_check(env_flow_find(e, 1, VENDOR_4, 4000, 443, IPPROTO_TCP, &f) &&
			  !(f.flags & CG_FLOW_CLOSING),
		  "it is not closing", "flags %u", f.flags);
	STEP(e, "a FIN passes", NULL, UP, fin, CTL);
	run_check(env_flow_find(e, 1, VENDOR_4, 4000, 443, IPPROTO_TCP, &f) &&
			  f.flags & CG_FLOW_CLOSING && f.up_packets == 4,
		  "and is seen", "flags %u, %u packets", f.flags, f.up_packets);
	STEP(e, "a header that says less than its least", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .doff = 4), R(CG_DROP_MALFORMED));
}

static void dropping(struct env *e, bool v6)
{
	const char *evil = v6 ? EVIL_6 : EVIL_4;
	const struct pkt *up = v6 ? UP6(evil, UDP(4000, 443)) : UP4(evil, UDP(4000, 443));
	const struct pkt *dn = v6 ? DN6(evil, UDP(443, 4000)) : DN4(evil, UDP(443, 4000));
	struct cg_state st;
	uint32_t slot = 1;

	env_reset(e);
	run_check(flood(e, up, UP, CG_DROP_UNRULED), "a flood drops", "not all");
	run_check(kept(e, 1, true) == 1, "and is kept", "%u", kept(e, 1, true));
	env_word(e, 1, opened());
	STEP(e, "opened: passes at once", NULL, UP, up, R(CG_PASS_OPEN));
	env_word(e, 1, CLOSED);
	STEP(e, "closed: drops at once", NULL, UP, up, R(CG_DROP_UNRULED));

	env_reset(e);
	run_check(flood(e, dn, DOWN, CG_DROP_INBOUND), "an inbound flood drops", "not all");
	run_check(kept(e, 1, true) == 1, "and is kept", "%u", kept(e, 1, true));
	env_rule_add(e, 1, CG_RULE_ALLOW, evil);
	env_policy_write(e, 2);
	e->meta->generation = 2;
	run_check(flood(e, dn, DOWN, CG_DROP_INBOUND), "it drops where the camera may", "not all");
	run_check(kept(e, 1, true) >= 1, "and is kept", "%u", kept(e, 1, true));
	STEP(e, "the camera asks there", NULL, UP, up, CTL);
	STEP(e, "the answer passes at once", NULL, DOWN, dn, CTL, IN_WAN);
	bpf_map_lookup_elem(e->state, &slot, &st);
	run_check(st.suppressed >= FLOOD, "drops that were not told are counted", "%llu",
		  (unsigned long long)st.suppressed);

	env_reset(e);
	env_state(e, "monitor");
	STEP(e, "monitor passes", NULL, UP, up, R(CG_DROP_UNRULED), .monitor = true);
	run_check(!kept(e, 1, true) && !kept(e, 1, false), "and keeps nothing", "kept");
}

static void syns(struct env *e)
{
	const struct pkt *syn = DN4(EVIL_4, TCP(TCP_SYN, 443, 4000));
	const struct pkt *ack = DN4(EVIL_4, TCP(TCP_ACK, 443, 4000));

	env_reset(e);
	run_check(flood(e, syn, DOWN, CG_DROP_INBOUND), "a flood of SYNs is inbound", "not all");
	run_check(kept(e, 1, true) == 1, "and kept", "%u", kept(e, 1, true));
	STEP(e, "mid-stream is another matter", NULL, DOWN, ack, R(CG_DROP_UNRULED), IN_WAN);
	STEP(e, "a SYN again", NULL, DOWN, syn, R(CG_DROP_INBOUND), IN_WAN);
}

/* More flows than there is room for, each twice over: none is counted wrong. */
static void crowded(struct env *e)
{
	struct row r = { "", NULL, UP };
	unsigned int i, j, wrong = 0;
	struct cg_flow f;
	bool ok, all = true;

	env_reset(e);
	e->meta->fast_mask = 7;
	env_state(e, "allow any");
	for (i = 0; i < 4; i++)
		for (j = 0; j < 64; j++) {
			r.pkt = UP4(VENDOR_4, UDP(10000 + j, 443));
			all &= run_quiet(e, &r, &ok) == CG_PASS_CONTROL && ok;
		}
	for (j = 0; j < 64; j++)
		wrong += !env_flow_find(e, 1, VENDOR_4, 10000 + j, 443, IPPROTO_UDP, &f) ||
			 f.up_packets != 4;
	run_check(all && !wrong, "64 flows in 8 places", "%u counted wrong", wrong);
	run_check(kept(e, 1, false) > 4 && kept(e, 1, false) <= 8, "those are used", "%u",
		  kept(e, 1, false));
	r.pkt = UP4(EVIL_4, UDP(1, 2));
	env_rule_add(e, 1, CG_RULE_DENY, EVIL_4);
	env_policy_write(e, 2);
	e->meta->generation = 2;
	for (j = 0; j < 64; j++)
		all &= flood(e, UP4(EVIL_4, UDP(10000 + j, 443)), UP, CG_DROP_DENIED);
	run_check(all && kept(e, 1, true) > 4, "a flood takes them", "%u", kept(e, 1, true));
	for (j = 0; j < 64; j++) {
		r.pkt = UP4(VENDOR_4, UDP(10000 + j, 443));
		all &= run_quiet(e, &r, &ok) == CG_PASS_CONTROL && ok;
	}
	run_check(all && !kept(e, 1, true), "flows take them back", "%u", kept(e, 1, true));
	/* Where everything is slow the flows may lapse before the flood has come. */
	for (i = 0; i < 20; i++) {
		for (j = 0; j < 64; j++)
			env_run(e, UP, UP4(VENDOR_4, UDP(10000 + j, 443)), IF_LAN, IF_LAN, 0, 0);
		for (j = 0; j < 8; j++)
			env_run(e, UP, UP4(EVIL_4, UDP(20000, 443)), IF_LAN, IF_LAN, 0, 0);
		if (!kept(e, 1, true))
			break;
	}
	run_check(i < 20, "a flood cannot push flows out", "%u", kept(e, 1, true));
}

/* What goes the short way between two looks at a flow: where rates are a sign, so much that
 * none is missed, however much its budget grants. */
static void granted(struct env *e)
{
	static const struct {
		const char *name;
		uint32_t off, granted;
	} rows[] = {
		{ "as its budget has it", CG_CAM_NO_RATE, ENV_CONTROL_GRANT },
		{ "less where its rate is watched", 0, CG_FAST_GRANT },
	};
	const struct pkt *p = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 10);
	unsigned int i, j, n;

	for (i = 0; i < 2; i++) {
		env_reset(e);
		env_budgets(e);
		e->no_signs = CG_CAM_NO_SIGNATURE | rows[i].off;
		env_state(e, "allow any");
		for (j = n = 0; j < 10; j++)
			env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0);
		for (j = 0; j < e->fast_size; j++)
			n += e->fast4[j].who && e->fast4[j].f.granted == rows[i].granted;
		run_check(n == 1, rows[i].name, "%u entries", n);
	}
}

/* An entry holds as many ticks as the agent says are a second. */
static void holds(struct env *e)
{
	uint32_t last[2] = { 0, 0 };
	unsigned int i;
	size_t j;

	for (i = 0; i < 2; i++) {
		env_reset(e);
		e->meta->fast_ticks = i ? CG_FAST_TICKS_MAX : CG_FAST_TICKS_MIN;
		env_state(e, "allow any");
		STEP(e, "a flow", NULL, UP, UP4(VENDOR_4, UDP(4000, 443)), CTL);
		for (j = 0; j < e->fast_size; j++)
			if (e->fast4[j].who)
				last[i] = e->fast4[j].last;
	}
	/* Between the two some time has passed, far less than an entry of the second holds. */
	run_check(last[1] - last[0] >= CG_FAST_TICKS_MAX - CG_FAST_TICKS_MIN &&
			  last[1] - last[0] < 3 * CG_FAST_TICKS_MAX,
		  "for so long as is said", "%u ticks more", last[1] - last[0]);
}

static void marked(struct env *e)
{
	const struct pkt *up = UP4(VENDOR_4, UDP(4000, 443));
	uint32_t before, on, off;

	env_reset(e);
	env_state(e, "allow any");
	STEP(e, "a flow", NULL, UP, up, CTL);
	before = env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0).mark;
	e->meta->mark = 0x01000000;
	e->meta->flags = CG_META_GUARD;
	e->meta->exposed++; /* as the agent does */
	on = env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0).mark;
	e->meta->flags = 0;
	e->meta->exposed++;
	off = env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0).mark;
	run_check(!before && on == 0x01000000 && !off, "the guard's mark comes and goes at once",
		  "%#x %#x %#x", before, on, off);
}

static void big(struct env *e)
{
	const struct pkt *p = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 1400);
	uint64_t head = 14 + 20 + 20;
	struct cg_flow f;
	int i;

	env_reset(e);
	env_state(e, "allow any");
	for (i = 0; i < 3; i++)
		STEP(e, "a packet of two segments", NULL, UP, p, CTL, .segs = 2, .size = 700,
		     .packets = 2, .bytes = p->len + head);
	run_check(env_flow_find(e, 1, VENDOR_4, 4000, 443, IPPROTO_TCP, &f) && f.up_packets == 6 &&
			  f.up_bytes == 3 * (p->len + head),
		  "the flow counts segments", "%u", f.up_packets);
}

/* What was exchanged stands in the session, by whichever way it went. */
static void session(struct env *e, bool open, const char *what)
{
	const struct pkt *up = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .payload = 20);
	const struct pkt *dn = DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000), .payload = 30);
	unsigned int nup = 0, ndn = 0, fast = 0;
	struct cg_session s = { 0 };

	env_reset(e);
	env_budgets(e);
	env_state(e, "signs; allow any");
	if (open)
		env_word(e, 1, opened());
	for (int i = 0; i < 300; i++) {
		nup += env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0).verdict != TC_ACT_SHOT;
		if (i % 3 == 0)
			ndn += env_run(e, DOWN, dn, IF_LAN, IN_WAN, 0, 0).verdict != TC_ACT_SHOT;
		for (size_t k = 0; i == 290 && k < e->fast_size; k++)
			fast += e->fast4[k].f.packets;
		env_pass(e, 1, 5000000);
	}
	/* What is still in the fast entries is brought by the next that goes the long way. */
	env_pass(e, 1, 2000000000);
	nup += env_run(e, UP, up, IF_LAN, IF_LAN, 0, 0).verdict != TC_ACT_SHOT;
	ndn += env_run(e, DOWN, dn, IF_LAN, IN_WAN, 0, 0).verdict != TC_ACT_SHOT;
	env_session_find(e, 1, VENDOR_4, &s);
	run_check(fast && nup == 301 && ndn == 101 && s.up_packets == nup &&
			  s.down_packets == ndn && s.up_bytes == nup * up->len &&
			  s.down_bytes == ndn * dn->len,
		  what, "%u short, %u up %u in session, %u down %u", fast, nup, s.up_packets, ndn,
		  s.down_packets);
}

int main(void)
{
	struct env *e = env_open();
	cpu_set_t one;

	/* Each CPU keeps its own: moved to another, a flow would be new to it. */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	run_check(!sched_setaffinity(0, sizeof(one), &one), "the test stays on one CPU", "not");
	passing(e, false);
	passing(e, true);
	clock_runs(e);
	tcp(e);
	dropping(e, false);
	dropping(e, true);
	syns(e);
	crowded(e);
	granted(e);
	holds(e);
	marked(e);
	big(e);
	session(e, false, "all of a talk is in its session");
	session(e, true, "all of what an opening let pass is in its session");
	env_close(&e);
	return run_end();
}
