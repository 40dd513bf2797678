/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/state.json as the agent reads it at start and writes it when something was typed. */
#ifndef CG_STATEFILE_H
#define CG_STATEFILE_H

#include "agent.h"

/* Into a->run and, where no policy is known, a->policy.lan and home.
 * 1: of a later version, of which is taken what is known; -ENOENT: none; -EPROTO: not one
 * of ours. Nothing is changed on failure. */
int cg_statefile_read(struct cg_agent *a) __must_check;
/* What cg_statefile_read() did not take whole stays beside, before it is replaced. */
int cg_statefile_keep(const struct cg_agent *a) __must_check;
int cg_statefile_write(const struct cg_agent *a) __must_check;

#endif
