/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of countries and networks in the packet path: one is in force, and another takes its place in one step. */
#ifndef CG_GEOMAP_H
#define CG_GEOMAP_H

#include <stdbool.h>
#include <stdint.h>
#include "../lib/geo.h"
#include "../lib/addr.h"

struct cg_datapath;

/* Descriptors of a trie a family, filled, not in force; -1: none. */
struct cg_geo_tries {
	int v4, v6;
};

/* By any thread. Given up with -ECANCELED soon after *stop is set; NULL: never. */
int cg_geo_tries_make(const struct cg_geo_table *table, const bool *stop,
		      struct cg_geo_tries *ret_tries) __must_check;
void cg_geo_tries_close(struct cg_geo_tries *tries);

/*
 * Puts the tries of table in force for both families with one store; they stay the
 * caller's. table NULL: none is, and nothing is anywhere. Flows are judged anew. On
 * failure the table of before stays. now_s: the wall clock.
 */
int cg_datapath_geo_apply(struct cg_datapath *dp, const struct cg_geo_table *table,
			  const struct cg_geo_tries *tries, int64_t now_s) __must_check;
/* What is in force; -ENOENT: nothing. */
int cg_datapath_geo_read(struct cg_datapath *dp, struct cg_geoinfo *ret_info) __must_check;
/* Where it says an address is, as the packet path finds it; zeros: nowhere. */
int cg_datapath_geo_find(struct cg_datapath *dp, const struct cg_addr *addr,
			 struct cg_geo *ret_geo) __must_check;

#endif
