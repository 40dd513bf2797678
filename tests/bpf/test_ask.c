/* SPDX-License-Identifier: GPL-2.0-only */
/* What the agent itself asks a camera: its very flow passes both ways until then, and nothing else does. */
#include <assert.h>
#include <bpf/bpf.h>
#include <string.h>
#include "frames.h"
#include "run.h"

#define MINE 40000
#define S    1000000000ULL

/* cam_port: of slot 1; until_ns 0 takes it back. */
static void let(struct env *e, uint32_t slot, const char *gw, uint16_t cam_port, uint8_t proto,
		uint64_t until_ns)
{
	struct cg_flow_key k = {
		.slot = slot, .cam_port = htons(cam_port), .peer_port = htons(MINE), .proto = proto
	};

	assert(addr_parse(gw, k.peer));
	if (until_ns)
		assert(!bpf_map_update_elem(e->asks, &k, &until_ns, BPF_ANY));
	else
		assert(!bpf_map_delete_elem(e->asks, &k));
}

static void one_flow(struct env *e)
{
	const uint64_t own = R(CG_PASS_GATEWAY), gone = R(CG_DROP_FROM_GATEWAY);
	const struct pkt *syn = DN4(GW_4, TCP(TCP_SYN, MINE, 554));
	const struct pkt *synack = UP4(GW_4, TCP(TCP_SYN | TCP_ACK, 554, MINE));
	const struct pkt *question = DN4(GW_4, TCP(TCP_ACK, MINE, 554), .payload = 80);
	const struct pkt *answer = UP4(GW_4, TCP(TCP_ACK, 554, MINE), .payload = 400);
	static const char *const states[] = { "", "sealed", "lan none", "closed" };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		env_reset(e);
		env_state(e, states[i]);
		STEP(e, "not let: the agent's syn drops", NULL, DOWN, syn, gone, IN_SELF);
		STEP(e, "not let: an answer drops", NULL, UP, synack, ANY_DROP);
		let(e, 1, GW_4, 554, IPPROTO_TCP, env_now() + S);
		STEP(e, "let: an answer before the question drops", NULL, UP, synack, ANY_DROP);
		STEP(e, "let: its syn passes", NULL, DOWN, syn, own, IN_SELF);
		STEP(e, "let: the camera's syn-ack passes", NULL, UP, synack, own);
		STEP(e, "let: the question passes", NULL, DOWN, question, own, IN_SELF);
		STEP(e, "let: the answer passes", NULL, UP, answer, own);
		/* From a remote with the gateway's address and port: masquerade, or a lie. */
		STEP(e, "let: the same from the wan drops", NULL, DOWN, question, ANY_DROP, IN_WAN);
		STEP(e, "let: a syn like it from the wan drops", NULL, DOWN, syn, ANY_DROP, IN_WAN);
		STEP(e, "let: to another port of the camera drops", NULL, DOWN,
		     DN4(GW_4, TCP(TCP_SYN, MINE, 555)), gone, IN_SELF);
		STEP(e, "let: from another port of the gateway drops", NULL, DOWN,
		     DN4(GW_4, TCP(TCP_SYN, MINE + 1, 554)), gone, IN_SELF);
		STEP(e, "let: from another address of the gateway drops", NULL, DOWN,
		     DN4(GW_WAN, TCP(TCP_SYN, MINE, 554)), gone, IN_SELF);
		STEP(e, "let: another protocol drops", NULL, DOWN,
		     DN4(GW_4, UDP(MINE, 554), .payload = 8), gone, IN_SELF);
		STEP(e, "let: to the other camera drops", NULL, DOWN,
		     DN4B(GW_4, TCP(TCP_SYN, MINE, 554)), gone, IN_SELF, .slot = 2);
		STEP(e, "let: the camera to another port of the gateway drops", NULL, UP,
		     UP4(GW_4, TCP(TCP_ACK, 554, MINE + 1), .payload = 400), ANY_DROP);
		STEP(e, "let: the camera to a remote drops", NULL, UP,
		     UP4(EVIL_4, TCP(TCP_ACK, 554, MINE), .payload = 400), ANY_DROP);
		run_check(!env_flows_count(e, 1, CG_RING_REMOTE), "let: no flow with a remote",
			  "there is one");
		let(e, 1, GW_4, 554, IPPROTO_TCP, 0);
		STEP(e, "taken back: the question drops", NULL, DOWN, question, gone, IN_SELF);
		STEP(e, "taken back: the answer drops", NULL, UP, answer, gone);
	}
}

static void datagram(struct env *e)
{
	const struct pkt *ask = DN4(GW_4, UDP(MINE, 37020), .payload = 100);
	const struct pkt *answer = UP4(GW_4, UDP(37020, MINE), .payload = 900);
	const struct pkt *ask6 = DN6(GW_6, TCP(TCP_SYN, MINE, 80));
	const struct pkt *answer6 = UP6(GW_6, TCP(TCP_SYN | TCP_ACK, 80, MINE));

	env_reset(e);
	STEP(e, "udp, not let: drops", NULL, DOWN, ask, R(CG_DROP_FROM_GATEWAY), IN_SELF);
	let(e, 1, GW_4, 37020, IPPROTO_UDP, env_now() + S);
	STEP(e, "udp, let: passes", NULL, DOWN, ask, R(CG_PASS_GATEWAY), IN_SELF);
	STEP(e, "udp, let: the answer passes", NULL, UP, answer, R(CG_PASS_GATEWAY));
	STEP(e, "v6, not let: drops", NULL, DOWN, ask6, R(CG_DROP_FROM_GATEWAY), IN_SELF);
	let(e, 1, GW_6, 80, IPPROTO_TCP, env_now() + S);
	STEP(e, "v6, let: passes", NULL, DOWN, ask6, R(CG_PASS_GATEWAY), IN_SELF);
	STEP(e, "v6, let: the answer passes", NULL, UP, answer6, R(CG_PASS_GATEWAY));
}

/* The deadline holds with the agent dead, and with nothing kept for packets that follow. */
static void deadline(struct env *e)
{
	const struct pkt *question = DN4(GW_4, TCP(TCP_ACK, MINE, 554), .payload = 80);
	const struct pkt *answer = UP4(GW_4, TCP(TCP_ACK, 554, MINE), .payload = 400);
	uint64_t until = env_now() + 150000000ULL;

	env_reset(e);
	let(e, 1, GW_4, 554, IPPROTO_TCP, until);
	STEP(e, "until then: passes", NULL, DOWN, question, R(CG_PASS_GATEWAY), IN_SELF);
	STEP(e, "until then: the answer passes", NULL, UP, answer, R(CG_PASS_GATEWAY));
	STEP(e, "until then: passes again", NULL, DOWN, question, R(CG_PASS_GATEWAY), IN_SELF);
	env_wait_until(until);
	STEP(e, "then: the answer drops", NULL, UP, answer, R(CG_DROP_FROM_GATEWAY));
	STEP(e, "then: the question drops", NULL, DOWN, question, R(CG_DROP_FROM_GATEWAY), IN_SELF);
}

int main(void)
{
	struct env *e = env_open();

	one_flow(e);
	datagram(e);
	deadline(e);
	env_close(&e);
	return run_end();
}
