/* SPDX-License-Identifier: GPL-2.0-only */
/* A note in the agent's state file while the agent is dead: what was closed or sealed by hand. */
#ifndef CG_STATENOTE_H
#define CG_STATENOTE_H

#include <stddef.h>
#include <camgate/bpf_abi.h>
#include "../lib/cleanup.h"

struct cg_statenote {
	const char *id;
	enum cg_manual manual;
};

/* Sets the cameras' members of "manual" in state_dir/state.json and keeps the
 * rest; a missing or broken file is begun anew, as the agent would. The file is
 * replaced whole, synced. */
int cg_statenote_write(const char *state_dir, const struct cg_statenote *notes,
		       size_t n) __must_check;

#endif
