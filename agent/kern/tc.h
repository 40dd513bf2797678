/* SPDX-License-Identifier: GPL-2.0-only */
/* Our two filters on a port: attach, look, remove. Never touches a qdisc or filter that is not ours. */
#ifndef CG_TC_H
#define CG_TC_H

#include <stdbool.h>
#include <stdint.h>
#include "../lib/cleanup.h"

struct cg_tc_state {
	bool ingress, egress; /* a filter of ours, with the given program, is there */
};

/* Adds clsact if there is none and puts both programs at CG_TC_PRIO, handle
 * CG_TC_HANDLE, protocol all, direct action; replaces an older one of ours in
 * one step. Idempotent. Returns 1 if it made the clsact, else 0. -EBUSY: an
 * `ingress` qdisc holds the place of clsact. -EEXIST: a filter that is not
 * ours sits at our preference and handle. -ENOPKG, -ENOSYS: the kernel knows no
 * clsact, no BPF filter. */
int cg_tc_attach(int ifindex, int from_fd, int to_fd) __must_check;
/* Program ids as in the kernel (bpf_prog_info.id). */
int cg_tc_read(int ifindex, uint32_t from_id, uint32_t to_id,
	       struct cg_tc_state *ret_state) __must_check;
/* Removes the filters at our place that carry these programs; with both ids 0
 * those that are named cg_from_cam and cg_to_cam, whatever their number. Then
 * the clsact, if `made` says it was made by us and no filter is left on it.
 * Returns 1 if something was removed, else 0. */
int cg_tc_detach(int ifindex, uint32_t from_id, uint32_t to_id, bool made) __must_check;

#endif
