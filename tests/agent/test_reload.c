/* SPDX-License-Identifier: GPL-2.0-only */
/* Reload is a transaction: it is in force whole, or nothing changed; and ports follow links at any time. */
#include <camgate/ctl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/daemon/attach.h"
#include "harness.h"

#define RELOAD "{\"v\":1,\"cmd\":\"reload\"}"
#define STATUS "{\"v\":1,\"cmd\":\"status\"}"

static struct house h;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

START_TEST(counts_what_changed)
{
	struct json_object *r;

	house_config(
		&h,
		"lan = { \"br-lan\" }\n"
		"camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n"
		"camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } deny = { \"192.0.2.1\" } }\n");
	r = ASK(&h, CG_EXIT_OK, RELOAD);
	ck_assert_int_eq(reply_int(r, "generation"), 2);
	ck_assert_int_eq(reply_int(r, "cameras"), 2);
	ck_assert_int_eq(reply_int(r, "rules"), 1);
	ck_assert_int_eq(reply_int(r, "added"), 1);
	ck_assert_int_eq(reply_int(r, "removed"), 1);
	ck_assert_int_eq(reply_int(r, "changed"), 1);
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"porch\"}"), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"garden\"}"), 1);
}
END_TEST

static const char *const broken[] = {
	"lan = { \"br-lan\" }\ncamera \"x\" { mac = { \"02:ca:00:00:00:09\" }\n",
	"lan = { \"br-lan\" }\nnonsense = 1\n",
	"lan = { \"br-lan\" }\nlan = { \"br-iot\" }\n",
	"lan = { \"br-lan\" }\ncamera \"x\" { mac = { \"02:ca:00\" } }\n",
	"lan = { \"br-lan\" }\ncamera \"x\" { mac = { \"02:ca:00:00:00:09\" } "
	"allow = { \"198.51.100.0/24:70000\" } }\n",
	"include(\"not-there.conf\")\n",
	"camera \"x\" { mac = { \"02:00:00:00:00:03\" } }\nlan = { \"br-lan\" }\n",
	"",
	"# nothing but this\n",
};

START_TEST(broken_changes_nothing)
{
	struct cg_name names = fake_kernel.names[0];
	struct json_object *r;

	house_config(&h, broken[_i]);
	r = ASK(&h, CG_EXIT_CONFIG, RELOAD);
	ck_assert_msg(strstr(reply_text(r, "error"), h.config) != NULL, "%s",
		      reply_text(r, "error"));
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
	ck_assert_int_eq(fake_kernel.applied, 1);
	ck_assert_str_eq(fake_kernel.names[0].id, names.id);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_ne(reply_text(r, "config_error"), "");
	ck_assert_str_eq(reply_text(r, "cams/1/name"), "garden");
	json_object_put(r);
	/* The twin: repaired, it is taken. */
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
}
END_TEST

static const char *const calls[] = { "names_read", "apply" };

START_TEST(kernel_refuses)
{
	struct json_object *r;

	house_config(&h, "lan = { \"br-lan\" }\n");
	fake_fail(calls[_i], 1, -ENOMEM);
	r = ASK(&h, CG_EXIT_FAILED, RELOAD);
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
	ck_assert_uint_eq(h.a.policy.ncams, 2);
	ck_assert_ptr_nonnull(cg_agent_find(&h.a, "garden"));
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"nursery\"}"), 0);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(h.a.policy.ncams, 0);
}
END_TEST

/* The phone in whose terminal the reload is typed. */
START_TEST(caller_is_no_camera)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];
	struct json_object *r;

	ck_assert_int_eq(cg_addr_parse("192.168.1.30", &n->addr), 0);
	n->mac = (struct cg_mac){ { 0x02, 0xca, 0, 0, 0, 2 } };
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"reload\",\"from\":\"192.168.1.30\"}");
	ck_assert_str_eq(reply_text(r, "warnings/0"),
			 "camera 'garden' is the device you are logged in from");
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"reload\",\"from\":\"192.168.1.31\"}");
	ck_assert_str_eq(reply_text(r, "warnings/0"), "");
	json_object_put(r);
	house_config(&h, "force = yes\n" CONFIG_TWO);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"reload\",\"from\":\"192.168.1.30\"}");
	ck_assert_str_eq(reply_text(r, "warnings/0"), "");
	json_object_put(r);
}
END_TEST

START_TEST(marks_of_others)
{
	struct json_object *r;

	house_config(&h, "guard_mark = 0x100\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), CG_EXIT_OK);
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"doctor\"}");
	ck_assert_ptr_nonnull(
		strstr(json_object_to_json_string(r), "guard_mask 0x00000100 holds bits of mwan3"));
	json_object_put(r);
	house_config(&h, "guard_mark = 0x00400000\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), CG_EXIT_OK);
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"doctor\"}");
	ck_assert_ptr_null(strstr(json_object_to_json_string(r), "mwan3"));
	json_object_put(r);
}
END_TEST

START_TEST(sighup_reloads)
{
	house_config(&h, "lan = { \"br-lan\" }\n");
	raise(SIGHUP);
	for (int i = 0; i < 1000 && fake_kernel.meta.generation == 1; i++)
		house_pump(&h);
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
	house_config(&h, "lan = {");
	raise(SIGHUP);
	for (int i = 0; i < 1000 && !h.a.cfg.error[0]; i++)
		house_pump(&h);
	ck_assert_str_ne(h.a.cfg.error, "");
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
}
END_TEST

START_TEST(openings_survive)
{
	struct json_object *r;

	ck_assert_int_eq(
		house_code(&h, "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60}"), 0);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/exposure"), "open");
	json_object_put(r);
}
END_TEST

START_TEST(more_cameras_than_room)
{
	static char text[65536];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", CONFIG_TWO);

	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"nursery\"}"), 0);
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "camera \"c%d\" { mac = { \"02:cb:00:00:00:%02x\" } }\n", i,
				      i);
	house_config(&h, text);
	house_later(&h, 10);
	fake_kernel.lost = 3;
	house_later(&h, 1);
	ck_assert_uint_eq(h.a.run.lost, 3);
	ck_assert_uint_lt(fake_kernel.slots, 102);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	/* Losses are counted anew. */
	ck_assert_uint_eq(h.a.run.lost, 0);
	ck_assert_uint_ge(fake_kernel.slots, 102);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert(fake_attached(IF_LAN2));
	ck_assert_int_eq(fake_kernel.exposure[cg_agent_find(&h.a, "nursery")->slot].manual,
			 CG_MANUAL_SEAL);
}
END_TEST

static void cameras(char *text, size_t room, const char *word, int n)
{
	size_t at = (size_t)snprintf(text, room, "lan = { \"br-lan\" }\n");

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, room - at,
				       "camera \"%s%d\" { mac = { \"02:ca:00:00:%02x:%02x\" } }\n",
				       word, i, *word & 0xff, i);
}

START_TEST(all_cameras_replaced_at_once)
{
	char text[4096];

	/* As many as there is room for, then as many others in their place. */
	cameras(text, sizeof(text), "a", (int)fake_kernel.slots);
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	cameras(text, sizeof(text), "b", (int)fake_kernel.slots);
	house_config(&h, text);
	house_later(&h, 1);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	/* What was said while it moved is in the table, which is read at once. */
	fake_fail("sessions_read", 1, -EIO);
	house_later(&h, 1);
	ck_assert_int_eq(fake_call("sessions_read"), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"b0\"}"), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"close\",\"cam\":\"a0\"}"), 1);
}
END_TEST

START_TEST(lan_changes)
{
	fake_link_add(30, "br-iot", "bridge", 0, 0);
	fake_link_add(31, "iot1", "", 30, 0);
	house_config(&h,
		     "lan = { \"br-iot\" }\ncamera \"x\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(fake_attached(31));
	ck_assert(!fake_attached(IF_LAN1));
	ck_assert_ptr_null(fake_if(IF_LAN1));
}
END_TEST

START_TEST(port_appears_and_goes)
{
	fake_link_add(20, "lan3", "", 0, 0);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(!fake_attached(20));
	for (size_t i = 0; i < fake_links.nlink; i++)
		if (fake_links.link[i].ifindex == 20)
			fake_links.link[i].master = IF_BR;
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(fake_attached(20));
	ck_assert_int_eq(fake_if(20)->kind, CG_NET_LAN);
	fake_link_del(20);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert_ptr_null(fake_if(20));
	ck_assert_uint_eq(h.a.run.nport, 2);
	/* Returned under another number and name. */
	fake_link_add(21, "lan3b", "", IF_BR, 0);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(fake_attached(21));
}
END_TEST

START_TEST(port_leaves_the_bridge)
{
	for (size_t i = 0; i < fake_links.nlink; i++)
		if (fake_links.link[i].ifindex == IF_LAN2)
			fake_links.link[i].master = 0;
	ck_assert(fake_attached(IF_LAN2));
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(!fake_attached(IF_LAN2));
	ck_assert(fake_attached(IF_LAN1));
}
END_TEST

START_TEST(filters_taken_away_come_back)
{
	fake_filter_gone(IF_LAN1);
	ck_assert(!fake_attached(IF_LAN1));
	fake_links_changed(CG_LINKS_FILTER);
	house_pump(&h);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert_uint_eq(h.a.run.reattached, 1);
	/* A message about somebody else's filter is no theft. */
	fake_links_changed(CG_LINKS_FILTER);
	house_pump(&h);
	ck_assert_uint_eq(h.a.run.reattached, 1);
}
END_TEST

/* How long it took is said, of the slowest. */
START_TEST(gap_is_said)
{
	struct json_object *r;

	h.a.run.heard_ns = h.a.boot_ns() - 7 * 1000000;
	fake_filter_gone(IF_LAN1);
	cg_attach_links_changed(&h.a, CG_LINKS_FILTER);
	fake_filter_gone(IF_LAN1);
	h.a.run.heard_ns = h.a.boot_ns() - 2 * 1000000;
	cg_attach_links_changed(&h.a, CG_LINKS_FILTER);
	ck_assert_uint_eq(h.a.run.reattached, 2);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_ptr_nonnull(
		strstr(json_object_to_json_string(r), "2 times and put back within 7 ms"));
	json_object_put(r);
}
END_TEST

START_TEST(filter_of_another_before_ours_is_said)
{
	static const char before[] = "port lan1: 1 filters of others are asked before camgate's";
	struct json_object *r;

	fake_links.filter[0] = (struct cg_link_filter){ .pref = CG_TC_PRIO + 1, .kind = "bpf" };
	fake_links.nfilter = 1;
	fake_links_changed(CG_LINKS_FILTER);
	house_pump(&h);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_ptr_null(strstr(json_object_to_json_string(r), "asked before"));
	json_object_put(r);
	fake_links.filter[0].pref = CG_TC_PRIO - 1;
	fake_links_changed(CG_LINKS_FILTER);
	house_pump(&h);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), before));
	json_object_put(r);
	fake_links.nfilter = 0;
	fake_links_changed(CG_LINKS_FILTER);
	house_pump(&h);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_ptr_null(strstr(json_object_to_json_string(r), "asked before"));
	json_object_put(r);
}
END_TEST

START_TEST(lan_interface_comes_late)
{
	struct json_object *r;

	house_config(&h,
		     "lan = { \"br-iot\" }\ncamera \"x\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "enforced"), "off");
	json_object_put(r);
	fake_link_add(30, "br-iot", "bridge", 0, 0);
	fake_link_add(31, "iot1", "", 30, 0);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(fake_attached(31));
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
}
END_TEST

START_TEST(addresses_follow)
{
	int before = fake_kernel.nets_applied;

	fake_addr_add(IF_BR, "10.5.0.1/16", UINT64_MAX);
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_int_eq(fake_net("10.5.0.0/16")->kind, CG_NET_LAN);
	ck_assert_int_eq(fake_kernel.nets_applied, before + 1);
	/* Nothing new: flows need not look again. */
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_int_eq(fake_kernel.nets_applied, before + 1);
}
END_TEST

START_TEST(lifetime_that_only_counts_down)
{
	uint64_t until;
	int before;

	fake_addr_add(IF_BR, "2001:db8:1::1/64", 600);
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	until = fake_net("2001:db8:1::/64")->until_ns;
	before = fake_kernel.nets_applied;
	house_later(&h, 10);
	fake_links.addr[fake_links.naddr - 1].valid_s = 589;
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_uint_eq(fake_net("2001:db8:1::/64")->until_ns, until);
	ck_assert_int_eq(fake_kernel.nets_applied, before);
	/* Renewed: it lives longer. */
	fake_links.addr[fake_links.naddr - 1].valid_s = 3600;
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_uint_gt(fake_net("2001:db8:1::/64")->until_ns, until + 1000 * CG_SEC_NS);
	ck_assert_int_eq(fake_kernel.nets_applied, before + 1);
}
END_TEST

START_TEST(nets_that_fail_are_tried_again)
{
	struct json_object *r;

	fake_addr_add(IF_BR, "10.5.0.1/16", UINT64_MAX);
	fake_fail("nets_apply", 1, -ENOMEM);
	fake_links_changed(CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_ptr_null(fake_net("10.5.0.0/16"));
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_str_eq(reply_text(r, "enforced"), "partial");
	json_object_put(r);
	house_later(&h, 1);
	ck_assert_ptr_nonnull(fake_net("10.5.0.0/16"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reload");
	TCase *t = tcase_create("transaction");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, counts_what_changed);
	tcase_add_loop_test(t, broken_changes_nothing, 0, sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(t, kernel_refuses, 0, sizeof(calls) / sizeof(calls[0]));
	tcase_add_test(t, sighup_reloads);
	tcase_add_test(t, caller_is_no_camera);
	tcase_add_test(t, marks_of_others);
	tcase_add_test(t, openings_survive);
	tcase_add_test(t, more_cameras_than_room);
	tcase_add_test(t, all_cameras_replaced_at_once);
	tcase_add_test(t, lan_changes);
	suite_add_tcase(s, t);

	t = tcase_create("links");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, port_appears_and_goes);
	tcase_add_test(t, port_leaves_the_bridge);
	tcase_add_test(t, filters_taken_away_come_back);
	tcase_add_test(t, gap_is_said);
	tcase_add_test(t, filter_of_another_before_ours_is_said);
	tcase_add_test(t, lan_interface_comes_late);
	tcase_add_test(t, addresses_follow);
	tcase_add_test(t, lifetime_that_only_counts_down);
	tcase_add_test(t, nets_that_fail_are_tried_again);
	suite_add_tcase(s, t);
	return suite_run(s);
}
