/* SPDX-License-Identifier: GPL-2.0-only */
/* The real nftables side, in a network namespace of its own: rules as nft lists them, and their end by handle and generation. */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../agent/kern/nft.h"
#include "../../agent/lib/mapping.h"

#define CAM   "192.168.1.20"
#define PHONE "192.168.1.30"

static struct cg_addr addr;
static struct cg_mapping_want want = { .addr = &addr, .naddr = 1 };
static struct cg_mapping_list list;

static void run(const char *cmd)
{
	int rc = system(cmd);

	ck_assert_msg(WIFEXITED(rc) && !WEXITSTATUS(rc), "%s", cmd);
}

/* Each test is a process of its own, so the namespace goes with it. */
static void setup(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_int_eq(cg_addr_parse(CAM, &addr), 0);
	run("nft -f - <<-END\n"
	    "table inet fw4 {\n"
	    "chain upnp_prerouting { type nat hook prerouting priority dstnat\n"
	    "tcp dport 1000 dnat ip to " CAM ":80\n"
	    "tcp dport 2000 dnat ip to " PHONE ":80\n"
	    "}\n}\nEND");
}

static void teardown(void)
{
	cg_mapping_list_free(&list);
}

static void look(const char *script, bool terse)
{
	char *text = NULL, why[200];
	struct cg_nft_job job;
	size_t n;

	ck_assert_int_eq(cg_nft_list_start(script, terse, &job), 0);
	ck_assert_int_eq(
		cg_nft_list_finish(&job, CG_MAPPING_RULES_MAX, &text, &n, why, sizeof(why)), 0);
	ck_assert_int_eq(cg_mapping_nft_read(text, n, &want, &list), 0);
	free(text);
}

static struct cg_nft_rule rule_of(size_t i)
{
	return (struct cg_nft_rule){ CG_NFT_INET, list.m[i].table, list.m[i].chain,
				     list.m[i].handle };
}

static int rules(void)
{
	FILE *f = popen("nft list ruleset | grep -c dnat", "r");
	int n = -1;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

START_TEST(a_rule_is_listed_and_deleted)
{
	struct cg_nft_rule rule;
	uint32_t gen = 0;

	ck_assert_int_eq(cg_nft_generation(&gen), 0);
	look("list ruleset\n", true);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_int_eq(list.m[0].out_lo, 1000);
	rule = rule_of(0);
	ck_assert_int_eq(cg_nft_rules_delete(gen, &rule, 1), 0);
	ck_assert_int_eq(rules(), 1);
	run("nft list ruleset | grep -q 'dport 2000 dnat ip to " PHONE "'");
}
END_TEST

START_TEST(not_in_another_generation)
{
	struct cg_nft_rule rule;
	uint32_t gen = 0, later = 0;

	ck_assert_int_eq(cg_nft_generation(&gen), 0);
	look("list ruleset\n", true);
	rule = rule_of(0);
	/* The firewall starts anew: the same handle is another's rule. */
	run("nft -f - <<-END\n"
	    "flush ruleset\n"
	    "table inet fw4 {\n"
	    "chain upnp_prerouting { type nat hook prerouting priority dstnat\n"
	    "tcp dport 2000 dnat ip to " PHONE ":80\n"
	    "}\n}\nEND");
	run("nft -a list ruleset | grep -q 'dport 2000.*handle 2'");
	ck_assert_uint_eq(rule.handle, 2);
	ck_assert_int_eq(cg_nft_rules_delete(gen, &rule, 1), -ESTALE);
	ck_assert_int_eq(rules(), 1);
	/* What it would have done. */
	ck_assert_int_eq(cg_nft_generation(&later), 0);
	ck_assert_uint_ne(later, gen);
	ck_assert_int_eq(cg_nft_rules_delete(later, &rule, 1), 0);
	ck_assert_int_eq(rules(), 0);
}
END_TEST

START_TEST(all_or_none)
{
	struct cg_nft_rule rule[2];
	uint32_t gen = 0;

	ck_assert_int_eq(cg_nft_generation(&gen), 0);
	look("list ruleset\n", true);
	rule[0] = rule_of(0);
	rule[1] = rule[0];
	rule[1].handle = 99;
	ck_assert_int_eq(cg_nft_rules_delete(gen, rule, 2), -ENOENT);
	ck_assert_int_eq(rules(), 2);
	rule[0].table = "none";
	ck_assert_int_eq(cg_nft_rules_delete(gen, rule, 1), -ENOENT);
	ck_assert_int_eq(rules(), 2);
}
END_TEST

START_TEST(as_many_as_a_round_has)
{
	struct cg_nft_rule rule[64];
	uint32_t gen = 0;

	run("for i in $(seq 63); do echo add rule inet fw4 upnp_prerouting tcp dport $i dnat ip to " CAM
	    "; done | nft -f -");
	ck_assert_int_eq(cg_nft_generation(&gen), 0);
	look("list ruleset\n", true);
	ck_assert_uint_eq(list.n, 64);
	for (size_t i = 0; i < 64; i++)
		rule[i] = rule_of(i);
	ck_assert_int_eq(cg_nft_rules_delete(gen, rule, 64), 0);
	ck_assert_int_eq(rules(), 1);
}
END_TEST

START_TEST(maps_by_name)
{
	run("nft -f - <<-END\n"
	    "table ip hand {\n"
	    "map web { type inet_service : ipv4_addr . inet_service\n"
	    "elements = { 8080 : " CAM " . 80, 8081 : " PHONE " . 80 }\n}\n"
	    "chain pre { type nat hook prerouting priority dstnat\n"
	    "dnat ip to tcp dport map @web\n"
	    "}\n}\nEND");
	look("list ruleset\n", true);
	/* nft of some versions leaves the elements out, as it was asked to. */
	if (!list.map[0].told)
		look("list map ip hand web\n", false);
	ck_assert_uint_eq(list.n, 2);
	ck_assert(list.map[0].told);
	ck_assert_int_eq(list.m[1].out_lo, 8080);
	ck_assert_int_eq(list.m[1].in_lo, 80);
}
END_TEST

START_TEST(what_nft_refuses)
{
	struct cg_nft_job job;
	char *text, why[200];
	size_t n;

	ck_assert_int_eq(cg_nft_list_start("list map ip none none\n", false, &job), 0);
	ck_assert_int_eq(cg_nft_list_finish(&job, 100, &text, &n, why, sizeof(why)), -EPROTO);
	ck_assert_ptr_null(text);
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
	/* More than is wanted. */
	ck_assert_int_eq(cg_nft_list_start("list ruleset\n", true, &job), 0);
	ck_assert_int_eq(cg_nft_list_finish(&job, 100, &text, &n, why, sizeof(why)), -E2BIG);
	ck_assert_ptr_null(text);
}
END_TEST

/* Some firmware has no links below /dev. */
START_TEST(without_dev_stdin)
{
	char why[200] = "";

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("none", "/dev", "tmpfs", 0, NULL), 0);
	ck_assert_int_ne(access("/dev/stdin", F_OK), 0);
	ck_assert_msg(!cg_nft_run("add table inet cg_test\n", why, sizeof(why)), "%s", why);
	ck_assert_int_eq(cg_nft_table_has(CG_NFT_INET, "cg_test"), 1);
	look("list ruleset\n", false);
	ck_assert_uint_eq(list.n, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nft");
	TCase *t = tcase_create("nftables");
	SRunner *r;
	int failed;

	if (unshare(CLONE_NEWNET) || access("/usr/sbin/nft", X_OK)) {
		puts("skip nft: needs nft, and the right to make a network namespace");
		return 77;
	}
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_rule_is_listed_and_deleted);
	tcase_add_test(t, not_in_another_generation);
	tcase_add_test(t, all_or_none);
	tcase_add_test(t, as_many_as_a_round_has);
	tcase_add_test(t, maps_by_name);
	tcase_add_test(t, what_nft_refuses);
	tcase_add_test(t, without_dev_stdin);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
