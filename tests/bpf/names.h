/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions and answers through the programs that learn names. */
#ifndef CG_TEST_NAMES_H
#define CG_TEST_NAMES_H

#include <camgate/names_abi.h>
#include "dnsmsg.h"
#include "env.h"

struct names {
	struct env *e;
	int up, down, told, learned, qnames, queries, namerules, resolvers, lans, dns, nring,
		redirects;
};

#define NOBODY 99 /* no result was counted */

void names_open(struct names *n, struct env *e);
/* The world of env_reset(), nothing learned, LAN 1's MAC known. */
void names_reset(struct names *n);
/* Words as env_state() for addresses; "allow|deny|upload PATTERN[:PORT]" for names. */
void names_rule(struct names *n, uint32_t slot, enum cg_rule_kind kind, const char *pattern,
		uint16_t port, uint32_t gen);
/* The question of CAM1 (or CAM2 with slot 2) to server, from port. */
void names_ask(struct names *n, uint32_t slot, const char *server, uint16_t port,
	       const struct msg *m);
/* An answer to CAM1; the one result that was counted, or NOBODY. */
unsigned int names_answer_from(struct names *n, const uint8_t *smac, const char *src,
			       uint32_t ingress, uint16_t sport, uint16_t dport,
			       const struct msg *m);
unsigned int names_answer(struct names *n, uint16_t dport, const struct msg *m);
unsigned int names_tell(struct names *n, uint32_t slot, const struct msg *m);
/* Seconds the address is still learned for; 0 = not. */
uint64_t names_left(struct names *n, uint32_t slot, const char *addr);
/* Everything learned runs out; questions under way are as old. */
void names_expire(struct names *n);
size_t names_count(int map);
unsigned int names_run(struct names *n, int prog, const struct pkt *pkt, uint32_t ingress);

#endif
