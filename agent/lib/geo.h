/* SPDX-License-Identifier: GPL-2.0-only */
/* Databases of countries and networks (MaxMind's file format) as the shortest list of prefixes. libmaxminddb is known only to the files geo*.c. */
#ifndef CG_GEO_H
#define CG_GEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/geo_abi.h>
#include "cleanup.h"
#include "diag.h"
#include "place.h"

struct cg_geo_entry4 {
	struct cg_geo4_key key;
	struct cg_geo value;
};
struct cg_geo_entry6 {
	struct cg_geo6_key key;
	struct cg_geo value;
};

struct cg_geo_table {
	struct cg_geo_entry4 *v4;
	struct cg_geo_entry6 *v6;
	size_t n4, n6;
	struct cg_geoinfo info; /* but for loaded_s; n4 and n6 are set */
};

/*
 * What the files say of the places in want: no prefix covers another, and no two that
 * could be one say the same. Either path may be NULL. What a database has no entry for, or
 * one without a country, is nowhere. IPv6 addresses with an IPv4 address in them are not in
 * v6: ::ffff:0:0/96, 64:ff9b::/96 (RFC 6052) and 2002::/16 (RFC 3056) are looked up by that
 * address, and what ::/96 and Teredo (2001::/32, RFC 4380) hold is nowhere.
 *
 * A file is copied first, so that one that is overwritten meanwhile is at worst refused.
 * -EINVAL with diag: not there, empty, cut off, of another kind, larger than limits.h says,
 * or without one country (or network) in it. -ENOMEM.
 */
int cg_geo_read(const char *country_path, const char *network_path, const struct cg_places *want,
		struct cg_diag *diag, struct cg_geo_table **ret_table) __must_check;
/* The same, given up with -ECANCELED soon after *stop is set, by another thread too. */
int cg_geo_read_until(const char *country_path, const char *network_path,
		      const struct cg_places *want, const bool *stop, struct cg_diag *diag,
		      struct cg_geo_table **ret_table) __must_check;
void cg_geo_free(struct cg_geo_table **table);

#endif
