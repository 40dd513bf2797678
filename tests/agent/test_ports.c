/* SPDX-License-Identifier: GPL-2.0-only */
/* Which ports, nets and interfaces follow from tables of links: bridge, plain, VLAN, shared, missing. */
#include <stdio.h>
#include <string.h>
#include "../../agent/daemon/ports.h"
#include "harness.h"

static struct cg_ports_plan *plan;
static char lans[4][16];
static struct cg_policy_home homes[4];
static size_t nlans, nhomes;

static void setup(void)
{
	fake_reset();
	nlans = nhomes = 0;
	plan = NULL;
}

static void teardown(void)
{
	cg_ports_free(&plan);
}

static void lan(const char *name)
{
	snprintf(lans[nlans++], sizeof(lans[0]), "%s", name);
}

static void make(void)
{
	struct cg_ports_in in = {
		.links = fake_links.link,
		.nlinks = fake_links.nlink,
		.addrs = fake_links.addr,
		.naddrs = fake_links.naddr,
		.lan = (const char(*)[16])lans,
		.nlan = nlans,
		.home = homes,
		.nhome = nhomes,
		.now_ns = BOOT_START,
	};

	cg_ports_free(&plan);
	ck_assert_int_eq(cg_ports_plan(&in, &plan), 0);
}

/* "lan1 lan2": the ports in the plan, by ifindex. */
static const char *ports(void)
{
	static char text[256];

	text[0] = '\0';
	for (size_t i = 0; i < plan->nport; i++) {
		if (i)
			strcat(text, " ");
		strcat(text, plan->port[i].name);
	}
	return text;
}

static const struct cg_if *iface(uint32_t ifindex)
{
	for (size_t i = 0; i < plan->niface; i++)
		if (plan->iface[i].ifindex == ifindex)
			return &plan->iface[i].type;
	return NULL;
}

static const struct cg_net *net(const char *text)
{
	struct cg_prefix p;

	ck_assert_int_eq(cg_prefix_parse(text, &p), 0);
	for (size_t i = 0; i < plan->nnet; i++)
		if (!memcmp(&plan->net[i].prefix, &p, sizeof(p)))
			return &plan->net[i].net;
	return NULL;
}

static void bridge_of_dsa(void)
{
	fake_link_add(2, "br-lan", "bridge", 0, 0);
	fake_link_add(3, "lan1", "dsa", 2, 9);
	fake_link_add(4, "lan2", "dsa", 2, 9);
	fake_link_add(5, "wan", "dsa", 0, 9);
	fake_link_add(9, "eth0", "", 0, 0);
	lan("br-lan");
}

START_TEST(bridge_by_its_ports)
{
	bridge_of_dsa();
	make();
	ck_assert_str_eq(ports(), "lan1 lan2");
	ck_assert_ptr_nonnull(iface(2));
	ck_assert_int_eq(iface(3)->kind, CG_NET_LAN);
	ck_assert_int_eq(iface(3)->lan, 1);
	ck_assert_ptr_null(iface(5));
	ck_assert_ptr_null(iface(9));
}
END_TEST

START_TEST(port_comes_and_goes)
{
	bridge_of_dsa();
	fake_link_add(7, "wlan0", "", 2, 0);
	make();
	ck_assert_str_eq(ports(), "lan1 lan2 wlan0");
	fake_link_del(3);
	make();
	ck_assert_str_eq(ports(), "lan2 wlan0");
}
END_TEST

START_TEST(plain_is_its_own_port)
{
	bridge_of_dsa();
	nlans = 0;
	lan("eth0");
	make();
	ck_assert_str_eq(ports(), "eth0");
	ck_assert_ptr_null(iface(3));
}
END_TEST

START_TEST(vlan_on_bridge_is_the_bridges_ports)
{
	bridge_of_dsa();
	nlans = 0;
	fake_link_add(10, "br-lan.10", "vlan", 0, 2);
	lan("br-lan.10");
	make();
	ck_assert_str_eq(ports(), "lan1 lan2");
	ck_assert_int_eq(iface(10)->kind, CG_NET_LAN);
}
END_TEST

START_TEST(vlan_port_is_the_device_below)
{
	fake_link_add(2, "br-lan", "bridge", 0, 0);
	fake_link_add(3, "eth0", "", 0, 0);
	fake_link_add(4, "eth0.10", "vlan", 2, 3);
	lan("br-lan");
	make();
	ck_assert_str_eq(ports(), "eth0");
	/* Frames say they came in by the VLAN device; eth0 untagged is no LAN. */
	ck_assert_int_eq(iface(4)->kind, CG_NET_LAN);
	ck_assert_ptr_null(iface(3));
}
END_TEST

START_TEST(two_lans_share_ports)
{
	bridge_of_dsa();
	fake_link_add(10, "br-lan.10", "vlan", 0, 2);
	lan("br-lan.10");
	make();
	ck_assert_str_eq(ports(), "lan1 lan2");
	ck_assert_int_eq(iface(3)->lan, 0);
	ck_assert_int_eq(iface(2)->lan, 1);
	ck_assert_int_eq(iface(10)->lan, 2);
}
END_TEST

START_TEST(veth_peer_is_not_followed)
{
	fake_link_add(2, "br-lan", "bridge", 0, 0);
	fake_link_add(3, "veth0", "veth", 2, 4);
	fake_link_add(4, "veth1", "veth", 0, 3);
	lan("br-lan");
	make();
	ck_assert_str_eq(ports(), "veth0");
}
END_TEST

START_TEST(loop_of_links_ends)
{
	fake_link_add(2, "a", "vlan", 0, 3);
	fake_link_add(3, "b", "vlan", 0, 2);
	lan("a");
	make();
	ck_assert_uint_le(plan->nport, 1);
}
END_TEST

START_TEST(missing_lan_is_said)
{
	bridge_of_dsa();
	lan("br-iot");
	make();
	ck_assert(!plan->missing[0]);
	ck_assert(plan->missing[1]);
	ck_assert_str_eq(ports(), "lan1 lan2");
}
END_TEST

START_TEST(nets_of_addresses)
{
	bridge_of_dsa();
	fake_addr_add(2, "192.168.1.1/24", UINT64_MAX);
	fake_addr_add(2, "2001:db8:1::1/64", 3600);
	fake_addr_add(2, "fe80::1/64", UINT64_MAX);
	fake_addr_add(5, "203.0.113.2/24", UINT64_MAX);
	fake_addr_add(1, "127.0.0.1/8", UINT64_MAX);
	make();
	ck_assert_int_eq(net("192.168.1.0/24")->kind, CG_NET_LAN);
	ck_assert_int_eq(net("192.168.1.0/24")->lan, 1);
	ck_assert_uint_eq(net("192.168.1.0/24")->until_ns, 0);
	ck_assert_int_eq(net("192.168.1.255/32")->kind, CG_NET_GROUP);
	ck_assert_int_eq(net("192.168.1.1/32")->kind, CG_NET_GATEWAY);
	ck_assert_int_eq(net("2001:db8:1::/64")->kind, CG_NET_LAN);
	ck_assert_uint_eq(net("2001:db8:1::/64")->until_ns, BOOT_START + 3600 * CG_SEC_NS);
	ck_assert_int_eq(net("2001:db8:1::1/128")->kind, CG_NET_GATEWAY);
	ck_assert_int_eq(net("fe80::1/128")->kind, CG_NET_GATEWAY);
	ck_assert_ptr_null(net("fe80::/64"));
	/* The WAN's own address is the gateway's, its network is not the LAN. */
	ck_assert_int_eq(net("203.0.113.2/32")->kind, CG_NET_GATEWAY);
	ck_assert_ptr_null(net("203.0.113.0/24"));
	ck_assert_ptr_null(net("127.0.0.1/32"));
}
END_TEST

START_TEST(longest_lifetime_counts)
{
	bridge_of_dsa();
	fake_addr_add(2, "2001:db8:1::1/64", 60);
	fake_addr_add(2, "2001:db8:1::2/64", 600);
	make();
	ck_assert_uint_eq(net("2001:db8:1::/64")->until_ns, BOOT_START + 600 * CG_SEC_NS);
	fake_addr_add(2, "2001:db8:1::3/64", UINT64_MAX);
	make();
	ck_assert_uint_eq(net("2001:db8:1::/64")->until_ns, 0);
}
END_TEST

START_TEST(odd_prefix_lengths)
{
	bridge_of_dsa();
	fake_addr_add(2, "10.9.8.7/20", UINT64_MAX);
	fake_addr_add(2, "172.16.0.0/31", UINT64_MAX);
	fake_addr_add(2, "172.17.0.1/32", UINT64_MAX);
	make();
	ck_assert_int_eq(net("10.9.0.0/20")->kind, CG_NET_LAN);
	ck_assert_int_eq(net("10.9.15.255/32")->kind, CG_NET_GROUP);
	/* Two addresses have no broadcast; one is no network. */
	ck_assert_int_eq(net("172.16.0.0/31")->kind, CG_NET_LAN);
	ck_assert_ptr_null(net("172.16.0.1/32"));
	ck_assert_int_eq(net("172.17.0.1/32")->kind, CG_NET_GATEWAY);
}
END_TEST

START_TEST(home_tunnel_and_prefix)
{
	bridge_of_dsa();
	fake_link_add(8, "wg0", "wireguard", 0, 0);
	fake_addr_add(8, "10.8.0.1/24", UINT64_MAX);
	snprintf(homes[0].ifname, sizeof(homes[0].ifname), "wg0");
	ck_assert_int_eq(cg_prefix_parse("10.66.0.0/16", &homes[1].prefix), 0);
	homes[1].ifname[0] = '\0';
	make();
	ck_assert_ptr_null(net("10.8.0.0/24"));
	ck_assert_ptr_null(iface(8));
	nhomes = 2;
	make();
	ck_assert_int_eq(net("10.8.0.0/24")->kind, CG_NET_HOME);
	ck_assert_int_eq(net("10.66.0.0/16")->kind, CG_NET_HOME);
	ck_assert_int_eq(net("10.8.0.1/32")->kind, CG_NET_GATEWAY);
	ck_assert_int_eq(iface(8)->kind, CG_NET_HOME);
	ck_assert_str_eq(ports(), "lan1 lan2");
}
END_TEST

START_TEST(too_many_addresses_are_said)
{
	static struct cg_link_addr many[CG_MAX_NETS + 8];
	struct cg_link link = { .ifindex = 2, .name = "br-lan", .kind = "bridge" };
	struct cg_ports_in in = { .links = &link, .nlinks = 1, .addrs = many, .nlan = 1 };

	lan("br-lan");
	in.lan = (const char(*)[16])lans;
	for (size_t i = 0; i < CG_MAX_NETS + 8; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.%zu.%zu.1", i / 250, i % 250);
		ck_assert_int_eq(cg_addr_parse(text, &many[i].addr), 0);
		many[i].ifindex = 2;
		many[i].len = 120;
	}
	in.naddrs = 16;
	ck_assert_int_eq(cg_ports_plan(&in, &plan), 0);
	ck_assert(!plan->cut);
	cg_ports_free(&plan);
	in.naddrs = CG_MAX_NETS + 8;
	ck_assert_int_eq(cg_ports_plan(&in, &plan), 0);
	ck_assert(plan->cut);
	ck_assert_uint_eq(plan->nnet, CG_MAX_NETS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ports");
	TCase *t = tcase_create("plan");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, bridge_by_its_ports);
	tcase_add_test(t, port_comes_and_goes);
	tcase_add_test(t, plain_is_its_own_port);
	tcase_add_test(t, vlan_on_bridge_is_the_bridges_ports);
	tcase_add_test(t, vlan_port_is_the_device_below);
	tcase_add_test(t, two_lans_share_ports);
	tcase_add_test(t, veth_peer_is_not_followed);
	tcase_add_test(t, loop_of_links_ends);
	tcase_add_test(t, missing_lan_is_said);
	tcase_add_test(t, nets_of_addresses);
	tcase_add_test(t, longest_lifetime_counts);
	tcase_add_test(t, odd_prefix_lengths);
	tcase_add_test(t, home_tunnel_and_prefix);
	tcase_add_test(t, too_many_addresses_are_said);
	suite_add_tcase(s, t);
	return suite_run(s);
}
