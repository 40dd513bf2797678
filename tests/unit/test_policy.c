/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy: defaults, order of rules, ids, and every value that must be refused with its place. */
#include <camgate/limits.h>
#include <netinet/in.h>
#include "policy_text.h"

#define LAN	   "lan = \"br-lan\"\n"
#define CAM(extra) LAN "camera \"a\" {\n mac = \"02:ca:00:00:00:01\"\n" extra "\n}\n"

static void rule_is(const struct cg_policy_cam *cam, size_t i, enum cg_rule_kind kind,
		    const char *text)
{
	char buf[CG_RULE_STRLEN];

	ck_assert_uint_lt(i, cam->nrules);
	ck_assert_int_eq(cam->rules[i].kind, kind);
	ck_assert_str_eq(cg_rule_format(&cam->rules[i].text, buf), text);
}

START_TEST(what_is_not_written)
{
	struct cg_policy *p = built("");

	ck_assert_uint_eq(p->ncams + p->nlan + p->nhome, 0);
	ck_assert(!p->readers_all && !p->force);
	cg_policy_free(&p);
	p = built(CAM(""));
	ck_assert_int_eq(p->cams[0].exposure, CG_CLOSED);
	ck_assert_int_eq(p->cams[0].lan_viewing, CG_LAN_ALL);
	ck_assert(!p->cams[0].monitor && !p->cams[0].via_gateway);
	ck_assert_uint_eq(p->cams[0].nrules + p->cams[0].naddr, 0);
	ck_assert_uint_eq(p->cams[0].nmac, 1);
	cg_policy_free(&p);
	ck_assert_ptr_null(p);
	cg_policy_free(&p);
}
END_TEST

START_TEST(what_is_written)
{
	struct cg_policy *p = built(
		"lan = { br-lan, br-iot }\nhome = { wg0, 10.8.0.0/24, \"fd00:8::/32\" }\nreaders = all\nforce = yes\n"
		"camera \"Nursery\" { id = kids mac = { 02-CA-00-00-00-01, 02:ca:00:00:00:02 } address = 192.168.1.20\n"
		"exposure = sealed lan_viewing = viewers viewers = { 192.168.1.30, \"fe80::1\" } mode = monitor\n"
		"gateway_viewing = yes }\n");
	const struct cg_policy_cam *c = &p->cams[0];
	char buf[CG_PREFIX_STRLEN];

	ck_assert_uint_eq(p->nlan, 2);
	ck_assert_str_eq(p->lan[1], "br-iot");
	ck_assert_uint_eq(p->nhome, 3);
	ck_assert_str_eq(p->home[0].ifname, "wg0");
	ck_assert_str_eq(p->home[1].ifname, "");
	ck_assert_str_eq(cg_prefix_format(&p->home[1].prefix, buf), "10.8.0.0/24");
	ck_assert_str_eq(cg_prefix_format(&p->home[2].prefix, buf), "fd00:8::/32");
	ck_assert(p->readers_all && p->force);
	ck_assert_str_eq(c->id, "kids");
	ck_assert_str_eq(c->name, "Nursery");
	ck_assert_uint_eq(c->nmac, 2);
	ck_assert_uint_eq(c->mac[1].b[5], 2);
	ck_assert_uint_eq(c->naddr, 1);
	ck_assert_int_eq(c->exposure, CG_SEALED);
	ck_assert_int_eq(c->lan_viewing, CG_LAN_VIEWERS);
	ck_assert(c->monitor && c->via_gateway);
	rule_is(c, 0, CG_RULE_VIEWER, "192.168.1.30");
	rule_is(c, 1, CG_RULE_VIEWER, "fe80::1");
	ck_assert_ptr_eq(cg_policy_find(p, "kids"), c);
	ck_assert_ptr_eq(cg_policy_find(p, "Nursery"), c);
	ck_assert_ptr_null(cg_policy_find(p, "nursery"));
	ck_assert_int_eq(c->pos.line, 5);
	ck_assert_int_eq(c->pos.column, 8);
	ck_assert_str_eq(strrchr(c->pos.file, '/'), "/p.conf");
	cg_policy_free(&p);
}
END_TEST

START_TEST(what_is_kept)
{
	struct cg_policy *p = built("");

	ck_assert_int_eq(p->record, CG_RECORD_MINIMAL);
	ck_assert_uint_eq(p->record_days, 30);
	ck_assert_uint_eq(p->record_every_s, 300);
	ck_assert_uint_eq(p->record_size, 4 * 1024 * 1024);
	cg_policy_free(&p);
	p = built("record = full record_days = 3650 record_every = 90s record_size = 512k\n");
	ck_assert_int_eq(p->record, CG_RECORD_FULL);
	ck_assert_uint_eq(p->record_days, 3650);
	ck_assert_uint_eq(p->record_every_s, 90);
	ck_assert_uint_eq(p->record_size, 512 * 1024);
	cg_policy_free(&p);
	p = built("record = off record_days = 1\n");
	ck_assert_int_eq(p->record, CG_RECORD_OFF);
	ck_assert_uint_eq(p->record_days, 1);
	cg_policy_free(&p);
	REFUSED(-EINVAL, "record = some\n", "p.conf:1:10: record: found 'some'", "minimal");
	REFUSED(-EINVAL, "record_days = 0\n", "p.conf:1:15: record_days: found '0'", "1 to 3650");
	REFUSED(-EINVAL, "record_days = 3651\n", "found '3651'");
	REFUSED(-EINVAL, "record_days = -1\n", "found '-1'");
	REFUSED(-EINVAL, "record_days = 9d\n", "found '9d'");
	REFUSED(-EINVAL, "record_every = 0\n", "p.conf:1:16: record_every: found '0'", "5m");
	REFUSED(-EINVAL, "record_every = 2d\n", "found '2d'");
	REFUSED(-EINVAL, "record_every = soon\n", "found 'soon'");
	REFUSED(-EINVAL, "record_size = 255k\n", "p.conf:1:15: record_size: found '255k'",
		"256k to 16M");
	REFUSED(-EINVAL, "record_size = 17M\n", "found '17M'");
	REFUSED(-EINVAL, "record_size = 4G\n", "found '4G'");
	REFUSED(-EINVAL, "record_size = -4M\n", "found '-4M'");
	REFUSED(-EINVAL, "record_size = 99999999999M\n", "found '99999999999M'");
}
END_TEST

START_TEST(servers)
{
	struct cg_policy *p = built(
		LAN
		"resolver = { 192.168.1.5, \"192.168.1.6  02:00:00:00:00:06\" }\n"
		"defaults { dns = redirect ntp = drop dns_names = allowed }\n"
		"camera \"a\" { mac = \"02:ca:00:00:00:01\" }\n"
		"camera \"b\" { mac = \"02:ca:00:00:00:02\" dns = any ntp = any dns_names = all }\n");

	ck_assert_uint_eq(p->nresolver, 2);
	ck_assert(!p->resolver_gateway && !p->resolver[0].has_mac && p->resolver[1].has_mac);
	ck_assert_uint_eq(p->resolver[1].addr.b[15], 6);
	ck_assert_uint_eq(p->resolver[1].mac.b[5], 6);
	ck_assert_int_eq(p->cams[0].dns, CG_SERVER_REDIRECT);
	ck_assert_int_eq(p->cams[0].ntp, CG_SERVER_NONE);
	ck_assert(p->cams[0].dns_allowed);
	ck_assert_int_eq(p->cams[1].dns, CG_SERVER_ANY);
	ck_assert_int_eq(p->cams[1].ntp, CG_SERVER_ANY);
	ck_assert(!p->cams[1].dns_allowed);
	cg_policy_free(&p);
	p = built(LAN "resolver = { gateway }\n"
		      "camera \"a\" { mac = \"02:ca:00:00:00:01\" }\n");
	ck_assert(!p->nresolver && p->resolver_gateway);
	ck_assert_int_eq(p->cams[0].dns, CG_SERVER_GATEWAY);
	ck_assert_int_eq(p->cams[0].ntp, CG_SERVER_GATEWAY);
	cg_policy_free(&p);
}
END_TEST

START_TEST(defaults_and_own)
{
	struct cg_policy *p = built(
		LAN
		"defaults { exposure = open lan_viewing = none mode = monitor gateway_viewing = yes }\n"
		"camera \"a\" { mac = \"02:ca:00:00:00:01\" }\n"
		"camera \"b\" { mac = \"02:ca:00:00:00:02\" exposure = closed lan_viewing = all mode = enforce"
		" gateway_viewing = no }\n");

	ck_assert_int_eq(p->cams[0].exposure, CG_OPEN);
	ck_assert_int_eq(p->cams[0].lan_viewing, CG_LAN_NONE);
	ck_assert(p->cams[0].monitor && p->cams[0].via_gateway);
	ck_assert_int_eq(p->cams[1].exposure, CG_CLOSED);
	ck_assert_int_eq(p->cams[1].lan_viewing, CG_LAN_ALL);
	ck_assert(!p->cams[1].monitor && !p->cams[1].via_gateway);
	cg_policy_free(&p);
}
END_TEST

/* defaults' denies, own denies, own others as written, defaults' others as written */
START_TEST(order_of_rules)
{
	struct cg_policy *p =
		built(LAN "defaults { upload = 192.0.2.1  deny = 192.0.2.2  allow = 192.0.2.3 }\n"
			  "camera \"a\" {\n"
			  " mac = \"02:ca:00:00:00:01\"\n"
			  " upload = { 192.0.2.11 }\n"
			  " allow = { 192.0.2.12, 192.0.2.13 }\n"
			  " deny = { 192.0.2.14 }\n"
			  " lan_viewing = viewers viewers = 192.168.1.2\n"
			  " upload += { 192.0.2.15 }\n"
			  " deny += { 192.0.2.16 }\n"
			  " allow += { 192.0.2.17:443/tcp }\n"
			  "}\n");
	const struct cg_policy_cam *c = &p->cams[0];

	ck_assert_uint_eq(c->nrules, 11);
	rule_is(c, 0, CG_RULE_DENY, "192.0.2.2");
	rule_is(c, 1, CG_RULE_DENY, "192.0.2.14");
	rule_is(c, 2, CG_RULE_DENY, "192.0.2.16");
	rule_is(c, 3, CG_RULE_UPLOAD, "192.0.2.11");
	rule_is(c, 4, CG_RULE_ALLOW, "192.0.2.12");
	rule_is(c, 5, CG_RULE_ALLOW, "192.0.2.13");
	rule_is(c, 6, CG_RULE_VIEWER, "192.168.1.2");
	rule_is(c, 7, CG_RULE_UPLOAD, "192.0.2.15");
	rule_is(c, 8, CG_RULE_ALLOW, "192.0.2.17:443/tcp");
	rule_is(c, 9, CG_RULE_UPLOAD, "192.0.2.1");
	rule_is(c, 10, CG_RULE_ALLOW, "192.0.2.3");
	ck_assert_int_eq(c->rules[8].pos.line, 11);
	ck_assert_int_eq(c->rules[0].pos.line, 2);
	cg_policy_free(&p);
}
END_TEST

/* The hashes are FNV-1a, computed apart from this code: an id must never change. */
START_TEST(ids_from_names)
{
	struct cg_policy *p = built(
		LAN
		"camera \"Front Door\" { mac = \"02:ca:00:00:00:01\" }\n"
		"camera \"Cam_1 (2nd floor)\" { mac = \"02:ca:00:00:00:02\" }\n"
		"camera \"婴儿房\" { mac = \"02:ca:00:00:00:03\" }\n"
		"camera \"!!!\" { mac = \"02:ca:00:00:00:04\" }\n"
		"camera \"Küche\" { mac = \"02:ca:00:00:00:05\" }\n"
		"camera \"a very long name that no id could ever hold as a whole\" { mac = \"02:ca:00:00:00:06\" }\n"
		"camera \"all of it\" { mac = \"02:ca:00:00:00:07\" }\n");
	const char *const want[] = { "front-door", "cam_1-2nd-floor",
				     "cam-da5232", "cam-2d53a7",
				     "cam-34b78e", "a-very-long-name-that-no-a5ca72",
				     "all-of-it" };

	for (size_t i = 0; i < p->ncams; i++)
		ck_assert_str_eq(p->cams[i].id, want[i]);
	cg_policy_free(&p);
}
END_TEST

START_TEST(bad_names_and_ids)
{
	REFUSED(-EINVAL, LAN "camera \"\" { mac = a }", "/p.conf:2:8:", "found name ''");
	REFUSED(-EINVAL, LAN "camera \" a\" { mac = a }", "/p.conf:2:8:", "without blanks");
	REFUSED(-EINVAL, LAN "camera \"All\" { mac = a }", "/p.conf:2:8:", "commands use 'all'");
	REFUSED(-EINVAL, LAN "camera \"All!\" { mac = a }", "/p.conf:2:8:", "no id can be made",
		"expected id");
	REFUSED(-EINVAL,
		LAN "camera \"a\xe2\x80\xae"
		    "b\" { mac = a }",
		"/p.conf:2:8:", "without control characters");
	REFUSED(-EINVAL,
		LAN "camera \"a\xc2\x9b"
		    "b\" { mac = a }",
		"/p.conf:2:8:", "without control characters");
	REFUSED(-EINVAL, LAN "camera \"a\tb\" { mac = a }",
		"/p.conf:2:8:", "without control characters");
	REFUSED(-EINVAL,
		LAN
		"camera \"0123456789012345678901234567890123456789012345678901234567890123\" { mac = a }",
		"/p.conf:2:8:", "at most 63 bytes");
	REFUSED(-EINVAL, CAM("id = \"A\""), "/p.conf:4:6: id: found 'A'", "expected a-z");
	REFUSED(-EINVAL, CAM("id = \"-a\""), "id: found '-a'", "a letter or digit first");
	REFUSED(-EINVAL, CAM("id = \"../x\""), "id: found '../x'");
	REFUSED(-EINVAL, CAM("id = \"\""), "id: found ''");
	REFUSED(-EINVAL, CAM("id = all"), "id: found 'all'", "expected another id");
	REFUSED(-EINVAL, CAM("id = a0123456789012345678901234567890"), "id: found",
		"at most 31 characters");
}
END_TEST

START_TEST(used_twice)
{
	REFUSED(-EEXIST,
		LAN
		"camera \"a\" { id = x mac = 02:ca:00:00:00:01 }\ncamera \"b\" { mac = 02:ca:00:00:00:02 id = x }\n",
		"/p.conf:3:43: id 'x' is used twice, first at", "/p.conf:2:19",
		"expected another id");
	REFUSED(-EEXIST,
		LAN
		"camera \"A b\" { mac = 02:ca:00:00:00:01 }\ncamera \"a-B\" { mac = 02:ca:00:00:00:02 }\n",
		"/p.conf:3:8: id 'a-b' (made from the name) is used twice, first at",
		"/p.conf:2:8");
	REFUSED(-EEXIST,
		LAN
		"camera \"a\" { id = b mac = 02:ca:00:00:00:01 }\ncamera \"b\" { id = c mac = 02:ca:00:00:00:02 }\n",
		"/p.conf:3:8: name 'b' is used twice, first at", "/p.conf:2:19", "as an id");
	REFUSED(-EEXIST,
		LAN
		"camera \"a\" { mac = 02:ca:00:00:00:01 }\ncamera \"b\" {\n mac = { 02:ca:00:00:00:02, 02-CA-00-00-00-01 } }\n",
		"/p.conf:4:29: MAC 02:ca:00:00:00:01 is used twice, first at", "/p.conf:2:20",
		"by 'a'", "address");
	REFUSED(-EEXIST, CAM("mac += 02:ca:00:00:00:01"),
		"/p.conf:4:8: MAC 02:ca:00:00:00:01 is used twice, first at", "/p.conf:3:8",
		"expected it once");
	REFUSED(-EEXIST, "lan = { a, b, a }\n", "/p.conf:1:15: lan: 'a' is listed twice");
	REFUSED(-EEXIST, LAN "home = br-lan\n", "/p.conf:2:8: home: 'br-lan' is listed as lan too");
}
END_TEST

#define SHARED(a, b)                                           \
	LAN "camera \"a\" { mac = 02:ca:00:00:00:01 " a " }\n" \
	    "camera \"b\" { mac = 02:ca:00:00:00:01 " b " }\n"

START_TEST(shared_mac)
{
	struct cg_policy *p =
		built(SHARED("address = 192.168.1.20", "address = { 192.168.1.21, \"fe80::2\" }"));

	ck_assert_uint_eq(p->ncams, 2);
	ck_assert_uint_eq(p->cams[1].naddr, 2);
	cg_policy_free(&p);
	REFUSED(-EEXIST, SHARED("address = 192.168.1.20", ""), "/p.conf:3:20: MAC",
		"is used twice");
	REFUSED(-EEXIST, SHARED("", "address = 192.168.1.20"), "/p.conf:3:20: MAC",
		"is used twice");
	REFUSED(-EEXIST,
		SHARED("address = { 192.168.1.19, 192.168.1.20 }",
		       "address = { 192.168.1.20, 192.168.1.21 }"),
		"/p.conf:3:20: MAC 02:ca:00:00:00:01 with address 192.168.1.20 is used twice",
		"/p.conf:2:20");
	REFUSED(-EEXIST, CAM("address = { 192.168.1.20, 192.168.1.20 }"),
		"/p.conf:4:27: address: '192.168.1.20' is listed twice");
}
END_TEST

START_TEST(bad_macs)
{
	REFUSED(-EINVAL, LAN "camera \"a\" { }", "/p.conf:2:8: camera 'a': no mac, expected mac");
	REFUSED(-EINVAL, LAN "camera \"a\" { mac = { } }", "no mac");
	REFUSED(-EINVAL, CAM("mac += { \"02:ca:00:00:00\" }"),
		"/p.conf:4:10: mac: found '02:ca:00:00:00'", "expected six hex pairs");
	REFUSED(-EINVAL, CAM("mac += 00:00:00:00:00:00"), "'00:00:00:00:00:00' is all zero",
		"expected a camera's own MAC");
	REFUSED(-EINVAL, CAM("mac += ff:ff:ff:ff:ff:ff"), "is broadcast", "expected");
	REFUSED(-EINVAL, CAM("mac += 01:00:5e:00:00:01"), "is multicast", "expected");
	/* force is for MACs a device can have */
	REFUSED(-EINVAL, "force = yes\n" CAM("mac += 33:33:00:00:00:01"), "is multicast");
	REFUSED(-E2BIG, CAM("mac += { a, b, c, d, e, f, g, h }"),
		"/p.conf:4:31: mac: found 9, expected at most 8");
	REFUSED(-E2BIG, CAM("address = { a, b, c, d, e, f, g, h, i }"),
		"/p.conf:4:37: address: found 9, expected at most 8");
}
END_TEST

START_TEST(bad_words)
{
	REFUSED(-EINVAL, CAM("exposure = shut"),
		"/p.conf:4:12: exposure: found 'shut', expected 'sealed', 'closed' or 'open'");
	REFUSED(-EINVAL, CAM("exposure = Open"), "exposure: found 'Open'");
	REFUSED(-EINVAL, CAM("exposure = \"\""), "exposure: found ''");
	REFUSED(-EINVAL, CAM("lan_viewing = some"),
		"lan_viewing: found 'some', expected 'all', 'viewers' or 'none'");
	REFUSED(-EINVAL, CAM("mode = off"), "mode: found 'off', expected 'enforce' or 'monitor'");
	REFUSED(-EINVAL, CAM("gateway_viewing = true"),
		"gateway_viewing: found 'true', expected 'no' or 'yes'");
	REFUSED(-EINVAL, "clock = maybe\n", "/p.conf:1:9: clock: found 'maybe', expected");
	REFUSED(-EINVAL, "readers = everybody\n",
		"/p.conf:1:11: readers: found 'everybody', expected 'root' or 'all'");
	REFUSED(-EINVAL, CAM("dns = drop"),
		"dns: found 'drop', expected 'gateway', 'redirect' or 'any'");
	REFUSED(-EINVAL, CAM("ntp = pool"),
		"ntp: found 'pool', expected 'gateway', 'redirect', 'any' or 'drop'");
	REFUSED(-EINVAL, CAM("dns_names = some"), "dns_names: found 'some'");
	REFUSED(-EINVAL, CAM("dns = any dns_names = allowed"),
		"/p.conf:4:23: dns_names: found 'allowed', which dns = any makes void");
	REFUSED(-EINVAL, "resolver = pihole\n",
		"/p.conf:1:12: resolver: found 'pihole', expected the address of one device");
	REFUSED(-EINVAL, "resolver = \"192.168.1.5 02:00\"\n", "mac: found '02:00'");
	REFUSED(-EEXIST, "resolver = { 192.168.1.5, \"192.168.1.5 02:00:00:00:00:05\" }\n",
		"listed twice");
	REFUSED(-EINVAL, "force = maybe\n", "force: found 'maybe', expected 'no' or 'yes'");
	/* even where no camera uses them */
	REFUSED(-EINVAL, "defaults { exposure = shut }\n", "/p.conf:1:23: exposure: found 'shut'");
	REFUSED(-EINVAL, "defaults { allow = nowhere }\n", "/p.conf:1:20: rule 'nowhere'");
}
END_TEST

START_TEST(bad_rules_and_addresses)
{
	REFUSED(-EINVAL, CAM("allow = { 192.0.2.1, 198.51.100.7/24 }"),
		"/p.conf:4:22: rule '198.51.100.7/24'", "expected 198.51.100.0/24");
	REFUSED(-EINVAL, CAM("deny = 192.0.2.1:70000"),
		"/p.conf:4:8: rule '192.0.2.1:70000': port 70000 is out of range",
		"expected 1 to 65535");
	REFUSED(-EINVAL, CAM("upload = 300.0.0.0/8"),
		"/p.conf:4:10: rule '300.0.0.0/8': found '300.0.0.0/8'", "expected");
	REFUSED(-EINVAL, CAM("address = 192.168.1.0/24"),
		"/p.conf:4:11: address: found '192.168.1.0/24', expected the address of one device");
	REFUSED(-EINVAL, CAM("address = 224.0.0.1"), "address: found '224.0.0.1'");
	REFUSED(-EINVAL, CAM("lan_viewing = viewers viewers = { 192.168.1.0/24 }"),
		"viewers: found '192.168.1.0/24'");
	REFUSED(-EINVAL, CAM("lan_viewing = viewers viewers = { 255.255.255.255 }"),
		"viewers: found '255.255.255.255'");
	REFUSED(-EINVAL, CAM("lan_viewing = viewers"),
		"/p.conf:4:15: lan_viewing: found 'viewers' but no viewer for camera 'a'",
		"expected viewers");
	REFUSED(-EINVAL, "lan = \"a/b\"\n",
		"/p.conf:1:7: lan: found 'a/b', expected the name of an interface");
	REFUSED(-EINVAL, "lan = \"0123456789abcdef\"\n", "lan: found '0123456789abcdef'",
		"1 to 15 characters");
	REFUSED(-EINVAL, "lan = \"a b\"\n", "lan: found 'a b'");
	REFUSED(-EINVAL, "home = 10.8.0.1/24\n", "/p.conf:1:8: home: '10.8.0.1/24'",
		"expected 10.8.0.0/24");
	REFUSED(-EINVAL, "home = 10.8.0.0/33\n",
		"/p.conf:1:8: home: found '10.8.0.0/33', expected an interface or a prefix");
	REFUSED(-EINVAL, "home = 0.0.0.0/0\n",
		"home: '0.0.0.0/0' would make the whole internet home");
	REFUSED(-EINVAL, "home = \"::/0\"\n", "home: '::/0' would make the whole internet home");
	REFUSED(-EINVAL, "camera \"a\" { mac = 02:ca:00:00:00:01 }\n",
		"/p.conf:1:8: found a camera but no lan, expected lan");
}
END_TEST

START_TEST(viewers_of_defaults)
{
	struct cg_policy *p = built(
		LAN
		"defaults { viewers = 192.168.1.2 }\n"
		"camera \"a\" { mac = 02:ca:00:00:00:01 }\n"
		"camera \"b\" { mac = 02:ca:00:00:00:02 lan_viewing = viewers viewers = 192.168.1.3 }\n");

	rule_is(&p->cams[0], 0, CG_RULE_VIEWER, "192.168.1.2");
	rule_is(&p->cams[1], 0, CG_RULE_VIEWER, "192.168.1.3");
	rule_is(&p->cams[1], 1, CG_RULE_VIEWER, "192.168.1.2");
	cg_policy_free(&p);
}
END_TEST

START_TEST(limits)
{
	size_t size = 60 * (CG_MAX_RULES + CG_MAX_CAMERAS + 8), n;
	char *text = malloc(size);
	struct cg_policy *p;

	for (int extra = 0; extra <= 1; extra++) {
		n = (size_t)snprintf(text, size, LAN "camera \"a\" {\n mac = 02:ca:00:00:00:01\n");
		for (int i = 0; i < CG_MAX_RULES + extra; i++)
			n += (size_t)snprintf(text + n, size - n, " allow += 10.0.%d.%d\n", i / 256,
					      i % 256);
		snprintf(text + n, size - n, "}\n");
		if (extra) {
			REFUSED(-E2BIG, text, "/p.conf:2:8: camera 'a': found 1025 rules",
				"expected at most 1024");
			continue;
		}
		p = built(text);
		ck_assert_uint_eq(p->cams[0].nrules, CG_MAX_RULES);
		cg_policy_free(&p);
	}
	for (int extra = 0; extra <= 1; extra++) {
		n = (size_t)snprintf(text, size, LAN);
		for (int i = 0; i < CG_MAX_CAMERAS + extra; i++)
			n += (size_t)snprintf(text + n, size - n,
					      "camera c%d { mac = 02:ca:00:00:%02x:%02x }\n", i,
					      i / 256, i % 256);
		if (extra) {
			REFUSED(-E2BIG, text, "found 4097 cameras, expected at most 4096");
			continue;
		}
		p = built(text);
		ck_assert_uint_eq(p->ncams, CG_MAX_CAMERAS);
		cg_policy_free(&p);
	}
	free(text);
}
END_TEST

static int match(const struct cg_policy_cam *c, const char *peer, uint8_t proto, uint16_t port,
		 bool lan)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(peer, &a), 0);
	return cg_policy_match(c, &a, proto, port, lan);
}

START_TEST(first_match)
{
	struct cg_policy *p = built(CAM(
		"allow = { 198.51.100.0/24:443/tcp, 198.51.100.0/24:400-500, any:123/udp, \"2001:db8::/32\" }\n"
		"deny = { 198.51.100.9, any:500/udp, any/icmp }\n"
		"upload = { 198.51.100.0/24, 0.0.0.0/0:80/tcp }\n"
		"lan_viewing = viewers viewers = { 192.168.1.30 }\n"));
	const struct cg_policy_cam *c = &p->cams[0];
	enum {
		DENY_HOST,
		DENY_500,
		DENY_ICMP,
		ALLOW_443,
		ALLOW_RANGE,
		ALLOW_NTP,
		ALLOW_V6,
		UPLOAD,
		UPLOAD_WEB,
		VIEWER
	};

	ck_assert_uint_eq(c->nrules, VIEWER + 1);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_TCP, 443, false), ALLOW_443);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_UDP, 443, false), ALLOW_RANGE);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_TCP, 400, false), ALLOW_RANGE);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_TCP, 500, false), ALLOW_RANGE);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_UDP, 500, false), DENY_500);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_TCP, 501, false), UPLOAD);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_GRE, 0, false), UPLOAD);
	ck_assert_int_eq(match(c, "198.51.100.9", IPPROTO_TCP, 443, false), DENY_HOST);
	ck_assert_int_eq(match(c, "198.51.100.9", IPPROTO_GRE, 0, false), DENY_HOST);
	ck_assert_int_eq(match(c, "198.51.101.1", IPPROTO_TCP, 443, false), -ENOENT);
	ck_assert_int_eq(match(c, "198.51.101.1", IPPROTO_UDP, 123, false), ALLOW_NTP);
	ck_assert_int_eq(match(c, "198.51.101.1", IPPROTO_TCP, 123, false), -ENOENT);
	ck_assert_int_eq(match(c, "203.0.113.1", IPPROTO_TCP, 80, false), UPLOAD_WEB);
	ck_assert_int_eq(match(c, "203.0.113.1", IPPROTO_ICMP, 0, false), DENY_ICMP);
	/* any covers both families, 0.0.0.0/0 one */
	ck_assert_int_eq(match(c, "2001:db9::1", IPPROTO_UDP, 123, false), ALLOW_NTP);
	ck_assert_int_eq(match(c, "2001:db9::1", IPPROTO_UDP, 500, false), DENY_500);
	ck_assert_int_eq(match(c, "2001:db9::1", IPPROTO_TCP, 80, false), -ENOENT);
	ck_assert_int_eq(match(c, "2001:db8:1::1", IPPROTO_TCP, 9, false), ALLOW_V6);
	ck_assert_int_eq(match(c, "192.168.1.30", IPPROTO_TCP, 554, true), VIEWER);
	ck_assert_int_eq(match(c, "192.168.1.30", IPPROTO_TCP, 554, false), -ENOENT);
	ck_assert_int_eq(match(c, "192.168.1.31", IPPROTO_TCP, 554, true), -ENOENT);
	ck_assert_int_eq(match(c, "198.51.100.1", IPPROTO_TCP, 443, true), -ENOENT);
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("policy", 60, what_is_not_written, what_is_written, what_is_kept, servers,
			defaults_and_own, order_of_rules, ids_from_names, bad_names_and_ids,
			used_twice, shared_mac, bad_macs, bad_words, bad_rules_and_addresses,
			viewers_of_defaults, limits, first_match);
}
