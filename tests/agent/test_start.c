/* SPDX-License-Identifier: GPL-2.0-only */
/* Start: a failure in each stage ends clean, a broken config keeps what the kernel runs, a restart leaves no gap. */
#include <camgate/ctl.h>
#include <string.h>
#include <sys/stat.h>
#include "../../agent/daemon/attach.h"
#include "../../agent/kern/bootguard.h"
#include "harness.h"

static struct house h;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
}

static void teardown(void)
{
	house_end(&h);
}

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

START_TEST(comes_up)
{
	struct json_object *r;

	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(h.a.run.ready);
	ck_assert_uint_eq(fake_kernel.complete_with, 2);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert(fake_attached(IF_LAN2));
	ck_assert(!fake_attached(IF_WAN));
	ck_assert(!fake_attached(IF_BR));
	ck_assert_int_eq(fake_net("192.168.1.0/24")->kind, CG_NET_LAN);
	ck_assert_int_eq(fake_if(IF_LAN1)->kind, CG_NET_LAN);
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	ck_assert_int_eq(reply_int(r, "generation"), 1);
	json_object_put(r);
}
END_TEST

START_TEST(no_camera_changes_nothing)
{
	struct json_object *r;

	house_config(&h, "");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(fake_kernel.nattached, 0);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
}
END_TEST

static const struct {
	const char *call;
	int code;
} stage_failures[] = {
	{ "links_open", CG_EXIT_FAILED }, { "open", CG_EXIT_FAILED },
	{ "names_read", CG_EXIT_FAILED }, { "apply", CG_EXIT_FAILED },
	{ "complete", CG_EXIT_FAILED },
};

START_TEST(stage_fails)
{
	fake_fail(stage_failures[_i].call, 1, -EIO);
	ck_assert_int_eq(house_start(&h), stage_failures[_i].code);
	ck_assert(!exists(h.socket));
	ck_assert_uint_eq(fake_kernel.nattached, 0);
	ck_assert_ptr_null(h.a.kern.dp);
	ck_assert_ptr_null(h.a.kern.links);
	ck_assert_ptr_null(h.a.policy.now);
	/* And it was only that: the next start works. */
	ck_assert_int_eq(house_start(&h), 0);
}
END_TEST

START_TEST(every_call_may_fail)
{
	/* Whatever fails: it ends with a code, or it is up and says what is missing. */
	fake_fail("", _i, -EIO);
	if (!house_start(&h))
		ck_assert_int_ge(house_code(&h, "{\"v\":1,\"cmd\":\"status\"}"), 0);
	else
		ck_assert(!exists(h.socket));
}
END_TEST

START_TEST(socket_in_use)
{
	struct house second;

	ck_assert_int_eq(house_start(&h), 0);
	second = h;
	second.up = false;
	ck_assert_int_eq(house_start(&second), CG_EXIT_FAILED);
	/* The first still answers. */
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"version\"}"), 0);
}
END_TEST

START_TEST(stale_socket_is_replaced)
{
	file_write(h.socket, "left over");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"version\"}"), 0);
}
END_TEST

START_TEST(broken_config_without_kernel_policy)
{
	house_config(&h, "lan = { \"br-lan\"");
	ck_assert_int_eq(house_start(&h), CG_EXIT_CONFIG);
	ck_assert(!fake_kernel.pinned);
	ck_assert_uint_eq(fake_kernel.nattached, 0);
}
END_TEST

static bool early_file;

static void look_for_files(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", h.state_dir, CG_BOOTGUARD_FILE);
	early_file |= exists(path);
}

START_TEST(ports_do_not_wait_for_files)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", h.state_dir, CG_BOOTGUARD_FILE);
	fake_kernel.on_attach = look_for_files;
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(!early_file);
	ck_assert(exists(path));
	ck_assert(!h.a.run.manual_dirty);
}
END_TEST

/* What is wrong is seen only after the cameras were counted. */
#define CONFIG_BAD_MAC "lan = { \"br-lan\" }\ncamera \"x\" {\n\tmac = { \"02:ca\" }\n}\n"

START_TEST(packet_path_opens_while_the_config_is_read)
{
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(fake_kernel.opened, 1);
	ck_assert_int_eq(fake_kernel.opened_apart, 1);
	ck_assert_uint_eq(fake_kernel.slots, cg_agent_slots(2));
	house_stop(&h);
	ck_assert_int_eq(fake_kernel.closed, 1);
	/* What runs is not touched before the config is known to be good. */
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(fake_kernel.opened, 2);
	ck_assert_int_eq(fake_kernel.opened_apart, 1);
}
END_TEST

START_TEST(config_fails_while_the_packet_path_opens)
{
	_cleanup_free_ char *log = NULL;

	house_config(&h, CONFIG_BAD_MAC);
	ck_assert_int_eq(house_start_logged(&h, &log), CG_EXIT_CONFIG);
	ck_assert_msg(strstr(log, "camgate.conf:3:10: mac: found '02:ca'"), "%s", log);
	ck_assert_msg(!strstr(log, "not starting"), "%s", log);
	ck_assert_int_eq(fake_kernel.opened_apart, 1);
	ck_assert_int_eq(fake_kernel.closed, fake_kernel.opened);
	ck_assert(!fake_kernel.pinned);
	ck_assert_ptr_null(h.a.kern.dp);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}
END_TEST

START_TEST(packet_path_fails_while_the_config_is_read)
{
	_cleanup_free_ char *log = NULL;

	fake_fail("open", 1, -EPERM);
	ck_assert_int_eq(house_start_logged(&h, &log), CG_EXIT_FAILED);
	ck_assert_int_eq(fake_kernel.opened_apart, 1);
	ck_assert_msg(strstr(log, "packet path: Operation not permitted, not starting"), "%s", log);
}
END_TEST

START_TEST(config_and_packet_path_fail)
{
	_cleanup_free_ char *log = NULL;

	/* As ever the config, which comes first, is what is told. */
	fake_fail("open", 1, -EPERM);
	house_config(&h, CONFIG_BAD_MAC);
	ck_assert_int_eq(house_start_logged(&h, &log), CG_EXIT_CONFIG);
	ck_assert_int_eq(fake_kernel.opened_apart, 1);
	ck_assert_msg(strstr(log, "mac: found '02:ca'"), "%s", log);
	ck_assert_msg(!strstr(log, "packet path"), "%s", log);
}
END_TEST

START_TEST(missing_config)
{
	unlink(h.config);
	ck_assert_int_eq(house_start(&h), CG_EXIT_CONFIG);
}
END_TEST

START_TEST(broken_config_keeps_kernel_policy)
{
	struct json_object *r;

	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	house_config(&h, "camera \"x\" {");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(fake_kernel.applied, 1);
	ck_assert(fake_attached(IF_LAN1));
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert(strstr(reply_text(r, "config_error"), h.config));
	ck_assert_str_eq(reply_text(r, "cams/0/name"), "nursery");
	ck_assert_int_eq(reply_int(r, "generation"), 1);
	json_object_put(r);
	/* Exposure still works, by the names the kernel keeps. */
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"nursery\"}"), 0);
	/* So do ports: the LAN of the last good config is remembered. */
	fake_link_add(20, "lan3", "", IF_BR, 0);
	fake_links_changed(CG_LINKS_LINK);
	house_pump(&h);
	ck_assert(fake_attached(20));
	/* And a repaired file takes over. */
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "config_error"), "");
	ck_assert_str_eq(reply_text(r, "cams/0/exposure"), "sealed");
	json_object_put(r);
}
END_TEST

START_TEST(empty_config_lets_no_camera_go)
{
	struct json_object *r;

	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	/* What is left of the file where the disk was full. */
	house_config(&h, "");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
	ck_assert(fake_attached(IF_LAN1));
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "config_error"), ":1:1: found nothing"));
	json_object_put(r);
	/* A LAN without cameras is meant. */
	house_config(&h, "lan = { \"br-lan\" }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_uint_eq(h.a.policy.ncams, 0);
}
END_TEST

START_TEST(apply_fails_with_kernel_policy)
{
	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	fake_fail("apply", 1, -ENOMEM);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert_uint_eq(h.a.policy.ncams, 2);
}
END_TEST

START_TEST(restart_takes_over)
{
	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert(!exists(h.socket));
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(cg_datapath_taken_over(h.a.kern.dp));
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
	ck_assert(fake_attached(IF_LAN1));
}
END_TEST

START_TEST(sweeps_what_is_no_port_any_more)
{
	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	/* While the agent was away, lan2 left the bridge. */
	for (size_t i = 0; i < fake_links.nlink; i++)
		if (fake_links.link[i].ifindex == IF_LAN2)
			fake_links.link[i].master = 0;
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert(!fake_attached(IF_LAN2));
}
END_TEST

START_TEST(one_port_fails)
{
	struct json_object *r;

	fake_fail("attach", 2, -EBUSY);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(!h.a.run.ready);
	ck_assert(fake_attached(IF_LAN1));
	ck_assert(!fake_attached(IF_LAN2));
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "partial");
	ck_assert(strstr(reply_text(r, "attention/0"), "lan2"));
	json_object_put(r);
	/* It is tried again, and only then READY is said. */
	house_later(&h, 3);
	ck_assert(fake_attached(IF_LAN2));
	ck_assert(h.a.run.ready);
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
}
END_TEST

START_TEST(a_port_that_never_attaches_does_not_hold_ready)
{
	fake_fail("attach", 2, -EBUSY);
	ck_assert_int_eq(house_start(&h), 0);
	for (int i = 0; i < 20 && !h.a.run.ready; i++) {
		fake_fail("attach", 1, -EBUSY);
		house_later(&h, 1);
	}
	ck_assert(h.a.run.ready);
	ck_assert(!fake_attached(IF_LAN2));
}
END_TEST

START_TEST(own_mac_is_refused)
{
	house_config(&h,
		     "lan = { \"br-lan\" }\ncamera \"x\" { mac = { \"02:00:00:00:00:05\" } }\n");
	ck_assert_int_eq(house_start(&h), CG_EXIT_CONFIG);
	house_config(&h, "lan = { \"br-lan\" }\nforce = yes\n"
			 "camera \"x\" { mac = { \"02:00:00:00:00:05\" } }\n");
	ck_assert_int_eq(house_start(&h), 0);
}
END_TEST

START_TEST(gateways_mac_is_refused)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];

	n->ifindex = IF_WAN;
	n->mac = (struct cg_mac){ { 0x02, 0xca, 0, 0, 0, 2 } };
	ck_assert_int_eq(cg_addr_parse("203.0.113.1", &n->addr), 0);
	/* A neighbour like any other first: that is no reason. */
	ck_assert_int_eq(house_start(&h), 0);
	house_stop(&h);
	fake_kernel.pinned = false;
	n->router = true;
	ck_assert_int_eq(house_start(&h), CG_EXIT_CONFIG);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("start");
	TCase *t = tcase_create("stages");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, comes_up);
	tcase_add_test(t, no_camera_changes_nothing);
	tcase_add_loop_test(t, stage_fails, 0, sizeof(stage_failures) / sizeof(stage_failures[0]));
	tcase_add_loop_test(t, every_call_may_fail, 1, 16);
	tcase_add_test(t, socket_in_use);
	tcase_add_test(t, stale_socket_is_replaced);
	tcase_add_test(t, broken_config_without_kernel_policy);
	tcase_add_test(t, packet_path_opens_while_the_config_is_read);
	tcase_add_test(t, config_fails_while_the_packet_path_opens);
	tcase_add_test(t, packet_path_fails_while_the_config_is_read);
	tcase_add_test(t, config_and_packet_path_fail);
	tcase_add_test(t, ports_do_not_wait_for_files);
	tcase_add_test(t, missing_config);
	tcase_add_test(t, broken_config_keeps_kernel_policy);
	tcase_add_test(t, empty_config_lets_no_camera_go);
	tcase_add_test(t, apply_fails_with_kernel_policy);
	tcase_add_test(t, restart_takes_over);
	tcase_add_test(t, sweeps_what_is_no_port_any_more);
	tcase_add_test(t, one_port_fails);
	tcase_add_test(t, a_port_that_never_attaches_does_not_hold_ready);
	tcase_add_test(t, own_mac_is_refused);
	tcase_add_test(t, gateways_mac_is_refused);
	suite_add_tcase(s, t);
	return suite_run(s);
}
