/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule text: every documented form, every fault with what was expected, and text that survives a round. */
#include <lib/rule.h>
#include <camgate/bpf_abi.h>
#include <netinet/in.h>
#include "unit.h"

static const struct cg_pos AT = { "r.conf", 3, 5 };

START_TEST(forms)
{
	static const struct {
		const char *text, *dst, *back;
		unsigned int lo, hi, proto;
	} good[] = {
		{ "198.51.100.0/24:443/tcp", "198.51.100.0/24", "198.51.100.0/24:443/tcp", 443, 443,
		  6 },
		{ "[2001:db8::/32]:443", "2001:db8::/32", "[2001:db8::/32]:443", 443, 443, 255 },
		{ "203.0.113.9:5000-5010/udp", "203.0.113.9/32", "203.0.113.9:5000-5010/udp", 5000,
		  5010, 17 },
		{ "192.0.2.1", "192.0.2.1/32", "192.0.2.1", 0, 65535, 0 },
		{ "2001:db8::/32", "2001:db8::/32", "2001:db8::/32", 0, 65535, 0 },
		{ "2001:db8::7", "2001:db8::7/128", "2001:db8::7", 0, 65535, 0 },
		{ "any:123/udp", "::/0", "any:123/udp", 123, 123, 17 },
		{ "any", "::/0", "any", 0, 65535, 0 },
		{ "::/0", "::/0", "any", 0, 65535, 0 },
		{ "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", 0, 65535, 0 },
		{ "203.0.113.9/icmp", "203.0.113.9/32", "203.0.113.9/icmp", 0, 65535, 1 },
		{ "2001:db8::1/icmp6", "2001:db8::1/128", "2001:db8::1/icmp6", 0, 65535, 58 },
		{ "[2001:db8::1]/icmpv6", "2001:db8::1/128", "2001:db8::1/icmp6", 0, 65535, 58 },
		{ "198.51.100.0/24/tcp", "198.51.100.0/24", "198.51.100.0/24/tcp", 0, 65535, 6 },
		{ "2001:db8::/32/udp", "2001:db8::/32", "2001:db8::/32/udp", 0, 65535, 17 },
		{ "[2001:db8::1]", "2001:db8::1/128", "2001:db8::1", 0, 65535, 0 },
		{ "198.51.100.0/24:443", "198.51.100.0/24", "198.51.100.0/24:443", 443, 443, 255 },
		{ "192.0.2.1:1-65535/tcp", "192.0.2.1/32", "192.0.2.1:1-65535/tcp", 1, 65535, 6 },
		{ "any/gre", "::/0", "any/gre", 0, 65535, 47 },
		{ "API.Vendor.Example:443/tcp", "::/0", "api.vendor.example:443/tcp", 443, 443, 6 },
		{ "*.vendor.example", "::/0", "*.vendor.example", 0, 65535, 0 },
		{ "p2p*.vendor.example:5000-5010/udp", "::/0", "p2p*.vendor.example:5000-5010/udp",
		  5000, 5010, 17 },
		{ "www.example.com/icmp", "::/0", "www.example.com/icmp", 0, 65535, 1 },
		{ "country:CN", "::/0", "country:CN", 0, 65535, 0 },
		{ "country:DE:443/tcp", "::/0", "country:DE:443/tcp", 443, 443, 6 },
		{ "country:DE/udp anywhere", "::/0", "country:DE/udp anywhere", 0, 65535, 17 },
		{ "asn:13335", "::/0", "asn:13335", 0, 65535, 0 },
		{ "asn:4294967295:1-2", "::/0", "asn:4294967295:1-2", 1, 2, 255 },
		{ "list:ads-2:53/udp", "::/0", "list:ads-2:53/udp", 53, 53, 17 },
		{ "192.0.2.1 rate=64k anywhere", "192.0.2.1/32", "192.0.2.1 anywhere rate=64k", 0,
		  65535, 0 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char dst[CG_PREFIX_STRLEN], back[CG_RULE_STRLEN], twice[CG_RULE_STRLEN];
		struct cg_diag d = { "" };
		struct cg_rule_text r, again;

		ck_assert_msg(!cg_rule_parse(good[i].text, &AT, &d, &r), "%s", d.text);
		ck_assert_str_eq(cg_prefix_format(&r.dst, dst), good[i].dst);
		ck_assert_uint_eq(r.port_lo, good[i].lo);
		ck_assert_uint_eq(r.port_hi, good[i].hi);
		ck_assert_uint_eq(r.proto, good[i].proto);
		ck_assert_str_eq(cg_rule_format(&r, back), good[i].back);
		ck_assert_msg(!cg_rule_parse(back, &AT, &d, &again), "%s", d.text);
		ck_assert_str_eq(cg_rule_format(&again, twice), good[i].back);
		cg_rule_clear(&r);
		cg_rule_clear(&again);
	}
}
END_TEST

START_TEST(faults)
{
	static const struct {
		const char *text, *found, *expected;
	} bad[] = {
		{ "", "''", "expected DESTINATION" },
		{ "example:443", "found 'example'",
		  "expected an IPv4 or IPv6 address or prefix, a name, country:XX, asn:NUMBER, list:NAME or any" },
		{ "198.51.100.256:443", "found '198.51.100.256'", "last label is no number" },
		{ "a.*.example", "found 'a.*.example'",
		  "a star at the end of the first label only" },
		{ "www.example.com:70000", "port 70000 is out of range", "expected 1 to 65535" },
		{ "www.example.com/24", "", "expected" },
		{ "www.example.com:443/icmp", "icmp has no ports", "expected tcp or udp" },
		{ "198.51.100.0/33", "found '198.51.100.0/33'", "expected" },
		{ "198.51.100.7/24", "'198.51.100.7/24' has bits set", "expected 198.51.100.0/24" },
		{ "192.0.2.1:70000", "port 70000 is out of range", "expected 1 to 65535" },
		{ "192.0.2.1:0/tcp", "port 0 is out of range", "expected 1 to 65535" },
		{ "192.0.2.1:99999999999999999999", "is out of range", "expected 1 to 65535" },
		{ "192.0.2.1:https", "found 'https'", "expected a port" },
		{ "192.0.2.1:", "found ''", "expected a port" },
		{ "192.0.2.1:443-", "found ''", "expected a port" },
		{ "192.0.2.1:-443", "found ''", "expected a port" },
		{ "192.0.2.1:500-400/udp", "500-400 runs backwards", "expected 400-500" },
		{ "192.0.2.1:443/http", "found protocol 'http'", "expected tcp, udp" },
		{ "192.0.2.1/", "found protocol ''", "expected tcp, udp" },
		{ "192.0.2.1/TCP", "found protocol 'TCP'", "expected tcp, udp" },
		{ "192.0.2.1:443/icmp", "icmp has no ports", "expected tcp or udp" },
		{ "192.0.2.1/icmp6", "found icmp6", "expected icmp for IPv4" },
		{ "2001:db8::1/icmp", "found icmp", "expected icmp6 for IPv6" },
		{ "[2001:db8::/32:443", "'[' is not closed", "expected [PREFIX]" },
		{ "[2001:db8::1]443", "found '443' behind ']'", "expected :PORT" },
		{ "[192.0.2.1]:443", "found '[192.0.2.1]'", "" },
		{ "2001:db8::/32:443/tcp", "needs brackets", "expected [2001:db8::/32]:443" },
		{ "::/8", "covers every IPv4 address", "expected any or a narrower prefix" },
		{ "192.0.2.1 :443", "found '192.0.2.1 '", "expected" },
		{ "192.0.2.1:443,444", "found '443,444'", "expected a port" },
		{ "192.0.2.1:443/tcp/tcp", "found '443/tcp'", "expected a port" },
		{ "192.0.2.1 tcp", "found 'tcp'",
		  "expected rate=BYTES, burst=BYTES or hour=BYTES" },
		{ "192.0.2.1 rate=64x", "found 'rate=64x'", "expected rate=bytes a second" },
		{ "192.0.2.1 rate=1k rate=2k", "rate is written twice", "expected it once" },
		{ "host rate=1k", "found 'host'", "expected" },
		{ " rate=1k", "found ' rate=1k'", "expected" },
	};
	struct cg_rule_text r = { .port_lo = 77 };
	struct cg_diag d = { "" };
	char text[400];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d.text[0] = '\0';
		ck_assert_msg(cg_rule_parse(bad[i].text, &AT, &d, &r) == -EINVAL, "took '%s'",
			      bad[i].text);
		UNIT_HOLDS(d.text, "r.conf:3:5: ", bad[i].found, bad[i].expected);
		ck_assert_uint_eq(r.port_lo, 77);
	}
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	d.text[0] = '\0';
	ck_assert_int_eq(cg_rule_parse(text, &AT, &d, &r), -EINVAL);
}
END_TEST

START_TEST(budgets)
{
	struct cg_diag d = { "" };
	char text[CG_RULE_STRLEN];
	struct cg_rule_text r;

	ck_assert_int_eq(cg_rule_parse("clips.example.com:443/tcp  hour=200M rate=64k burst=8M",
				       &AT, &d, &r),
			 0);
	ck_assert_uint_eq(r.budget.rate, 64000);
	ck_assert_uint_eq(r.budget.burst, 8000000);
	ck_assert_uint_eq(r.budget.hour, 200000000);
	ck_assert_str_eq(cg_rule_format(&r, text),
			 "clips.example.com:443/tcp rate=64k burst=8M hour=200M");
	ck_assert_str_eq(cg_rule_format_end(&r, text), "clips.example.com:443/tcp");
	cg_rule_clear(&r);
	ck_assert_int_eq(cg_rule_parse("[2001:db8::/32]:443 rate=100", &AT, &d, &r), 0);
	ck_assert_str_eq(cg_rule_format(&r, text), "[2001:db8::/32]:443 rate=100");
	ck_assert_int_eq(cg_rule_parse("192.0.2.1", &AT, &d, &r), 0);
	ck_assert(!cg_budget_is_set(&r.budget));
}
END_TEST

/* Bytes in any order: refused or taken, never read past the end. */
START_TEST(noise)
{
	static const char alphabet[] = "0129afx.:/-[]tcpudany rate=k";
	unsigned int seed = 4711;
	struct cg_rule_text r;

	for (int i = 0; i < 200000; i++) {
		char text[24], back[CG_RULE_STRLEN];
		size_t n = (size_t)rand_r(&seed) % sizeof(text);
		struct cg_diag d = { "" };

		for (size_t k = 0; k < n; k++)
			text[k] = alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		text[n] = '\0';
		if (cg_rule_parse(text, &AT, &d, &r)) {
			ck_assert_uint_gt(strlen(d.text), 0);
			continue;
		}
		cg_rule_format(&r, back);
		cg_rule_clear(&r);
		ck_assert_msg(!cg_rule_parse(back, &AT, &d, &r), "'%s' became '%s': %s", text, back,
			      d.text);
		cg_rule_clear(&r);
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("rule", 60, forms, faults, budgets, noise);
}
