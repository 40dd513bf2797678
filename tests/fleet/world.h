/* SPDX-License-Identifier: GPL-2.0-only */
/* Homes, their ordinary viewers and a stranger, as lines of records: the same for the same numbers. */
#ifndef CG_TEST_WORLD_H
#define CG_TEST_WORLD_H

#include <stdint.h>
#include <stdio.h>

/* Three of five homes. */
#define WORLD_STRANGER	   "185.220.101.5"
#define WORLD_STRANGER_NET "185.220.101.0/24"
/* Two of five, each from another address. */
#define WORLD_ROAMER_NET   "91.92.240.0/24"

unsigned int world_visited(unsigned int homes);
unsigned int world_roamed(unsigned int homes);

/* Home h of so many, days until now_s: writes lines, JSON each, and returns how many. Those of one
 * home are numbered from 1. */
uint64_t world_lines(FILE *f, unsigned int h, unsigned int homes, unsigned int days, int64_t now_s);

/* Answers for the agents of that many homes: DIR/hN/sock, lines in DIR/hN/lines, the reply to `mqtt`
 * in DIR/hN/mqtt.json. Returns when a signal ends it. */
int world_agents(const char *dir, unsigned int homes);

#endif
