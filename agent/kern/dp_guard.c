/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guard and the module need of the packet path: the mark, and the enforcing program. */
#include "dp.h"

int cg_datapath_guard_set(struct cg_datapath *dp, uint32_t mark)
{
	struct cg_meta *meta = dp->meta;
	uint32_t flags = __atomic_load_n(&meta->flags, __ATOMIC_ACQUIRE);
	uint32_t want = mark ? flags | CG_META_GUARD : flags & ~(uint32_t)CG_META_GUARD;

	if (flags == want && (!mark || meta->mark == mark))
		return 0;
	/* The bit is there before the flag that has it used. */
	if (mark)
		__atomic_store_n(&meta->mark, mark, __ATOMIC_RELEASE);
	__atomic_store_n(&meta->flags, want, __ATOMIC_RELEASE);
	if (!mark)
		__atomic_store_n(&meta->mark, 0, __ATOMIC_RELEASE);
	/* What was kept for packets that follow says whether they are marked. */
	__atomic_add_fetch(&meta->exposed, 1, __ATOMIC_SEQ_CST);
	return cg_dp_grace(dp);
}

int cg_datapath_prog_fd(const struct cg_datapath *dp)
{
	return dp->prog[CG_DP_FROM_CAM];
}
