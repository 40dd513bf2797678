/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/usage.json: read at start, written when it matters and otherwise seldom, for the sake of flash. */
#ifndef CG_USAGEFILE_H
#define CG_USAGEFILE_H

#include "../lib/usage.h"
#include "agent.h"
#include "wallclock.h"

struct cg_usagefile {
	struct cg_usage usage; /* as it is now */
	bool dirty;	       /* to be written at once */
	uint64_t written_ns;
	uint64_t sum; /* of all that was used when it was written */
	struct cg_log_limit limit;
};

/* Accounts of another boot go on in this one; what was known of the clock holds in the
 * boot it was known in. */
void cg_usagefile_read(struct cg_usagefile *f, struct cg_agent *a, struct cg_wallclock *clock);
void cg_usagefile_write(struct cg_usagefile *f, struct cg_agent *a,
			const struct cg_wallclock *clock);
/* Writes where something changed at a stroke, or went on for CG_USAGE_SAVE_S. */
void cg_usagefile_tick(struct cg_usagefile *f, struct cg_agent *a, const struct cg_wallclock *clock,
		       uint64_t now_ns);

#endif
