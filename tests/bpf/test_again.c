/* SPDX-License-Identifier: GPL-2.0-only */
/* The same packet again: what is remembered of one that was dropped never outlives what it was judged by. */
#include <stdio.h>
#include "frames.h"
#include "run.h"

#define CLOSED ((uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT)

static uint64_t opened(void)
{
	return CLOSED | (env_now() + 3600000000000ULL);
}

static void exposure(struct env *e, bool v6)
{
	const struct pkt *p = v6 ? UP6(EVIL_6, UDP(4000, 443)) : UP4(EVIL_4, UDP(4000, 443));
	const struct pkt *bad = v6 ? UP6(VENDOR_6, UDP(4000, 443)) : UP4(VENDOR_4, UDP(4000, 443));
	const uint32_t in = 0;
	struct cg_flow f;
	int i;

	env_reset(e);
	env_state(e, "deny 198.51.100.0/24; deny 2001:db8:99::/48");
	for (i = 0; i < 3; i++) {
		STEP(e, "unruled drops, first and again", NULL, UP, p, R(CG_DROP_UNRULED), in);
		STEP(e, "denied drops, first and again", NULL, UP, bad, R(CG_DROP_DENIED), in);
	}
	env_word(e, 1, 0);
	STEP(e, "sealed at once", NULL, UP, p, R(CG_DROP_SEALED));
	env_word(e, 1, opened());
	STEP(e, "opened: denied drops on", NULL, UP, bad, R(CG_DROP_DENIED));
	STEP(e, "opened: the dropped packet passes at once", NULL, UP, p, R(CG_PASS_OPEN));
	run_check(env_flow_find(e, 1, v6 ? EVIL_6 : EVIL_4, 4000, 443, IPPROTO_UDP, &f) &&
			  f.class == CG_CLASS_UNRULED && f.scope == CG_NET_REMOTE && f.gen == 1 &&
			  f.epoch == 1 && f.valid_ns == ~0ULL,
		  "its flow is as a first packet's", "class %u scope %u gen %u", f.class, f.scope,
		  f.gen);
	env_word(e, 1, CLOSED);
	STEP(e, "closed: drops again", NULL, UP, p, R(CG_DROP_UNRULED));
}

static void policy(struct env *e)
{
	const struct pkt *p = UP4(EVIL_4, UDP(4000, 443));

	env_reset(e);
	STEP(e, "unruled drops", NULL, UP, p, R(CG_DROP_UNRULED));
	STEP(e, "again", NULL, UP, p, R(CG_DROP_UNRULED));
	env_rule_add(e, 1, CG_RULE_ALLOW, "203.0.113.0/24");
	env_policy_write(e, 2);
	STEP(e, "a policy that is not in force changes nothing", NULL, UP, p, R(CG_DROP_UNRULED));
	e->meta->generation = 2;
	STEP(e, "the next generation allows it at once", NULL, UP, p, R(CG_PASS_CONTROL));

	env_reset(e);
	STEP(e, "a remote drops", NULL, UP, p, R(CG_DROP_UNRULED));
	env_net(e, "203.0.113.0/24", CG_NET_HOME, 0, 0);
	e->meta->epoch++;
	STEP(e, "it is a home peer now: passes", NULL, UP, p, R(CG_PASS_HOME));

	env_reset(e);
	env_state(e, "lan none");
	env_net(e, "203.0.113.0/24", CG_NET_HOME, 0, env_now() + 300000000);
	STEP(e, "a home peer for a while drops as one", NULL, UP, p, R(CG_DROP_LAN_VIEWING));
	STEP(e, "again", NULL, UP, p, R(CG_DROP_LAN_VIEWING));
	env_wait_until(env_now() + 310000000);
	STEP(e, "when its time is over it is a remote", NULL, UP, p, R(CG_DROP_UNRULED));
}

static void other(struct env *e)
{
	const struct pkt *up = UP4(EVIL_4, UDP(4000, 443)), *dn = DN4(EVIL_4, UDP(443, 4000));

	env_reset(e);
	STEP(e, "unruled drops", NULL, UP, up, R(CG_DROP_UNRULED));
	STEP(e, "the other way is another matter", NULL, DOWN, dn, R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "again", NULL, DOWN, dn, R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "from a tunnel of the house it passes", NULL, DOWN, dn, R(CG_PASS_HOME), IN_HOME);
	env_reset(e);
	STEP(e, "from the wan it drops", NULL, DOWN, dn, R(CG_DROP_INBOUND), IN_WAN);
	STEP(e, "from the gateway it is the gateway's", NULL, DOWN, dn, R(CG_DROP_FROM_GATEWAY),
	     IN_SELF);
	env_reset(e);
	STEP(e, "another source address is a spoof", NULL, UP, up, R(CG_DROP_UNRULED));
	STEP(e, "though the rest was seen", NULL, UP, CAM(GW, LAN2_4, EVIL_4, UDP(4000, 443)),
	     R(CG_DROP_SPOOF));
	STEP(e, "on a port of another LAN too", NULL, UP, up, R(CG_DROP_SPOOF), IF_LAN2,
	     .port = IF_LAN2);
	STEP(e, "camera 2 with that flow is judged by itself", NULL, UP,
	     UP4B(EVIL_4, UDP(4000, 443)), R(CG_DROP_UNRULED), .slot = 2);
}

/* What one packet's head leaves behind must not be read into the next. */
static void heads(struct env *e)
{
	static const struct {
		const char *name;
		bool echo, frag, tagged;
	} before[] = { { "an echo", true, false, false },
		       { "a fragment", false, true, false },
		       { "tags", false, false, true } };
	char name[64];
	size_t i;

	for (i = 0; i < 3; i++) {
		env_reset(e);
		env_state(e, "allow any");
		if (before[i].echo)
			STEP(e, "an echo", NULL, UP, UP4(VENDOR_4, ECHO4(7)), R(CG_PASS_CONTROL));
		else if (before[i].frag)
			STEP(e, "a later fragment", NULL, UP,
			     UP4(VENDOR_4, UDP(1, 2), .frag = true, .off = 1000, .slice = 100,
				 .payload = 2000),
			     R(CG_DROP_FRAG_ORDER));
		else
			STEP(e, "two tags", NULL, UP, UP4(VENDOR_4, UDP(1, 2), .tags = 2),
			     R(CG_PASS_CONTROL));
		snprintf(name, sizeof(name), "udp after %s", before[i].name);
		STEP(e, name, NULL, UP, UP4(VENDOR_4, UDP(4000, 443)), R(CG_PASS_CONTROL));
		STEP(e, name, NULL, UP, UP6(VENDOR_6, UDP(4000, 443)), R(CG_PASS_CONTROL));
		STEP(e, name, NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 4001, 443)), R(CG_PASS_CONTROL));
	}
	env_reset(e);
	STEP(e, "a SYN", NULL, UP, UP4(EVIL_4, TCP(TCP_SYN, 4001, 443)), R(CG_DROP_UNRULED));
	STEP(e, "udp keeps no flags of it", NULL, DOWN, DN4(EVIL_4, UDP(443, 4001)),
	     R(CG_DROP_INBOUND), IN_WAN);
}

int main(void)
{
	struct env *e = env_open();

	exposure(e, false);
	exposure(e, true);
	policy(e);
	other(e);
	heads(e);
	env_close(&e);
	return run_end();
}
