/* SPDX-License-Identifier: GPL-2.0-only */
/* From the camera to remotes: exposure, rules, flows that outlive a change. */
#include <stdio.h>
#include "frames.h"
#include "run.h"

#define CLOSED ((uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT)
#define SEALED ((uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT)
#define ALWAYS ((uint64_t)CG_OPEN << CG_WORD_BASE_SHIFT)

static void exposure(struct env *e)
{
	/* Open makes every class pass as viewing; both names of the pass are let stand. */
	const uint64_t any = R(CG_PASS_OPEN) | R(CG_PASS_CONTROL), ctl = R(CG_PASS_CONTROL);
	const uint64_t open = R(CG_PASS_OPEN), un = R(CG_DROP_UNRULED), sealed = R(CG_DROP_SEALED);
	const struct pkt *p = UP4(EVIL_4, TCP(TCP_SYN, 4000, 443));
	const struct pkt *p6 = UP6(EVIL_6, UDP(4000, 443));
	const struct row rows[] = {
		{ "closed: unruled drops", "closed", UP, p, un },
		{ "closed: unruled v6 drops", "closed", UP, p6, un },
		{ "closed: allowed passes", "closed; allow any", UP, p, ctl },
		{ "closed: allowed v6 passes", "closed; allow any", UP, p6, ctl },
		{ "closed: upload passes", "closed; upload any", UP, p, R(CG_PASS_UPLOAD) },
		{ "closed: denied drops", "closed; deny any", UP, p, R(CG_DROP_DENIED) },
		{ "sealed: unruled drops", "sealed", UP, p, sealed },
		{ "sealed: allowed drops", "sealed; allow any", UP, p, sealed },
		{ "sealed: upload drops", "sealed; upload any", UP, p6, sealed },
		{ "sealed: denied drops", "sealed; deny any", UP, p, sealed },
		{ "open: unruled passes", "open", UP, p, open },
		{ "open: unruled v6 passes", "open", UP, p6, open },
		{ "open: allowed passes", "open; allow any", UP, p, any },
		{ "open: denied drops", "open; deny any", UP, p, R(CG_DROP_DENIED) },
		{ "open: mid-stream unruled passes", "open", UP,
		  UP4(EVIL_4, TCP(TCP_ACK, 4000, 443)), open },
		{ "expired: unruled drops", "expired", UP, p, un },
		{ "expired: allowed passes", "expired; allow any", UP, p, ctl },
		{ "sealed, forced open: passes", "sealed; open", UP, p, open },
		{ "sealed, opening expired: drops", "sealed; expired; allow any", UP, p, sealed },
		{ "always open: passes", "always", UP, p, open },
		{ "always open: denied drops", "always; deny any", UP, p, R(CG_DROP_DENIED) },
		{ "always open, an opening expired: passes", "always; expired", UP, p, open },
		{ "to the viewer: passes", "to 203.0.113.9", UP, p, open },
		{ "to the viewer v6: passes", "to 2001:db8:66::9", UP, p6, open },
		{ "to another: drops", "to 203.0.113.10", UP, p, R(CG_DROP_VIEWER) | un },
		{ "to another v6: drops", "to 2001:db8:66::a", UP, p6, R(CG_DROP_VIEWER) | un },
		{ "to another: allowed passes by rule", "to 203.0.113.10; allow any", UP, p, ctl },
		{ "to the viewer, denied: drops", "to 203.0.113.9; deny 203.0.113.9", UP, p,
		  R(CG_DROP_DENIED) },
		{ "sealed, to the viewer: passes", "sealed; to 203.0.113.9", UP, p, open },
		{ "sealed, to another: drops", "sealed; to 203.0.113.10; allow any", UP, p,
		  sealed | R(CG_DROP_VIEWER) },
		{ "camera 2 open, camera 1 closed: 1 drops", "@2; open", UP, p, un },
		{ "camera 2 open: 2 passes", "@2; open", UP, UP4B(EVIL_4, UDP(1, 2)), open,
		  .slot = 2 },
		{ "camera 1 sealed: 2 keeps its rule", "sealed; @2; allow any", UP,
		  UP4B(EVIL_4, UDP(1, 2)), ctl, .slot = 2 },
		{ "nat64 by rule for what is inside passes", "allow 198.51.100.0/24:443", UP,
		  UP6("64:ff9b::198.51.100.10", UDP(4000, 443)), ctl },
		{ "nat64 of another drops", "allow 198.51.100.0/24:443", UP,
		  UP6("64:ff9b::203.0.113.9", UDP(4000, 443)), un },
		{ "nat64 denied by what is inside", "deny 198.51.100.0/24; allow any", UP,
		  UP6("64:ff9b::198.51.100.10", UDP(4000, 443)), R(CG_DROP_DENIED) },
		{ "6to4 by rule for what is inside passes", "allow 198.51.100.0/24:443", UP,
		  UP6("2002:c633:640a:1::1", UDP(4000, 443)), ctl },
		{ "6to4 of another drops", "allow 198.51.100.0/24:443", UP,
		  UP6("2002:cb00:7109::1", UDP(4000, 443)), un },
		{ "6to4 denied by what is inside", "deny 198.51.100.0/24; allow any", UP,
		  UP6("2002:c633:640a::1", UDP(4000, 443)), R(CG_DROP_DENIED) },
		{ "nat64 with a LAN address inside is no LAN", NULL, UP,
		  UP6("64:ff9b::192.168.1.30", UDP(4000, 443)), ANY_DROP },
		{ "6to4 with a LAN address inside is no LAN", NULL, UP,
		  UP6("2002:c0a8:11e::1", UDP(4000, 443)), ANY_DROP },
		{ "6to4 with the gateway's address inside is no gateway", NULL, UP,
		  UP6("2002:c0a8:101::1", UDP(4000, 53)), ANY_DROP },
		{ "echo to an unruled remote drops", NULL, UP, UP4(EVIL_4, ECHO4(1)),
		  un | R(CG_DROP_ICMP) },
		{ "dns to a remote server drops", NULL, UP, UP4("9.9.9.9", UDP(4000, 53)), un },
		{ "ntp to a remote server drops", NULL, UP, UP4("9.9.9.9", UDP(123, 123)), un },
		{ "gre drops", NULL, UP, UP4(EVIL_4, .proto = 47, .payload = 20), un },
		{ "esp drops", NULL, UP, UP4(EVIL_4, .proto = 50, .payload = 20), un },
		{ "6in4 drops", NULL, UP, UP4(EVIL_4, .proto = 41, .payload = 40), un },
		{ "sctp drops", NULL, UP, UP4(EVIL_4, .proto = 132, .payload = 20), un },
		{ "no next header v6 drops", NULL, UP, UP6(EVIL_6, .proto = 59),
		  un | R(CG_DROP_MALFORMED) },
		{ "open: gre passes", "open", UP, UP4(EVIL_4, .proto = 47, .payload = 20), open },
	};
	static const struct {
		const char *name;
		uint64_t word;
		uint32_t manual, config;
		uint64_t want;
	} words[] = {
		{ "word 0 is sealed", 0, 0, 0, R(CG_DROP_SEALED) },
		{ "word 0 is sealed whatever config says", 0, CG_MANUAL_AUTO, CG_OPEN,
		  R(CG_DROP_SEALED) },
		{ "word closed, manual seal in the agent's field: the word decides",
		  (uint64_t)CG_CLOSED << 62, CG_MANUAL_SEAL, CG_OPEN, R(CG_PASS_CONTROL) },
		{ "word always, manual close in the agent's field: the word decides",
		  (uint64_t)CG_OPEN << 62, CG_MANUAL_CLOSE, CG_CLOSED,
		  R(CG_PASS_CONTROL) | R(CG_PASS_OPEN) },
		{ "word with base 3: the closed side", 3ULL << 62, 0, 0,
		  ANY_DROP | R(CG_PASS_CONTROL) },
		{ "closed, deadline 1", (uint64_t)CG_CLOSED << 62 | 1, 0, 0, R(CG_PASS_CONTROL) },
		{ "closed, to nobody, no deadline", (uint64_t)CG_CLOSED << 62 | CG_WORD_TO, 0, 0,
		  R(CG_PASS_CONTROL) },
		{ "sealed, longest deadline", CG_WORD_DEADLINE, 0, 0,
		  R(CG_PASS_CONTROL) | R(CG_PASS_OPEN) },
		{ "sealed, deadline high half only is the past or future by its value", 1ULL << 32,
		  0, 0, ANY_DROP | ANY_PASS },
	};
	size_t i;

	RUN(e, rows);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		env_reset(e);
		env_state(e, "allow any");
		env_word(e, 1, words[i].word);
		e->exposure[1].manual = words[i].manual;
		e->exposure[1].config = words[i].config;
		STEP(e, words[i].name, NULL, UP, p, words[i].want);
	}
	env_reset(e);
	env_word(e, 1, 3ULL << 62);
	STEP(e, "word with base 3 opens nothing", NULL, UP, p, ANY_DROP);
	STEP(e, "word with base 3 lets nobody in", NULL, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 1, 2)),
	     ANY_DROP, IN_WAN);
}

/* daily_upload is reached: uploads wait, and nothing else. */
static void full(struct env *e)
{
	const struct pkt *p = UP4(VENDOR_4, TCP(TCP_SYN, 4000, 443));
	const struct {
		const char *name, *state;
		uint64_t word, want;
	} rows[] = {
		{ "not full: upload passes", "upload any", CLOSED, R(CG_PASS_UPLOAD) },
		{ "full: upload drops", "upload any", CLOSED | CG_WORD_FULL, R(CG_DROP_DAILY) },
		{ "full: control passes", "allow any", CLOSED | CG_WORD_FULL, R(CG_PASS_CONTROL) },
		{ "full: unruled drops as ever", "", CLOSED | CG_WORD_FULL, R(CG_DROP_UNRULED) },
		{ "full: sealed as ever", "upload any", SEALED | CG_WORD_FULL, R(CG_DROP_SEALED) },
		{ "full is no deadline", "", CLOSED | CG_WORD_FULL, R(CG_DROP_UNRULED) },
		{ "full, always open: passes", "upload any", ALWAYS | CG_WORD_FULL,
		  R(CG_PASS_OPEN) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		env_reset(e);
		if (*rows[i].state)
			env_state(e, rows[i].state);
		env_word(e, 1, rows[i].word);
		STEP(e, rows[i].name, NULL, UP, p, rows[i].want);
	}
	/* a flow that passed until then: the next packet is asked again */
	env_reset(e);
	env_state(e, "upload any");
	env_word(e, 1, CLOSED);
	STEP(e, "upload: begins", NULL, UP, p, R(CG_PASS_UPLOAD));
	env_word(e, 1, CLOSED | CG_WORD_FULL);
	STEP(e, "upload: full while it runs", NULL, UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443)),
	     R(CG_DROP_DAILY));
	env_word(e, 1, CLOSED);
	STEP(e, "upload: a new day", NULL, UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443)),
	     R(CG_PASS_UPLOAD));
}

static void rules(struct env *e)
{
	const uint64_t ctl = R(CG_PASS_CONTROL), un = R(CG_DROP_UNRULED), den = R(CG_DROP_DENIED);
#define T4(port) UP4(VENDOR_4, TCP(TCP_SYN, 4000, port))
#define U4(port) UP4(VENDOR_4, UDP(4000, port))
#define T6(port) UP6(VENDOR_6, TCP(TCP_SYN, 4000, port))
#define U6(port) UP6(VENDOR_6, UDP(4000, port))
	const struct row rows[] = {
		{ "prefix/tcp: port passes", "allow 198.51.100.0/24:443/tcp", UP, T4(443), ctl },
		{ "prefix/tcp: port below drops", "allow 198.51.100.0/24:443/tcp", UP, T4(442),
		  un },
		{ "prefix/tcp: port above drops", "allow 198.51.100.0/24:443/tcp", UP, T4(444),
		  un },
		{ "prefix/tcp: udp drops", "allow 198.51.100.0/24:443/tcp", UP, U4(443), un },
		{ "prefix/tcp: neighbour prefix drops", "allow 198.51.100.0/24:443/tcp", UP,
		  UP4("198.51.101.0", TCP(TCP_SYN, 4000, 443)), un },
		{ "prefix/tcp: last address passes", "allow 198.51.100.0/24:443/tcp", UP,
		  UP4("198.51.100.255", TCP(TCP_SYN, 4000, 443)), ctl },
		{ "prefix/tcp: the camera's port is not the peer's",
		  "allow 198.51.100.0/24:443/tcp", UP, UP4(VENDOR_4, TCP(TCP_SYN, 443, 4000)), un },
		{ "prefix/tcp: mid-stream passes", "allow 198.51.100.0/24:443/tcp", UP,
		  UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443)), ctl },
		{ "v6 prefix: port passes", "allow [2001:db8:99::/48]:443/tcp", UP, T6(443), ctl },
		{ "v6 prefix: another port drops", "allow [2001:db8:99::/48]:443/tcp", UP, T6(80),
		  un },
		{ "v6 prefix: another prefix drops", "allow [2001:db8:99::/48]:443/tcp", UP,
		  UP6("2001:db8:9a::1", TCP(TCP_SYN, 1, 443)), un },
		{ "v6 /128: passes", "allow 2001:db8:99::10", UP, U6(1), ctl },
		{ "v6 /128: the next drops", "allow 2001:db8:99::11", UP, U6(1), un },
		{ "v6 /127 boundary: passes", "allow 2001:db8:99::10/127", UP,
		  UP6("2001:db8:99::11", UDP(1, 2)), ctl },
		{ "v6 /127 boundary: drops", "allow 2001:db8:99::10/127", UP,
		  UP6("2001:db8:99::12", UDP(1, 2)), un },
		{ "range: low end passes", "allow 198.51.100.10:5000-5010/udp", UP, U4(5000), ctl },
		{ "range: high end passes", "allow 198.51.100.10:5000-5010/udp", UP, U4(5010),
		  ctl },
		{ "range: below drops", "allow 198.51.100.10:5000-5010/udp", UP, U4(4999), un },
		{ "range: above drops", "allow 198.51.100.10:5000-5010/udp", UP, U4(5011), un },
		{ "range: tcp drops", "allow 198.51.100.10:5000-5010/udp", UP, T4(5005), un },
		{ "range v6: ends", "allow [2001:db8:99::10]:5000-5010/udp", UP, U6(5010), ctl },
		{ "range v6: above drops", "allow [2001:db8:99::10]:5000-5010/udp", UP, U6(5011),
		  un },
		{ "port 65535 passes", "allow 198.51.100.10:65535", UP, U4(65535), ctl },
		{ "port 0 with a rule from 1 drops", "allow 198.51.100.10:1-65535", UP, U4(0), un },
		{ "port without protocol: tcp passes", "allow 198.51.100.10:80", UP, T4(80), ctl },
		{ "port without protocol: udp passes", "allow 198.51.100.10:80", UP, U4(80), ctl },
		{ "port without protocol: another port drops", "allow 198.51.100.10:80", UP, U4(81),
		  un },
		{ "port without protocol: icmp drops", "allow 198.51.100.10:0-65535", UP,
		  UP4(VENDOR_4, ECHO4(0)), un | R(CG_DROP_ICMP) },
		{ "port without protocol: gre drops", "allow 198.51.100.10:0-65535", UP,
		  UP4(VENDOR_4, .proto = 47, .payload = 20), un },
		{ "icmp: echo passes", "allow 198.51.100.10/icmp", UP, UP4(VENDOR_4, ECHO4(1)),
		  ctl },
		{ "icmp: tcp drops", "allow 198.51.100.10/icmp", UP, T4(80), un },
		{ "icmpv6: echo passes", "allow 2001:db8:99::10/icmpv6", UP,
		  UP6(VENDOR_6, ECHO6(1)), ctl },
		{ "icmpv6: udp drops", "allow 2001:db8:99::10/icmpv6", UP, U6(80), un },
		{ "tcp without port: any port passes", "allow 198.51.100.10/tcp", UP, T4(1), ctl },
		{ "tcp without port: udp drops", "allow 198.51.100.10/tcp", UP, U4(1), un },
		{ "any protocol: gre passes", "allow 198.51.100.10", UP,
		  UP4(VENDOR_4, .proto = 47, .payload = 20), ctl },
		{ "any protocol: another host's gre drops", "allow 198.51.100.11", UP,
		  UP4(VENDOR_4, .proto = 47, .payload = 20), un },
		{ "any: v4 passes", "allow any:123/udp", UP, U4(123), ctl },
		{ "any: v6 passes", "allow any:123/udp", UP, U6(123), ctl },
		{ "any: another port drops", "allow any:123/udp", UP, U6(124), un },
		{ "0.0.0.0/0: v6 drops", "allow 0.0.0.0/0", UP, U6(123), un },
		{ "0.0.0.0/0: v4 passes", "allow 0.0.0.0/0", UP, U4(123), ctl },
		{ "2000::/3: v4 drops", "allow 2000::/3", UP, U4(123), un },
		{ "2000::/3: v6 passes", "allow 2000::/3", UP, U6(123), ctl },
		{ "deny over allow, same prefix", "allow 198.51.100.0/24; deny 198.51.100.0/24", UP,
		  T4(1), den },
		{ "deny of a wider prefix over a narrower allow",
		  "allow 198.51.100.10; deny 198.51.100.0/24", UP, T4(1), den },
		{ "deny of a narrower prefix over a wider allow",
		  "allow 198.51.100.0/24; deny 198.51.100.10", UP, T4(1), den },
		{ "deny of a narrower prefix leaves its neighbour",
		  "allow 198.51.100.0/24; deny 198.51.100.11", UP, T4(1), ctl },
		{ "deny of one port leaves the others", "allow any; deny 198.51.100.10:80/tcp", UP,
		  T4(81), ctl },
		{ "deny of one port denies it", "allow any; deny 198.51.100.10:80/tcp", UP, T4(80),
		  den },
		{ "deny any over everything", "allow any; upload any; deny any", UP, T4(80), den },
		{ "narrow entry without the port falls to the wide rule",
		  "allow any:443/tcp; allow 198.51.100.10:80/tcp", UP, T4(443), ctl },
		{ "narrow entry without the port, wide neither",
		  "allow any:443/tcp; allow 198.51.100.10:80/tcp", UP, T4(8080), un },
		{ "first written of allow and upload decides: upload", "upload any; allow any", UP,
		  T4(80), R(CG_PASS_UPLOAD) },
		{ "first written of allow and upload decides: allow", "allow any; upload any", UP,
		  T4(80), ctl },
		{ "upload by port, allow behind", "upload any:8443/tcp; allow any", UP, T4(8443),
		  R(CG_PASS_UPLOAD) },
		{ "upload by port, allow for the rest", "upload any:8443/tcp; allow any", UP,
		  T4(8444), ctl },
		{ "camera 2's rule is not camera 1's", "@2; allow any", UP, T4(80), un },
		{ "camera 2's rule is camera 2's", "@2; allow any", UP, UP4B(VENDOR_4, UDP(1, 2)),
		  ctl, .slot = 2 },
	};
	char text[64], name[96];
	size_t n, i;

	RUN(e, rows);
	/* Lists of n rules on one prefix: the last decides, one behind it does not match. */
	for (n = 1; n <= CG_RULES_PER_CHUNK * CG_MAX_CHUNKS; n += n == 1 ? 6 : n < 9 ? 1 : 11) {
		env_reset(e);
		for (i = 0; i < n; i++) {
			snprintf(text, sizeof(text), "198.51.100.0/24:%zu/tcp", 1000 + i);
			env_rule_add(e, 1, CG_RULE_ALLOW, text);
		}
		env_policy_write(e, 1);
		snprintf(name, sizeof(name), "list of %zu: the last matches", n);
		STEP(e, name, NULL, UP, T4(1000 + n - 1), ctl);
		snprintf(name, sizeof(name), "list of %zu: none matches", n);
		STEP(e, name, NULL, UP, T4(1000 + n), un);
	}
	env_reset(e);
	for (i = 0; i < 64; i++) {
		snprintf(text, sizeof(text), "198.51.100.0/24:%zu/tcp", 1000 + i);
		env_rule_add(e, 1, i < 63 ? CG_RULE_ALLOW : CG_RULE_DENY, text);
	}
	env_policy_write(e, 1);
	STEP(e, "list of 64: the deny written last is first", NULL, UP, T4(1063), den);
	STEP(e, "list of 64: the 64th in order matches", NULL, UP, T4(1062), ctl);
}

static void flows(struct env *e)
{
	const struct pkt *syn = UP4(EVIL_4, TCP(TCP_SYN, 4000, 443));
	const struct pkt *video = UP4(EVIL_4, TCP(TCP_ACK, 4000, 443), .payload = 1000);
	const struct pkt *udp = UP4(VENDOR_4, UDP(5000, 6000), .payload = 100);
	const struct pkt *udp_in = DN4(VENDOR_4, UDP(6000, 5000), .payload = 100);
	const struct pkt *inb = DN4(VENDOR_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *inb_out = UP4(VENDOR_4, TCP(TCP_ACK, 554, 4000), .payload = 1000);
	const struct pkt *in_udp = DN4(EVIL_4, UDP(7000, 7001));
	const struct pkt *in_udp_out = UP4(EVIL_4, UDP(7001, 7000), .payload = 900);
	struct row late = { "", NULL, UP, video };
	enum cg_reason reason = CG_REASON_NONE;
	struct cg_flow f = { 0 };
	unsigned int i;
	bool ok = false;
	uint64_t t;

	env_reset(e);
	STEP(e, "closed: first packet drops", NULL, UP, syn, R(CG_DROP_UNRULED));
	env_state(e, "open");
	STEP(e, "open: the flow passes", NULL, UP, video, R(CG_PASS_OPEN));
	run_check(env_flow_find(e, 1, EVIL_4, 4000, 443, IPPROTO_TCP, &f),
		  "open: the flow has an entry", "none");
	run_check(!(f.flags & CG_FLOW_BY_PEER) && f.flags & CG_FLOW_CAM_SENT && f.up_packets == 1 &&
			  f.up_bytes == video->len && f.scope == CG_NET_REMOTE &&
			  f.class == CG_CLASS_UNRULED && f.rule == 0xffff && f.gen == 1,
		  "open: its entry says who, how much, which class",
		  "flags %#x up %u packets %llu bytes scope %u class %u rule %#x gen %u", f.flags,
		  f.up_packets, (unsigned long long)f.up_bytes, f.scope, f.class, f.rule, f.gen);
	env_word(e, 1, CLOSED);
	STEP(e, "close: the running flow drops", NULL, UP, video, R(CG_DROP_UNRULED));
	STEP(e, "close: what comes back drops", NULL, DOWN, DN4(EVIL_4, TCP(TCP_ACK, 443, 4000)),
	     R(CG_DROP_UNRULED), IN_WAN);
	env_state(e, "open");
	STEP(e, "open again: the flow passes", NULL, UP, video, R(CG_PASS_OPEN));
	env_word(e, 1, SEALED);
	STEP(e, "seal: the running flow drops", NULL, UP, video, R(CG_DROP_SEALED));
	t = env_now() + 200000000ULL;
	env_word(e, 1, CLOSED | t);
	STEP(e, "deadline 200 ms ahead: passes", NULL, UP, video, R(CG_PASS_OPEN));
	/* A machine that stalls past the deadline shows nothing: again. */
	for (i = 0; i < 20; i++) {
		t = env_now() + 200000000ULL;
		env_word(e, 1, CLOSED | t);
		env_wait_until(t - 20000000ULL);
		reason = run_quiet(e, &late, &ok);
		if (env_now() < t)
			break;
	}
	run_check(i < 20 && ok && reason == CG_PASS_OPEN, "deadline 20 ms ahead: passes",
		  "reason %u after %u tries", reason, i);
	env_wait_until(t);
	STEP(e, "deadline reached: drops", NULL, UP, video, R(CG_DROP_UNRULED));

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "udp from the remote before the camera sent drops", NULL, DOWN, udp_in,
	     R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "camera sends udp", NULL, UP, udp, R(CG_PASS_CONTROL));
	STEP(e, "udp from the remote after the camera sent passes", NULL, DOWN, udp_in,
	     R(CG_PASS_CONTROL), IN_WAN);
	STEP(e, "udp from another remote drops", NULL, DOWN, DN4("198.51.100.11", UDP(6000, 5000)),
	     R(CG_DROP_INBOUND), IN_WAN);
	env_age(e, 1, CG_IDLE_UDP_S + 5);
	STEP(e, "udp after conntrack's time-out is inbound again", NULL, DOWN, udp_in,
	     R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "camera sends again", NULL, UP, udp, R(CG_PASS_CONTROL));
	STEP(e, "udp from the remote passes again", NULL, DOWN, udp_in, R(CG_PASS_CONTROL), IN_WAN);
	run_check(env_flow_find(e, 1, VENDOR_4, 5000, 6000, IPPROTO_UDP, &f) &&
			  f.class == CG_CLASS_CONTROL && f.rule == 0 && f.flags & CG_FLOW_PEER_SENT,
		  "its entry names class and rule", "class %u rule %#x flags %#x", f.class, f.rule,
		  f.flags);

	env_reset(e);
	env_state(e, "open; allow 198.51.100.0/24");
	STEP(e, "open: inbound from an allowed remote passes", NULL, DOWN, inb, R(CG_PASS_OPEN),
	     IN_WAN);
	STEP(e, "open: the answer passes", NULL, UP, inb_out, R(CG_PASS_OPEN) | R(CG_PASS_CONTROL));
	run_check(env_flow_find(e, 1, VENDOR_4, 554, 4000, IPPROTO_TCP, &f) &&
			  f.flags & CG_FLOW_BY_PEER,
		  "open: its entry says the peer began", "flags %#x", f.flags);
	env_word(e, 1, CLOSED);
	STEP(e, "close: video of a flow the peer began drops, rule or not", NULL, UP, inb_out,
	     R(CG_DROP_INBOUND));
	STEP(e, "close: its acks drop", NULL, DOWN, DN4(VENDOR_4, TCP(TCP_ACK, 4000, 554)),
	     R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "close: its own flow to who watched is stopped for a while", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 4001, 443)), R(CG_DROP_VIEWING));
	env_reset(e);
	env_state(e, "open; allow any");
	STEP(e, "open: inbound udp passes", NULL, DOWN, in_udp, R(CG_PASS_OPEN), IN_WAN);
	STEP(e, "open: its answer passes", NULL, UP, in_udp_out,
	     R(CG_PASS_OPEN) | R(CG_PASS_CONTROL));
	env_word(e, 1, CLOSED);
	STEP(e, "close: udp video of a flow the peer began drops", NULL, UP, in_udp_out,
	     R(CG_DROP_INBOUND));
	STEP(e, "close: its udp drops", NULL, DOWN, in_udp, R(CG_DROP_INBOUND), IN_WAN);

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "refused inbound drops", NULL, DOWN, inb, R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "an answer to what was refused is no way out", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN | TCP_ACK, 554, 4000)), ANY_DROP | R(CG_PASS_CONTROL));
	STEP(e, "drops leave rooms for the camera's own flow", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 554, 4000)), R(CG_PASS_CONTROL));
}

static void generations(struct env *e)
{
	const struct pkt *p = UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443));
	const struct pkt *down = DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000));
	struct cg_flow f = { 0 };

	env_reset(e);
	env_state(e, "allow 198.51.100.0/24:443/tcp");
	STEP(e, "generation 1: allowed passes", NULL, UP, p, R(CG_PASS_CONTROL));
	env_rules_clear(e, 1);
	env_rule_add(e, 1, CG_RULE_DENY, "198.51.100.0/24");
	env_policy_write(e, 2);
	STEP(e, "generation 2 written, not in force: passes", NULL, UP, p, R(CG_PASS_CONTROL));
	e->meta->generation = 2;
	STEP(e, "generation 2: the live flow is denied", NULL, UP, p, R(CG_DROP_DENIED));
	STEP(e, "generation 2: and back", NULL, DOWN, down, R(CG_DROP_DENIED), IN_WAN);
	e->meta->generation = 1;
	STEP(e, "generation 1 again: passes", NULL, UP, p, R(CG_PASS_CONTROL));
	STEP(e, "generation 1 again: and back", NULL, DOWN, down, R(CG_PASS_CONTROL), IN_WAN);
	e->meta->generation = 2;
	env_policy_delete(e, 1);
	STEP(e, "generation 1 deleted: denied", NULL, UP, p, R(CG_DROP_DENIED));
	env_rules_clear(e, 1);
	env_rule_add(e, 1, CG_RULE_UPLOAD, "198.51.100.0/24");
	env_policy_write(e, 3);
	e->meta->generation = 3;
	STEP(e, "generation 3: the live flow is an upload", NULL, UP, p, R(CG_PASS_UPLOAD));
	run_check(env_flow_find(e, 1, VENDOR_4, 4000, 443, IPPROTO_TCP, &f) && f.gen == 3 &&
			  f.class == CG_CLASS_UPLOAD,
		  "generation 3 is in the flow's entry", "gen %u class %u", f.gen, f.class);
	env_rules_clear(e, 1);
	env_policy_write(e, 4);
	e->meta->generation = 4;
	STEP(e, "generation 4 without rules: the live flow drops", NULL, UP, p, R(CG_DROP_UNRULED));
	env_rule_add(e, 1, CG_RULE_ALLOW, "any");
	env_policy_write(e, 65537 + 4);
	STEP(e, "generation 65541 shares low bits with 4: its rules are not 4's", NULL, UP, p,
	     R(CG_DROP_UNRULED));
	e->meta->generation = 65537 + 4;
	STEP(e, "generation 65541 passes", NULL, UP, p, R(CG_PASS_CONTROL));
	e->cam[1].present = false;
	env_policy_write(e, 7);
	e->meta->generation = 7;
	STEP(e, "generation 7 without the camera: untouched", NULL, UP, p, UNTOUCHED);
	STEP(e, "generation 7: to it untouched", NULL, DOWN, down, UNTOUCHED, IN_WAN);
	STEP(e, "generation 7: the other camera stays", NULL, UP, UP4B(EVIL_4, UDP(1, 2)),
	     R(CG_DROP_UNRULED), .slot = 2);
}

static void epochs(struct env *e)
{
	const struct pkt *p = UP4(EVIL_4, UDP(4000, 443));

	env_reset(e);
	env_state(e, "open");
	STEP(e, "epoch 1: a remote", NULL, UP, p, R(CG_PASS_OPEN));
	env_net(e, "203.0.113.0/24", CG_NET_HOME, 0, 0);
	e->meta->epoch++;
	STEP(e, "epoch 2: home", NULL, UP, p, R(CG_PASS_HOME));
	env_word(e, 1, CLOSED);
	STEP(e, "epoch 2: home, closed passes", NULL, UP, p, R(CG_PASS_HOME));
	env_net_del(e, "203.0.113.0/24");
	e->meta->epoch++;
	STEP(e, "epoch 3: a remote again, closed drops", NULL, UP, p, R(CG_DROP_UNRULED));
	env_reset(e);
	STEP(e, "epoch 1: gateway passes dns", NULL, UP, UP4(GW_4, UDP(4000, 53)),
	     R(CG_PASS_GATEWAY));
	env_net_del(e, GW_4);
	e->meta->epoch++;
	STEP(e, "epoch 2: no gateway there, a LAN host", NULL, UP, UP4(GW_4, UDP(4000, 53)),
	     R(CG_PASS_LAN));
}

int main(void)
{
	struct env *e = env_open();

	exposure(e);
	full(e);
	rules(e);
	flows(e);
	generations(e);
	epochs(e);
	env_close(&e);
	return run_end();
}
