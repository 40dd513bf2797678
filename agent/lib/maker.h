/* SPDX-License-Identifier: GPL-2.0-only */
/* What the profile of its make says of a camera, beside its own words and those of the defaults. */
#ifndef CG_MAKER_H
#define CG_MAKER_H

#include "cleanup.h"
#include "config.h"
#include "policy.h"

/* The profile a camera has, its own or that of defaults; NULL: none. */
const struct cg_config_profile *cg_maker_profile(const struct cg_config *config,
						 const struct cg_config_cam *c);
/* What the profile says of viewing, and whom the camera asks for names and time:
 * its own word, else the profile's, else that of defaults. -EINVAL with diag. */
int cg_maker_words(const struct cg_config *config, const struct cg_config_cam *c,
		   struct cg_diag *diag, struct cg_policy_cam *cam) __must_check;

#endif
