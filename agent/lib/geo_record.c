/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as their makers write them, and one address looked up in a file. */
#include "geo_record.h"

#include <errno.h>
#include <string.h>
#include "addr.h"
#include "geo.h"

#ifdef CG_HAVE_MAXMINDDB

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

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
			return cg_country_number(d.utf8_string, d.data_size);
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

static int ask(const char *path, const struct cg_addr *addr, MMDB_s *db, MMDB_entry_s *ret_entry)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	MMDB_lookup_result_s found;
	bool v4 = cg_addr_is_v4(addr);
	int err = 0;

	if (MMDB_open(path, MMDB_MODE_MMAP, db) != MMDB_SUCCESS)
		return -ENOENT;
	memcpy(&in6.sin6_addr, addr->b, 16);
	memcpy(&in4.sin_addr, addr->b + 12, 4);
	found = MMDB_lookup_sockaddr(db, v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6,
				     &err);
	if (err == MMDB_SUCCESS && found.found_entry) {
		*ret_entry = found.entry;
		return 0;
	}
	MMDB_close(db);
	return -ENOENT;
}

int cg_geo_ask_country(const char *path, const struct cg_addr *addr,
		       char ret_text[static CG_GEO_TEXT_LEN])
{
	MMDB_entry_s entry;
	uint32_t country;
	MMDB_s db;
	int r = ask(path, addr, &db, &entry);

	if (r)
		return r;
	country = cg_geo_country(&entry);
	MMDB_close(&db);
	if (!country)
		return -ENOENT;
	(void)cg_country_format((uint16_t)country, ret_text);
	return 0;
}

int cg_geo_ask_network(const char *path, const struct cg_addr *addr,
		       char ret_text[static CG_GEO_TEXT_LEN])
{
	MMDB_entry_s entry;
	uint32_t network;
	MMDB_s db;
	int r = ask(path, addr, &db, &entry);

	if (r)
		return r;
	network = cg_geo_network(&entry);
	MMDB_close(&db);
	if (!network)
		return -ENOENT;
	(void)snprintf(ret_text, CG_GEO_TEXT_LEN, "AS%u", network);
	return 0;
}

#else

int cg_geo_ask_country(const char *path, const struct cg_addr *addr,
		       char ret_text[static CG_GEO_TEXT_LEN])
{
	(void)path;
	(void)addr;
	(void)ret_text;
	return -ENOENT;
}

int cg_geo_ask_network(const char *path, const struct cg_addr *addr,
		       char ret_text[static CG_GEO_TEXT_LEN])
{
	return cg_geo_ask_country(path, addr, ret_text);
}

#endif
