/* SPDX-License-Identifier: GPL-2.0-only */
/* Our two programs on a port by TCX (kernel 6.6): links, pinned, that no clearing of tc takes away. */
#ifndef CG_TCX_H
#define CG_TCX_H

#include "tc.h"

/* Puts both programs before all others there are; a link of ours that is there
 * goes over to them in one step. Idempotent. dir: where the links are pinned.
 * -EINVAL: the kernel knows no TCX. */
int cg_tcx_attach(const char *dir, int ifindex, int from_fd, int to_fd) __must_check;
int cg_tcx_read(const char *dir, int ifindex, uint32_t from_id, uint32_t to_id,
		struct cg_tc_state *ret_state) __must_check;
/* Returns 1 if something was removed, else 0. Also of a port that is gone. */
int cg_tcx_detach(const char *dir, int ifindex) __must_check;
/* How many programs of others are asked before ours: all of them where ours is a filter of tc. */
int cg_tcx_before(int ifindex, bool egress, uint32_t prog_id) __must_check;

#endif
