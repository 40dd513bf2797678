/* SPDX-License-Identifier: GPL-2.0-only */
/* A config's rules of countries, and a database, in the maps of a test. */
#ifndef CG_TEST_COUNTRY_H
#define CG_TEST_COUNTRY_H

#include <kern/geomap.h>
#include <lib/geo.h>
#include <lib/mapset.h>
#include <lib/policy.h>
#include "../mmdb.h"
#include "env.h"

/* Lines of a block `camera` for CAM1, which is slot 1; databases are named. Returns the
 * policy, whose places tell what is to be read. */
struct cg_policy *country_policy(struct env *e, const char *lines);
/* In force for both families; NULL: none is. Raises the epoch. */
void country_table(struct env *e, const struct cg_geo_table *table);
/* Rows as a file below build/, which path is then. */
void country_file(const char *name, const struct mmdb_row *rows, size_t n, char ret_path[256]);
struct cg_geo_table *country_read(const char *country, const char *network,
				  const struct cg_places *want);
/* As many prefixes as the databases there are have, of made-up countries; 198.18.0.0/16 is in
 * the US, 198.19.0.0/16 in CN. */
void country_full(char ret_path[256]);
/* One that somebody published and that was put below build/geodb for measuring; false: none. */
bool country_public(char ret_path[256]);

#endif
