/* SPDX-License-Identifier: GPL-2.0-only */
/* Databases into prefixes: what the table says of an address is what the database says, and no file breaks the walk. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <lib/addr.h>
#include <lib/geo.h>
#include <lib/geo_book.h>
#include <netinet/in.h>
#include "../mmdb.h"
#include "unit.h"

#ifdef CG_HAVE_MAXMINDDB
#include <maxminddb.h>

static struct mmdb_row row4(const char *addr, int len, const char *country, uint32_t asn)
{
	struct mmdb_row r = { .len = len, .v4 = true, .country = country, .asn = asn };

	ck_assert_int_eq(inet_pton(AF_INET, addr, r.addr), 1);
	return r;
}

static struct mmdb_row row6(const char *addr, int len, const char *country, uint32_t asn)
{
	struct mmdb_row r = { .len = len, .country = country, .asn = asn };

	ck_assert_int_eq(inet_pton(AF_INET6, addr, r.addr), 1);
	return r;
}

static const struct mmdb_opts PLAIN = { 28, false, true, MMDB_MAXMIND, 1780000000 };

static void put(const struct unit_dir *d, const char *name, const struct mmdb_row *rows, size_t n,
		const struct mmdb_opts *opts)
{
	size_t len;
	uint8_t *bytes = mmdb_make(rows, n, opts, &len);

	unit_write(d, name, bytes, len);
	free(bytes);
}

static struct cg_places places(const char *countries, uint32_t a, uint32_t b)
{
	struct cg_places p = { 0 };

	for (const char *s = countries; *s; s += 2)
		cg_places_country(&p, cg_country_number(s, 2));
	if (a)
		ck_assert_int_eq(cg_places_network(&p, a), 0);
	if (b)
		ck_assert_int_eq(cg_places_network(&p, b), 0);
	return p;
}

static struct cg_geo_table *table_of(const char *country, const char *network,
				     const struct cg_places *want)
{
	struct cg_geo_table *t = NULL;
	struct cg_diag d = { "" };

	ck_assert_msg(!cg_geo_read(country, network, want, &d, &t), "%s", d.text);
	return t;
}

static bool under(const uint8_t *a, const uint8_t *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if ((a[i / 8] ^ p[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

/* By going through all; fails where two cover the address. */
static struct cg_geo look(const struct cg_geo_table *t, const char *text)
{
	struct cg_geo found = { 0 };
	struct cg_addr a;
	size_t n = 0;

	ck_assert_int_eq(cg_addr_parse(text, &a), 0);
	for (size_t i = 0; cg_addr_is_v4(&a) && i < t->n4; i++)
		if (under(a.b + 12, t->v4[i].key.addr, t->v4[i].key.prefixlen)) {
			found = t->v4[i].value;
			n++;
		}
	for (size_t i = 0; !cg_addr_is_v4(&a) && i < t->n6; i++)
		if (under(a.b, t->v6[i].key.addr, t->v6[i].key.prefixlen)) {
			found = t->v6[i].value;
			n++;
		}
	ck_assert_uint_le(n, 1);
	return found;
}

#define AT(t, addr, code, asn)                                                             \
	do {                                                                               \
		struct cg_geo _g = look(t, addr);                                          \
		ck_assert_msg(_g.country == cg_country_of(code) && _g.network == (asn),    \
			      "%s: country %u, network %u", addr, _g.country, _g.network); \
	} while (0)

START_TEST(countries)
{
	const struct mmdb_row rows[] = {
		row4("203.0.113.0", 24, "CN", 0),    row4("198.51.100.0", 25, "DE", 0),
		row4("198.51.100.128", 25, "DE", 0), row4("192.0.2.0", 24, "US", 0),
		row6("2001:db8::", 32, "CN", 0),     row6("2001:db8:1::", 48, "DE", 0),
	};
	static const enum mmdb_style styles[] = { MMDB_MAXMIND, MMDB_FLAT, MMDB_IPINFO };
	static const int sizes[] = { 24, 28, 32 };
	struct cg_places want = places("CNDE", 0, 0);
	struct unit_dir dir = unit_dir_new();
	char path[128];

	unit_path(&dir, "c.mmdb", path);
	for (size_t s = 0; s < 3; s++)
		for (size_t z = 0; z < 3; z++) {
			const struct mmdb_opts o = { sizes[z], false, true, styles[s], 1780000000 };
			struct cg_geo_table *t;

			put(&dir, "c.mmdb", rows, 6, &o);
			t = table_of(path, NULL, &want);
			AT(t, "203.0.113.7", "CN", 0);
			AT(t, "198.51.100.1", "DE", 0);
			AT(t, "198.51.100.200", "DE", 0);
			AT(t, "192.0.2.1", "", 0); /* nobody names it */
			AT(t, "8.8.8.8", "", 0);
			AT(t, "2001:db8:2::1", "CN", 0);
			AT(t, "2001:db8:1::1", "DE", 0);
			AT(t, "2001:db9::1", "", 0);
			/* Both halves of 198.51.100.0/24 say the same. */
			ck_assert_uint_eq(t->n4, 2);
			ck_assert_str_eq(t->info.country_name, "c.mmdb");
			ck_assert_uint_eq(t->info.country_built, 1780000000);
			ck_assert_uint_eq(t->info.network_built, 0);
			ck_assert_uint_eq(t->info.n4, 2);
			cg_geo_free(&t);
		}
	unit_dir_free(&dir);
}
END_TEST

START_TEST(both_databases)
{
	const struct mmdb_row c[] = { row4("203.0.112.0", 20, "CN", 0),
				      row6("2001:db8::", 32, "CN", 0) };
	const struct mmdb_row n[] = { row4("203.0.113.0", 24, NULL, 64500),
				      row4("198.51.100.0", 24, NULL, 64501),
				      row6("2001:db8:7::", 48, NULL, 64500) };
	struct cg_places want = places("CN", 64500, 0);
	struct unit_dir dir = unit_dir_new();
	char cp[128], np[128];
	struct cg_geo_table *t;

	put(&dir, "c.mmdb", c, 2, &PLAIN);
	put(&dir, "n.mmdb", n, 3, &PLAIN);
	t = table_of(unit_path(&dir, "c.mmdb", cp), unit_path(&dir, "n.mmdb", np), &want);
	AT(t, "203.0.113.1", "CN", 64500);
	AT(t, "203.0.112.1", "CN", 0);
	AT(t, "198.51.100.1", "", 0); /* 64501 is named by nobody */
	AT(t, "2001:db8:7::1", "CN", 64500);
	AT(t, "2001:db8:8::1", "CN", 0);
	ck_assert_str_eq(t->info.network_name, "n.mmdb");
	cg_geo_free(&t);
	want = places("", 64500, 64501);
	t = table_of(NULL, np, &want);
	AT(t, "203.0.113.1", "", 64500);
	AT(t, "198.51.100.1", "", 64501);
	cg_geo_free(&t);
	unit_dir_free(&dir);
}
END_TEST

/* IPv4 within IPv6 is not written twice, and Teredo is nowhere. */
START_TEST(addresses_inside)
{
	const struct mmdb_row rows[] = { row6("2000::", 3, "DE", 0),
					 row4("203.0.113.0", 24, "CN", 0) };
	const struct mmdb_row all[] = { row6("::", 1, "CN", 0) };
	struct cg_places want = places("CNDE", 0, 0);
	struct mmdb_opts o = PLAIN;
	struct unit_dir dir = unit_dir_new();
	struct cg_geo_table *t;
	char path[128];

	unit_path(&dir, "c.mmdb", path);
	for (int aliases = 0; aliases < 2; aliases++) {
		o.aliases = aliases;
		put(&dir, "c.mmdb", rows, aliases ? 1 : 2, &o);
		/* With aliases a leaf of 2000::/3 would cut them off. */
		t = table_of(path, NULL, &want);
		AT(t, "2a00::1", "DE", 0);
		if (!aliases) {
			AT(t, "2002:cb00:7101::1", "", 0);
			AT(t, "2001:0:cb00:7101::1", "", 0);
			AT(t, "2001:db8::1", "DE", 0);
			AT(t, "203.0.113.1", "CN", 0);
			ck_assert_uint_eq(t->n4, 1);
		}
		cg_geo_free(&t);
	}
	o.aliases = true;
	put(&dir, "c.mmdb", rows + 1, 1, &o);
	t = table_of(path, NULL, &want);
	AT(t, "203.0.113.1", "CN", 0);
	AT(t, "2002:cb00:7101::1", "", 0);
	ck_assert_uint_eq(t->n6, 0);
	cg_geo_free(&t);
	/* Where one leaf holds everything, IPv4 is in it. */
	o.aliases = false;
	put(&dir, "c.mmdb", all, 1, &o);
	t = table_of(path, NULL, &want);
	AT(t, "8.8.8.8", "CN", 0);
	AT(t, "64:ff9b::808:808", "", 0);
	AT(t, "100::1", "CN", 0);
	cg_geo_free(&t);
	o.only_v4 = true;
	put(&dir, "c.mmdb", rows + 1, 1, &o);
	t = table_of(path, NULL, &want);
	AT(t, "203.0.113.9", "CN", 0);
	AT(t, "2a00::1", "", 0);
	cg_geo_free(&t);
	unit_dir_free(&dir);
}
END_TEST

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8 ^ *seed << 20;
}

static uint16_t library(const MMDB_s *db, const struct cg_addr *a)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	MMDB_lookup_result_s found;
	MMDB_entry_data_s data;
	int err = 0;

	memcpy(&in6.sin6_addr, a->b, 16);
	memcpy(&in4.sin_addr, a->b + 12, 4);
	found = MMDB_lookup_sockaddr(
		db, cg_addr_is_v4(a) ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6, &err);
	ck_assert_int_eq(err, MMDB_SUCCESS);
	if (!found.found_entry ||
	    MMDB_get_value(&found.entry, &data, "country", "iso_code", NULL) != MMDB_SUCCESS ||
	    !data.has_data)
		return 0;
	return cg_country_number(data.utf8_string, data.data_size);
}

/* Random prefixes and addresses: the library's own look-up is the second opinion. */
START_TEST(as_the_library)
{
	static const char *const codes[] = { "CN", "DE", "US", NULL };
	struct unit_dir dir = unit_dir_new();
	uint32_t seed = 20261127, hits = 0;
	char path[128];

	unit_path(&dir, "r.mmdb", path);
	for (int round = 0; round < 20; round++) {
		struct mmdb_row rows[300];
		struct cg_places want = places("CNDE", 0, 0);
		struct cg_geo_table *t;
		MMDB_s db;
		struct cg_geo_book *book = NULL;
		struct cg_diag d = { "" };

		if (round % 2) {
			cg_places_country(&want, CG_COUNTRY_UNKNOWN);
			cg_places_country(&want, CG_COUNTRY_PRIVATE);
		}

		for (size_t i = 0; i < 300; i++) {
			struct mmdb_row *r = &rows[i];

			memset(r, 0, sizeof(*r));
			r->v4 = i % 2;
			r->len = (int)(4 + i / 16); /* broad ones first */
			r->country = codes[next(&seed) % 4];
			for (int k = 0; k < (r->v4 ? 4 : 16); k++)
				r->addr[k] = (uint8_t)(next(&seed) & (k ? 255 : 0x3f));
			if (!r->v4)
				r->addr[0] = (uint8_t)(0x24 | (r->addr[0] & 3));
		}
		put(&dir, "r.mmdb", rows, 300, &PLAIN);
		t = table_of(path, NULL, &want);
		ck_assert_int_eq(MMDB_open(path, MMDB_MODE_MMAP, &db), MMDB_SUCCESS);
		ck_assert_int_eq(cg_geo_book_open(path, &d, &book), 0);
		for (int k = 0; k < 500; k++) {
			struct mmdb_row *r = &rows[next(&seed) % 300];
			char text[CG_ADDR_STRLEN];
			struct cg_addr a = { 0 };
			uint16_t country = 0;

			if (r->v4) {
				a.b[10] = a.b[11] = 0xff;
				memcpy(a.b + 12, r->addr, 4);
			} else {
				memcpy(a.b, r->addr, 16);
			}
			a.b[15] ^= (uint8_t)next(&seed);
			a.b[r->v4 ? 13 : 2] ^= (uint8_t)(next(&seed) & 3);
			cg_addr_format(&a, text);
			country = library(&db, &a);
			/* The book says the same of all there are. */
			ck_assert_uint_eq(cg_geo_book_country(book, &a),
					  cg_place_special(&a) ? cg_place_special(&a) :
					  country	       ? country :
								 CG_COUNTRY_UNKNOWN);
			if (cg_place_special(&a))
				country = cg_place_special(&a);
			else if (!country)
				country = CG_COUNTRY_UNKNOWN;
			if (!cg_places_has_country(&want, country))
				country = 0;
			hits += country != 0;
			ck_assert_msg(look(t, text).country == country, "%s: %u, the library %u",
				      text, look(t, text).country, country);
		}
		MMDB_close(&db);
		cg_geo_book_free(&book);
		cg_geo_free(&t);
	}
	ck_assert_uint_gt(hits, 1000);
	unit_dir_free(&dir);
}
END_TEST

/* What is in no country: what the database does not know, and what nobody has on the internet. */
START_TEST(no_country)
{
	const struct mmdb_row rows[] = {
		row4("0.0.0.0", 3, "DE", 64500), /* 10.0.0.0/8 in it, as if somebody had it */
		row4("203.0.113.0", 24, "CN", 0), row4("198.51.100.0", 24, "EU", 0),
		row4("192.0.2.0", 24, "ZZ", 0),	  row6("2a00::", 16, "DE", 0),
	};
	struct cg_places want = places("DE", 64500, 0), words = want;
	struct unit_dir dir = unit_dir_new();
	struct cg_geo_book *book = NULL;
	struct cg_diag d = { "" };
	struct cg_geo_table *t;
	struct cg_addr a;
	char path[128];

	put(&dir, "c.mmdb", rows, 5, &PLAIN);
	unit_path(&dir, "c.mmdb", path);
	cg_places_country(&words, CG_COUNTRY_UNKNOWN);
	cg_places_country(&words, CG_COUNTRY_PRIVATE);
	cg_places_country(&words, CG_COUNTRY_SHARED);
	t = table_of(path, path, &words);
	AT(t, "9.1.1.1", "DE", 64500);
	AT(t, "11.1.1.1", "DE", 64500);
	AT(t, "10.0.0.1", "private", 0);
	AT(t, "10.255.255.255", "private", 0);
	AT(t, "172.16.0.1", "private", 0);
	AT(t, "172.32.0.1", "unknown", 0);
	AT(t, "192.168.1.1", "private", 0);
	AT(t, "169.254.1.1", "private", 0);
	AT(t, "100.64.0.1", "shared", 0);
	AT(t, "100.127.255.255", "shared", 0);
	AT(t, "100.128.0.1", "unknown", 0);
	AT(t, "203.0.113.1", "", 0);
	AT(t, "198.51.100.1", "unknown", 0);
	AT(t, "192.0.2.1", "unknown", 0);
	AT(t, "2a00::1", "DE", 0);
	AT(t, "2a01::1", "unknown", 0);
	AT(t, "fc00::1", "private", 0);
	AT(t, "fdff::1", "private", 0);
	AT(t, "fe80::1", "private", 0);
	AT(t, "fec0::1", "unknown", 0);
	AT(t, "2001:0:cb00:7101::1", "unknown", 0);
	/* Those are asked for by the address inside. */
	AT(t, "64:ff9b::a00:1", "", 0);
	AT(t, "2002:a00:1::1", "", 0);
	cg_geo_free(&t);
	/* Where no rule says so they are in no country all the same. */
	t = table_of(path, path, &want);
	AT(t, "9.1.1.1", "DE", 64500);
	AT(t, "10.0.0.1", "", 0);
	AT(t, "100.64.0.1", "", 0);
	AT(t, "8.8.8.8", "DE", 64500);
	AT(t, "2a01::1", "", 0);
	cg_geo_free(&t);
	ck_assert_int_eq(cg_geo_book_open(path, &d, &book), 0);
	ck_assert_str_eq(cg_geo_book_name(book), "c.mmdb");
	ck_assert_uint_eq(cg_geo_book_built(book), 1780000000);
#define SAYS(addr, code, asn)                                                         \
	do {                                                                          \
		ck_assert_int_eq(cg_addr_parse(addr, &a), 0);                         \
		ck_assert_msg(cg_geo_book_country(book, &a) == cg_country_of(code) && \
				      cg_geo_book_network(book, &a) == (asn),         \
			      "%s: country %u", addr, cg_geo_book_country(book, &a)); \
	} while (0)
	SAYS("9.1.1.1", "DE", 64500);
	SAYS("10.0.0.1", "private", 0);
	SAYS("100.64.0.1", "shared", 0);
	SAYS("203.0.113.1", "CN", 0);
	SAYS("198.51.100.1", "unknown", 0);
	SAYS("fd00::1", "private", 0);
	SAYS("2a00::1", "DE", 0);
	SAYS("2001:0:cb00:7101::1", "unknown", 0);
	SAYS("64:ff9b::a00:1", "private", 0);
	SAYS("2002:cb00:7101::1", "CN", 0);
	/* What is written over it is not read, not even to its end; what takes its place is another. */
	unit_write(&dir, "c.mmdb", "", 0);
	SAYS("9.1.1.1", "", 0);
	SAYS("10.0.0.1", "private", 0);
	cg_geo_book_free(&book);
	ck_assert_int_eq(cg_geo_book_open(path, &d, &book), -EINVAL);
	unit_write(&dir, "c.mmdb", "not a database\n", 15);
	ck_assert_int_eq(cg_geo_book_open(path, &d, &book), -EINVAL);
	ck_assert_int_eq(cg_geo_book_open(dir.path, &d, &book), -EINVAL);
	ck_assert_int_eq(cg_geo_book_open("/nowhere.mmdb", &d, &book), -EINVAL);
	ck_assert_ptr_null(book);
	unit_dir_free(&dir);
}
END_TEST

/* Before the library's own. */
static bool *stop_when_open;
int MMDB_open(const char *const name, uint32_t flags, MMDB_s *const db)
{
	int (*real)(const char *, uint32_t, MMDB_s *);

	*(void **)&real = dlsym(RTLD_NEXT, "MMDB_open");
	if (stop_when_open)
		*stop_when_open = true;
	return real(name, flags, db);
}

START_TEST(given_up)
{
	const struct mmdb_row rows[] = { row4("203.0.113.0", 24, "CN", 0) };
	struct cg_places want = places("CN", 0, 0);
	struct unit_dir dir = unit_dir_new();
	struct cg_geo_table *t = NULL;
	struct cg_diag d = { "" };
	bool stop = true;
	char path[128];

	put(&dir, "c.mmdb", rows, 1, &PLAIN);
	unit_path(&dir, "c.mmdb", path);
	ck_assert_int_eq(cg_geo_read_until(path, NULL, &want, &stop, &d, &t), -ECANCELED);
	ck_assert_ptr_null(t);
	/* When it is open, and no prefix of it was read. */
	stop = false;
	stop_when_open = &stop;
	ck_assert_int_eq(cg_geo_read_until(path, NULL, &want, &stop, &d, &t), -ECANCELED);
	ck_assert_ptr_null(t);
	stop_when_open = NULL;
	stop = false;
	ck_assert_int_eq(cg_geo_read_until(path, NULL, &want, &stop, &d, &t), 0);
	cg_geo_free(&t);
	unit_dir_free(&dir);
}
END_TEST

#define REFUSES(path, ...)                                                           \
	do {                                                                         \
		struct cg_geo_table *_t = NULL;                                      \
		struct cg_diag _d = { "" };                                          \
		ck_assert_int_eq(cg_geo_read(path, NULL, &want, &_d, &_t), -EINVAL); \
		ck_assert_ptr_null(_t);                                              \
		UNIT_HOLDS(_d.text, path, __VA_ARGS__);                              \
	} while (0)

START_TEST(bad_files)
{
	const struct mmdb_row networks[] = { row4("203.0.113.0", 24, NULL, 64500) };
	struct cg_places want = places("CN", 0, 0);
	struct unit_dir dir = unit_dir_new();
	char path[128];

	unit_path(&dir, "c.mmdb", path);
	REFUSES(path, "No such file");
	unit_write(&dir, "c.mmdb", "", 0);
	REFUSES(path, "empty file");
	unit_write(&dir, "c.mmdb", "not a database\n", 15);
	REFUSES(path, "no whole database", "cut off");
	put(&dir, "c.mmdb", networks, 1, &PLAIN);
	REFUSES(path, "without a single country");
	REFUSES(dir.path, "Invalid argument");
	unit_dir_free(&dir);
}
END_TEST

/* Cut off anywhere, or with any byte changed: refused or read, never more. */
START_TEST(damaged_files)
{
	const struct mmdb_row rows[] = {
		row4("203.0.113.0", 24, "CN", 0),
		row4("198.51.100.0", 25, "DE", 0),
		row6("2001:db8::", 32, "CN", 0),
		row6("2001:db8:1::", 48, "DE", 0),
	};
	struct cg_places want = places("CN", 0, 0);
	struct unit_dir dir = unit_dir_new();
	size_t len, taken = 0;
	uint8_t *bytes = mmdb_make(rows, 4, &PLAIN, &len);
	char path[128];

	unit_path(&dir, "c.mmdb", path);
	for (size_t n = 0; n < len; n++) {
		struct cg_geo_table *t = NULL;
		struct cg_diag d = { "" };

		unit_write(&dir, "c.mmdb", bytes, n);
		ck_assert_msg(cg_geo_read(path, NULL, &want, &d, &t) == -EINVAL,
			      "the first %zu of %zu bytes were taken", n, len);
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t was = bytes[i];

		for (int k = 0; k < 3; k++) {
			struct cg_geo_table *t = NULL;
			struct cg_diag d = { "" };

			bytes[i] = k == 0 ? (uint8_t)(was ^ 1) : k == 1 ? (uint8_t)~was : 0;
			unit_write(&dir, "c.mmdb", bytes, len);
			if (!cg_geo_read(path, NULL, &want, &d, &t))
				taken++;
			else
				ck_assert_uint_gt(strlen(d.text), 0);
			cg_geo_free(&t);
		}
		bytes[i] = was;
	}
	ck_assert_uint_gt(taken, 0);
	free(bytes);
	unit_dir_free(&dir);
}
END_TEST

/* Nodes whose both children are the next: 2^n ways, of which none is walked to the end. */
static void refuse_endless(uint32_t n, bool only_v4, uint32_t left)
{
	const struct mmdb_row rows[] = { row4("203.0.113.0", 24, "CN", 0) };
	struct cg_places want = places("CN", 0, 0);
	struct mmdb_opts o = PLAIN;
	struct unit_dir dir = unit_dir_new();
	struct mmdb file = { 0 };
	static const uint8_t zeros[16];
	char path[128];
	struct mmdb data = { 0 };

	(void)mmdb_record(&data, &rows[0], MMDB_MAXMIND);
	o.record_size = 24;
	o.only_v4 = only_v4;
	for (uint32_t i = 0; i < n - 1; i++)
		mmdb_pair(&file, 24, i + 1, i + 1);
	mmdb_pair(&file, 24, left, n);
	mmdb_put(&file, zeros, 16);
	mmdb_put(&file, data.data, data.ndata);
	file.nnodes = n;
	mmdb_metadata(&file, &o);
	unit_write(&dir, "c.mmdb", file.data, file.ndata);
	REFUSES(unit_path(&dir, "c.mmdb", path), "");
	free(file.data);
	free(data.data);
	unit_dir_free(&dir);
}

START_TEST(endless)
{
	/* The last differ, so that nothing is alike: more prefixes than there is room for. */
	refuse_endless(128, false, 128 + 16);
	/* None says anything: more steps than are walked. */
	refuse_endless(32, true, 32);
}
END_TEST

int main(void)
{
	return UNIT_RUN("geo", 120, countries, both_databases, addresses_inside, as_the_library,
			no_country, given_up, bad_files, damaged_files, endless);
}

#else

int main(void)
{
	printf("skip geo: built without libmaxminddb\n");
	return 77;
}

#endif
