/* SPDX-License-Identifier: GPL-2.0-only */
/* Random policies and packets: the packet path against the reference. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frames.h"
#include "reference.h"
#include "run.h"

#define PACKETS	     130000U /* of each kind */
#define PACKETS_SLOW 10000U  /* in emulation */
#define PER_POLICY   1000U
#define PER_EXPOSURE 50U
#define PLANTED	     2000U /* packets of the control */

static const char *const peers[] = {
	"198.51.100.10",
	"198.51.100.11",
	"198.51.100.200",
	"198.51.101.1",
	"203.0.113.9",
	"203.0.113.10",
	"8.8.8.8",
	"2001:db8:99::10",
	"2001:db8:99::11",
	"2001:db8:99:1::1",
	"2001:db8:66::9",
	"2a00::1",
	"64:ff9b::198.51.100.33",
	"2002:c633:6421::1",
	"192.168.1.30",
	"2001:db8:1::30",
	"192.168.2.30",
	"10.8.0.5",
};
static const char *const prefixes[] = {
	"any",
	"0.0.0.0/0",
	"2000::/3",
	"198.51.100.0/24",
	"198.51.100.0/25",
	"198.51.100.8/29",
	"198.51.100.10",
	"198.51.100.11/32",
	"198.51.0.0/16",
	"203.0.113.0/24",
	"203.0.113.9",
	"2001:db8:99::/48",
	"2001:db8:99::/64",
	"2001:db8:99::10/127",
	"2001:db8:99::10",
	"2001:db8::/32",
	"198.51.100.32/28",
};
static const char *const lans[] = { "192.168.1.30", "192.168.1.0/24", "2001:db8:1::/64",
				    "10.8.0.0/28" };
static const char *const viewers[] = { "203.0.113.9", "203.0.113.10", "198.51.100.10",
				       "2001:db8:66::9" };
static const uint16_t ports[] = { 80, 443, 444, 5000, 5005 };

/* What the reference knows of a flow: only the kind that keeps flows uses it. */
struct known {
	bool is, by_peer;
};
static struct known known[3][sizeof(peers) / sizeof(peers[0])][5];

/* Where each packet is one alone: every port is used once between two clearings,
 * and what has no ports at most once. */
static struct {
	uint32_t n;
	bool portless[3][sizeof(peers) / sizeof(peers[0])];
} once;

static void once_clear(struct env *e)
{
	env_flows_clear(e);
	memset(&once, 0, sizeof(once));
}

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % n;
}

#define PICK(a) ((a)[rnd(sizeof(a) / sizeof((a)[0]))])

static void rule_random(struct env *e, uint32_t slot)
{
	static const enum cg_rule_kind kinds[] = {
		CG_RULE_ALLOW,	CG_RULE_ALLOW, CG_RULE_ALLOW,
		CG_RULE_UPLOAD, CG_RULE_DENY,  CG_RULE_VIEWER,
	};
	static const char *const tails[] = { "", "/tcp", "/udp" };
	enum cg_rule_kind kind = PICK(kinds);
	const char *dst = kind == CG_RULE_VIEWER ? PICK(lans) : PICK(prefixes);
	uint16_t lo = PICK(ports), hi = PICK(ports);
	char text[96];

	if (kind == CG_RULE_VIEWER || rnd(3) == 0)
		snprintf(text, sizeof(text), "%s%s", dst,
			 kind == CG_RULE_VIEWER ? "" : PICK(tails));
	else if (rnd(2))
		snprintf(text, sizeof(text), "[%s]:%u%s", dst, lo, PICK(tails));
	else
		snprintf(text, sizeof(text), "[%s]:%u-%u%s", dst, lo < hi ? lo : hi,
			 lo < hi ? hi : lo, PICK(tails));
	env_rule_add(e, slot, kind, text);
}

static void policy_random(struct env *e)
{
	static const uint32_t flags[] = { 0, 0, CG_CAM_LAN_NONE, CG_CAM_LAN_VIEWERS };
	uint32_t old = e->meta->generation, slot, n;

	for (slot = 1; slot <= 2; slot++) {
		env_rules_clear(e, slot);
		e->cam[slot].flags = PICK(flags);
		/* Now and then as many as one prefix may have. */
		for (n = rnd(20) ? rnd(12) : CG_RULES_PER_CHUNK * CG_MAX_CHUNKS; n; n--)
			rule_random(e, slot);
	}
	env_policy_write(e, old + 1);
	e->meta->generation = old + 1;
	env_policy_delete(e, old);
}

static void exposure_random(struct env *e)
{
	uint32_t slot;

	/* What watched while it was open would be blocked: test_session.c. */
	env_sessions_clear(e);
	for (slot = 1; slot <= 2; slot++) {
		uint64_t word = (uint64_t)rnd(3) << CG_WORD_BASE_SHIFT, now = env_now();

		switch (rnd(5)) {
		case 0:
			word |= now + 3600000000000ULL;
			break;
		case 1:
			word |= now - 1;
			break;
		case 2:
			word |= CG_WORD_TO | (now + 3600000000000ULL);
			break;
		case 3:
			word |= CG_WORD_TO | (now - 1);
			break;
		}
		if (!rnd(4))
			word |= CG_WORD_FULL;
		/* What "open for all, and to one" would mean is not said. */
		if (word >> CG_WORD_BASE_SHIFT == CG_OPEN)
			word &= ~CG_WORD_TO;
		addr_parse(PICK(viewers), e->exposure[slot].viewer);
		env_word(e, slot, word);
	}
}

static void packet_random(struct env *e, uint32_t slot, bool keeps, struct ref_packet *p,
			  struct pk *spec, struct row *row, struct known **ret_known)
{
	uint32_t peer = rnd(sizeof(peers) / sizeof(peers[0])), port = rnd(5),
		 kind = rnd(keeps ? 2 : 8);
	bool v4 = !strchr(peers[peer], ':');
	uint16_t cam_port = 30000 + (keeps ? port : once.n);
	bool lan;

	memset(p, 0, sizeof(*p));
	memset(spec, 0, sizeof(*spec));
	addr_parse(peers[peer], p->peer);
	lan = ref_scope(p->peer) != CG_NET_REMOTE;
	p->dir = rnd(2) ? UP : DOWN;
	p->peer_port = ports[port];
	spec->sport = p->dir == UP ? cam_port : p->peer_port;
	spec->dport = p->dir == UP ? p->peer_port : cam_port;
	*ret_known = NULL;
	if (kind < 4) {
		p->proto = kind & 1 ? IPPROTO_UDP : IPPROTO_TCP;
	} else if (kind < 6) {
		p->proto = IPPROTO_TCP;
	} else {
		p->proto = kind == 6 ? 47 : v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
		p->vague = true;
		spec->icmp = v4 ? 8 : 128;
		spec->id = 1 + once.n;
		spec->payload = 20;
	}
	spec->proto = p->proto;
	if (!keeps && kind >= 6) {
		if (once.portless[slot][peer])
			once_clear(e);
		once.portless[slot][peer] = true;
	}
	if (p->proto == IPPROTO_TCP) {
		spec->flags =
			keeps ? TCP_ACK :
				(const uint8_t[]){ TCP_SYN, TCP_ACK, TCP_SYN | TCP_ACK }[rnd(3)];
		p->inbound = p->dir == DOWN && spec->flags == TCP_SYN;
	} else {
		p->inbound = p->dir == DOWN;
	}
	p->vague &= p->dir == DOWN || p->proto != 47;
	if (keeps && p->proto == IPPROTO_UDP) {
		*ret_known = &known[slot][peer][port];
		if ((*ret_known)->is)
			p->inbound = (*ret_known)->by_peer;
	}
	spec->smac = p->dir == DOWN ? GW : slot == 1 ? CAM1 : CAM2;
	spec->dmac = p->dir == UP ? GW : slot == 1 ? CAM1 : CAM2;
	spec->src = p->dir == DOWN ? peers[peer] :
		    v4		   ? slot == 1 ? CAM1_4 : CAM2_4 :
		    slot == 1	   ? CAM1_6 :
				     CAM2_6;
	spec->dst = p->dir == UP ? peers[peer] :
		    v4		 ? slot == 1 ? CAM1_4 : CAM2_4 :
		    slot == 1	 ? CAM1_6 :
				   CAM2_6;
	row->dir = p->dir;
	row->slot = slot;
	row->in = 0;
	if (p->dir == DOWN) {
		/* A LAN or home address mostly by where it belongs, now and then by the wan. */
		p->from_wan = !lan || (!keeps && !rnd(4));
		row->in = p->from_wan			    ? IN_WAN :
			  ref_scope(p->peer) == CG_NET_HOME ? IN_HOME :
							      IN_LAN;
	}
}

/* What a policy that is another one would say: the control. */
static uint64_t planted(uint64_t word)
{
	uint64_t base = word >> CG_WORD_BASE_SHIFT == CG_SEALED ? CG_OPEN : CG_SEALED;

	return (word & ((1ULL << CG_WORD_BASE_SHIFT) - 1)) | base << CG_WORD_BASE_SHIFT;
}

/* How many disagree; plant: the reference is told another exposure. */
static uint32_t kind_run(struct env *e, const char *name, bool keeps, uint32_t packets, bool plant)
{
	uint64_t want, word, from = seed;
	uint32_t n, slot, wrong = 0, counts[__CG_REASON_MAX] = { 0 }, r, kinds = 0;
	struct known *k;
	struct ref_packet p;
	struct row row = { "" };
	struct pkt pkt;
	struct pk spec;
	bool ok;

	env_reset(e);
	memset(known, 0, sizeof(known));
	for (n = 0; n < packets; n++) {
		if (n % PER_POLICY == 0) {
			policy_random(e);
			if (n % (8 * PER_POLICY) == 0) {
				env_flows_clear(e);
				memset(known, 0, sizeof(known));
			}
		}
		if (n % PER_EXPOSURE == 0) {
			if (!keeps)
				once_clear(e);
			exposure_random(e);
		}
		slot = 1 + rnd(2);
		packet_random(e, slot, keeps, &p, &spec, &row, &k);
		once.n++;
		pk_build(&spec, &pkt);
		row.pkt = &pkt;
		word = e->exposure[slot].word;
		want = ref_decide(&e->cam[slot], plant ? planted(word) : word,
				  e->exposure[slot].viewer, env_now(), &p);
		r = run_quiet(e, &row, &ok);
		if (r < __CG_REASON_MAX)
			counts[r]++;
		if (!ok || !(want & R(r))) {
			if (!wrong++ && !plant)
				printf("# packet %u: slot %u %s peer %s proto %u ports %u>%u flags %#x in %u word %#llx: "
				       "found %s (counted once: %d) expected set %#llx\n",
				       n, slot, p.dir == UP ? "up" : "down",
				       p.dir == UP ? spec.dst : spec.src, p.proto, spec.sport,
				       spec.dport, spec.flags, row.in,
				       (unsigned long long)e->exposure[slot].word, reason_name(r),
				       ok, (unsigned long long)want);
		}
		if (k && !k->is && r < CG_REASON_DROP) {
			k->is = true;
			k->by_peer = p.inbound;
		}
	}
	if (plant)
		return wrong;
	for (r = 0; r < __CG_REASON_MAX; r++)
		if (counts[r]) {
			printf("# %s: %6u %s\n", name, counts[r], reason_name(r));
			kinds++;
		}
	printf("# %s: %u packets, seed %llu, %u disagreements\n", name, packets,
	       (unsigned long long)from, wrong);
	run_check(!wrong, name, "%u of %u packets disagree, seed %llu", wrong, packets,
		  (unsigned long long)from);
	run_check(kinds >= 8, "the packets reach the reasons there are", "only %u", kinds);
	return wrong;
}

/* CG_DIFF_PACKETS: how many of each kind; CG_TEST_SEED: where chance begins. */
int main(void)
{
	const char *s = getenv("CG_TEST_SEED"), *many = getenv("CG_DIFF_PACKETS");
	uint32_t n = many	       ? (uint32_t)strtoul(many, NULL, 10) :
		     getenv("CG_SLOW") ? PACKETS_SLOW :
					 PACKETS;
	struct env *e = env_open();
	uint32_t wrong, control;

	seed = s ? strtoull(s, NULL, 0) : env_now() | 1;
	wrong = kind_run(e, "each packet alone equals the reference", false, n, false);
	wrong += kind_run(e, "packets of living flows over changing policies equal the reference",
			  true, n, false);
	control = kind_run(e, "", false, PLANTED, true);
	run_check(control, "a wrong verdict would be seen", "of %u none", PLANTED);
	run_figure("reference/disagreements", "packets", wrong, 2 * n, control);
	env_close(&e);
	return run_end();
}
