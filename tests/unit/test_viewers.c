/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks `viewer` and who names them: read, refused, matched, put into map entries, moved. */
#include <lib/mapset.h>
#include <lib/viewers.h>
#include "policy_text.h"

#define LAN "lan = \"br-lan\"\nhome = { wg0 }\n"
#define PHONE                                                                          \
	"viewer \"phone\" { mac = { 02:00:00:00:00:11, 02:00:00:00:00:12 } address = " \
	"203.0.113.0/24 }\n"
#define CAM(extra) "camera \"a\" { mac = 02:ca:00:00:00:01 " extra " }\n"

START_TEST(written)
{
	struct cg_policy *p = built(
		LAN
		"viewer \"Oma's tablet\" { domain = { Oma.Dyn.example, b.example } interface = wg9\n"
		" address = { 192.0.2.1, \"2001:db8::/32\" } }\n" PHONE CAM(
			"viewers = { \"phone\", 192.168.1.5 } lan_viewing = viewers"));
	const struct cg_policy_viewer *v = cg_viewers_find(p, "Oma's tablet");
	const struct cg_policy_rule *r = p->cams[0].rules;

	ck_assert_uint_eq(p->nviewers, 2);
	ck_assert_ptr_null(cg_viewers_find(p, "oma"));
	ck_assert_uint_eq(v->ndomain, 2);
	ck_assert_str_eq(v->domain[0], "oma.dyn.example");
	ck_assert_uint_eq(v->nprefix, 2);
	ck_assert_uint_eq(v->prefix[1].len, 32);
	ck_assert_str_eq(v->ifname[0], "wg9");
	ck_assert_uint_eq(p->cams[0].nrules, 2);
	ck_assert_ptr_eq(r[0].viewer, cg_viewers_find(p, "phone"));
	ck_assert_uint_eq(r[0].viewer->nmac, 2);
	ck_assert_ptr_null(r[1].viewer);
	ck_assert(cg_viewers_has(&p->cams[0]) && cg_viewers_by_mac(p));
	cg_policy_free(&p);
	/* where all may look at home, viewers are for openings */
	p = built(LAN PHONE CAM("viewers = { phone }"));
	ck_assert(cg_viewers_has(&p->cams[0]) && !cg_viewers_by_mac(p));
	cg_policy_free(&p);
	p = built("notify = \"/etc/camgate/notify\"\n" LAN CAM(""));
	ck_assert_str_eq(p->notify, "/etc/camgate/notify");
	ck_assert(!cg_viewers_has(&p->cams[0]));
	cg_policy_free(&p);
}
END_TEST

START_TEST(refused)
{
	static char many[8192];
	size_t at = 0;

	REFUSED(-EINVAL, "viewer \"x\" { }\n", "p.conf:1:8: viewer 'x': found nothing of it",
		"expected mac, address, domain or interface");
	REFUSED(-EINVAL, "viewer \"all\" { mac = 02:00:00:00:00:11 }\n",
		":1:8: viewer: found name 'all'");
	REFUSED(-EINVAL, "viewer \"192.0.2.1\" { mac = 02:00:00:00:00:11 }\n",
		":1:8: viewer: found name '192.0.2.1'", "neither an address nor all");
	REFUSED(-EINVAL, "viewer \"192.0.2.1/24\" { mac = 02:00:00:00:00:11 }\n", "found name");
	REFUSED(-EINVAL, "viewer \"\" { mac = 02:00:00:00:00:11 }\n", "found name ''");
	REFUSED(-EINVAL, "viewer x { mac = here }\n", ":1:18: mac: found 'here'");
	REFUSED(-EINVAL, "viewer x { address = 10.0.0.1/8 }\n", ":1:22: address: '10.0.0.1/8'",
		"expected 10.0.0.0/8");
	REFUSED(-EINVAL, "viewer x { address = 0.0.0.0/0 }\n", "is the whole internet");
	REFUSED(-EINVAL, "viewer x { address = \"::/0\" }\n", "is the whole internet");
	REFUSED(-EINVAL, "viewer x { address = 224.0.0.1 }\n", "address: found '224.0.0.1'");
	REFUSED(-EINVAL, "viewer x { domain = *.example }\n", ":1:21: domain: found '*.example'",
		"a whole name without a star");
	REFUSED(-EINVAL, "viewer x { domain = 192.0.2.1 }\n", "domain: found '192.0.2.1'");
	REFUSED(-EINVAL, "viewer x { domain = \"a..example\" }\n", "domain: found 'a..example'");
	REFUSED(-EEXIST, LAN "viewer x { interface = wg0 }\n",
		":3:24: interface: 'wg0' is listed as lan or home");
	REFUSED(-EEXIST, LAN "viewer x { interface = br-lan }\n", "is listed as lan or home");
	REFUSED(-EINVAL, "viewer x { interface = \"a b\" }\n", "interface: found 'a b'");
	REFUSED(-EINVAL, "viewer x { adress = 192.0.2.1 }\n", "unknown key 'adress'",
		"expected 'address'");
	REFUSED(-EEXIST, "viewer x { mac = 02:00:00:00:00:11 }\nviewer x { address = 192.0.2.1 }\n",
		":2:8: name 'x' is used twice");
	REFUSED(-EINVAL, LAN PHONE CAM("viewers = { phon }"), ":4:50: viewers: found 'phon'",
		"expected 'phone'");
	REFUSED(-EINVAL, LAN CAM("viewers = { phone }"), "viewers: found 'phone'",
		"the address of one device or the name of a viewer");
	REFUSED(-EINVAL, LAN CAM("viewers = { 224.0.0.1 }"), "viewers: found '224.0.0.1'");
	REFUSED(-EINVAL, "notify = \"echo hello\"\n", ":1:10: notify: found 'echo hello'",
		"expected a whole path such as /etc/camgate/notify");
	at = (size_t)snprintf(many, sizeof(many), "viewer x { address = {\n");
	for (int i = 0; i < CG_VIEWERS_PER_SLOT + 1; i++)
		at += (size_t)snprintf(many + at, sizeof(many) - at, "192.0.2.%d,\n", i);
	snprintf(many + at, sizeof(many) - at, "} }\n");
	REFUSED(-E2BIG, many, ":18:1: address: found 17 of one viewer, expected at most 16");
	at = 0;
	for (int i = 0; i < CG_MAX_NAMED_VIEWERS + 1; i++)
		at += (size_t)snprintf(many + at, sizeof(many) - at,
				       "viewer \"v%d\" { address = 192.0.2.1 }\n", i);
	REFUSED(-E2BIG, many, ":65:8: found 65 viewers, expected at most 64");
}
END_TEST

static bool seen(struct cg_policy *p, const char *addr, const char *mac)
{
	struct cg_addr a;
	struct cg_mac m;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	ck_assert_int_eq(cg_mac_parse(mac, &m), 0);
	return cg_viewers_seen(p, &a, &m);
}

static void still(struct cg_policy *p, const char *addr, const char *mac)
{
	struct cg_addr a;
	struct cg_mac m;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	ck_assert_int_eq(cg_mac_parse(mac, &m), 0);
	cg_viewers_still(p, &a, &m);
}

static int match(const struct cg_policy *p, const char *addr)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	return cg_policy_match(&p->cams[0], &a, 6, 554, true);
}

START_TEST(at_home_by_mac)
{
	static const char conf[] =
		LAN PHONE CAM("lan_viewing = viewers viewers = { 192.168.1.9, phone }");
	struct cg_policy *p = built(conf), *next;
	char text[32];

	ck_assert_int_eq(match(p, "192.168.1.30"), -ENOENT);
	ck_assert(!seen(p, "192.168.1.31", "02:00:00:00:00:99"));
	ck_assert(seen(p, "192.168.1.30", "02:00:00:00:00:11"));
	ck_assert(!seen(p, "192.168.1.30", "02:00:00:00:00:11"));
	ck_assert(seen(p, "fe80::1", "02:00:00:00:00:12"));
	ck_assert_int_eq(match(p, "192.168.1.30"), 1);
	ck_assert_int_eq(match(p, "fe80::1"), 1);
	ck_assert_int_eq(match(p, "203.0.113.77"), 1);
	ck_assert_int_eq(match(p, "192.168.1.9"), 0);
	/* over a reload */
	next = built(conf);
	cg_viewers_carry(next, p);
	ck_assert_int_eq(match(next, "192.168.1.30"), 1);
	cg_policy_free(&next);
	/* another device has the address now */
	ck_assert(seen(p, "192.168.1.30", "02:00:00:00:00:99"));
	ck_assert_int_eq(match(p, "192.168.1.30"), -ENOENT);
	ck_assert_int_eq(match(p, "fe80::1"), 1);
	/* one that is not seen any more gives way */
	cg_viewers_look(p);
	for (int i = 0; i < CG_VIEWERS_PER_SLOT; i++) {
		snprintf(text, sizeof(text), "192.168.2.%d", i);
		ck_assert(seen(p, text, "02:00:00:00:00:11"));
	}
	ck_assert_int_eq(match(p, "fe80::1"), -ENOENT);
	ck_assert_int_eq(match(p, "192.168.2.0"), 1);
	/* and one that is does not: the new one is left out */
	ck_assert(!seen(p, "192.168.3.1", "02:00:00:00:00:11"));
	ck_assert_int_eq(match(p, "192.168.3.1"), -ENOENT);
	cg_viewers_look(p);
	for (int i = 0; i < CG_VIEWERS_PER_SLOT; i++) {
		snprintf(text, sizeof(text), "192.168.2.%d", i);
		still(p, text, i == 5 ? "02:00:00:00:00:99" : "02:00:00:00:00:11");
	}
	ck_assert(seen(p, "192.168.3.1", "02:00:00:00:00:11"));
	ck_assert_int_eq(match(p, "192.168.2.5"), -ENOENT);
	ck_assert_int_eq(match(p, "192.168.2.0"), 1);
	cg_policy_free(&p);
}
END_TEST

/* One rule, an entry for each of its addresses, all with the rule's number. */
START_TEST(in_the_maps)
{
	struct cg_policy *p = built(LAN PHONE CAM(
		"lan_viewing = viewers viewers = { 192.168.1.9, phone } allow = { 203.0.113.0/24 }"));
	struct cg_name *names = calloc(16, sizeof(*names));
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };

	ck_assert(seen(p, "192.168.1.30", "02:00:00:00:00:11"));
	/* in its own prefix, too */
	ck_assert(seen(p, "203.0.113.7", "02:00:00:00:00:11"));
	ck_assert_int_eq(cg_mapset_build(p, 1, names, 16, &d, &set), 0);
	ck_assert_uint_eq(set->nrules, 4);
	for (size_t i = 0; i < set->nrules; i++) {
		const struct cg_mapset_rule *r = &set->rules[i];
		bool outside = r->key.addr[12] == 203;

		ck_assert_uint_eq(r->value.n, outside ? 2 : 1);
		if (outside) {
			ck_assert_uint_eq(r->value.rule[0].id, 1);
			ck_assert_uint_eq(r->value.rule[0].kind, CG_RULE_VIEWER);
			ck_assert_uint_eq(r->value.rule[1].kind, CG_RULE_ALLOW);
		}
	}
	cg_mapset_free(&set);
	cg_policy_free(&p);
	free(names);
}
END_TEST

int main(void)
{
	return UNIT_RUN("viewers", 60, written, refused, at_home_by_mac, in_the_maps);
}
