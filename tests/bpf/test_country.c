/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules of countries and networks, stay_in, a table that takes another's place; and 100,000 addresses as the database says. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <lib/geo_book.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "country.h"
#include "frames.h"
#include "run.h"

#ifdef CG_HAVE_MAXMINDDB

#define US_4	 "192.0.2.10"
#define CLOUD_4	 "192.0.2.200" /* in the US, of network 64500 */
#define NOWHERE4 "9.9.9.9"
#define NOWHERE6 "2620:fe::9"
#define CTL	 R(CG_PASS_CONTROL)
#define UNRULED	 R(CG_DROP_UNRULED)
#define DENIED	 R(CG_DROP_DENIED)
#define COUNTRY	 R(CG_DROP_COUNTRY)

static struct mmdb_row row(const char *addr, int len, const char *country, uint32_t asn)
{
	struct mmdb_row r = { .len = len, .v4 = !strchr(addr, ':'), .country = country, .asn = asn };

	assert(inet_pton(r.v4 ? AF_INET : AF_INET6, addr, r.addr) == 1);
	return r;
}

static char country_path[256], network_path[256];

static void files_make(void)
{
	const struct mmdb_row c[] = {
		row("198.51.100.0", 24, "DE", 0),  row("203.0.113.0", 24, "CN", 0),
		row("192.0.2.0", 24, "US", 0),	   row("2001:db8:99::", 48, "DE", 0),
		row("2001:db8:66::", 48, "CN", 0),
	};
	const struct mmdb_row n[] = {
		row("192.0.2.128", 25, NULL, 64500),
		row("2001:db8:99:8000::", 49, NULL, 64500),
		row("203.0.113.0", 24, NULL, 64501),
	};

	country_file("c", c, 5, country_path);
	country_file("n", n, 3, network_path);
}

/* The world anew, with these lines and what the databases say of what they name. */
static void begin(struct env *e, const char *lines)
{
	struct cg_geo_table *table;
	struct cg_policy *policy;

	env_reset(e);
	env_state(e, NULL);
	policy = country_policy(e, lines);
	table = country_read(country_path, network_path, &policy->places);
	country_table(e, table);
	cg_geo_free(&table);
	cg_policy_free(&policy);
}

static const struct pkt *syn4(const char *to, uint16_t port)
{
	static uint16_t sport = 20000;

	return UP4(to, TCP(TCP_SYN, ++sport, port));
}

static const struct pkt *syn6(const char *to, uint16_t port)
{
	static uint16_t sport = 20000;

	return UP6(to, TCP(TCP_SYN, ++sport, port));
}

static void rules(struct env *e)
{
	begin(e, "allow = { \"country:DE:443/tcp\", \"asn:64500\", \"192.0.2.10:80\" }");
	STEP(e, "an allowed country", NULL, UP, syn4(VENDOR_4, 443), CTL);
	STEP(e, "its other port", NULL, UP, syn4(VENDOR_4, 80), UNRULED);
	STEP(e, "its other protocol", NULL, UP, UP4(VENDOR_4, UDP(5, 443)), UNRULED);
	STEP(e, "another country", NULL, UP, syn4(EVIL_4, 443), UNRULED);
	STEP(e, "nowhere", NULL, UP, syn4(NOWHERE4, 443), UNRULED);
	STEP(e, "v6: an allowed country", NULL, UP, syn6(VENDOR_6, 443), CTL);
	STEP(e, "v6: its other port", NULL, UP, syn6(VENDOR_6, 80), UNRULED);
	STEP(e, "v6: another country", NULL, UP, syn6(EVIL_6, 443), UNRULED);
	STEP(e, "v6: nowhere", NULL, UP, syn6(NOWHERE6, 443), UNRULED);
	STEP(e, "an allowed network", NULL, UP, syn4(CLOUD_4, 22), CTL);
	STEP(e, "another network", NULL, UP, syn4(US_4, 22), UNRULED);
	STEP(e, "v6: an allowed network", NULL, UP, syn6("2001:db8:99:8000::1", 22), CTL);
	STEP(e, "v6: another network", NULL, UP, syn6("2001:db8:99:7fff::1", 22), UNRULED);
	STEP(e, "a rule of an address beside them", NULL, UP, syn4(US_4, 80), CTL);
	STEP(e, "NAT64 is where the address inside is", NULL, UP,
	     syn6("64:ff9b::198.51.100.10", 443), CTL);
	STEP(e, "and elsewhere where that is", NULL, UP, syn6("64:ff9b::203.0.113.9", 443),
	     UNRULED);
	STEP(e, "6to4 likewise", NULL, UP, syn6("2002:c633:640a::1", 443), CTL);
	STEP(e, "and elsewhere", NULL, UP, syn6("2002:cb00:7109::1", 443), UNRULED);
	STEP(e, "the LAN has no country", NULL, UP, CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2)),
	     R(CG_PASS_LAN));

	begin(e, "allow = { \"any\" } deny = { \"country:CN\", \"asn:64500:25\" }");
	STEP(e, "any but a denied country", NULL, UP, syn4(US_4, 443), CTL);
	STEP(e, "the denied country", NULL, UP, syn4(EVIL_4, 443), DENIED);
	STEP(e, "v6: any", NULL, UP, syn6(VENDOR_6, 443), CTL);
	STEP(e, "v6: the denied country", NULL, UP, syn6(EVIL_6, 443), DENIED);
	STEP(e, "a denied network's port", NULL, UP, syn4(CLOUD_4, 25), DENIED);
	STEP(e, "and its other ports", NULL, UP, syn4(CLOUD_4, 443), CTL);
	env_state(e, "open");
	country_policy(e, "allow = { \"any\" } deny = { \"country:CN\" }");
	STEP(e, "open: a viewer from elsewhere", NULL, DOWN, DN4(US_4, UDP(5, 6)), R(CG_PASS_OPEN),
	     IN_WAN);
	STEP(e, "open: none from the denied country", NULL, DOWN, DN4(EVIL_4, UDP(5, 6)), DENIED,
	     IN_WAN);

	begin(e, "allow = { \"203.0.113.9\", \"country:DE\" } upload = { \"country:DE:81\" }");
	STEP(e, "the first that is written decides", NULL, UP, syn4(VENDOR_4, 81), CTL);
	begin(e, "upload = { \"country:DE:81\" } allow = { \"country:DE\", \"198.51.100.0/24\" }");
	STEP(e, "whichever that is", NULL, UP, syn4(VENDOR_4, 81), R(CG_PASS_UPLOAD));
	STEP(e, "and only for its port", NULL, UP, syn4(VENDOR_4, 82), CTL);
	begin(e, "deny = { \"198.51.100.10\" } allow = { \"country:DE\" }");
	STEP(e, "a denied address in an allowed country", NULL, UP, syn4(VENDOR_4, 81), DENIED);
	STEP(e, "and its neighbour", NULL, UP, syn4("198.51.100.11", 81), CTL);
}

static void many(struct env *e)
{
	char lines[1024] = "allow = { ";

	for (int i = 0; i < 16; i++)
		sprintf(lines + strlen(lines), "\"country:DE:%d\", ", 1000 + i);
	strcat(lines, "\"192.0.2.1\" }");
	begin(e, lines);
	STEP(e, "the first of 16 rules of a country", NULL, UP, syn4(VENDOR_4, 1000), CTL);
	STEP(e, "the last of 16 rules of a country", NULL, UP, syn4(VENDOR_4, 1015), CTL);
	STEP(e, "and none beyond", NULL, UP, syn4(VENDOR_4, 1016), UNRULED);
}

static void stay(struct env *e)
{
	begin(e, "stay_in = { DE } allow = { \"any\", \"192.0.2.10:123/udp anywhere\" } "
		 "deny = { \"198.51.100.66\", \"203.0.113.66\" }");
	STEP(e, "within its country", NULL, UP, syn4(VENDOR_4, 443), CTL);
	STEP(e, "outside, whatever else allows it", NULL, UP, syn4(US_4, 443), COUNTRY);
	STEP(e, "outside, by a rule with anywhere", NULL, UP, UP4(US_4, UDP(5, 123)), CTL);
	STEP(e, "outside, the port of no rule with anywhere", NULL, UP, UP4(US_4, UDP(5, 124)),
	     COUNTRY);
	STEP(e, "nowhere is outside", NULL, UP, syn4(NOWHERE4, 443), COUNTRY);
	STEP(e, "private addresses are nowhere", NULL, UP, syn4("10.99.0.1", 443), COUNTRY);
	STEP(e, "shared ones too", NULL, UP, syn4("100.64.0.1", 443), COUNTRY);
	STEP(e, "v6: within", NULL, UP, syn6(VENDOR_6, 443), CTL);
	STEP(e, "v6: outside", NULL, UP, syn6(EVIL_6, 443), COUNTRY);
	STEP(e, "v6: nowhere", NULL, UP, syn6(NOWHERE6, 443), COUNTRY);
	STEP(e, "denied within", NULL, UP, syn4("198.51.100.66", 443), DENIED);
	STEP(e, "denied outside", NULL, UP, syn4("203.0.113.66", 443), DENIED);
	STEP(e, "the LAN is no country", NULL, UP, CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2)),
	     R(CG_PASS_LAN));
	STEP(e, "nor is the gateway", NULL, UP, UP4(GW_4, UDP(4000, 53)), R(CG_PASS_GATEWAY));
	STEP(e, "closed: who comes from outside is refused as everybody", NULL, DOWN,
	     DN4(US_4, UDP(5, 6)), R(CG_DROP_INBOUND), IN_WAN);
	env_word(e, 1, (uint64_t)CG_OPEN << CG_WORD_BASE_SHIFT);
	STEP(e, "open: a viewer within", NULL, DOWN, DN4(VENDOR_4, UDP(5, 6)), R(CG_PASS_OPEN),
	     IN_WAN);
	STEP(e, "open: none outside", NULL, DOWN, DN4(US_4, UDP(5, 6)), COUNTRY, IN_WAN);

	begin(e, "stay_in = { DE } allow = { \"country:DE\", \"country:CN anywhere\" }");
	STEP(e, "a country with anywhere", NULL, UP, syn4(EVIL_4, 443), CTL);
	STEP(e, "and no other", NULL, UP, syn4(US_4, 443), COUNTRY);
	begin(e, "stay_in = { DE, CN } allow = { \"country:DE\" }");
	STEP(e, "where it may stay still needs a rule", NULL, UP, syn4(EVIL_4, 443), UNRULED);
	STEP(e, "and has one", NULL, UP, syn4(VENDOR_4, 443), CTL);
	begin(e, "stay_in = { DE } dns = any ntp = any");
	STEP(e, "names and time from within", NULL, UP, UP4(VENDOR_4, UDP(5, 123)), CTL);
	STEP(e, "not from outside", NULL, UP, UP4(US_4, UDP(5, 123)), COUNTRY);
}

/* What is in no country has words: what the database does not know, and what nobody has on the internet. */
static void words(struct env *e)
{
	begin(e, "stay_in = { DE, unknown, private, shared } allow = { \"any\" }");
	STEP(e, "stays: its country", NULL, UP, syn4(VENDOR_4, 443), CTL);
	STEP(e, "stays: another one", NULL, UP, syn4(EVIL_4, 443), COUNTRY);
	STEP(e, "stays: an unknown place", NULL, UP, syn4(NOWHERE4, 443), CTL);
	STEP(e, "stays: a private address", NULL, UP, syn4("10.99.0.1", 443), CTL);
	STEP(e, "stays: a shared one", NULL, UP, syn4("100.64.0.1", 443), CTL);
	STEP(e, "stays: v6: an unknown place", NULL, UP, syn6(NOWHERE6, 443), CTL);
	STEP(e, "stays: v6: another one", NULL, UP, syn6(EVIL_6, 443), COUNTRY);
	STEP(e, "stays: v6: a private address", NULL, UP, syn6("fd12::1", 443), CTL);
	STEP(e, "stays: NAT64 of a private address", NULL, UP, syn6("64:ff9b::10.99.0.1", 443),
	     CTL);
	begin(e, "stay_in = { DE, private } allow = { \"any\" }");
	STEP(e, "private alone: a private address", NULL, UP, syn4("172.16.9.9", 443), CTL);
	STEP(e, "private alone: no shared one", NULL, UP, syn4("100.64.0.1", 443), COUNTRY);
	STEP(e, "private alone: no unknown place", NULL, UP, syn4(NOWHERE4, 443), COUNTRY);
	STEP(e, "private alone: the public one beside it", NULL, UP, syn4("172.32.0.1", 443),
	     COUNTRY);
	begin(e, "allow = { \"any\" } deny = { \"country:unknown\" }");
	STEP(e, "denied: an unknown place", NULL, UP, syn4(NOWHERE4, 443), DENIED);
	STEP(e, "denied: v6: an unknown place", NULL, UP, syn6(NOWHERE6, 443), DENIED);
	STEP(e, "denied: no known one", NULL, UP, syn4(EVIL_4, 443), CTL);
	STEP(e, "denied: nor a private address", NULL, UP, syn4("10.99.0.1", 443), CTL);
	begin(e, "allow = { \"country:shared:443/tcp\" }");
	STEP(e, "allowed: a shared address", NULL, UP, syn4("100.64.0.1", 443), CTL);
	STEP(e, "allowed: not its other port", NULL, UP, syn4("100.64.0.1", 80), UNRULED);
	STEP(e, "allowed: nobody else", NULL, UP, syn4("100.128.0.1", 443), UNRULED);
}

/* A verdict that is kept must not outlive what it was found by. */
static void swap(struct env *e)
{
	const struct mmdb_row moved[] = { row("198.51.100.0", 24, "CN", 0),
					  row("203.0.113.0", 24, "DE", 0) };
	struct cg_places want = { 0 };
	struct cg_geo_table *table;
	char path[256];

	begin(e, "allow = { \"country:DE\" }");
	cg_places_country(&want, cg_country_number("DE", 2));
	for (int i = 0; i < 4; i++)
		STEP(e, "a flow to a country", NULL, UP, UP4(VENDOR_4, UDP(7000, 7001)), CTL);
	STEP(e, "another to another", NULL, UP, UP4(EVIL_4, UDP(7000, 7001)), UNRULED);
	country_file("m", moved, 2, path);
	table = country_read(path, NULL, &want);
	country_table(e, table);
	STEP(e, "a new table: the flow is elsewhere now", NULL, UP, UP4(VENDOR_4, UDP(7000, 7001)),
	     UNRULED);
	STEP(e, "and the other is there", NULL, UP, UP4(EVIL_4, UDP(7000, 7001)), CTL);
	country_table(e, NULL);
	STEP(e, "no table: nobody is anywhere", NULL, UP, UP4(EVIL_4, UDP(7000, 7001)), UNRULED);
	country_table(e, table);
	STEP(e, "a table again", NULL, UP, UP4(EVIL_4, UDP(7000, 7001)), CTL);
	cg_geo_free(&table);
	unlink(path);
}

/* ---- as the database says ---- */

static uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

static bool is_remote(const uint8_t a[16])
{
	if (addr_is4(a))
		return a[12] && a[12] < 224 && a[12] != 127 && !(a[12] == 169 && a[13] == 254) &&
		       !(a[12] == 192 && a[13] == 168) && !(a[12] == 10 && a[13] == 8) &&
		       memcmp(a + 12, "\xcb\x00\x71\x4d", 4);
	return (a[0] & 0xe0) == 0x20 && memcmp(a, "\x20\x01\x0d\xb8\x00\x01", 6) &&
	       memcmp(a, "\x20\x01\x00\x00", 4);
}

/* Half of them anywhere, the others at the edges of what the table holds. */
static void address(const struct cg_geo_table *t, bool v4, uint64_t *seed, uint8_t ret[16])
{
	size_t n = v4 ? t->n4 : t->n6, at = v4 ? 12 : 0, len = v4 ? 4 : 16;

	do {
		memset(ret, 0, 16);
		if (v4)
			ret[10] = ret[11] = 0xff;
		if (n && next(seed) % 2) {
			size_t i = next(seed) % n;
			uint32_t bits = v4 ? t->v4[i].key.prefixlen : t->v6[i].key.prefixlen, k;

			memcpy(ret + at, v4 ? t->v4[i].key.addr : t->v6[i].key.addr, len);
			/* within, the first, the last, or just beyond */
			switch (next(seed) % 4) {
			case 0:
				for (k = bits; k < 8 * len; k++)
					ret[at + k / 8] |=
						(uint8_t)((next(seed) & 1) << (7 - k % 8));
				break;
			case 1:
				break;
			case 2:
				for (k = bits; k < 8 * len; k++)
					ret[at + k / 8] |= (uint8_t)(0x80 >> k % 8);
				break;
			default:
				k = next(seed) % (bits ? bits : 1);
				ret[at + k / 8] ^= (uint8_t)(0x80 >> k % 8);
			}
		} else {
			for (size_t k = 0; k < len; k++)
				ret[at + k] = (uint8_t)next(seed);
			if (!v4)
				ret[0] = 0x20 | (ret[0] & 0x1f);
		}
	} while (!is_remote(ret));
}

/* How many of n addresses pass where the database says another country, or the other way. */
static unsigned int differences(struct env *e, const struct cg_geo_book *book,
				const struct cg_policy *policy, const struct cg_geo_table *table,
				unsigned int n, unsigned int *ret_in)
{
	uint64_t seed = 4711;
	unsigned int wrong = 0;
	struct pkt pkt[2];
	char text[64];

	pk_build(&(struct pk){ .smac = CAM1, .dmac = GW, .src = CAM1_4, .dst = US_4, UDP(5, 443) },
		 &pkt[0]);
	pk_build(
		&(struct pk){ .smac = CAM1, .dmac = GW, .src = CAM1_6, .dst = EVIL_6, UDP(5, 443) },
		&pkt[1]);
	*ret_in = 0;
	for (unsigned int i = 0; i < n; i++) {
		bool v4 = i % 2, says, passes;
		uint16_t country;
		char code[CG_COUNTRY_STRLEN];
		struct pkt *p = &pkt[v4 ? 0 : 1];
		struct cg_addr a;

		address(table, v4, &seed, a.b);
		memcpy(p->data + p->l3 + (v4 ? 16 : 24), a.b + (v4 ? 12 : 0), v4 ? 4 : 16);
		/* 6to4 is where the address inside is, whatever a database says of it. */
		country = cg_geo_book_country(book, &a);
		says = cg_places_has_country(&policy->places, country);
		passes = env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0).verdict == (uint32_t)TC_ACT_UNSPEC;
		*ret_in += says;
		if (says != passes && !wrong++)
			printf("# %s is in %s and %s\n",
			       inet_ntop(AF_INET6, a.b, text, sizeof(text)),
			       cg_country_format(country, code), passes ? "passes" : "is dropped");
		/* Before its flows are too many. */
		if (i % (CG_QUOTA_REMOTE / 2) == 0)
			env_flows_clear(e);
	}
	return wrong;
}

static void as_the_database(struct env *e, const char *path, const char *what, bool figure)
{
	struct cg_geo_book *book = NULL;
	struct cg_diag diag = { "" };
	const unsigned int n = getenv("CG_SLOW") ? 10000 : 100000;
	struct cg_geo_table *table, shifted;
	unsigned int wrong, in, control, in2;
	struct timespec begin, end;
	struct cg_policy *policy;
	char name[128];

	env_reset(e);
	env_state(e, NULL);
	policy = country_policy(e, "allow = { \"country:US\", \"country:CN\", \"country:DE\", "
				   "\"country:BR\", \"country:NL\" }");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	table = country_read(path, NULL, &policy->places);
	country_table(e, table);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (cg_geo_book_open(path, &diag, &book))
		env_die(1, "%s", diag.text);
	wrong = differences(e, book, policy, table, n, &in);
	/* The control: every prefix half its own size further on. */
	shifted = *table;
	shifted.v4 = calloc(table->n4 + 1, sizeof(*shifted.v4));
	assert(shifted.v4);
	memcpy(shifted.v4, table->v4, table->n4 * sizeof(*shifted.v4));
	for (size_t i = 0; i < table->n4; i++)
		shifted.v4[i].key.addr[0] ^= 1;
	country_table(e, &shifted);
	control = differences(e, book, policy, table, n / 10, &in2);
	snprintf(name, sizeof(name), "%s: %zu and %zu prefixes, %u of %u addresses within", what,
		 table->n4, table->n6, in, n);
	run_check(!wrong && in > n / 20 && in < n && control, name,
		  "%u differ, %u where it is shifted", wrong, control);
	if (figure) {
		run_figure("country/differences", "verdicts", wrong, n, control);
		/* Begun seconds count. */
		run_measure("country/load_s", "<=", getenv("CG_SLOW") ? 300 : 30, "s",
			    (unsigned int)(end.tv_sec - begin.tv_sec) + 1,
			    (unsigned int)(table->n4 + table->n6), 0);
		/* A node of 64 bytes each, and one that joins it to the others: limits.h. */
		run_measure("country/map_bytes", "<=", 64 * 1024 * 1024, "bytes",
			    (unsigned int)(128 * (table->n4 + table->n6)),
			    (unsigned int)(table->n4 + table->n6), 0);
	}
	cg_geo_book_free(&book);
	free(shifted.v4);
	cg_geo_free(&table);
	cg_policy_free(&policy);
}

int main(void)
{
	struct env *e = env_open();
	char path[256];

	files_make();
	rules(e);
	many(e);
	stay(e);
	words(e);
	swap(e);
	unlink(country_path);
	unlink(network_path);
	country_full(path);
	as_the_database(e, path, "a made-up database", true);
	unlink(path);
	if (country_public(path))
		as_the_database(e, path, "a public database", false);
	else
		run_skip("a public database", "none lies below build/geodb");
	env_close(&e);
	return run_end();
}

#else

int main(void)
{
	printf("skipped: built without libmaxminddb\n");
	return 77;
}

#endif
