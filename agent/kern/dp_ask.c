/* SPDX-License-Identifier: GPL-2.0-only */
/* The flows by which the agent itself asks a camera something: each let for a moment, and taken back. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>

int cg_datapath_ask(struct cg_datapath *dp, const struct cg_flow_key *key, uint64_t until_ns)
{
	if (until_ns)
		return bpf_map_update_elem(dp->map[CG_DP_ASKS], key, &until_ns, BPF_ANY) ? -errno :
											   0;
	return bpf_map_delete_elem(dp->map[CG_DP_ASKS], key) && errno != ENOENT ? -errno : 0;
}

void cg_datapath_ask_none(struct cg_datapath *dp)
{
	struct cg_flow_key key;

	for (int left = CG_ASKS; left; left--)
		if (bpf_map_get_next_key(dp->map[CG_DP_ASKS], NULL, &key) ||
		    bpf_map_delete_elem(dp->map[CG_DP_ASKS], &key))
			return;
}
