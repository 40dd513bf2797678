/* SPDX-License-Identifier: GPL-2.0-only */
/* The house of the bench: cameras, their rules, and frames of theirs. */
#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "world.h"

void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void cam_mac(uint32_t cam, uint8_t mac[6])
{
	const uint8_t m[6] = { 0x02, 0xcb, 0, 0, cam >> 8, cam };

	memcpy(mac, m, 6);
}

/* Camera cam is 192.168.0.0/20 + 2048..: room for all of them in one LAN. */
void cam_addr(uint32_t cam, bool v6, uint8_t addr[16])
{
	const uint8_t a4[16] = { [10] = 0xff, 0xff, 10, 50, (cam + 16) >> 8, cam + 16 };
	const uint8_t a6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, [14] = (cam + 16) >> 8, cam + 16 };

	memcpy(addr, v6 ? a6 : a4, 16);
}

void rule_addr(uint32_t rule, bool v6, uint8_t addr[16])
{
	/* Behind the rules there are lie those that none allows. */
	const uint8_t a4[16] = { [10] = 0xff, 0xff, 198, 18, rule, 1 };
	const uint8_t a6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x80, rule, [15] = 1 };

	memcpy(addr, v6 ? a6 : a4, 16);
}

/* budget: the number of the rules' own; 0 = the default, which all share. */
static void rules_write(struct env *e, uint32_t slot, uint32_t rules, bool v6, uint8_t budget)
{
	struct cg_rulevec vec = { .n = 1 };
	struct cg_rule_key key = { .prefixlen = CG_RULE_PREFIX_BASE + (v6 ? 48 : 96 + 24),
				   .gen = 1,
				   .slot = slot };
	uint32_t i;

	vec.rule[0] = (struct cg_rule){ .port_lo = CLOUD_PORT,
					.port_hi = CLOUD_PORT,
					.proto = CG_PROTO_TCPUDP,
					.kind = CG_RULE_ALLOW | budget << CG_RULE_KIND_BITS };
	for (i = 0; i < rules; i++) {
		rule_addr(i, v6, key.addr);
		memset(key.addr + (v6 ? 6 : 15), 0, v6 ? 10 : 1);
		vec.rule[0].id = i;
		must(!bpf_map_update_elem(e->rules, &key, &vec, BPF_ANY), "cg_rules");
		env_rule_known(e, &key);
	}
}

/* Looked at like any other, and never used up. */
static void budget_ample(struct env *e)
{
	const struct cg_budget ample = { .ns_256 = 1,
					 .burst_ns = 3600000000000ULL,
					 .hour_ns_256 = 1,
					 .hour_burst_ns = 3600000000000ULL,
					 .grant = CG_FAST_GRANT };
	uint32_t at = cg_budget_at(1, CG_BUDGET_OWN);

	must(!bpf_map_update_elem(e->budgets, &at, &ample, BPF_ANY), "cg_budgets");
}

void size_open(struct size *s)
{
	const struct cg_state flooding = { .drop_tat_ns = env_now() + 86400000000000ULL };
	struct cg_cam_key key = { .gen = 1 };
	uint32_t cam;

	s->env = env_open_slots(s->cams + ENV_SLOTS);
	env_reset(s->env);
	env_net(s->env, "10.50.0.0/16", CG_NET_LAN, 1, 0);
	env_budgets(s->env);
	budget_ample(s->env);
	/* One more, which is opened. */
	for (cam = 0; cam <= s->cams; cam++) {
		struct cg_cam v = { .slot = cam };

		/* It beats as fast as can be: at that rate it would be a stream. */
		if (cam == HEARTBEAT_CAM)
			v.flags = CG_CAM_NO_RATE;
		cam_mac(cam, key.mac);
		env_mac_known(s->env, key.mac);
		must(!bpf_map_update_elem(s->env->cams, &key, &v, BPF_ANY), "cg_cams");
		rules_write(s->env, cam, s->rules, false, cam == HEARTBEAT_CAM ? CG_BUDGET_OWN : 0);
		rules_write(s->env, cam, s->rules, true, cam == HEARTBEAT_CAM ? CG_BUDGET_OWN : 0);
		env_word(s->env, cam, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
		/* Its drops are told no more: a flood. */
		must(!bpf_map_update_elem(s->env->state, &cam, &flooding, BPF_ANY), "cg_state");
	}
}

/* tcp: an acknowledgement without payload, which has a length of its own. */
struct pkt *frame_of(bool tcp, bool v6, const uint8_t *smac, const uint8_t *dmac, const char *src,
		     const char *dst, uint16_t sport, uint16_t dport, size_t len)
{
	struct pkt *p = calloc(1, sizeof(*p));
	struct pk spec = { .smac = smac,
			   .dmac = dmac,
			   .src = src,
			   .dst = dst,
			   .proto = IPPROTO_UDP,
			   .sport = sport,
			   .dport = dport,
			   .payload = len - (v6 ? 62 : 42) };

	if (tcp) {
		spec.proto = IPPROTO_TCP;
		spec.flags = TCP_ACK;
		spec.payload = 0;
	}
	assert(p);
	pk_build(&spec, p);
	return p;
}

struct pkt *frame(bool v6, const uint8_t *smac, const uint8_t *dmac, const char *src,
		  const char *dst, uint16_t sport, uint16_t dport, size_t len)
{
	return frame_of(false, v6, smac, dmac, src, dst, sport, dport, len);
}

/* As if it had been stopped for hours. */
void session_block(struct env *e, uint32_t slot, const char *peer)
{
	struct cg_session s = { .last_ns = env_now(),
				.block_ns = env_now() + 36000000000000ULL,
				.idle_s = CG_STOPPED_S,
				.told_s = env_now() / 1000000000 + 36000 };
	struct cg_flow_key key = { .slot = slot };

	must(addr_parse(peer, key.peer), peer);
	if (!addr_is4(key.peer))
		memset(key.peer + 8, 0, 8);
	must(!bpf_map_update_elem(e->sessions, &key, &s, BPF_ANY), "cg_sessions");
}
