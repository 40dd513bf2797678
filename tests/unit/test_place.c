/* SPDX-License-Identifier: GPL-2.0-only */
/* Countries, networks and lists in a config: what is taken, what is refused, and the keys they become. */
#include <arpa/inet.h>
#include <lib/geoset.h>
#include <lib/lists.h>
#include <lib/mapset.h>
#include <lib/place.h>
#include <lib/staying.h>
#include "policy_text.h"

#define BASE	  "lan = { br-lan }\ncountry_database = \"/c.mmdb\"\nnetwork_database = \"/n.mmdb\"\n"
#define CAM(text) "camera \"a\" { mac = { \"02:ca:00:00:00:01\" } " text " }\n"

START_TEST(codes)
{
	char text[CG_COUNTRY_STRLEN];
	size_t known = 0;

	ck_assert_uint_eq(cg_country_number("AA", 2), 1);
	ck_assert_uint_eq(cg_country_number("ZZ", 2), CG_COUNTRY_UNKNOWN - 1);
	ck_assert_uint_eq(cg_country_number("cn", 2), 0);
	ck_assert_uint_eq(cg_country_number("CHN", 3), 0);
	ck_assert_uint_eq(cg_country_number("", 0), 0);
	for (uint16_t c = 1; c < CG_COUNTRY_UNKNOWN; c++) {
		cg_country_format(c, text);
		ck_assert_uint_eq(cg_country_number(text, 2), c);
		known += cg_country_is_known(c);
	}
	/* ISO 3166-1 has 249, and XK. */
	ck_assert_uint_eq(known, 250);
	ck_assert(cg_country_is_known(cg_country_number("CN", 2)));
	ck_assert(!cg_country_is_known(cg_country_number("UK", 2)));
	ck_assert(!cg_country_is_known(0));
	ck_assert_str_eq(cg_country_format(0, text), "??");
	ck_assert_uint_eq(cg_country_of("CN"), cg_country_number("CN", 2));
	ck_assert_uint_eq(cg_country_of("UK"), 0);
	ck_assert_uint_eq(cg_country_of(""), 0);
	ck_assert_uint_eq(cg_country_of("unknown"), CG_COUNTRY_UNKNOWN);
	ck_assert_uint_eq(cg_country_of("private"), CG_COUNTRY_PRIVATE);
	ck_assert_uint_eq(cg_country_of("shared"), CG_COUNTRY_SHARED);
	for (uint16_t c = CG_COUNTRY_UNKNOWN; c < CG_COUNTRIES; c++)
		ck_assert_uint_eq(cg_country_of(cg_country_format(c, text)), c);
	ck_assert_str_eq(cg_country_format(CG_COUNTRIES, text), "??");
}
END_TEST

START_TEST(sets)
{
	struct cg_places a = { 0 }, b = { 0 };

	ck_assert(!cg_places_any(&a));
	ck_assert_int_eq(cg_places_network(&a, 7), 0);
	ck_assert_int_eq(cg_places_network(&a, 3), 0);
	ck_assert_int_eq(cg_places_network(&a, 7), 0);
	ck_assert_uint_eq(a.nnetwork, 2);
	ck_assert(cg_places_any(&a) && !cg_places_any_country(&a));
	ck_assert(cg_places_has_network(&a, 3) && !cg_places_has_network(&a, 4));
	cg_places_country(&b, 5);
	ck_assert(!cg_places_hold(&a, &b));
	ck_assert_int_eq(cg_places_join(&a, &b), 0);
	ck_assert(cg_places_hold(&a, &b) && !cg_places_hold(&b, &a));
	for (uint32_t i = 100; a.nnetwork < CG_MAX_NETWORKS; i++)
		ck_assert_int_eq(cg_places_network(&a, i), 0);
	ck_assert_int_eq(cg_places_network(&a, 1), -E2BIG);
	ck_assert_int_eq(cg_places_network(&a, 7), 0);
}
END_TEST

static int match(const struct cg_policy *p, const char *addr, uint16_t country, uint32_t network,
		 uint16_t port)
{
	struct cg_policy_peer peer = { .country = country, .network = network };
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	peer.addr = &a;
	return cg_policy_match_peer(&p->cams[0], &peer, 6, port, false);
}

#define CN cg_country_number("CN", 2)
#define DE cg_country_number("DE", 2)

#ifdef CG_HAVE_MAXMINDDB
START_TEST(rules)
{
	struct cg_policy *p = built(BASE CAM("allow = { \"country:DE:443/tcp\", \"asn:64500\" } "
					     "deny = { \"country:CN\" }"));

	ck_assert_int_eq(match(p, "192.0.2.1", CN, 0, 443), 0);
	ck_assert_int_eq(match(p, "192.0.2.1", CN, 64500, 443), 0);
	ck_assert_int_eq(match(p, "192.0.2.1", DE, 0, 443), 1);
	ck_assert_int_eq(match(p, "192.0.2.1", DE, 0, 80), -ENOENT);
	ck_assert_int_eq(match(p, "192.0.2.1", DE, 64500, 80), 2);
	ck_assert_int_eq(match(p, "192.0.2.1", 0, 0, 443), -ENOENT);
	ck_assert(cg_places_has_country(&p->places, CN));
	ck_assert(cg_places_has_country(&p->places, DE));
	ck_assert(cg_places_has_network(&p->places, 64500));
	ck_assert_uint_eq(p->places.nnetwork, 1);
	ck_assert_str_eq(p->country_database, "/c.mmdb");
	ck_assert_str_eq(p->network_database, "/n.mmdb");
	cg_policy_free(&p);
}
END_TEST

START_TEST(stays)
{
	struct cg_policy *p = built(BASE "defaults { stay_in = { DE } }\n" CAM(
		"allow = { \"any\", \"192.0.2.7:123/udp anywhere\", "
		"\"192.0.2.8 anywhere rate=64k\" } deny = { \"192.0.2.9\" }"));

	ck_assert(p->cams[0].stays);
	ck_assert(cg_places_has_country(&p->places, DE));
	ck_assert_int_eq(match(p, "192.0.2.1", DE, 0, 443), 1);
	ck_assert_int_eq(match(p, "192.0.2.1", CN, 0, 443), -ENOENT);
	ck_assert_int_eq(match(p, "192.0.2.1", 0, 0, 443), -ENOENT);
	ck_assert_int_eq(match(p, "192.0.2.7", CN, 0, 443), -ENOENT);
	ck_assert_int_eq(match(p, "192.0.2.8", CN, 0, 443), 3);
	ck_assert_int_eq(match(p, "192.0.2.9", DE, 0, 443), 0);
	ck_assert_int_eq(match(p, "192.0.2.9", CN, 0, 443), 0);
	ck_assert_uint_eq(p->cams[0].rules[3].text.budget.rate, 64000);
	cg_policy_free(&p);
	/* What is in no country has words, in rules too. */
	p = built(BASE CAM("stay_in = { DE, unknown, private } "
			   "allow = { \"country:unknown:443/tcp\", \"country:shared\" }"));
	ck_assert(cg_policy_stays(&p->cams[0], CG_COUNTRY_UNKNOWN));
	ck_assert(cg_policy_stays(&p->cams[0], CG_COUNTRY_PRIVATE));
	ck_assert(!cg_policy_stays(&p->cams[0], CG_COUNTRY_SHARED));
	ck_assert(cg_places_has_country(&p->places, CG_COUNTRY_SHARED));
	ck_assert_int_eq(match(p, "192.0.2.1", CG_COUNTRY_UNKNOWN, 0, 443), 0);
	ck_assert_int_eq(match(p, "192.0.2.1", CG_COUNTRY_UNKNOWN, 0, 80), -ENOENT);
	ck_assert_int_eq(match(p, "192.0.2.1", CG_COUNTRY_SHARED, 0, 443), -ENOENT);
	{
		char text[CG_RULE_STRLEN];

		ck_assert_str_eq(cg_rule_format(&p->cams[0].rules[0].text, text),
				 "country:unknown:443/tcp");
	}
	cg_policy_free(&p);
	/* What the camera says takes the place of what defaults say. */
	p = built(BASE "defaults { stay_in = { DE } }\n" CAM("stay_in = { CN, US }"));
	ck_assert(cg_policy_stays(&p->cams[0], CN) && !cg_policy_stays(&p->cams[0], DE));
	cg_policy_free(&p);
	p = built(BASE "defaults { stay_in = { DE } }\n" CAM("stay_in = { anywhere }"));
	ck_assert(!p->cams[0].stays && cg_policy_stays(&p->cams[0], 0));
	cg_policy_free(&p);
}
END_TEST

START_TEST(refusals)
{
	REFUSED(-EINVAL, BASE CAM("allow = { \"country:UK\" }"), "p.conf:4:", "found country 'UK'",
		"expected GB");
	REFUSED(-EINVAL, BASE CAM("allow = { \"country:cn\" }"), "found country 'cn'",
		"such as CN");
	REFUSED(-EINVAL, BASE CAM("allow = { \"country:\" }"), "found country ''");
	REFUSED(-EINVAL, BASE CAM("allow = { \"asn:0\" }"), "found network '0'", "such as 13335");
	REFUSED(-EINVAL, BASE CAM("allow = { \"asn:4294967296\" }"), "found network");
	REFUSED(-EINVAL, BASE CAM("allow = { \"asn:AS13335\" }"), "found network 'AS13335'");
	REFUSED(-EINVAL, BASE CAM("deny = { \"country:CN anywhere\" }"), "deny: found 'anywhere'");
	REFUSED(-EINVAL, BASE CAM("allow = { \"any anywhere anywhere\" }"), "written twice");
	REFUSED(-EINVAL, BASE CAM("stay_in = { UK }"), "stay_in: found 'UK'", "expected GB");
	REFUSED(-EINVAL, BASE CAM("stay_in = { CN, anywhere }"), "stay_in: found 'anywhere'");
	REFUSED(-EINVAL, "lan = { br-lan }\n" CAM("stay_in = { CN }"), "found no country_database",
		"country_database = \"/path");
	REFUSED(-EINVAL, "lan = { br-lan }\n" CAM("allow = { \"country:CN\" }"),
		"found no country_database");
	REFUSED(-EINVAL, "lan = { br-lan }\n" CAM("allow = { \"asn:1\" }"),
		"found no network_database");
	REFUSED(-EINVAL, "country_database = \"c.mmdb\"\n", "country_database: found 'c.mmdb'");
}
END_TEST

static const struct cg_mapset_rule *find(const struct cg_mapset *set, uint32_t slot, uint8_t kind,
					 uint32_t place)
{
	struct cg_geoset_entry e = { .kind = kind, .place = place };
	struct cg_rule_key key;

	cg_geoset_key(set->gen, slot, &e, &key);
	for (size_t i = 0; i < set->nrules; i++)
		if (!memcmp(&set->rules[i].key, &key, sizeof(key)))
			return &set->rules[i];
	return NULL;
}

START_TEST(keys)
{
	struct cg_policy *p = built(
		BASE CAM("stay_in = { DE } allow = { \"country:DE:443\", \"asn:64500 anywhere\", "
			 "\"country:DE:80\" } deny = { \"country:CN\" }"));
	const struct cg_mapset_rule *r;
	struct cg_mapset *set = NULL, *other = NULL;
	struct cg_mapdiff diff;
	struct cg_diag d = { "" };
	uint32_t slot;

	ck_assert_int_eq(cg_mapset_build(p, 3, NULL, 0, &d, &set), 0);
	slot = set->slots[0].slot;
	ck_assert_uint_eq(set->cams[0].value.flags & (CG_CAM_GEO | CG_CAM_STAY_IN),
			  CG_CAM_GEO | CG_CAM_STAY_IN);
	ck_assert_uint_eq(set->nrules, 4);
	r = find(set, slot, CG_GEO_COUNTRY, DE);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->value.n, 2);
	ck_assert_uint_eq(r->value.rule[0].id, 1);
	ck_assert_uint_eq(r->value.rule[1].id, 3);
	ck_assert_uint_eq(r->value.rule[1].port_lo, 80);
	r = find(set, slot, CG_GEO_NETWORK, 64500);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->value.rule[0].kind & 7, CG_RULE_ALLOW_ANYWHERE);
	r = find(set, slot, CG_GEO_STAY, DE);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->value.n, 0);
	ck_assert_ptr_null(find(set, slot, CG_GEO_STAY, CN));
	r = find(set, slot, CG_GEO_COUNTRY, CN);
	ck_assert_uint_eq(r->value.rule[0].kind & 7, CG_RULE_DENY);
	cg_policy_free(&p);
	/* Another country is another camera's rules. */
	p = built(BASE CAM("stay_in = { CN } allow = { \"country:DE:443\", \"asn:64500 anywhere\", "
			   "\"country:DE:80\" } deny = { \"country:CN\" }"));
	ck_assert_int_eq(cg_mapset_build(p, 4, NULL, 0, &d, &other), 0);
	cg_mapset_diff(set, other, &diff);
	ck_assert_uint_eq(diff.changed, 1);
	cg_mapset_diff(set, set, &diff);
	ck_assert_uint_eq(diff.changed, 0);
	cg_mapset_free(&set);
	cg_mapset_free(&other);
	cg_policy_free(&p);
	p = built("lan = { br-lan }\n" CAM("allow = { \"192.0.2.1\" }"));
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), 0);
	ck_assert_uint_eq(set->cams[0].value.flags & (CG_CAM_GEO | CG_CAM_STAY_IN), 0);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

START_TEST(too_many_of_one)
{
	char text[4096] = BASE "camera \"a\" { mac = { \"02:ca:00:00:00:01\" } allow = { ";
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };
	struct cg_policy *p;

	for (int i = 0; i < 17; i++)
		sprintf(text + strlen(text), "%s\"country:CN:%d\"", i ? ", " : "", i + 1);
	strcat(text, " } }\n");
	p = built(text);
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), -E2BIG);
	UNIT_HOLDS(d.text, "17 rules name one country or network", "at most 16");
	cg_policy_free(&p);
}
END_TEST

START_TEST(too_many_networks)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	fputs(BASE, f);
	for (unsigned int i = 0; i <= CG_MAX_NETWORKS; i++) {
		if (i % 16)
			fputs(", ", f);
		else
			fprintf(f,
				"%scamera \"c%u\" { mac = { \"02:ca:00:00:01:%02x\" } allow = { ",
				i ? " } }\n" : "", i / 16, i / 16);
		fprintf(f, "\"asn:%u:443/tcp\"", i + 1);
	}
	fputs(" } }\n", f);
	fclose(f);
	REFUSED(-E2BIG, text, "one network too many", "at most 256 in all");
	/* One less is taken. */
	strcpy(strstr(text, "camera \"c16\""), "");
	{
		struct cg_policy *p = built(text);

		ck_assert_uint_eq(p->places.nnetwork, CG_MAX_NETWORKS);
		cg_policy_free(&p);
	}
	free(text);
}
END_TEST
#else
START_TEST(without_the_library)
{
	ck_assert(!cg_staying_can());
	REFUSED(-EINVAL, BASE, "country_database: this camgate was built without libmaxminddb");
}
END_TEST
#endif

static void list_put(const struct unit_dir *d, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/lists", d->path);
	ck_assert(!mkdir(path, 0755) || errno == EEXIST);
	unit_write(d, "lists/ads.txt", text, strlen(text));
}

START_TEST(lists)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };
	struct cg_policy *p;

	policy_dir = &dir;
	list_put(&dir, "# of ads\n\n203.0.113.0/24 ; SBL1\n  2001:db8:66::/48\t# v6\n"
		       "Tracker.example\n203.0.113.0/24\n*.ads.example\n198.51.100.7\r\n");
	p = built("lan = { br-lan }\n" CAM(
		"allow = { \"any:443\" } deny = { \"list:ads:443/tcp\" }"));
	ck_assert_uint_eq(p->nlists, 1);
	ck_assert_ptr_eq(cg_lists_find(p, "ads"), &p->lists[0]);
	ck_assert_ptr_null(cg_lists_find(p, "other"));
	ck_assert_uint_eq(p->lists[0].nprefix, 3);
	ck_assert_uint_eq(p->lists[0].ndomain, 2);
	ck_assert_int_eq(match(p, "203.0.113.9", 0, 0, 443), 0);
	ck_assert_int_eq(match(p, "203.0.113.9", 0, 0, 80), -ENOENT);
	ck_assert_int_eq(match(p, "2001:db8:66::1", 0, 0, 443), 0);
	ck_assert_int_eq(match(p, "198.51.100.7", 0, 0, 443), 0);
	ck_assert_int_eq(match(p, "198.51.100.8", 0, 0, 443), 1);
	{
		static const char *const bad[] = { "x.ads.example", NULL }, *const fine[] = {
			"ads.example", NULL
		};
		struct cg_addr a;

		ck_assert_int_eq(cg_addr_parse("192.0.2.1", &a), 0);
		ck_assert_int_eq(cg_policy_match_names(&p->cams[0], &a, bad, 6, 443, false), 0);
		ck_assert_int_eq(cg_policy_match_names(&p->cams[0], &a, fine, 6, 443, false), 1);
	}
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), 0);
	/* any, three prefixes; two names, and the apex of one. */
	ck_assert_uint_eq(set->nrules, 4);
	ck_assert_uint_eq(set->nnamerules, 3);
	ck_assert(set->cams[0].value.flags & CG_CAM_NAMES);
	cg_mapset_free(&set);
	cg_policy_free(&p);
	unit_dir_free(&dir);
	policy_dir = NULL;
}
END_TEST

START_TEST(bad_lists)
{
	static const struct {
		const char *text, *at, *says;
	} bad[] = {
		{ "", "lists/ads.txt: ", "found nothing" },
		{ "# nothing\n", "lists/ads.txt: ", "found nothing" },
		{ "203.0.113.0/24\n198.51.10", "lists/ads.txt: ", "cut off" },
		{ "203.0.113.0/24\n<html>\n", "lists/ads.txt:2:1: ", "found '<html>'" },
		{ "203.0.113.0/24 198.51.100.7\n",
		  "lists/ads.txt:1:1: ", "one prefix or name a line" },
		{ "203.0.113.0/24:443\n", "lists/ads.txt:1:1: ", "without port" },
		{ "any\n", "lists/ads.txt:1:1: ", "less of the internet" },
		{ "0.0.0.0/1\n", "lists/ads.txt:1:1: ", "less of the internet" },
		{ "list:other\n", "lists/ads.txt:1:1: ", "expected a prefix or a name" },
	};
	const char *conf = "lan = { br-lan }\n" CAM("deny = { \"list:ads\" }");
	struct unit_dir dir = unit_dir_new();

	policy_dir = &dir;
	REFUSED(-EINVAL, conf, "p.conf:2:", "cannot read", "lists/ads.txt", "No such file");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		list_put(&dir, bad[i].text);
		REFUSED(-EINVAL, conf, bad[i].at, bad[i].says);
	}
	unit_write(&dir, "lists/ads.txt", "203.0.113.0/24\n\0\n", 17);
	REFUSED(-EINVAL, conf, "lists/ads.txt: ", "found a file of bytes");
	REFUSED(-EINVAL, "lan = { br-lan }\n" CAM("deny = { \"list:../x\" }"), "rule 'list:../x'");
	REFUSED(-EINVAL, "lan = { br-lan }\n" CAM("deny = { \"list:\" }"), "found list ''");
	unit_dir_free(&dir);
	policy_dir = NULL;
}
END_TEST

START_TEST(too_many_lists)
{
	struct unit_dir dir = unit_dir_new();
	char *text = NULL, name[32];
	size_t n = 0;
	FILE *f;

	policy_dir = &dir;
	list_put(&dir, "198.51.100.7\n");
	for (int most = CG_MAX_LISTS; most <= CG_MAX_LISTS + 1; most++) {
		f = open_memstream(&text, &n);
		fputs("lan = { br-lan }\n", f);
		for (int i = 0; i < most; i++) {
			snprintf(name, sizeof(name), "lists/l%d.txt", i);
			unit_write(&dir, name, "198.51.100.7\n", 13);
			if (i % 16)
				fputs(", ", f);
			else
				fprintf(f,
					"%scamera \"c%d\" { mac = { \"02:ca:00:00:01:%02x\" } deny = { ",
					i ? " } }\n" : "", i / 16, i / 16);
			fprintf(f, "\"list:l%d\"", i);
		}
		fputs(" } }\n", f);
		fclose(f);
		if (most > CG_MAX_LISTS) {
			REFUSED(-E2BIG, text, "p.conf:", "one list too many", "at most 64");
		} else {
			struct cg_policy *p = built(text);

			ck_assert_uint_eq(p->nlists, CG_MAX_LISTS);
			cg_policy_free(&p);
		}
		free(text);
	}
	/* More lines than all may have, though they say one thing. */
	f = open_memstream(&text, &n);
	for (int i = 0; i <= CG_MAX_LISTED; i++)
		fputs("198.51.100.7\n", f);
	fclose(f);
	unit_write(&dir, "lists/ads.txt", text, n);
	REFUSED(-E2BIG, "lan = { br-lan }\n" CAM("deny = { \"list:ads\" }"), "lists/ads.txt",
		"more lines than all lists may have");
	unit_write(&dir, "lists/ads.txt", text, n - 13);
	{
		struct cg_policy *p = built("lan = { br-lan }\n" CAM("deny = { \"list:ads\" }"));

		ck_assert_uint_eq(p->lists[0].nprefix, 1);
		cg_policy_free(&p);
	}
	free(text);
	unit_dir_free(&dir);
	policy_dir = NULL;
}
END_TEST

int main(void)
{
#ifdef CG_HAVE_MAXMINDDB
	return UNIT_RUN("place", 60, codes, sets, rules, stays, refusals, keys, too_many_of_one,
			too_many_networks, lists, bad_lists, too_many_lists);
#else
	return UNIT_RUN("place", 60, codes, sets, without_the_library, lists, bad_lists,
			too_many_lists);
#endif
}
