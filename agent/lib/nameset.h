/* SPDX-License-Identifier: GPL-2.0-only */
/* Map entries of rules with names: for every pattern the ordered rules of all patterns that fit it too. */
#ifndef CG_NAMESET_H
#define CG_NAMESET_H

#include <stdint.h>
#include "chunks.h"
#include "cleanup.h"
#include "diag.h"
#include "mapset.h"

/* Adds the camera's entries to set->namerules. -E2BIG with diag: more rules fit
 * one name than a list may hold, or too many names in all. */
int cg_nameset_add(struct cg_mapset *set, const struct cg_policy_cam *cam, uint32_t slot,
		   struct cg_chunks *chunks, struct cg_diag *diag) __must_check;
/* In the order of keys. */
void cg_nameset_sort(struct cg_mapset *set);

#endif
