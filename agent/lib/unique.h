/* SPDX-License-Identifier: GPL-2.0-only */
/* What no two cameras may share: id, name, and a MAC that is not narrowed. */
#ifndef CG_UNIQUE_H
#define CG_UNIQUE_H

#include <stddef.h>
#include "config.h"
#include "diag.h"
#include "policy.h"

/* cams[i] was built from config->cams[i]. -EEXIST: the diag names both places. */
int cg_unique_check(const struct cg_config *config, const struct cg_policy_cam *cams, size_t ncams,
		    struct cg_diag *diag);

#endif
