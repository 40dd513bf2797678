/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said of an opening, by hand or schedule: that it ends soon, and that it ended. */
#ifndef CG_DAEMON_OPENINGS_H
#define CG_DAEMON_OPENINGS_H

#include "agent.h"

/* How long before its end; one that is no longer is not announced. */
#define CG_OPENINGS_SOON_S 300

void cg_openings_tick(struct cg_agent *a, uint64_t now_ns);

#endif
