/* SPDX-License-Identifier: GPL-2.0-only */
/* An agent on a kernel in memory, as tests/agent has it, that stays up from input to input. */
#ifndef CG_FUZZ_HOUSE_H
#define CG_FUZZ_HOUSE_H

#include "../../agent/daemon/agent.h"
#include "../fake/fake.h"
#include "fuzz.h"

/* Two cameras, a viewer, rules by address and by name; asks nobody on a network. */
extern struct cg_agent fuzz_agent;
void fuzz_house_start(void);
/* What the last input changed is taken back: the next one finds the same agent. */
void fuzz_house_again(void);
/* Runs the loop for everything that is ready. */
void fuzz_house_pump(void);
/* The clock goes on, the tick runs. */
void fuzz_house_later(uint64_t s);

#endif
