/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers by netlink that are shorter than what they should hold: taken for nothing, beside the same ones whole. */
#include <kern/links.h>
#include <kern/nft.h>
#include <kern/offload.h>
#include <kern/tc.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/nl80211.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <camgate/bpf_abi.h>
#include "../fuzz/kernel.h"
#include "unit.h"

/* What the kernel says, in the bytes of kernel.h. */
static struct {
	uint8_t b[2048];
	size_t n;
} say;

static void bytes(const void *from, size_t n)
{
	ck_assert_uint_le(say.n + n, sizeof(say.b));
	memcpy(say.b + say.n, from, n);
	say.n += n;
}

static void byte(unsigned int v)
{
	uint8_t b = (uint8_t)v;

	bytes(&b, 1);
}

static void message(unsigned int type, const void *head, size_t n)
{
	byte(0xf2);
	byte(type >> 8);
	byte(type);
	byte(NLM_F_MULTI);
	byte((unsigned int)n);
	bytes(head, n);
}

static void attr(unsigned int type, const void *from, size_t n)
{
	byte(type);
	byte((unsigned int)n);
	bytes(from, n);
}

static void number(unsigned int type, uint32_t v, size_t n)
{
	attr(type, &v, n);
}

static void nest(unsigned int type)
{
	byte(0xf0);
	byte(type);
}

static void nest_end(void)
{
	byte(0xf1);
}

/* A list's end, or an acknowledgement. */
static void done(void)
{
	message(NLMSG_DONE, "\0\0\0", 4);
	byte(0xf3);
}

static void ack(void)
{
	static const uint8_t none[20];

	message(NLMSG_ERROR, none, sizeof(none));
	byte(0xf3);
}

static void begin(void)
{
	say.n = 0;
}

static void end(void)
{
	kernel_says(say.b, say.n);
}

static const struct rtmsg default_route = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST };
static const uint8_t gateway[4] = { 203, 0, 113, 1 };

/* ---- links ---- */

static struct cg_links *links_open(size_t master, uint8_t prefix)
{
	const struct ifinfomsg ifi = { .ifi_index = 3 };
	const struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				       .ifa_prefixlen = prefix,
				       .ifa_index = 3 };
	struct cg_links *l = NULL;

	begin();
	message(RTM_NEWLINK, &ifi, sizeof(ifi));
	attr(IFLA_IFNAME, "lan1", 5);
	number(IFLA_MASTER, 2, master);
	number(IFLA_LINK, 6, master);
	done();
	message(RTM_NEWADDR, &ifa, sizeof(ifa));
	attr(IFA_LOCAL, gateway, 4);
	done();
	end();
	ck_assert_int_eq(cg_links_open(NULL, NULL, &l), 0);
	return l;
}

START_TEST(link_numbers)
{
	static const struct {
		size_t len;
		int master, lower;
	} rows[] = { { 4, 2, 6 }, { 2, 0, 0 }, { 0, 0, 0 } };

	for (size_t i = 0; i < 3; i++) {
		struct cg_links *l = links_open(rows[i].len, 24);
		size_t n;
		const struct cg_link *link = cg_links_table(l, &n);

		ck_assert_uint_eq(n, 1);
		ck_assert_int_eq(link->master, rows[i].master);
		ck_assert_int_eq(link->lower, rows[i].lower);
		cg_links_close(&l);
	}
}
END_TEST

START_TEST(prefix_of_an_address)
{
	static const struct {
		uint8_t len;
		size_t n;
	} rows[] = { { 24, 1 }, { 32, 1 }, { 33, 0 }, { 255, 0 } };

	for (size_t i = 0; i < 4; i++) {
		struct cg_links *l = links_open(4, rows[i].len);
		size_t n;

		(void)cg_links_addrs(l, &n);
		ck_assert_uint_eq(n, rows[i].n);
		cg_links_close(&l);
	}
}
END_TEST

/* Next hops of which the last is cut: n bytes of it. */
static bool router_seen(size_t n)
{
	struct {
		struct rtnexthop hop;
		struct nlattr a;
		uint8_t addr[4];
	} hop = { { .rtnh_len = sizeof(hop), .rtnh_ifindex = 3 }, { 8, RTA_GATEWAY }, { 0 } };
	const struct ndmsg nd = { .ndm_family = AF_INET,
				  .ndm_ifindex = 3,
				  .ndm_state = NUD_REACHABLE };
	struct cg_links *l = links_open(4, 24);
	struct cg_neigh *neighs;
	size_t nneigh;
	bool router;

	memcpy(hop.addr, gateway, 4);
	begin();
	message(RTM_NEWROUTE, &default_route, sizeof(default_route));
	attr(RTA_MULTIPATH, &hop, n);
	done();
	message(RTM_NEWNEIGH, &nd, sizeof(nd));
	attr(NDA_DST, gateway, 4);
	attr(NDA_LLADDR, "\2\0\0\0\0\1", 6);
	done();
	end();
	ck_assert_int_eq(cg_links_neighs_read(l, &neighs, &nneigh), 0);
	ck_assert_uint_eq(nneigh, 1);
	router = neighs->router;
	free(neighs);
	cg_links_close(&l);
	return router;
}

START_TEST(next_hops)
{
	ck_assert(router_seen(16));
	ck_assert(!router_seen(15));
	ck_assert(!router_seen(2));
	ck_assert(!router_seen(0));
}
END_TEST

/* ---- filters ---- */

static void filter(const char *name, size_t name_len, uint32_t id, size_t id_len)
{
	const struct tcmsg tc = { .tcm_ifindex = 3,
				  .tcm_handle = CG_TC_HANDLE,
				  .tcm_info = TC_H_MAKE(CG_TC_PRIO << 16, 0) };

	message(RTM_NEWTFILTER, &tc, sizeof(tc));
	attr(TCA_KIND, "bpf", 4);
	nest(TCA_OPTIONS);
	attr(TCA_BPF_NAME, name, name_len);
	number(TCA_BPF_ID, id, id_len);
	nest_end();
	done();
}

START_TEST(filter_ids)
{
	struct cg_tc_state state;

	for (size_t len = 0; len <= 4; len += 2) {
		begin();
		filter("cg_from_cam", 12, 11, len);
		filter("cg_to_cam", 10, 12, 4);
		end();
		ck_assert_int_eq(cg_tc_read(3, 11, 12, &state), 0);
		ck_assert_int_eq(state.ingress, len == 4);
		ck_assert(state.egress);
	}
}
END_TEST

START_TEST(filter_names)
{
	/* Ours is found by its whole name; one without an end is another's. */
	for (size_t len = 11; len <= 12; len++) {
		begin();
		filter("cg_from_cam", len, 5, 4);
		if (len == 12)
			ack();
		done();
		end();
		ck_assert_int_eq(cg_tc_detach(3, 0, 0, false), len == 12);
	}
}
END_TEST

START_TEST(qdiscs)
{
	const struct tcmsg tc = { .tcm_ifindex = 3 };
	struct tcmsg other = { .tcm_ifindex = 4 };

	begin();
	/* Shorter than its head: nothing is read behind it. */
	message(RTM_NEWQDISC, &tc, 4);
	message(RTM_NEWQDISC, &other, sizeof(other));
	attr(TCA_KIND, "ingress", 8);
	/* In the place of acknowledgements a line of the list that is over. */
	done();
	message(RTM_NEWQDISC, &tc, sizeof(tc));
	attr(TCA_KIND, "ingress", 8);
	ack();
	for (int i = 0; i < 2; i++) {
		done();
		ack();
	}
	end();
	ck_assert_int_eq(cg_tc_attach(3, 5, 6), 1);
	begin();
	message(RTM_NEWQDISC, &tc, sizeof(tc));
	attr(TCA_KIND, "ingress", 8);
	done();
	end();
	ck_assert_int_eq(cg_tc_attach(3, 5, 6), -EBUSY);
}
END_TEST

/* ---- nftables, wireless ---- */

START_TEST(guard_chains)
{
	const struct nfgenmsg gen = { .nfgen_family = CG_NFT_NETDEV };
	struct cg_nftext_port *port = NULL;

	for (size_t cut = 0; cut < 2; cut++) {
		begin();
		message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, &gen, sizeof(gen));
		attr(NFTA_CHAIN_TABLE, "guard", 6);
		attr(NFTA_CHAIN_NAME, "if3", 4);
		nest(NFTA_CHAIN_HOOK);
		attr(NFTA_HOOK_DEV, "lan1", 5 - cut);
		nest_end();
		message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, &gen, sizeof(gen));
		attr(NFTA_CHAIN_TABLE, "guard", 6);
		attr(NFTA_CHAIN_NAME, "if4", 3);
		done();
		end();
		ck_assert_int_eq(cg_nft_guard_ports("guard", &port), 1);
		ck_assert_int_eq(port->ifindex, 3);
		ck_assert_str_eq(port->name, cut ? "." : "lan1");
		free(port);
	}
}
END_TEST

START_TEST(mesh)
{
	static const uint8_t genl[4] = { NL80211_CMD_NEW_INTERFACE, 1 };
	char name[16];

	for (size_t cut = 0; cut < 2; cut++) {
		begin();
		message(0x1d, genl, sizeof(genl));
		number(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_MESH_POINT, 4);
		attr(NL80211_ATTR_IFNAME, "mesh0", 6 - cut);
		done();
		end();
		ck_assert_int_eq(cg_offload_mesh(name), !cut);
		begin();
		message(0x1d, genl, sizeof(genl));
		number(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_MESH_POINT, 4 - cut);
		attr(NL80211_ATTR_IFNAME, "mesh0", 6);
		done();
		end();
		ck_assert_int_eq(cg_offload_mesh(name), !cut);
	}
}
END_TEST

START_TEST(flow_tables)
{
	const struct nfgenmsg gen = { .nfgen_family = CG_NFT_INET };
	char name[48];

	begin();
	message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE, &gen, sizeof(gen));
	attr(NFTA_FLOWTABLE_TABLE, "fw4", 4);
	attr(NFTA_FLOWTABLE_NAME, "ft", 2);
	attr(NFTA_FLOWTABLE_FLAGS, "\0\0\0\1", 4);
	message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE, &gen, sizeof(gen));
	attr(NFTA_FLOWTABLE_FLAGS, "\0\0\0\1", 3);
	done();
	end();
	ck_assert_int_eq(cg_offload_tables(false, name, sizeof(name)), 1);
	ck_assert_str_eq(name, "fw4 ");
}
END_TEST

int main(void)
{
	return UNIT_RUN("netlink", 10, link_numbers, prefix_of_an_address, next_hops, filter_ids,
			filter_names, qdiscs, guard_chains, mesh, flow_tables);
}
