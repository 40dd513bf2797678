/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera's rules of countries and networks as keys of cg_rules that no address has. */
#ifndef CG_GEOSET_H
#define CG_GEOSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "policy.h"

/* Zeroed before the first. */
struct cg_geoset_entry {
	uint8_t kind;	/* CG_GEO_COUNTRY, CG_GEO_NETWORK, CG_GEO_STAY */
	uint32_t place; /* its number */
	size_t n;	/* rules, in the order of evaluation */
	size_t at;	/* where the next is looked for */
};

/* The next place that rules or stay_in name; e->n may be more than room, which is what ids
 * has of it. False: that was all. */
#define CG_GEOSET_IDS (CG_RULES_PER_CHUNK * CG_MAX_CHUNKS)
bool cg_geoset_next(const struct cg_policy_cam *cam, struct cg_geoset_entry *e,
		    uint16_t ids[static CG_GEOSET_IDS]);
void cg_geoset_key(uint32_t gen, uint32_t slot, const struct cg_geoset_entry *e,
		   struct cg_rule_key *ret_key);
/* Is it a rule of a country or network? */
bool cg_geoset_is(const struct cg_policy_rule *rule);

#endif
