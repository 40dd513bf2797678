/* SPDX-License-Identifier: GPL-2.0-only */
/* MACs that are no camera's: this machine's own, its default gateway's, its resolver's; and the caller's. */
#ifndef CG_OWN_H
#define CG_OWN_H

#include "../lib/diag.h"
#include "../lib/policy.h"
#include "links.h"

/* -EINVAL with diag. `force = yes` in the config lets them through. Where the
 * neighbours cannot be read, only this machine's own are known. */
int cg_own_check(struct cg_links *links, const struct cg_policy *policy,
		 struct cg_diag *diag) __must_check;
/* What of this machine's, of those cg_own_check looks at, has this MAC, as a noun; NULL: nothing. */
const char *cg_own_whose(struct cg_links *links, const struct cg_mac *mac, char *buf, size_t len);
/* The camera that is the neighbour at this address, from which somebody gives
 * orders; NULL: none is. */
const struct cg_policy_cam *cg_own_caller(struct cg_links *links, const struct cg_policy *policy,
					  const struct cg_addr *from);

/* The next after *at (at first 0) who uses bits of the guard's mask: with a mask
 * of one's own everybody, with the default those that are installed here. */
const struct cg_mark_user *cg_own_mark_user(const struct cg_policy *policy, size_t *at);

#endif
