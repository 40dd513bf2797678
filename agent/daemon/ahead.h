/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path is opened while the config is still being read: a start takes the longer of the two, not both. */
#ifndef CG_AHEAD_H
#define CG_AHEAD_H

#include "agent.h"

/* Unpacks it, where nothing is pinned: what runs already is not touched before the config
 * is known to be good. */
void cg_ahead_begin(struct cg_agent *a);
/* There will be ncams cameras: begins to open it, where cg_ahead_begin() has begun. */
void cg_ahead_counted(struct cg_agent *a, size_t ncams);
/* Opens the packet path into a->kern.dp, or waits for what was begun. */
int cg_ahead_open(struct cg_agent *a) __must_check;
/* The config was no good: waits for what was begun and closes it. */
void cg_ahead_drop(struct cg_agent *a);

#endif
