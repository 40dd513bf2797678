/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy as the map entries of one generation: sorted arrays of the ABI's keys and values. */
#ifndef CG_MAPSET_H
#define CG_MAPSET_H

#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include <camgate/names_abi.h>
#include <camgate/session_abi.h>
#include "diag.h"
#include "policy.h"

struct cg_mapset_cam {
	struct cg_cam_key key;
	struct cg_cam value;
};
struct cg_mapset_narrow {
	struct cg_narrow_key key;
	struct cg_cam value;
};
struct cg_mapset_rule {
	struct cg_rule_key key;
	struct cg_rulevec value;
};
struct cg_mapset_namerule {
	struct cg_namerule_key key;
	struct cg_rulevec value;
};
struct cg_mapset_more {
	struct cg_more_key key;
	struct cg_rulevec value;
};

/* One per camera of the policy, same order. */
struct cg_mapset_slot {
	uint32_t slot;
	struct cg_name name;
	enum cg_exposure_state config;
};

struct cg_mapset {
	uint32_t gen;
	struct cg_mapset_cam *cams;
	size_t ncams;
	struct cg_mapset_narrow *narrow;
	size_t nnarrow;
	struct cg_mapset_rule *rules;
	size_t nrules;
	struct cg_mapset_namerule *namerules;
	size_t nnamerules;
	struct cg_mapset_more *more;
	size_t nmore;
	struct cg_mapset_slot *slots;
	size_t nslots;
	struct cg_budget budget[CG_BUDGETS]; /* by number; all of the generation's half */
};

/* Slots by id: a camera keeps the one `names` gives its id, others get the
 * lowest free. names: the cg_names map as read, nnames entries. -E2BIG with
 * diag: more than CG_RULES_PER_CHUNK * CG_MAX_CHUNKS rules cover one prefix or
 * name (the text says which, of which camera), or slots run out. */
int cg_mapset_build(const struct cg_policy *policy, uint32_t gen, const struct cg_name *names,
		    size_t nnames, struct cg_diag *diag, struct cg_mapset **ret_set);
void cg_mapset_free(struct cg_mapset **set);

struct cg_mapdiff {
	size_t added, removed, changed; /* cameras, by id */
};

/* What distinguishes two generations; either may be NULL (empty). */
void cg_mapset_diff(const struct cg_mapset *old, const struct cg_mapset *new,
		    struct cg_mapdiff *ret_diff);

#endif
