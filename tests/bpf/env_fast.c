/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path keeps for the packets that follow, as the tests see it. */
#include <endian.h>
#include <string.h>
#include "env.h"

/* The tests change under one generation what the agent never does: what the
 * packet path keeps of it for the packets that follow goes. */
void env_fast_clear(struct env *e)
{
	size_t i;

	for (i = 0; i < e->fast_size; i++) {
		if (e->fast4[i].who)
			memset(&e->fast4[i], 0, sizeof(e->fast4[i]));
		if (e->fast6[i].who)
			memset(&e->fast6[i], 0, sizeof(e->fast6[i]));
	}
}

/* The same of drops alone: what passes keeps what its camera was granted, as on a gateway,
 * where nothing takes an entry without giving that back. */
void env_fast_clear_drops(struct env *e)
{
	size_t i;

	for (i = 0; i < e->fast_size; i++) {
		if (e->fast4[i].f.how & CG_FAST_DROP)
			memset(&e->fast4[i], 0, sizeof(e->fast4[i]));
		if (e->fast6[i].f.how & CG_FAST_DROP)
			memset(&e->fast6[i], 0, sizeof(e->fast6[i]));
	}
}

void env_mac_known(struct env *e, const uint8_t mac[6])
{
	uint32_t bit = cg_mac_bit(cg_mac_word(mac));

	e->macs[bit / 64] |= 1ULL << bit % 64;
}

void env_rule_known(struct env *e, const struct cg_rule_key *key)
{
	uint32_t len = key->prefixlen - CG_RULE_PREFIX_BASE, bit;
	uint8_t *has = (uint8_t *)&e->lens[key->slot];
	uint64_t half[2];
	size_t i;

	memcpy(half, key->addr, 16);
	bit = cg_reach_bit(e->slots, key->slot, len, be64toh(half[0]) & cg_high_mask(len),
			   be64toh(half[1]) & cg_low_mask(len));
	e->reach[bit / 64] |= 1ULL << bit % 64;
	for (i = 0; i < CG_LENS && has[i] && has[i] != len + 1 && has[i] != CG_LEN_MANY; i++)
		;
	if (i == CG_LENS || has[i] == CG_LEN_MANY)
		has[i % CG_LENS] = CG_LEN_MANY;
	else
		has[i] = len + 1;
}

/* What was counted since the flow was last looked at. */
void env_fast_sum(struct env *e, const struct cg_flow_key *k, struct cg_flow *f)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = !memcmp(k->peer, mapped, 12);
	size_t i;

	for (i = 0; i < e->fast_size; i++) {
		const struct cg_fast *c = v4 ? &e->fast4[i].f : &e->fast6[i].f;
		uint64_t who = v4 ? e->fast4[i].who : e->fast6[i].who;
		uint32_t ports = v4 ? e->fast4[i].ports : e->fast6[i].ports;
		bool up = who >> 56 & 1;
		__be16 port[2];

		memcpy(port, &ports, 4);
		if (!c->packets || c->slot != k->slot || port[!up] != k->cam_port ||
		    port[up] != k->peer_port || (uint8_t)(who >> 48) != k->proto ||
		    (v4 ? memcmp(&e->fast4[i].peer, k->peer + 12, 4) :
			  memcmp(e->fast6[i].peer, k->peer, 16)))
			continue;
		*(up ? &f->up_packets : &f->down_packets) += c->packets;
		*(up ? &f->up_bytes : &f->down_bytes) += c->granted - c->left;
	}
}
