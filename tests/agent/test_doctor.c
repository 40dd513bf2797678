/* SPDX-License-Identifier: GPL-2.0-only */
/* doctor on made-up systems: the boot guard that no boot loads, and what the kernel refuses by the package that brings it. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"

static struct house h;

/* A file below the made-up root, with its folders. */
static void put(const char *path, const char *text)
{
	char whole[256], *slash;

	snprintf(whole, sizeof(whole), "%s%s", h.dir, path);
	for (slash = strchr(whole + strlen(h.dir) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)!mkdir(whole, 0755);
		*slash = '/';
	}
	if (*text)
		file_write(whole, text);
	else
		(void)!mkdir(whole, 0755);
}

static void setup(void)
{
	house_make(&h);
	fake_guards.nft = true;
	house_config(&h, "guard = drop\n" CONFIG_TWO);
}

static void teardown(void)
{
	house_end(&h);
}

static void start(void)
{
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
}

static const char *findings(bool fix)
{
	static char text[32768];
	struct json_object *r = house_ask(&h, fix ? "{\"v\":1,\"cmd\":\"doctor\",\"fix\":true}" :
						    "{\"v\":1,\"cmd\":\"doctor\"}");

	snprintf(text, sizeof(text), "%s",
		 json_object_to_json_string_ext(r, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(r);
	return text;
}

static void has(bool fix, const char *what)
{
	const char *text = findings(fix);

	ck_assert_msg(strstr(text, what), "'%s' is missing in %s", what, text);
}

static void lacks(bool fix, const char *what)
{
	const char *text = findings(fix);

	ck_assert_msg(!strstr(text, what), "'%s' is found in %s", what, text);
}

static void openwrt(void)
{
	put("/etc/openwrt_release", "DISTRIB_ID='OpenWrt'\n");
}

static void script(const char *dir)
{
	char text[300];

	snprintf(text, sizeof(text), "START=18\nSTATE_DIR=${CAMGATE_STATE_DIR:-%s}\n", dir);
	put("/etc/init.d/camgate-bootguard", text);
	put("/etc/rc.d", "");
}

static void unit(const char *dir)
{
	char text[300];

	put("/run/systemd/system", "");
	snprintf(text, sizeof(text), "[Service]\nExecStart=/usr/sbin/nft -f %s/bootguard.nft\n",
		 dir);
	put("/usr/lib/systemd/system/camgate-bootguard.service", text);
}

START_TEST(a_system_of_another_kind)
{
	start();
	lacks(false, "boot guard");
	lacks(true, "boot guard");
}
END_TEST

START_TEST(boot_guard_of_procd)
{
	openwrt();
	start();
	has(false, "not installed: while it boots the cameras are not held");
	script(h.state_dir);
	has(false, "/etc/init.d/camgate-bootguard enable");
	has(true, "the boot guard is loaded at the next boot");
	has(false, "\"the next boot loads it\"");
	lacks(true, "at the next boot");
	/* another folder than the agent's */
	script("/etc/camgate/state");
	has(false, "it reads /etc/camgate/state, the agent writes");
}
END_TEST

START_TEST(boot_guard_of_systemd)
{
	char link[256];

	unit(h.state_dir);
	start();
	has(false, "\"fix\":\"systemctl enable camgate-bootguard.service\"");
	has(true, "run `systemctl enable camgate-bootguard.service`");
	put("/etc/systemd/system/sysinit.target.wants", "");
	snprintf(link, sizeof(link),
		 "%s/etc/systemd/system/sysinit.target.wants/camgate-bootguard.service", h.dir);
	ck_assert_int_eq(symlink("/usr/lib/systemd/system/camgate-bootguard.service", link), 0);
	has(false, "\"the next boot loads it\"");
	lacks(true, "systemctl enable");
	unit("/var/lib/elsewhere");
	has(false, "it reads /var/lib/elsewhere, the agent writes");
}
END_TEST

/* Nothing to hold, nothing to say. */
START_TEST(no_camera_no_boot_guard)
{
	openwrt();
	house_config(&h, "lan = { \"br-lan\" }\n");
	start();
	lacks(false, "boot guard");
}
END_TEST

static const struct {
	int err;
	const char *refused, *openwrt, *other;
} missing[] = {
	{ -ENOPKG, NULL, "install kmod-sched-core", "install CONFIG_NET_SCH_INGRESS" },
	{ -ENOSYS, NULL, "install kmod-sched-bpf", "install CONFIG_NET_CLS_BPF" },
	{ 0, "table netdev", "install kmod-nft-netdev", "install CONFIG_NF_TABLES_NETDEV" },
	{ 0, "table bridge", "install kmod-nft-bridge", "install CONFIG_NF_TABLES_BRIDGE" },
};

START_TEST(what_the_kernel_refuses)
{
	openwrt();
	fake_fail("attach", 1, missing[_i].err);
	start();
	fake_guards.refused = missing[_i].refused;
	has(true, missing[_i].openwrt);
	if (missing[_i].err) /* without asking for a cure, too */
		has(false, missing[_i].openwrt);
	fake_guards.refused = NULL;
	if (missing[_i].err)
		house_later(&h, 3);
	lacks(true, missing[_i].openwrt);
}
END_TEST

START_TEST(by_other_names)
{
	fake_fail("attach", 1, missing[_i].err);
	start();
	fake_guards.refused = missing[_i].refused;
	has(true, missing[_i].other);
	lacks(true, "kmod-");
}
END_TEST

START_TEST(flow_tables_that_are_wanted)
{
	openwrt();
	start();
	fake_guards.refused = "add flowtable";
	lacks(true, "kmod-nft-offload");
	put("/etc/config/firewall", "config defaults\n\toption flow_offloading '1'\n");
	has(true, "install kmod-nft-offload");
	fake_guards.refused = NULL;
	lacks(true, "kmod-nft-offload");
}
END_TEST

START_TEST(no_nft)
{
	openwrt();
	fake_guards.nft = false;
	start();
	has(true, "there is no nft: install nftables");
	house_config(&h, "lan = { \"br-lan\" }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	lacks(true, "there is no nft: install");
}
END_TEST

/* One sentence in status, and enforcement is partial; without it, it is full. */
START_TEST(ways_past_are_said)
{
	struct json_object *r;

	start();
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
	put("/proc/modules", "mtkhnat 1 0 - Live 0x0 (O)\n");
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "partial");
	ck_assert_str_eq(reply_text(r, "attention/0"),
			 "the vendor's module 'mtkhnat' forwards connections past every filter");
	json_object_put(r);
	has(false, "unload that module, or switch its acceleration off");
	put("/proc/modules", "bridge 1 0 - Live 0x0\n");
	fake_links.filter[0] = (struct cg_link_filter){ 0xbb01, 1, "flower", true };
	fake_links.nfilter = 1;
	r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "partial");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "attention/0"), "lan1: hardware carries out"));
	json_object_put(r);
	fake_links.filter[0].in_hw = false;
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
}
END_TEST

START_TEST(servers)
{
	put("/proc/net/udp", "  sl  local_address rem_address   st\n");
	put("/proc/net/udp6", "  sl  local_address rem_address   st\n");
	start();
	has(false, "no DNS service here: 2 cameras");
	has(false, "no NTP service here: 2 cameras");
	/* of loopback only, and one that speaks with somebody */
	put("/proc/net/udp", "  sl  local_address rem_address   st\n"
			     "   12: 0100007F:0035 00000000:0000 07 0 0\n"
			     "   13: 0101A8C0:007B 0202A8C0:007B 01 0 0\n");
	has(false, "no DNS service here: 2 cameras");
	has(false, "no NTP service here: 2 cameras");
	put("/proc/net/udp", "  sl  local_address rem_address   st\n"
			     "   12: 0101A8C0:0035 00000000:0000 07 0 0\n");
	put("/proc/net/udp6",
	    "  sl  local_address                         remote_address                        st\n"
	    "   12: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 0\n"
	    "   13: 00000000000000000000000000000000:007B 00000000000000000000000000000000:0000 07 0\n");
	lacks(false, "no DNS service");
	lacks(false, "no NTP service");
	house_config(&h, "resolver = 192.168.1.5\ndefaults { dns = any ntp = drop }\n" CONFIG_TWO);
	put("/proc/net/udp", "none\n");
	put("/proc/net/udp6", "none\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	lacks(false, "no DNS service");
	lacks(false, "no NTP service");
	has(false, "1 resolvers of the config were never seen");
}
END_TEST

int main(void)
{
	const int n = sizeof(missing) / sizeof(missing[0]);
	Suite *s = suite_create("doctor");
	TCase *t = tcase_create("made-up systems");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_system_of_another_kind);
	tcase_add_test(t, boot_guard_of_procd);
	tcase_add_test(t, boot_guard_of_systemd);
	tcase_add_test(t, no_camera_no_boot_guard);
	tcase_add_loop_test(t, what_the_kernel_refuses, 0, n);
	tcase_add_loop_test(t, by_other_names, 0, n);
	tcase_add_test(t, flow_tables_that_are_wanted);
	tcase_add_test(t, no_nft);
	tcase_add_test(t, ways_past_are_said);
	tcase_add_test(t, servers);
	suite_add_tcase(s, t);
	return suite_run(s);
}
