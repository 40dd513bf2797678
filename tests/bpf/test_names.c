/* SPDX-License-Identifier: GPL-2.0-only */
/* What a learned name lets pass and stops, for how long, over generations, and within whose quota. */
#include <bpf/bpf.h>
#include <stdlib.h>
#include "../fault.h"
#include "frames.h"
#include "names.h"
#include "run.h"

#define NAME "api.vendor.example"

static struct names n;

/* CAM1 asks for name and gets these addresses, ended by NULL. */
static unsigned int learn_ttl(const char *name, uint32_t ttl, const char *a, const char *b)
{
	struct msg m;

	m_head(&m, 7, 0x0100, name, strchr(a, ':') ? T_AAAA : T_A);
	names_ask(&n, 1, GW_4, 4000, &m);
	m_head(&m, 7, 0x8180, name, strchr(a, ':') ? T_AAAA : T_A);
	m_addr(&m, NULL, a, ttl);
	if (b)
		m_addr(&m, NULL, b, ttl);
	return names_answer(&n, 4000, &m);
}

static unsigned int learn(const char *name, const char *addr)
{
	return learn_ttl(name, 60, addr, NULL);
}

static void rules(void)
{
	const uint64_t ctl = R(CG_PASS_CONTROL), none = R(CG_DROP_UNRULED);
	struct env *e = n.e;

	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 1);
	names_rule(&n, 1, CG_RULE_UPLOAD, "*.store.example", 0, 1);
	names_rule(&n, 1, CG_RULE_ALLOW, "p2p*.vendor.example", 0, 1);
	names_rule(&n, 1, CG_RULE_DENY, "ads.vendor.example", 0, 1);
	STEP(e, "before the answer: dropped", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)), none);
	learn(NAME, VENDOR_4);
	STEP(e, "the first packet behind the answer passes", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)), ctl);
	STEP(e, "from another port of the camera", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 2, 443)),
	     ctl);
	STEP(e, "to another port: dropped", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 3, 80)), none);
	STEP(e, "another address: dropped", NULL, UP, UP4(EVIL_4, TCP(TCP_SYN, 3, 443)), none);
	STEP(e, "another camera: dropped", NULL, UP, UP4B(VENDOR_4, TCP(TCP_SYN, 3, 443)), none,
	     .slot = 2);
	learn(NAME, VENDOR_6);
	STEP(e, "its IPv6 address", NULL, UP, UP6(VENDOR_6, TCP(TCP_SYN, 1, 443)), ctl);
	learn("aPi.VENDOR.example", "198.51.100.11");
	STEP(e, "asked in other letters", NULL, UP, UP4("198.51.100.11", TCP(TCP_SYN, 1, 443)),
	     ctl);
	learn("a.b.store.example", "198.51.100.12");
	STEP(e, "under a star", NULL, UP, UP4("198.51.100.12", TCP(TCP_SYN, 1, 80)),
	     R(CG_PASS_UPLOAD));
	learn("store.example", "198.51.100.13");
	STEP(e, "not what the star stands under", NULL, UP,
	     UP4("198.51.100.13", TCP(TCP_SYN, 1, 80)), none);
	learn("notstore.example", "198.51.100.14");
	STEP(e, "not what ends alike", NULL, UP, UP4("198.51.100.14", TCP(TCP_SYN, 1, 80)), none);
	learn("p2p7.vendor.example", "198.51.100.15");
	STEP(e, "a label that begins so", NULL, UP, UP4("198.51.100.15", TCP(TCP_SYN, 1, 80)), ctl);
	learn("ap2p.vendor.example", "198.51.100.16");
	STEP(e, "not one that begins otherwise", NULL, UP,
	     UP4("198.51.100.16", TCP(TCP_SYN, 1, 80)), none);
	learn("api.vendor.example.evil.org", "198.51.100.17");
	STEP(e, "not one that only begins like it", NULL, UP,
	     UP4("198.51.100.17", TCP(TCP_SYN, 1, 443)), none);
	learn("ads.vendor.example", "198.51.100.18");
	STEP(e, "a denied name", NULL, UP, UP4("198.51.100.18", TCP(TCP_SYN, 1, 443)),
	     R(CG_DROP_DENIED));
	learn("ads.vendor.example", VENDOR_4);
	STEP(e, "an allowed address that learns a denied name: its live flow ends", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_ACK, 1, 443)), R(CG_DROP_DENIED));
	env_state(e, "open");
	STEP(e, "open does not lift it", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 9, 443)),
	     R(CG_DROP_DENIED));
	env_state(e, "sealed");
	env_word(e, 1, (uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT);
	STEP(e, "sealed: names are no way out", NULL, UP, UP6(VENDOR_6, TCP(TCP_SYN, 5, 443)),
	     R(CG_DROP_SEALED));
}

static void lives(void)
{
	const uint64_t ctl = R(CG_PASS_CONTROL), none = R(CG_DROP_UNRULED);
	struct env *e = n.e;
	uint64_t left;
	unsigned int cut = 0, ended;
	struct row r = { "", NULL, UP, UP4(VENDOR_4, TCP(TCP_ACK, 1, 443)) };
	bool ok;

	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 1);
	learn_ttl(NAME, 0, VENDOR_4, NULL);
	left = names_left(&n, 1, VENDOR_4);
	run_check(left >= CG_NAME_FLOOR_S + CG_NAME_GRACE_S - 1 &&
			  left <= CG_NAME_FLOOR_S + CG_NAME_GRACE_S,
		  "a TTL of 0 has floor and grace", "%llu s", (unsigned long long)left);
	learn_ttl(NAME, 0x90000000, VENDOR_4, NULL);
	run_check(names_left(&n, 1, VENDOR_4) <= CG_NAME_FLOOR_S + CG_NAME_GRACE_S,
		  "a TTL with the sign bit counts as 0", "more");
	learn_ttl(NAME, 1000, VENDOR_4, NULL);
	left = names_left(&n, 1, VENDOR_4);
	run_check(left > 1290 && left <= 1000 + CG_NAME_GRACE_S, "a TTL of 1000", "%llu s",
		  (unsigned long long)left);
	learn_ttl(NAME, 5, VENDOR_4, NULL);
	run_check(names_left(&n, 1, VENDOR_4) + 1 >= left, "a shorter answer takes nothing away",
		  "it does");
	learn_ttl(NAME, 0x7fffffff, VENDOR_4, NULL);
	run_check(names_left(&n, 1, VENDOR_4) <= CG_NAME_CEILING_S + CG_NAME_GRACE_S,
		  "no TTL is longer than a day", "it is");
	STEP(e, "a flow begins", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)), ctl);
	STEP(e, "and is answered", NULL, DOWN, DN4(VENDOR_4, TCP(TCP_SYN | TCP_ACK, 443, 1)), ctl,
	     IN_WAN);
	names_expire(&n);
	cut += run_quiet(e, &r, &ok) != CG_PASS_CONTROL;
	ended = STEP(e, "run out: a new flow is dropped", NULL, UP,
		     UP4(VENDOR_4, TCP(TCP_SYN, 2, 443)), none) == CG_DROP_UNRULED;
	/* A reload looks at every flow again. */
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 2);
	env_policy_write(e, 2);
	e->meta->generation = 2;
	cut += run_quiet(e, &r, &ok) != CG_PASS_CONTROL;
	e->meta->epoch++;
	cut += run_quiet(e, &r, &ok) != CG_PASS_CONTROL;
	run_check(!cut, "the live flow outlives TTL, grace, reload and change of networks",
		  "%u times cut", cut);
	/* Other names take the place of those that have run out, but not of this. */
	for (unsigned int i = 0; i < 2 * CG_QUOTA_NAME; i++) {
		char name[40];

		snprintf(name, sizeof(name), "n%u.vendor.example", i);
		names_rule(&n, 1, CG_RULE_ALLOW, name, 443, 2);
		learn(name, "198.51.100.99");
		if (i % 64 == 63)
			names_expire(&n);
	}
	fault_say("map/names", names_count(n.qnames) <= CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME && !cut,
		  "%u names asked for, %zu entries of at most %u, the live flow's is kept",
		  2 * CG_QUOTA_NAME, names_count(n.qnames), CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME);
	run_check(names_count(n.qnames) <= CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME,
		  "names stay within their quota", "%zu", names_count(n.qnames));
	e->meta->epoch++;
	cut += run_quiet(e, &r, &ok) != CG_PASS_CONTROL;
	run_check(!cut, "a live flow's name is kept while others come and go", "cut");
	run_figure("names/live_flows_cut", "flows", cut, 4, ended);
	env_policy_write(e, 3);
	e->meta->generation = 3;
	STEP(e, "a reload without the rule: the flow is judged anew and ends", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_ACK, 1, 443)), none);
}

static void reloads(void)
{
	struct env *e = n.e;

	names_reset(&n);
	learn(NAME, VENDOR_4);
	STEP(e, "no rule fits the name", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)),
	     R(CG_DROP_UNRULED));
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 2);
	env_policy_write(e, 2);
	e->meta->generation = 2;
	STEP(e, "the rule comes: the name asked before counts", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 2, 443)), R(CG_PASS_CONTROL));
	e->cam[1].flags &= ~CG_CAM_NAMES;
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 3);
	env_policy_write(e, 3);
	e->meta->generation = 3;
	STEP(e, "a camera without rules with names is not looked up", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 3, 443)), R(CG_DROP_UNRULED));
}

static void address(char *buf, unsigned int i)
{
	sprintf(buf, "198.51.%u.%u", 100 + i / 250, 1 + i % 250);
}

static void quotas(void)
{
	unsigned int full = 0, lost = 0, foreign = 0;
	struct env *e = n.e;
	struct cg_learned_key k2 = { .slot = 2 };
	struct cg_learned l = { { 0 } };
	struct cg_dns d;
	struct msg m;
	char a[20];
	uint32_t one = 1;

	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, "*.rotate.example", 0, 1);
	names_rule(&n, 2, CG_RULE_ALLOW, NAME, 0, 1);
	/* CAM2's only address. */
	m_head(&m, 7, 0x8180, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	run_check(names_tell(&n, 2, &m) == CG_DNS_LEARNED, "what the agent tells is learned",
		  "not");
	STEP(e, "and passes", NULL, UP, UP4B(VENDOR_4, TCP(TCP_SYN, 1, 443)), R(CG_PASS_CONTROL),
	     .slot = 2);
	for (unsigned int i = 0; i < 2000; i++) {
		address(a, i);
		full += learn("www.rotate.example", a) != CG_DNS_LEARNED;
	}
	for (unsigned int i = 0; i < 2000; i++) {
		address(a, i);
		lost += !names_left(&n, 1, a);
	}
	run_check(!full && !lost, "a name of 2,000 addresses has them all", "%u refused, %u lost",
		  full, lost);
	for (unsigned int i = 2000; i < 2100; i++) {
		address(a, i);
		full += learn("www.rotate.example", a) == CG_DNS_FULL_ADDR;
	}
	for (unsigned int i = 0; i < CG_QUOTA_ADDR; i++) {
		address(a, i);
		lost += !names_left(&n, 1, a);
	}
	fault_say("map/addresses", full == 2100 - CG_QUOTA_ADDR && !lost,
		  "%u addresses learned, %u more refused and counted, %u of the first lost",
		  2100 - full, full, lost);
	run_check(full == 2100 - CG_QUOTA_ADDR, "beyond the quota the new one is refused", "%u",
		  full);
	address(a, 3);
	STEP(e, "the old ones pass", NULL, UP, UP4(a, TCP(TCP_SYN, 1, 443)), R(CG_PASS_CONTROL));
	for (unsigned int i = 0; i < 3 * CG_QUOTA_HEARD_ADDR; i++) {
		char name[40];

		sprintf(name, "n%u.heard.example", i);
		sprintf(a, "203.0.113.%u", 1 + i % 250);
		learn(name, a);
	}
	run_check(names_count(n.learned) <= CG_QUOTA_ADDR + CG_QUOTA_HEARD_ADDR + 1 &&
			  names_count(n.qnames) <= CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME + 1,
		  "names without rules take turns", "%zu addresses, %zu names",
		  names_count(n.learned), names_count(n.qnames));
	address(a, 4);
	run_check(names_left(&n, 1, a), "and take nothing from those with rules", "they do");
	addr_parse(VENDOR_4, k2.addr);
	foreign = !!bpf_map_lookup_elem(n.learned, &k2, &l);
	run_check(!foreign, "another camera's entry is where it was", "it is gone");
	run_figure("names/foreign_entries_evicted", "entries", foreign, 1, full);
	for (unsigned int i = 0; i < 3 * CG_QUOTA_QUERY; i++) {
		m_head(&m, (uint16_t)i, 0x0100, NAME, T_A);
		names_ask(&n, 1, GW_4, 5000, &m);
	}
	fault_say("map/questions", names_count(n.queries) <= CG_QUOTA_QUERY,
		  "%u questions asked, %zu entries of at most %u", 3 * CG_QUOTA_QUERY,
		  names_count(n.queries), CG_QUOTA_QUERY);
	run_check(names_count(n.queries) <= CG_QUOTA_QUERY, "questions under way are bounded",
		  "%zu", names_count(n.queries));
	m_head(&m, 3 * CG_QUOTA_QUERY - 1, 0x8180, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	names_expire(&n);
	names_reset(&n);
	/* Names that share an address. */
	for (unsigned int i = 0; i < CG_NAMES_PER_ADDR + 1; i++) {
		char name[40];

		sprintf(name, "n%u.shared.example", i);
		names_rule(&n, 1, CG_RULE_ALLOW, name, 443, 1);
		full = learn(name, VENDOR_4);
	}
	bpf_map_lookup_elem(n.dns, &one, &d);
	run_check(full == CG_DNS_FULL_ALIAS && d.count[CG_DNS_LEARNED] == CG_NAMES_PER_ADDR,
		  "as many names as an address may have, and one more", "result %u", full);
}

static void transports(void)
{
	struct env *e = n.e;
	struct pkt p;
	struct msg m;
	uint32_t one = 1;
	struct cg_dns d;
	uint8_t tcp[300];

	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 1);
	m_head(&m, 9, 0x0100, NAME, T_A);
	names_ask(&n, 1, GW_6, 4001, &m);
	m_head(&m, 9, 0x8180, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	run_check(names_answer_from(&n, GW, GW_6, IN_SELF, 53, 4001, &m) == CG_DNS_LEARNED,
		  "asked by IPv6", "not learned");
	STEP(e, "its IPv4 address passes", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)),
	     R(CG_PASS_CONTROL));
	m_head(&m, 9, 0x0100, NAME, T_A);
	tcp[0] = 0;
	tcp[1] = (uint8_t)m.n;
	memcpy(tcp + 2, m.b, m.n);
	pk_build(&(struct pk){ .smac = CAM1,
			       .dmac = GW,
			       .src = CAM1_4,
			       .dst = GW_4,
			       TCP(TCP_ACK, 4000, 53),
			       .raw = tcp,
			       .payload = (uint16_t)(m.n + 2) },
		 &p);
	names_run(&n, n.up, &p, IF_LAN);
	bpf_map_lookup_elem(n.dns, &one, &d);
	run_check(d.count[CG_DNS_TCP] == 1, "asked by TCP: the agent hears of it", "it does not");
	/* NAT64: the address inside is what rules are about. */
	m_head(&m, 10, 0x0100, NAME, T_AAAA);
	names_ask(&n, 1, GW_4, 4000, &m);
	m_head(&m, 10, 0x8180, NAME, T_AAAA);
	m_addr(&m, NULL, "64:ff9b::198.51.100.77", 60);
	names_answer(&n, 4000, &m);
	STEP(e, "a NAT64 address", NULL, UP, UP6("64:ff9b::198.51.100.77", TCP(TCP_SYN, 1, 443)),
	     R(CG_PASS_CONTROL));
	m_head(&m, 10, 0x8180, NAME, T_A);
	m_addr(&m, NULL, PHONE_4, 60);
	run_check(names_tell(&n, 1, &m) == CG_DNS_ADDRESS,
		  "the agent cannot teach an address inside", "it can");
	m.n = 20;
	run_check(names_tell(&n, 1, &m) != CG_DNS_LEARNED, "nor half an answer", "it can");
}

int main(void)
{
	struct env *e = env_open();

	names_open(&n, e);
	rules();
	lives();
	reloads();
	quotas();
	transports();
	env_close(&e);
	return run_end();
}
