/* SPDX-License-Identifier: GPL-2.0-only */
/* Flow quota of a camera: the new entry is refused, nobody else is touched, what has expired is reused. */
#include <bpf/bpf.h>
#include <stdio.h>
#include "../fault.h"
#include "frames.h"
#include "run.h"

static size_t remote_flows(struct env *e)
{
	return env_flows_count(e, 1, CG_RING_REMOTE);
}

static unsigned int fill(struct env *e, const char *peer, unsigned int n, uint64_t want)
{
	struct row r = { "", NULL, UP };
	unsigned int i, passed = 0;
	bool ok;

	for (i = 0; i < n; i++) {
		r.pkt = UP4(peer, UDP(10000 + i, 443));
		passed += (want & R(run_quiet(e, &r, &ok))) && ok;
	}
	return passed;
}

static void remotes(struct env *e)
{
	const uint64_t ctl = R(CG_PASS_CONTROL);
	struct row r = { "", NULL, UP };
	unsigned int n, i, refused, kept;
	struct cg_flow f;
	bool ok;

	env_reset(e);
	env_state(e, "allow any; @2; allow any");
	n = fill(e, VENDOR_4, CG_QUOTA_REMOTE, ctl);
	run_check(n == CG_QUOTA_REMOTE, "flows up to the quota pass", "%u of %u", n,
		  CG_QUOTA_REMOTE);
	run_check(remote_flows(e) == CG_QUOTA_REMOTE, "each has its entry", "%zu", remote_flows(e));
	STEP(e, "one flow more is refused", NULL, UP, UP4(VENDOR_4, UDP(9999, 443)),
	     R(CG_DROP_QUOTA));
	STEP(e, "one v6 flow more is refused", NULL, UP, UP6(VENDOR_6, UDP(9999, 443)),
	     R(CG_DROP_QUOTA));
	STEP(e, "one tcp flow more is refused", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 9999, 443)),
	     R(CG_DROP_QUOTA));
	run_check(remote_flows(e) == CG_QUOTA_REMOTE, "the refused has no entry", "%zu",
		  remote_flows(e));
	STEP(e, "the first flow goes on", NULL, UP, UP4(VENDOR_4, UDP(10000, 443)), ctl);
	STEP(e, "the last flow goes on", NULL, UP,
	     UP4(VENDOR_4, UDP(10000 + CG_QUOTA_REMOTE - 1, 443)), ctl);
	refused = fill(e, EVIL_4, 200, R(CG_DROP_QUOTA));
	kept = fill(e, VENDOR_4, CG_QUOTA_REMOTE, ctl);
	fault_say("map/flows", n == CG_QUOTA_REMOTE && refused == 200 && kept == n,
		  "%u flows passed, %u of 200 more refused and counted, %u of the first go on", n,
		  refused, kept);
	STEP(e, "what comes back goes on", NULL, DOWN, DN4(VENDOR_4, UDP(443, 10000)), ctl, IN_WAN);
	STEP(e, "its LAN is not touched", NULL, UP, CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2)),
	     R(CG_PASS_LAN));
	STEP(e, "its gateway is not touched", NULL, UP, UP4(GW_4, UDP(4000, 53)),
	     R(CG_PASS_GATEWAY));
	STEP(e, "camera 2 is not touched", NULL, UP, UP4B(VENDOR_4, UDP(1, 443)), ctl, .slot = 2);
	env_state(e, "open");
	STEP(e, "open: an inbound flow more is refused", NULL, DOWN, DN4(EVIL_4, UDP(5, 6)),
	     R(CG_DROP_QUOTA), IN_WAN);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "closed: refused inbound takes no room and drops as such", NULL, DOWN,
	     DN4(EVIL_4, UDP(5, 6)), R(CG_DROP_INBOUND), IN_WAN);

	/* Refused often, it is told no more; and is none that is known to be dropped, as
	 * a place may come free at any time. */
	r.pkt = UP4(VENDOR_4, UDP(9999, 443));
	for (i = 0; i < 2 * CG_EVENT_BURST; i++)
		run_quiet(e, &r, &ok);
	/* One of them expires: it is found before the tries have gone round once. */
	env_flow_find(e, 1, VENDOR_4, 10077, 443, IPPROTO_UDP, &f);
	{
		struct cg_flow_key k = { .slot = 1,
					 .cam_port = htons(10077),
					 .peer_port = htons(443),
					 .proto = IPPROTO_UDP };

		addr_parse(VENDOR_4, k.peer);
		f.last_ns = env_now() - (CG_IDLE_UDP_S + 5) * 1000000000ULL;
		bpf_map_update_elem(e->flows, &k, &f, BPF_EXIST);
	}
	for (i = 0; i <= CG_QUOTA_REMOTE / CG_RING_TRIES; i++)
		if (run_quiet(e, &r, &ok) == CG_PASS_CONTROL)
			break;
	run_check(i <= CG_QUOTA_REMOTE / CG_RING_TRIES, "an expired place is reused",
		  "not within %u packets", i);
	run_check(remote_flows(e) == CG_QUOTA_REMOTE &&
			  !env_flow_find(e, 1, VENDOR_4, 10077, 443, IPPROTO_UDP, &f) &&
			  env_flow_find(e, 1, VENDOR_4, 9999, 443, IPPROTO_UDP, &f),
		  "the expired entry made room for it", "%zu flows", remote_flows(e));
	STEP(e, "and only it", NULL, UP, UP4(VENDOR_4, UDP(9998, 443)), R(CG_DROP_QUOTA));
	env_age(e, 1, CG_IDLE_UDP_S + 5);
	n = fill(e, "198.51.100.99", CG_QUOTA_REMOTE, ctl);
	run_check(n == CG_QUOTA_REMOTE, "all expired: as many new ones pass", "%u of %u", n,
		  CG_QUOTA_REMOTE);
	run_check(remote_flows(e) == CG_QUOTA_REMOTE, "and no more than those are kept", "%zu",
		  remote_flows(e));
}

static void others(struct env *e)
{
	struct row r = { "", NULL, UP };
	unsigned int n = 0, i;
	bool ok, all = true;

	env_reset(e);
	env_state(e, "allow any; @2; allow any");
	for (i = 0; i < 2 * CG_QUOTA_GATEWAY; i++) {
		r.pkt = UP4(GW_4, UDP(10000 + i, 53));
		n += run_quiet(e, &r, &ok) == CG_PASS_GATEWAY;
		all &= ok;
	}
	fault_say("map/flows-gateway", all && n == CG_QUOTA_GATEWAY,
		  "%u of %u flows passed, the others refused and counted", n, 2 * CG_QUOTA_GATEWAY);
	run_check(all && n == CG_QUOTA_GATEWAY, "flows with the gateway up to their quota", "%u",
		  n);
	STEP(e, "remotes are not touched", NULL, UP, UP4(VENDOR_4, UDP(9999, 443)),
	     R(CG_PASS_CONTROL));
	STEP(e, "dhcp is not touched", NULL, UP, UP4(GW_4, UDP(68, 67), .payload = 244),
	     R(CG_PASS_GATEWAY));
	STEP(e, "camera 2's dns is not touched", NULL, UP, UP4B(GW_4, UDP(1, 53)),
	     R(CG_PASS_GATEWAY), .slot = 2);
	env_reset(e);
	env_state(e, "allow any");
	for (i = n = 0; i < 2 * CG_QUOTA_LAN; i++) {
		r.pkt = CAM(PHONE, CAM1_4, PHONE_4, UDP(10000 + i, 8000));
		n += run_quiet(e, &r, &ok) == CG_PASS_LAN;
		all &= ok;
	}
	run_check(all && (n == CG_QUOTA_LAN || n == 2 * CG_QUOTA_LAN),
		  "LAN flows: the quota, or all without an entry", "%u", n);
	run_check(env_flows_count(e, 1, CG_RING_LAN) <= CG_QUOTA_LAN,
		  "LAN entries stay within the quota", "%zu", env_flows_count(e, 1, CG_RING_LAN));
	fault_say("map/flows-lan", all && env_flows_count(e, 1, CG_RING_LAN) <= CG_QUOTA_LAN,
		  "%u of %u flows passed, %zu entries kept of at most %u", n, 2 * CG_QUOTA_LAN,
		  env_flows_count(e, 1, CG_RING_LAN), CG_QUOTA_LAN);
	STEP(e, "LAN full: remotes are not touched", NULL, UP, UP4(VENDOR_4, UDP(9999, 443)),
	     R(CG_PASS_CONTROL));
	/* Refused packets make no state: a stranger cannot fill the table. */
	env_reset(e);
	for (i = 0; i < 600; i++) {
		r = (struct row){ "", NULL, DOWN, DN4(EVIL_4, UDP(1000 + i, 2000)), 0, IN_WAN };
		run_quiet(e, &r, &ok);
		r = (struct row){ "", NULL, UP, UP4(EVIL_4, UDP(1000 + i, 3000)) };
		run_quiet(e, &r, &ok);
	}
	run_check(!remote_flows(e), "refused packets make no entries", "%zu", remote_flows(e));
}

int main(void)
{
	struct env *e = env_open();

	remotes(e);
	others(e);
	env_close(&e);
	return run_end();
}
