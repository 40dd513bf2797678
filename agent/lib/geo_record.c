/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as their makers write them. */
#include "geo_record.h"

#ifdef CG_HAVE_MAXMINDDB

#include <stdbool.h>
#include <string.h>
#include "place.h"

static uint32_t number_of(const MMDB_entry_data_s *d)
{
	switch (d->type) {
	case MMDB_DATA_TYPE_UINT16:
		return d->uint16;
	case MMDB_DATA_TYPE_UINT32:
		return d->uint32;
	case MMDB_DATA_TYPE_UINT64:
		return d->uint64 <= UINT32_MAX ? (uint32_t)d->uint64 : 0;
	default:
		return 0;
	}
}

/* "AS13335", as some write it. */
static uint32_t number_in(const char *s, size_t n)
{
	uint64_t v = 0;

	if (n < 3 || s[0] != 'A' || s[1] != 'S')
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || v > UINT32_MAX)
			return 0;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	return v <= UINT32_MAX ? (uint32_t)v : 0;
}

static bool find(MMDB_entry_s *entry, const char *const *path, MMDB_entry_data_s *ret)
{
	return MMDB_aget_value(entry, ret, path) == MMDB_SUCCESS && ret->has_data;
}

/* "EU" and "ZZ" are no country's. */
static uint32_t known(uint16_t country)
{
	return cg_country_is_known(country) ? country : 0;
}

uint32_t cg_geo_country(MMDB_entry_s *entry)
{
	/* MaxMind's own and those that follow it; ip-location-db and others; IPinfo. */
	static const char *const paths[][3] = {
		{ "country", "iso_code", NULL },
		{ "country_code", NULL, NULL },
		{ "country", NULL, NULL },
	};
	MMDB_entry_data_s d;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (find(entry, paths[i], &d) && d.type == MMDB_DATA_TYPE_UTF8_STRING)
			return known(cg_country_number(d.utf8_string, d.data_size));
	return 0;
}

uint32_t cg_geo_network(MMDB_entry_s *entry)
{
	static const char *const paths[][2] = {
		{ "autonomous_system_number", NULL },
		{ "asn", NULL },
	};
	MMDB_entry_data_s d;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!find(entry, paths[i], &d))
			continue;
		return d.type == MMDB_DATA_TYPE_UTF8_STRING ?
			       number_in(d.utf8_string, d.data_size) :
			       number_of(&d);
	}
	return 0;
}

#endif
