/* SPDX-License-Identifier: GPL-2.0-only */
/* MACs, addresses and prefixes: what is taken, what is refused, and what comes back as text. */
#include <lib/addr.h>
#include "unit.h"

START_TEST(mac_forms)
{
	const uint8_t want[6] = { 0x02, 0xca, 0x00, 0xab, 0xcd, 0xef };
	const char *const good[] = { "02:ca:00:ab:cd:ef", "02:CA:00:AB:CD:EF",
				     "02-ca-00-Ab-cD-ef" };
	const char *const bad[] = {
		"",
		"02:ca:00:ab:cd",
		"02:ca:00:ab:cd:ef:00",
		"02:ca:00:ab:cd:eg",
		"02ca00abcdef",
		"02:ca-00:ab:cd:ef",
		"2:ca:00:ab:cd:ef",
		"02:ca:00:ab:cd:e",
		" 02:ca:00:ab:cd:ef",
		"02:ca:00:ab:cd:ef ",
		"02.ca.00.ab.cd.ef",
		"+2:ca:00:ab:cd:ef",
		"02ca.00ab.cdef",
	};
	char buf[CG_MAC_STRLEN];
	struct cg_mac m;

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(cg_mac_parse(good[i], &m), 0);
		ck_assert_mem_eq(m.b, want, 6);
		ck_assert_str_eq(cg_mac_format(&m, buf), "02:ca:00:ab:cd:ef");
	}
	memset(&m, 0x5a, sizeof(m));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(cg_mac_parse(bad[i], &m) == -EINVAL, "took '%s'", bad[i]);
		ck_assert_uint_eq(m.b[0], 0x5a);
	}
}
END_TEST

START_TEST(address_forms)
{
	static const struct {
		const char *text, *back;
		uint8_t b[16];
	} good[] = {
		{ "192.0.2.1", "192.0.2.1", { [10] = 0xff, 0xff, 192, 0, 2, 1 } },
		{ "0.0.0.0", "0.0.0.0", { [10] = 0xff, 0xff } },
		{ "2001:DB8::1", "2001:db8::1", { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
		{ "::", "::", { 0 } },
		{ "::ffff:192.0.2.1", "192.0.2.1", { [10] = 0xff, 0xff, 192, 0, 2, 1 } },
	};
	const char *const bad[] = {
		"",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.01",
		"010.0.0.1",
		"192.0.2.1.",
		"0x7f.0.0.1",
		"127.1",
		"fe80::1%eth0",
		"2001:db8:::1",
		"2001:db8::1::2",
		"12345::",
		"g::",
		"1.2.3.4/32",
		" 1.2.3.4",
		"1.2.3.4 ",
		"any",
		":",
		"::1/128",
	};
	char buf[CG_ADDR_STRLEN];
	struct cg_addr a;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(!cg_addr_parse(good[i].text, &a), "refused '%s'", good[i].text);
		ck_assert_mem_eq(a.b, good[i].b, 16);
		ck_assert_str_eq(cg_addr_format(&a, buf), good[i].back);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_addr_parse(bad[i], &a) == -EINVAL, "took '%s'", bad[i]);
}
END_TEST

START_TEST(unicast)
{
	const char *const yes[] = { "192.0.2.1", "10.0.0.1",	"223.255.255.255",
				    "fe80::1",	 "2001:db8::1", "fd00::1" };
	const char *const no[] = { "0.0.0.0",	      "127.0.0.1", "224.0.0.1", "239.255.255.250",
				   "255.255.255.255", "::",	   "::1",	"ff02::1",
				   "0.1.2.3" };
	struct cg_addr a;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		ck_assert_int_eq(cg_addr_parse(yes[i], &a), 0);
		ck_assert_msg(cg_addr_is_unicast(&a), "%s", yes[i]);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		ck_assert_int_eq(cg_addr_parse(no[i], &a), 0);
		ck_assert_msg(!cg_addr_is_unicast(&a), "%s", no[i]);
	}
}
END_TEST

START_TEST(prefix_forms)
{
	static const struct {
		const char *text, *back;
		int r;
		unsigned int len;
	} cases[] = {
		{ "198.51.100.0/24", "198.51.100.0/24", 0, 120 },
		{ "198.51.100.7", "198.51.100.7/32", 0, 128 },
		{ "0.0.0.0/0", "0.0.0.0/0", 0, 96 },
		{ "2001:db8::/32", "2001:db8::/32", 0, 32 },
		{ "2001:db8::1", "2001:db8::1/128", 0, 128 },
		{ "::/0", "::/0", 0, 0 },
		{ "::ffff:198.51.100.0/120", "198.51.100.0/24", 0, 120 },
		{ "198.51.100.7/24", "198.51.100.0/24", -ERANGE, 120 },
		{ "2001:db8:ffff::/33", "2001:db8:8000::/33", -ERANGE, 33 },
	};
	const char *const bad[] = {
		"",
		"198.51.100.0/33",
		"198.51.100.0/",
		"198.51.100.0/24/8",
		"198.51.100.0/024",
		"198.51.100.0/-1",
		"198.51.100.0/+8",
		"198.51.100/24",
		"2001:db8::/129",
		"2001:db8::/4294967297",
		"/24",
		"198.51.100.0/24 ",
		"198.51.100.0/255.255.255.0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/12",
	};
	char buf[CG_PREFIX_STRLEN];
	struct cg_prefix p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(cg_prefix_parse(cases[i].text, &p) == cases[i].r, "'%s'",
			      cases[i].text);
		ck_assert_uint_eq(p.len, cases[i].len);
		ck_assert_str_eq(cg_prefix_format(&p, buf), cases[i].back);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(cg_prefix_parse(bad[i], &p) == -EINVAL, "took '%s'", bad[i]);
}
END_TEST

START_TEST(contains_at_every_length)
{
	struct cg_prefix p;
	struct cg_addr a, b;

	ck_assert_int_eq(cg_addr_parse("a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5", &a), 0);
	for (unsigned int len = 0; len <= 128; len++) {
		p = (struct cg_prefix){ .addr = a, .len = (uint8_t)len };
		/* behind the prefix every bit may differ, inside none */
		for (unsigned int bit = 0; bit < 128; bit++) {
			b = a;
			b.b[bit / 8] ^= (uint8_t)(0x80 >> (bit % 8));
			ck_assert_msg(cg_prefix_contains(&p, &b) == (bit >= len), "len %u bit %u",
				      len, bit);
		}
		ck_assert(cg_prefix_contains(&p, &a));
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("addr", 10, mac_forms, address_forms, unicast, prefix_forms,
			contains_at_every_length);
}
