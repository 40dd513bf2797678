/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of databases share: files that take each other's place, a config that names them, the time. */
#ifndef CG_TEST_PLACES_H
#define CG_TEST_PLACES_H

#include <time.h>
#include "../mmdb.h"
#include "watch.h"

#define RELOAD	"{\"v\":1,\"cmd\":\"reload\"}"
#define UPDATE	"{\"v\":1,\"cmd\":\"update-lists\"}"
#define AUDIT	"{\"v\":1,\"cmd\":\"audit\",\"cam\":\"nursery\"}"
#define RECORD	"{\"v\":1,\"cmd\":\"record\",\"write\":true}"
#define ERASE	"{\"v\":1,\"cmd\":\"erase\",\"cam\":\"nursery\"}"
#define OLD	1690000000
#define NEW	1695000000
#define NEWER	1699000000
/* What a household notices, and what is promised of the control socket. */
#define SOON_MS 50

static char db[128], networks[128];

static inline double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline void bytes_put(const char *path, const uint8_t *bytes, size_t n)
{
	char beside[160];
	FILE *f;

	/* As a package or a download does it. */
	snprintf(beside, sizeof(beside), "%s.new", path);
	f = fopen(beside, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(rename(beside, path), 0);
}

static inline void db_put(const char *path, const char *country, uint32_t asn, uint64_t built)
{
	const struct mmdb_opts o = { 24, false, true, MMDB_FLAT, built };
	const struct mmdb_row rows[] = {
		{ .addr = { 203, 0, 113 }, .len = 24, .v4 = true, .country = country, .asn = asn },
		{ .addr = { 198, 51, 100 },
		  .len = 24,
		  .v4 = true,
		  .country = country ? "DE" : NULL,
		  .asn = asn ? asn + 1 : 0 },
	};
	size_t n;
	uint8_t *bytes = mmdb_make(rows, 2, &o, &n);

	bytes_put(path, bytes, n);
	free(bytes);
}

static inline void config_put(const char *rules)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "lan = { \"br-lan\" }\ncountry_database = \"%s\"\nnetwork_database = \"%s\"\n"
		 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } %s }\n"
		 "camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } }\n",
		 db, networks, rules);
	house_config(&h, text);
}

static inline void begin(void)
{
	house_make(&h);
	snprintf(db, sizeof(db), "%s/world.mmdb", h.dir);
	snprintf(networks, sizeof(networks), "%s/networks.mmdb", h.dir);
	db_put(db, "CN", 0, OLD);
	db_put(networks, NULL, 64500, OLD);
}

#endif
