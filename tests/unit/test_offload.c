/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways past the CPU, as a made-up procfs and sysfs show them; and the config's keys of the guard. */
#include <kern/offload.h>
#include <lib/nftext.h>
#include <lib/policy.h>
#include "unit.h"

static const char ports[][16] = { "lan1", "lan2", "lan3" };

static void put(const struct unit_dir *d, const char *path, const char *text)
{
	char whole[256], *slash;

	snprintf(whole, sizeof(whole), "%s%s", d->path, path);
	for (slash = strchr(whole + strlen(d->path) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)!mkdir(whole, 0755);
		*slash = '/';
	}
	unit_write(d, path + 1, text, strlen(text));
}

/* What the made-up files tell, of that kind; NULL: nothing. */
static const struct cg_offload_found *look(const struct unit_dir *d, enum cg_offload_kind kind,
					   bool kept_out)
{
	static struct cg_offload_found found[CG_OFFLOAD_FOUND_MAX];
	struct cg_offload_in in = {
		.root = d->path, .port = ports, .nport = 3, .kept_out = kept_out
	};
	size_t n = cg_offload_look(&in, found);
	char text[300];

	for (size_t i = 0; i < n; i++) {
		if (found[i].kind != kind)
			continue;
		ck_assert_str_ne(cg_offload_text(&found[i], text, sizeof(text)), "");
		ck_assert_msg(!found[i].bypass || cg_offload_fix(&found[i]), "%s", text);
		return &found[i];
	}
	return NULL;
}

START_TEST(nothing_is_nothing)
{
	struct unit_dir d = unit_dir_new();

	put(&d, "/proc/modules", "bridge 1 0 - Live 0x0\nfcoe 1 0 - Live 0x0\n");
	for (int k = CG_OFFLOAD_VENDOR; k <= CG_OFFLOAD_SWITCH; k++)
		ck_assert_ptr_null(look(&d, (enum cg_offload_kind)k, false));
	unit_dir_free(&d);
}
END_TEST

/* Each by the name that `lsmod` shows, whatever stands around it. */
static const char *const vendor_names[] = {
	"ecm",
	"qca_nss_ecm",
	"qca_nss_sfe",
	"shortcut_fe",
	"shortcut_fe_cm",
	"shortcut_fe_ipv6",
	"fast_classifier",
	"mtkhnat",
	"mtk_hnat",
	"hw_nat",
	"hwnat",
	"natflow",
	"ppa",
	"ltq_ppa",
	"ctf",
	"fc",
	"fcache",
	"pktflow",
	"pktrunner",
	"bcm_fc",
	"bcmfc",
	"cavium_ip_offload",
};

START_TEST(vendor_modules)
{
	for (size_t i = 0; i < sizeof(vendor_names) / sizeof(vendor_names[0]); i++) {
		const char *name = vendor_names[i];
		struct unit_dir d = unit_dir_new();
		const struct cg_offload_found *f;
		char text[256];

		snprintf(text, sizeof(text), "bridge 1 0 - Live 0x0\n%s 1 0 - Live 0x0 (O)\n",
			 name);
		put(&d, "/proc/modules", text);
		f = look(&d, CG_OFFLOAD_VENDOR, true);
		ck_assert_msg(f, "%s", name);
		ck_assert_str_eq(f->name, name);
		/* it asks no firewall: rules keep nothing out of it */
		ck_assert(f->bypass);
		snprintf(text, sizeof(text), "x%s 1 0 - Live 0x0\n%sx 1 1 %s, Live 0x0\n", name,
			 name, name);
		put(&d, "/proc/modules", text);
		ck_assert_ptr_null(look(&d, CG_OFFLOAD_VENDOR, true));
		unit_dir_free(&d);
	}
}
END_TEST

/* Full cone NAT opens ports, but what comes through them passes the filters. */
START_TEST(no_way_past)
{
	struct unit_dir d = unit_dir_new();

	put(&d, "/proc/modules",
	    "nft_fullcone 1 0 - Live 0x0\nxt_FULLCONENAT 1 0 - Live 0x0\nqca_nss_drv 1 0 - Live 0x0\n"
	    "sch_cake 1 0 - Live 0x0\nnft_flow_offload 1 0 - Live 0x0\n");
	for (int k = 0; k < __CG_OFFLOAD_MAX; k++)
		if (k != CG_OFFLOAD_TABLE && k != CG_OFFLOAD_FLOWS_HW && k != CG_OFFLOAD_FLOWS_SW &&
		    k != CG_OFFLOAD_MESH)
			ck_assert_ptr_null(look(&d, (enum cg_offload_kind)k, false));
	unit_dir_free(&d);
}
END_TEST

START_TEST(packet_engine)
{
	struct unit_dir d = unit_dir_new();
	const struct cg_offload_found *f;

	put(&d, "/sys/kernel/debug/ppe0/bind", "");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_PPE, false));
	put(&d, "/sys/kernel/debug/ppe0/bind", "00a1 BND IPv4 5T\n00a2 BND IPv4 5T\n");
	f = look(&d, CG_OFFLOAD_PPE, false);
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->count, 2);
	ck_assert(f->bypass);
	ck_assert(!look(&d, CG_OFFLOAD_PPE, true)->bypass);
	put(&d, "/sys/kernel/debug/ppe0/bind", "");
	put(&d, "/sys/kernel/debug/mtk_ppe/bind", "00a1 BND IPv4 5T\n");
	ck_assert_str_eq(look(&d, CG_OFFLOAD_PPE, false)->name, "mtk_ppe");
	put(&d, "/sys/module/mt7915e/parameters/wed_enable", "Y\n");
	ck_assert(look(&d, CG_OFFLOAD_WED, false)->bypass);
	put(&d, "/sys/module/mt7915e/parameters/wed_enable", "N\n");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_WED, false));
	unit_dir_free(&d);
}
END_TEST

static void port(const struct unit_dir *d, const char *name, const char *sw, const char *isolated)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%s/phys_switch_id", name);
	put(d, path, sw);
	snprintf(path, sizeof(path), "/sys/class/net/%s/brport/bridge/ifindex", name);
	put(d, path, "7\n");
	snprintf(path, sizeof(path), "/sys/class/net/%s/brport/isolated", name);
	put(d, path, isolated);
}

START_TEST(switch_between_ports)
{
	struct unit_dir d = unit_dir_new();

	port(&d, "lan1", "00000000\n", "0\n");
	port(&d, "lan2", "01000000\n", "0\n");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_SWITCH, false));
	port(&d, "lan3", "00000000\n", "0\n");
	ck_assert_str_eq(look(&d, CG_OFFLOAD_SWITCH, false)->name, "lan1 and lan3");
	/* only both isolated are cut from each other */
	port(&d, "lan1", "00000000\n", "1\n");
	ck_assert_ptr_nonnull(look(&d, CG_OFFLOAD_SWITCH, false));
	port(&d, "lan3", "00000000\n", "1\n");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_SWITCH, false));
	unit_dir_free(&d);
}
END_TEST

/* A DSA port is told by its device type where the switch has no id. */
START_TEST(switch_by_device_type)
{
	struct unit_dir d = unit_dir_new();

	put(&d, "/sys/class/net/lan1/uevent", "DEVTYPE=dsa\nINTERFACE=lan1\n");
	put(&d, "/sys/class/net/lan1/iflink", "2\n");
	put(&d, "/sys/class/net/lan1/brport/bridge/ifindex", "7\n");
	put(&d, "/sys/class/net/lan3/uevent", "DEVTYPE=wlan\nINTERFACE=lan3\n");
	put(&d, "/sys/class/net/lan3/iflink", "2\n");
	put(&d, "/sys/class/net/lan3/brport/bridge/ifindex", "7\n");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_SWITCH, false));
	put(&d, "/sys/class/net/lan3/uevent", "INTERFACE=lan3\nDEVTYPE=dsa\n");
	ck_assert_str_eq(look(&d, CG_OFFLOAD_SWITCH, false)->name, "lan1 and lan3");
	/* behind another conduit: another switch */
	put(&d, "/sys/class/net/lan3/iflink", "3\n");
	ck_assert_ptr_null(look(&d, CG_OFFLOAD_SWITCH, false));
	unit_dir_free(&d);
}
END_TEST

START_TEST(kinds_of_ports)
{
	static const char kinds[][16] = { "veth", "batadv", "" };
	static const bool in_hw[] = { false, false, true }, in_none[] = { false, false, false };
	struct cg_offload_in in = { .root = "/nowhere", .port = ports, .nport = 3 };
	struct cg_offload_found found[CG_OFFLOAD_FOUND_MAX];
	size_t n = cg_offload_look(&in, found), more;
	char text[300];

	in.kind = kinds;
	in.in_hw = in_none;
	more = cg_offload_look(&in, found);
	ck_assert_uint_eq(more, n + 1);
	ck_assert_int_eq(found[n].kind, CG_OFFLOAD_BATMAN);
	ck_assert(found[n].bypass && cg_offload_fix(&found[n]));
	ck_assert_ptr_nonnull(strstr(cg_offload_text(&found[n], text, sizeof(text)),
				     "lan2 is a batman-adv mesh"));
	in.kind = NULL;
	in.in_hw = in_hw;
	more = cg_offload_look(&in, found);
	ck_assert_uint_eq(more, n + 1);
	ck_assert_int_eq(found[n].kind, CG_OFFLOAD_TC);
	ck_assert(found[n].bypass && cg_offload_fix(&found[n]));
	ck_assert_ptr_nonnull(
		strstr(cg_offload_text(&found[n], text, sizeof(text)), "lan3: hardware"));
}
END_TEST

/* Builds the policy of this text, or fails with this in the message. */
static struct cg_policy *policy_of(const char *text, const char *refused)
{
	struct unit_dir d = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_policy *policy = NULL;
	struct cg_diag diag = { "" };
	char path[128];
	int r;

	unit_write(&d, "a.conf", text, strlen(text));
	r = cg_config_read(unit_path(&d, "a.conf", path), &diag, &config);
	if (!r)
		r = cg_policy_build(config, &diag, &policy);
	cg_config_free(&config);
	unit_dir_free(&d);
	if (!refused) {
		ck_assert_msg(!r, "%s", diag.text);
		return policy;
	}
	ck_assert_int_lt(r, 0);
	ck_assert_msg(strstr(diag.text, refused), "'%s' lacks '%s'", diag.text, refused);
	return NULL;
}

START_TEST(keys)
{
	static const struct {
		const char *text;
		enum cg_guard_mode guard;
		struct cg_mark mark;
		bool module;
	} good[] = {
		{ "", CG_GUARD_OFF, { CG_MARK_DEFAULT, CG_MARK_DEFAULT }, true },
		{ "guard = off\nmodule = no\n",
		  CG_GUARD_OFF,
		  { CG_MARK_DEFAULT, CG_MARK_DEFAULT },
		  false },
		{ "guard = count\nguard_mark = 0x80\n", CG_GUARD_COUNT, { 0x80, 0x80 }, true },
		{ "guard = drop\nguard_mark = 16\nmodule = auto\n",
		  CG_GUARD_DROP,
		  { 16, 16 },
		  true },
		{ "guard_mark = 0xffffffff\n", CG_GUARD_OFF, { 0xffffffff, 0xffffffff }, true },
		{ "guard_mark = 0x10\nguard_mask = 0xf0\n", CG_GUARD_OFF, { 0x10, 0xf0 }, true },
		{ "guard_mask = 0xff000000\n", CG_GUARD_OFF, { CG_MARK_DEFAULT, 0xff000000 }, true },
	};
	static const char *const bad_mark[] = { "0",   "0x0",	      "-1", "0x",
						"010", "0x100000000", "x",  "'0x1 '" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct cg_policy *p = policy_of(good[i].text, NULL);

		ck_assert_int_eq(p->guard, good[i].guard);
		ck_assert(cg_mark_same(&p->mark, &good[i].mark));
		ck_assert_int_eq(p->module, good[i].module);
		cg_policy_free(&p);
	}
	for (size_t i = 0; i < sizeof(bad_mark) / sizeof(bad_mark[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "guard_mark = %s\n", bad_mark[i]);
		policy_of(text, "guard_mark: found");
		snprintf(text, sizeof(text), "guard_mask = %s\n", bad_mark[i]);
		policy_of(text, "guard_mask: found");
	}
	policy_of("guard_mark = 0x03\nguard_mask = 0x01\n", "has bits outside of guard_mask");
	policy_of("guard_mask = 0x00ff0000\n", "has bits outside of guard_mask");
	policy_of("guard = on\n", "guard: found 'on'");
	policy_of("module = yes\n", "module: found 'yes'");
}
END_TEST

int main(void)
{
	return UNIT_RUN("offload", 10, nothing_is_nothing, vendor_modules, no_way_past,
			packet_engine, switch_between_ports, switch_by_device_type, kinds_of_ports,
			keys);
}
