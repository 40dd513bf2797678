/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interfaces are taken for LANs and tunnels, of tables as gateways have them. */
#include <kern/lans.h>
#include "unit.h"

static const struct cg_link LINKS[] = {
	{ .ifindex = 1, .name = "lo" },
	{ .ifindex = 2, .name = "wan0", .kind = "veth" },
	{ .ifindex = 3, .name = "br-lan", .kind = "bridge" },
	{ .ifindex = 4, .name = "lan1", .kind = "dsa", .master = 3 },
	{ .ifindex = 5, .name = "lan2", .kind = "dsa", .master = 3 },
	{ .ifindex = 6, .name = "wg0", .kind = "wireguard" },
	{ .ifindex = 7, .name = "tun0", .kind = "tun" },
	{ .ifindex = 8, .name = "docker0", .kind = "bridge" },
	{ .ifindex = 9, .name = "br-0123456789ab", .kind = "bridge" },
	{ .ifindex = 10, .name = "veth9", .kind = "veth", .master = 9 },
	{ .ifindex = 11, .name = "br-none", .kind = "bridge" },
	{ .ifindex = 12, .name = "wlan1" },
	{ .ifindex = 13, .name = "eth9" },
	{ .ifindex = 14, .name = "pppoe-wan", .kind = "ppp" },
	{ .ifindex = 15, .name = "eth8" },
};

static struct cg_link_addr addr(int ifindex, const char *text, uint8_t len)
{
	struct cg_link_addr a = { .ifindex = ifindex, .len = len };

	ck_assert_int_eq(cg_addr_parse(text, &a.addr), 0);
	return a;
}

static const struct cg_lans_found *named(const struct cg_lans_found *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].name, name))
			return &v[i];
	return NULL;
}

START_TEST(a_gateway)
{
	const struct cg_link_addr addrs[] = {
		addr(2, "192.0.2.2", 120),    addr(3, "fe80::1", 64),
		addr(3, "fd00:1::1", 64),     addr(3, "192.168.1.1", 120),
		addr(6, "10.8.0.1", 120),     addr(8, "172.17.0.1", 112),
		addr(9, "172.18.0.1", 112),   addr(12, "192.168.7.1", 120),
		addr(14, "203.0.113.7", 128), addr(15, "203.0.113.9", 120),
		addr(11, "192.168.9.1", 120),
	};
	const int uplinks[] = { 2, 2 };
	const struct cg_lans_in in = { LINKS,	sizeof(LINKS) / sizeof(LINKS[0]),
				       addrs,	sizeof(addrs) / sizeof(addrs[0]),
				       uplinks, 2 };
	struct cg_lans_found *v;
	char text[CG_ADDR_STRLEN];
	size_t n;

	ck_assert_int_eq(cg_lans_find(&in, &v, &n), 0);
	ck_assert_uint_eq(n, 9);
	/* LANs first, tunnels last */
	ck_assert_str_eq(v[0].name, "br-lan");
	ck_assert_str_eq(v[1].name, "wlan1");
	ck_assert_str_eq(v[7].name, "tun0");
	ck_assert_str_eq(v[8].name, "wg0");
	ck_assert(v[0].likely && v[0].kind == CG_LANS_BRIDGE && v[0].has_net);
	ck_assert_str_eq(v[0].ports, "lan1, lan2");
	ck_assert_str_eq(cg_addr_format(&v[0].addr, text), "192.168.1.1");
	ck_assert_uint_eq(v[0].len, 120);
	ck_assert(v[1].likely && v[1].kind == CG_LANS_PLAIN);
	for (size_t i = 2; i < n; i++)
		ck_assert_msg(!v[i].likely, "%s", v[i].name);
	ck_assert(named(v, n, "wan0")->uplink);
	ck_assert(named(v, n, "docker0")->guests);
	ck_assert(named(v, n, "br-0123456789ab")->guests);
	ck_assert_str_eq(named(v, n, "br-0123456789ab")->ports, "veth9");
	ck_assert(!named(v, n, "br-none")->guests);
	ck_assert_int_eq(named(v, n, "wg0")->kind, CG_LANS_WIREGUARD);
	ck_assert_int_eq(named(v, n, "tun0")->kind, CG_LANS_TUN);
	ck_assert(!named(v, n, "tun0")->has_net);
	ck_assert_ptr_nonnull(named(v, n, "eth8"));
	for (size_t i = 0; i < 4; i++) {
		static const char *const out[] = { "lo", "lan1", "pppoe-wan", "eth9" };

		ck_assert_msg(!named(v, n, out[i]), "%s", out[i]);
	}
	free(v);
}
END_TEST

/* An access point: its bridge leads outside, too. The same with the route elsewhere is a LAN. */
START_TEST(an_access_point)
{
	const struct cg_link_addr addrs[] = { addr(3, "192.168.1.2", 120) };
	int uplink = 3;
	const struct cg_lans_in in = { LINKS + 2, 3, addrs, 1, &uplink, 1 };
	struct cg_lans_found *v;
	size_t n;

	ck_assert_int_eq(cg_lans_find(&in, &v, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert(v[0].uplink && !v[0].likely);
	free(v);
	uplink = 2;
	ck_assert_int_eq(cg_lans_find(&in, &v, &n), 0);
	ck_assert(!v[0].uplink && v[0].likely);
	free(v);
}
END_TEST

START_TEST(many_ports)
{
	struct cg_link links[40] = { { .ifindex = 1, .name = "br0", .kind = "bridge" } };
	const struct cg_lans_in in = { .links = links, .nlinks = 40 };
	struct cg_lans_found *v;
	size_t n;

	for (int i = 1; i < 40; i++) {
		links[i] = (struct cg_link){ .ifindex = i + 1, .master = 1 };
		snprintf(links[i].name, sizeof(links[i].name), "interface%u", (uint8_t)i);
	}
	ck_assert_int_eq(cg_lans_find(&in, &v, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_lt(strlen(v[0].ports), sizeof(v[0].ports));
	ck_assert_str_eq(v[0].ports + strlen(v[0].ports) - 5, ", …");
	ck_assert_ptr_eq(strstr(v[0].ports, "…"), v[0].ports + strlen(v[0].ports) - 3);
	free(v);
}
END_TEST

int main(void)
{
	return UNIT_RUN("lans", 30, a_gateway, an_access_point, many_ports);
}
