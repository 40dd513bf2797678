/* SPDX-License-Identifier: GPL-2.0-only */
/* Our filters on a port: attach, look, remove. Never touches a qdisc or filter that is not ours. */
#ifndef CG_TC_H
#define CG_TC_H

#include <stdbool.h>
#include <stdint.h>
#include "../lib/cleanup.h"

/* cg_from_cam and cg_to_cam at CG_TC_PRIO, cg_names_up and cg_names_down behind
 * them at CG_TC_PRIO_NAMES. */
#define CG_TC_FILTERS 4

struct cg_tc_state {
	bool ingress, egress; /* the filters of ours, with the given programs, are there */
};

/* Adds clsact if there is none and puts the programs at their places, handle
 * CG_TC_HANDLE, protocol all, direct action; replaces an older one of ours in
 * one step. Idempotent. Returns 1 if it made the clsact, else 0. -EBUSY: an
 * `ingress` qdisc holds the place of clsact. -EEXIST: a filter that is not
 * ours sits at our preference and handle. -ENOPKG, -ENOSYS: the kernel knows no
 * clsact, no BPF filter. */
int cg_tc_attach(int ifindex, const int fds[static CG_TC_FILTERS]) __must_check;
/* Program ids as in the kernel (bpf_prog_info.id). */
int cg_tc_read(int ifindex, const uint32_t ids[static CG_TC_FILTERS],
	       struct cg_tc_state *ret_state) __must_check;
/* Removes the filters at our place that carry these programs; with an id of 0
 * one that is named as ours there, whatever its number. Then
 * the clsact, if `made` says it was made by us and no filter is left on it.
 * Returns 1 if something was removed, else 0. */
int cg_tc_detach(int ifindex, const uint32_t ids[static CG_TC_FILTERS], bool made) __must_check;

#endif
