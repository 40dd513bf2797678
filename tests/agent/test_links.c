/* SPDX-License-Identifier: GPL-2.0-only */
/* The real rtnetlink side, in a network namespace of its own: ports, addresses, neighbours, filters, overflow. */
#include <check.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../agent/kern/links.h"

static struct cg_links *links;
static unsigned int told;

static void changed(void *ctx, unsigned int what)
{
	*(unsigned int *)ctx |= what;
}

static void run(const char *cmd)
{
	int rc = system(cmd);

	ck_assert_msg(WIFEXITED(rc) && !WEXITSTATUS(rc), "%s", cmd);
}

/* Each test is a process of its own, so the namespace goes with it. */
static void setup(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	run("ip link set lo up");
	run("ip link add br-lan type bridge");
	run("ip link add lan1 type veth peer name peer1");
	run("ip addr add 192.168.1.1/24 dev br-lan");
	run("ip link set br-lan up && ip link set lan1 up && ip link set peer1 up");
	ck_assert_int_eq(cg_links_open(changed, &told, &links), 0);
	told = 0;
}

static void teardown(void)
{
	cg_links_close(&links);
}

/* Reads until `what` was told; false: it was not, in a second. */
static bool wait_for(unsigned int what)
{
	struct pollfd p = { .fd = cg_links_fd(links), .events = POLLIN };

	while ((told & what) != what) {
		if (poll(&p, 1, 1000) != 1)
			return false;
		ck_assert_int_eq(cg_links_read(links), 0);
	}
	return true;
}

static const struct cg_link *link_find(const char *name)
{
	const struct cg_link *l;
	size_t n;

	l = cg_links_table(links, &n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(l[i].name, name))
			return &l[i];
	return NULL;
}

static const struct cg_link_addr *addr_find(const char *text)
{
	const struct cg_link_addr *a;
	struct cg_addr addr;
	size_t n;

	ck_assert_int_eq(cg_addr_parse(text, &addr), 0);
	a = cg_links_addrs(links, &n);
	for (size_t i = 0; i < n; i++)
		if (!memcmp(&a[i].addr, &addr, sizeof(addr)))
			return &a[i];
	return NULL;
}

START_TEST(first_look)
{
	const struct cg_link *l = link_find("br-lan");

	ck_assert_ptr_nonnull(l);
	ck_assert_str_eq(l->kind, "bridge");
	ck_assert(l->up);
	ck_assert_str_eq(link_find("lan1")->kind, "veth");
	ck_assert_int_eq(link_find("lan1")->master, 0);
	ck_assert_int_eq(addr_find("192.168.1.1")->len, 120);
	ck_assert_int_eq(addr_find("192.168.1.1")->ifindex, l->ifindex);
	ck_assert_uint_eq(addr_find("192.168.1.1")->valid_s, UINT64_MAX);
}
END_TEST

START_TEST(port_joins_and_leaves)
{
	run("ip link set lan1 master br-lan");
	ck_assert(wait_for(CG_LINKS_LINK));
	ck_assert_int_eq(link_find("lan1")->master, link_find("br-lan")->ifindex);
	told = 0;
	run("ip link set lan1 nomaster");
	ck_assert(wait_for(CG_LINKS_LINK));
	ck_assert_int_eq(link_find("lan1")->master, 0);
	told = 0;
	run("ip link del lan1");
	ck_assert(wait_for(CG_LINKS_LINK));
	ck_assert_ptr_null(link_find("lan1"));
}
END_TEST

START_TEST(rename_is_seen)
{
	int ifindex = link_find("lan1")->ifindex;

	run("ip link set lan1 down && ip link set lan1 name lan9");
	ck_assert(wait_for(CG_LINKS_LINK));
	while (!link_find("lan9")) {
		told = 0;
		ck_assert(wait_for(CG_LINKS_LINK));
	}
	ck_assert_int_eq(link_find("lan9")->ifindex, ifindex);
	ck_assert_ptr_null(link_find("lan1"));
}
END_TEST

START_TEST(addresses)
{
	run("ip addr add 2001:db8::1/64 dev br-lan valid_lft 600 preferred_lft 600 nodad");
	ck_assert(wait_for(CG_LINKS_ADDR));
	ck_assert_int_eq(addr_find("2001:db8::1")->len, 64);
	ck_assert_uint_le(addr_find("2001:db8::1")->valid_s, 600);
	ck_assert_uint_gt(addr_find("2001:db8::1")->valid_s, 500);
	told = 0;
	run("ip addr del 192.168.1.1/24 dev br-lan");
	ck_assert(wait_for(CG_LINKS_ADDR));
	ck_assert_ptr_null(addr_find("192.168.1.1"));
}
END_TEST

START_TEST(filters)
{
	struct cg_link_filter *f = NULL;
	size_t n = 0;

	run("tc qdisc add dev lan1 clsact");
	ck_assert(wait_for(CG_LINKS_FILTER));
	ck_assert_int_eq(cg_links_filters_read(links, link_find("lan1")->ifindex, false, &f, &n),
			 0);
	ck_assert_uint_eq(n, 0);
	free(f);
	run("tc filter add dev lan1 ingress pref 7 protocol all bpf da bytecode '1,6 0 0 0,'");
	ck_assert_int_eq(cg_links_filters_read(links, link_find("lan1")->ifindex, false, &f, &n),
			 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(f[0].pref, 7);
	ck_assert_str_eq(f[0].kind, "bpf");
	free(f);
	ck_assert_int_eq(cg_links_filters_read(links, link_find("lan1")->ifindex, true, &f, &n), 0);
	ck_assert_uint_eq(n, 0);
	free(f);
	/* A port without clsact has none, and that is no failure. */
	ck_assert_int_eq(cg_links_filters_read(links, link_find("peer1")->ifindex, false, &f, &n),
			 0);
	ck_assert_uint_eq(n, 0);
	free(f);
}
END_TEST

/* The other end of a cable answers for an address that the kernel looks for. */
START_TEST(neighbour_sought)
{
	struct cg_neigh *neigh = NULL;
	struct cg_addr addr;
	size_t n = 0;
	bool found = false;
	int port;

	run("ip link set lan1 nomaster 2>/dev/null; ip addr flush dev br-lan; ip addr add 192.168.1.1/24 dev lan1");
	run("ip netns add cgseek$PPID 2>/dev/null || true");
	run("ip link set peer1 netns cgseek$PPID && ip -n cgseek$PPID addr add 192.168.1.9/24 dev peer1 && "
	    "ip -n cgseek$PPID link set peer1 up");
	port = (int)if_nametoindex("lan1");
	ck_assert_int_eq(cg_addr_parse("192.168.1.9", &addr), 0);
	ck_assert_int_eq(cg_links_neigh_seek(links, port, &addr), 0);
	for (int i = 0; i < 100 && !found; i++) {
		ck_assert_int_eq(cg_links_neighs_read(links, &neigh, &n), 0);
		for (size_t k = 0; k < n; k++)
			found |= neigh[k].ifindex == port &&
				 !memcmp(&neigh[k].addr, &addr, sizeof(addr));
		free(neigh);
		poll(NULL, 0, 20);
	}
	run("ip netns del cgseek$PPID");
	ck_assert(found);
	/* no such interface */
	ck_assert_int_lt(cg_links_neigh_seek(links, 4000, &addr), 0);
}
END_TEST

START_TEST(neighbours)
{
	struct cg_neigh *neigh = NULL;
	struct cg_addr router, other;
	size_t n = 0, routers = 0, others = 0;

	run("ip neigh add 192.168.1.254 lladdr 02:00:00:00:00:fe dev br-lan nud permanent");
	run("ip neigh add 192.168.1.9 lladdr 02:00:00:00:00:09 dev br-lan nud permanent");
	run("ip route add default via 192.168.1.254");
	ck_assert_int_eq(cg_links_neighs_read(links, &neigh, &n), 0);
	ck_assert_int_eq(cg_addr_parse("192.168.1.254", &router), 0);
	ck_assert_int_eq(cg_addr_parse("192.168.1.9", &other), 0);
	for (size_t i = 0; i < n; i++) {
		if (!memcmp(&neigh[i].addr, &router, sizeof(router))) {
			ck_assert(neigh[i].router);
			ck_assert_int_eq(neigh[i].mac.b[5], 0xfe);
			routers++;
		}
		if (!memcmp(&neigh[i].addr, &other, sizeof(other))) {
			ck_assert(!neigh[i].router);
			others++;
		}
	}
	ck_assert_uint_eq(routers, 1);
	ck_assert_uint_eq(others, 1);
	free(neigh);
}
END_TEST

START_TEST(overflow_reads_everything_again)
{
	int small = 4096;
	FILE *ip;

	ck_assert_uint_eq(cg_links_overflows(links), 0);
	ck_assert_int_eq(
		setsockopt(cg_links_fd(links), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	/* More than the buffer holds, and nobody reads. */
	ip = popen("ip -batch -", "w");
	ck_assert_ptr_nonnull(ip);
	for (int i = 0; i < 4900; i++)
		fprintf(ip, "addr add 10.1.0.1/24 dev br-lan\naddr del 10.1.0.1/24 dev br-lan\n");
	for (int i = 0; i < 200; i++)
		fprintf(ip, "addr add 10.0.%d.1/24 dev br-lan\n", i);
	fprintf(ip, "link set lan1 master br-lan\n");
	ck_assert_int_eq(pclose(ip), 0);
	ck_assert(wait_for(CG_LINKS_LINK | CG_LINKS_ADDR | CG_LINKS_FILTER));
	ck_assert_uint_gt(cg_links_overflows(links), 0);
	ck_assert_ptr_nonnull(addr_find("10.0.0.1"));
	ck_assert_ptr_nonnull(addr_find("10.0.199.1"));
	ck_assert_ptr_null(addr_find("10.1.0.1"));
	ck_assert_int_eq(link_find("lan1")->master, link_find("br-lan")->ifindex);
}
END_TEST

START_TEST(many_links)
{
	const struct cg_link *l;
	FILE *ip = popen("ip -batch -", "w");
	size_t n, before;

	/* A dump of more than one message buffer. */
	(void)cg_links_table(links, &before);
	ck_assert_ptr_nonnull(ip);
	for (int i = 0; i < 100; i++)
		fprintf(ip, "link add v%d type veth peer name w%d\n", i, i);
	ck_assert_int_eq(pclose(ip), 0);
	ck_assert(wait_for(CG_LINKS_LINK));
	ck_assert_int_eq(cg_links_read(links), 0);
	l = cg_links_table(links, &n);
	ck_assert_uint_eq(n, before + 200);
	for (size_t i = 1; i < n; i++)
		ck_assert_int_lt(l[i - 1].ifindex, l[i].ifindex);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("links");
	TCase *t = tcase_create("rtnetlink");
	SRunner *r;
	int failed;

	if (unshare(CLONE_NEWNET)) {
		puts("skip links: needs the right to make a network namespace");
		return 77;
	}
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, first_look);
	tcase_add_test(t, port_joins_and_leaves);
	tcase_add_test(t, rename_is_seen);
	tcase_add_test(t, addresses);
	tcase_add_test(t, filters);
	tcase_add_test(t, neighbours);
	tcase_add_test(t, neighbour_sought);
	tcase_add_test(t, overflow_reads_everything_again);
	tcase_add_test(t, many_links);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
