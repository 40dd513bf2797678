/* SPDX-License-Identifier: GPL-2.0-only */
/* What one record of a database says; for geo.c and geo_record.c, which alone know libmaxminddb. */
#ifndef CG_GEO_RECORD_H
#define CG_GEO_RECORD_H

#ifdef CG_HAVE_MAXMINDDB

#include <stdint.h>
#include <maxminddb.h>

/* cg_country_number() of one that is known, or 0. */
uint32_t cg_geo_country(MMDB_entry_s *entry);
/* The number of the AS, or 0. */
uint32_t cg_geo_network(MMDB_entry_s *entry);

#endif

#endif
