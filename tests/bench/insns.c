/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions of one packet, as a router without a JIT carries them out: one
 * JSON object a line. Counted, not timed: the same on every machine.
 */
#include <bpf/bpf.h>
#include <camgate/bpf_abi.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include "../bpf/env.h"
#include "../bpf/frames.h"
#include "interp.h"

static struct interp in = {
	.jiffies = 1000000,
	.judge = { [CG_JUDGE_UP] = "cg_up",
		   [CG_JUDGE_DOWN] = "cg_down",
		   [CG_JUDGE_CLASS] = "cg_class",
		   [CG_JUDGE_GEO] = "cg_geo",
		   [CG_JUDGE_OUTCOME] = "cg_outcome",
		   [CG_JUDGE_KEEP] = "cg_keep",
		   [CG_JUDGE_REDIRECT] = "cg_redirect",
		   [CG_JUDGE_NAMES_UP] = "cg_names_up",
		   [CG_JUDGE_NAMES_DOWN] = "cg_names_down",
		   [CG_JUDGE_SIGN] = "cg_sign",
		   [CG_JUDGE_SESSION] = "cg_session",
		   [CG_JUDGE_FINISH] = "cg_finish" },
};

/* baseline: another figure's name, whose count is base; a name of "" is no figure. */
static unsigned long count(const char *name, const struct pkt *p, enum env_dir dir, uint32_t want,
			   const char *baseline, unsigned long base)
{
	const char *prog = dir == UP ? "cg_from_cam" : "cg_to_cam";
	uint32_t got = interp_run(&in, prog, p->data, p->len, IF_LAN, dir == UP ? IF_LAN : IN_WAN);

	if (got != want) {
		fprintf(stderr, "bench: insns %s: verdict %d, expected %d\n", name, (int)got,
			(int)want);
		exit(1);
	}
	in.jiffies += 10;
	if (*name)
		printf("{\"name\":\"insns/%s\",\"value\":%lu,\"unit\":\"instructions\",\"baseline\":"
		       "\"insns/%s\",\"ratio\":%.3f,\"spread_pct\":0,\"helpers\":%u,\"tail_calls\":%u}\n",
		       name, in.insns, baseline,
		       (double)in.insns / (double)(base ? base : in.insns), in.calls, in.tails);
	return in.insns;
}

int main(void)
{
	const uint32_t pass = (uint32_t)TC_ACT_UNSPEC, drop = TC_ACT_SHOT;
	const struct pkt *up4 = UP4(VENDOR_4, UDP(4000, 8443), .payload = 66),
			 *tcp = UP4(VENDOR_4, TCP(TCP_SYN, 4001, 443)),
			 *ack = UP4(VENDOR_4, TCP(TCP_ACK, 4001, 443)),
			 *back = DN4(VENDOR_4, TCP(TCP_ACK, 443, 4001)),
			 *tcp6 = UP6(VENDOR_6, TCP(TCP_SYN, 4001, 443)),
			 *ack6 = UP6(VENDOR_6, TCP(TCP_ACK, 4001, 443)),
			 *media = UP4(EVIL_4, UDP(5000, 6000), .payload = 1000);
	struct env *e = env_open();
	/* Its drops are told no more: a flood. */
	const struct cg_state flooding = { .drop_tat_ns = env_now() + 86400000000000ULL };
	unsigned long other, first;
	uint32_t slot = 1;

	env_reset(e);
	env_budgets(e);
	env_state(e, "signs; allow " VENDOR_4 "/32:443; allow " VENDOR_4 "/32:8443; "
		     "allow [" VENDOR_6 "/128]:443");
	in.obj = e->obj;
	if (bpf_map_update_elem(e->state, &slot, &flooding, BPF_ANY))
		env_die(1, "cg_state: %m");
	env_settle(e, PHONE);
	other = count("not-a-camera",
		      PK(.smac = PHONE, .dmac = GW, .src = PHONE_4, .dst = VENDOR_4,
			 UDP(4000, 443)),
		      UP, pass, "not-a-camera", 0);
	(void)count("not-a-camera-egress",
		    PK(.smac = GW, .dmac = PHONE, .src = VENDOR_4, .dst = PHONE_4, UDP(443, 4000)),
		    DOWN, pass, "not-a-camera", other);
	first = count("first-prefix", tcp, UP, pass, "first-prefix", 0);
	for (int i = 0; i < 18; i++) /* until it is no new flow any more */
		(void)count("", ack, UP, pass, "", 0);
	(void)count("established", ack, UP, pass, "first-prefix", first);
	(void)count("", back, DOWN, pass, "", 0);
	for (int i = 0; i < 18; i++)
		(void)count("", back, DOWN, pass, "", 0);
	(void)count("established-egress", back, DOWN, pass, "first-prefix", first);
	(void)count("first-prefix-v6", tcp6, UP, pass, "first-prefix", first);
	for (int i = 0; i < 18; i++)
		(void)count("", ack6, UP, pass, "", 0);
	(void)count("established-v6", ack6, UP, pass, "first-prefix", first);
	(void)count("", up4, UP, pass, "", 0);
	(void)count("heartbeat", up4, UP, pass, "first-prefix", first);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT | (env_now() + 3600000000000ULL));
	(void)count("", media, UP, pass, "", 0);
	(void)count("", media, UP, pass, "", 0);
	(void)count("open-media", media, UP, pass, "first-prefix", first);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	(void)count("first-drop", UP4(EVIL_4, UDP(4000, 443)), UP, drop, "first-prefix", first);
	(void)count("", UP4(EVIL_4, UDP(4000, 443)), UP, drop, "", 0);
	(void)count("drop", UP4(EVIL_4, UDP(4000, 443)), UP, drop, "first-prefix", first);
	env_close(&e);
	return 0;
}
