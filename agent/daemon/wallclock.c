/* SPDX-License-Identifier: GPL-2.0-only */
/* Is the wall clock right, and was it set? */
#include <stdlib.h>
#include <camgate/limits.h>
#include "wallclock.h"

void cg_wallclock_look(struct cg_wallclock *w, const struct cg_agent *a, bool trusted)
{
	enum cg_clock_evidence evidence = CG_CLOCK_NONE;
	int64_t real_ns = a->real_ns(), real_s = real_ns / (int64_t)CG_SEC_NS;
	int64_t offset_ns = real_ns - (int64_t)a->boot_ns();

	w->stepped |= w->known &&
		      llabs(offset_ns - w->offset_ns) > CG_CLOCK_STEP_S * (int64_t)CG_SEC_NS;
	w->offset_ns = offset_ns;
	w->known = true;
	if (real_s < CG_CLOCK_FLOOR_S) {
		w->right = false;
		return;
	}
	/* Every second, and files are looked for: only where something depends on it. */
	if (!trusted && !w->synced)
		evidence = a->clock_evidence(a->opts.root);
	w->synced |= evidence == CG_CLOCK_SYNCED;
	w->right = trusted || w->synced || (evidence == CG_CLOCK_RTC && real_s >= w->right_s);
}
