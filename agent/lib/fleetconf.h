/* SPDX-License-Identifier: GPL-2.0-only */
/* Of the config: what of this home is told to who looks after many. Pure. */
#ifndef CG_FLEETCONF_H
#define CG_FLEETCONF_H

#include "cleanup.h"
#include "policy.h"

/* The block `fleet`, behind the block `mqtt`; -EINVAL with diag. key_file is the policy's to free. */
int cg_fleetconf_build(const struct cg_config *config, struct cg_diag *diag,
		       struct cg_policy *policy) __must_check;
/* "hashed", "plain", "none". */
const char *cg_fleetconf_addresses(enum cg_fleet_addresses addresses);

#endif
