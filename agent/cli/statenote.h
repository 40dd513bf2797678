/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's state file while the agent is dead: what was typed is noted, what was put elsewhere is looked up. */
#ifndef CG_STATENOTE_H
#define CG_STATENOTE_H

#include "../lib/saved.h"

/* Sets these cameras in state_dir/state.json and keeps the rest; a missing or
 * broken file is begun anew, as the agent would; what was in it is kept beside. */
int cg_statenote_write(const char *state_dir, const struct cg_saved_manual *notes,
		       size_t n) __must_check;
/* 1: of a later version; -ENOENT: there is none; -EPROTO: not one of ours. */
int cg_statenote_read(const char *state_dir, struct cg_saved *ret_saved) __must_check;

#endif
