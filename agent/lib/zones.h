/* SPDX-License-Identifier: GPL-2.0-only */
/* The time zones of a policy: read from this machine's files, each once. */
#ifndef CG_ZONES_H
#define CG_ZONES_H

#include "cleanup.h"
#include "diag.h"
#include "policy.h"

/* Gives every camera and window its zone. root: before paths of the system.
 * -EINVAL: there is no such zone, diag names it and near ones. */
int cg_zones_find(struct cg_policy *policy, const char *root, struct cg_diag *diag) __must_check;
void cg_zones_free(struct cg_policy *policy);

#endif
