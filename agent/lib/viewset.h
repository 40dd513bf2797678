/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may watch in one opening: addresses that come at once and go after a grace. Pure. */
#ifndef CG_VIEWSET_H
#define CG_VIEWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/limits.h>
#include "addr.h"

/* A stream that goes on for a moment from where its viewer was. */
#define CG_VIEWSET_GRACE_NS (60 * 1000000000ULL)

struct cg_viewset_one {
	struct cg_prefix prefix;
	uint64_t until_ns; /* boot clock; 0 = as long as the opening */
};

struct cg_viewset {
	struct cg_viewset_one v[CG_VIEWERS_PER_SLOT];
	size_t n;
};

/*
 * Makes set what is wanted: what is new is there from now on, what is not wanted any
 * more for another CG_VIEWSET_GRACE_NS. Returns whether it changed; ret_left_out: how
 * many found no room.
 */
bool cg_viewset_want(struct cg_viewset *set, const struct cg_prefix *want, size_t n,
		     uint64_t now_ns, size_t *ret_left_out);
bool cg_viewset_holds(const struct cg_viewset *set, const struct cg_addr *addr, uint64_t now_ns);

#endif
