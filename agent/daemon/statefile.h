/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/state.json as the agent reads it at start and writes it when something was typed. */
#ifndef CG_STATEFILE_H
#define CG_STATEFILE_H

#include "agent.h"

/* Into a->run and, where no policy is known, a->policy.lan and home.
 * -ENOENT: none; -EPROTO: not one of ours. Nothing is changed on failure. */
int cg_statefile_read(struct cg_agent *a) __must_check;
int cg_statefile_write(const struct cg_agent *a) __must_check;

#endif
