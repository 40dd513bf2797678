/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of countries and networks in the packet path: one is in force, and another takes its place in one step. */
#ifndef CG_GEOMAP_H
#define CG_GEOMAP_H

#include <stdint.h>
#include "../lib/geo.h"
#include "../lib/addr.h"

struct cg_datapath;

/* A trie of every prefix of one family. Its descriptor, or -errno. */
int cg_geomap_make4(const struct cg_geo_table *table) __must_check;
int cg_geomap_make6(const struct cg_geo_table *table) __must_check;

/*
 * Puts table in force for both families with one store; NULL: none is, and nothing is
 * anywhere. Flows are judged anew. On failure the table of before stays. now_s: the wall
 * clock.
 */
int cg_datapath_geo_apply(struct cg_datapath *dp, const struct cg_geo_table *table,
			  int64_t now_s) __must_check;
/* What is in force; -ENOENT: nothing. */
int cg_datapath_geo_read(struct cg_datapath *dp, struct cg_geoinfo *ret_info) __must_check;
/* Where it says an address is, as the packet path finds it; zeros: nowhere. */
int cg_datapath_geo_find(struct cg_datapath *dp, const struct cg_addr *addr,
			 struct cg_geo *ret_geo) __must_check;

#endif
