/* SPDX-License-Identifier: GPL-2.0-only */
/* Scripts for nft: what stands in them, in which order, and what never gets in. */
#include <lib/nftext.h>
#include "unit.h"

static const struct cg_mac macs[] = {
	{ { 0x02, 0xca, 0, 0, 0, 1 } },
	{ { 0x02, 0xca, 0, 0, 0, 2 } },
};
static const struct cg_nftext_port ports[] = { { 3, "lan1" }, { 4, "lan2" }, { 5, "wlan0" } };

static struct cg_nftext_guard guard(size_t nmac, size_t nport)
{
	return (struct cg_nftext_guard){ .drop = true,
					 .mark = { CG_MARK_DEFAULT, CG_MARK_DEFAULT },
					 .mac = macs,
					 .nmac = nmac,
					 .port = ports,
					 .nport = nport };
}

static char *text_of(const struct cg_nftext_guard *g, const struct cg_nftext_guard *was)
{
	char *text = NULL;

	ck_assert_int_eq(cg_nftext_guard(g, was, &text), 0);
	return text;
}

static void has(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what), "'%s' is missing in:\n%s", what, text);
}

static void lacks(const char *text, const char *what)
{
	ck_assert_msg(!strstr(text, what), "'%s' is found in:\n%s", what, text);
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void before(const char *text, const char *first, const char *second)
{
	has(text, first);
	has(text, second);
	ck_assert_msg(strstr(text, first) < strstr(text, second), "'%s' comes late in:\n%s", first,
		      text);
}

START_TEST(guard_is_made_anew)
{
	struct cg_nftext_guard g = guard(2, 2);
	char *text = text_of(&g, NULL);

	before(text, "add table netdev camgate_guard", "delete table netdev camgate_guard");
	has(text, "elements = { 02:ca:00:00:00:01, 02:ca:00:00:00:02 }");
	has(text, "if3 { type filter hook ingress device \"lan1\" priority -2147483648;");
	has(text, "if4 { type filter hook ingress device \"lan2\" priority -2147483648;");
	lacks(text, "wlan0");
	/* others first, then the check, then the clearing */
	before(text, "if3 ether saddr != @cams accept",
	       "if3 meta mark & 0x02000000 != 0x02000000 counter name unmarked drop");
	before(text, "if3 meta mark & 0x02000000 != 0x02000000 counter name unmarked drop",
	       "if3 counter name marked meta mark set meta mark & 0xfdffffff");
	free(text);
}
END_TEST

START_TEST(guard_counts)
{
	struct cg_nftext_guard g = guard(1, 1);
	char *text;

	g.drop = false;
	g.mark = (struct cg_mark){ 0x80, 0xc0 };
	text = text_of(&g, NULL);
	has(text, "meta mark & 0x000000c0 != 0x00000080 counter name unmarked accept");
	has(text, "meta mark set meta mark & 0xffffff3f");
	lacks(text, "drop");
	free(text);
}
END_TEST

START_TEST(guard_without_cameras)
{
	struct cg_nftext_guard g = guard(0, 1);
	char *text = text_of(&g, NULL);

	lacks(text, "elements");
	free(text);
}
END_TEST

START_TEST(nothing_changed_is_nothing_said)
{
	struct cg_nftext_guard g = guard(2, 3), was = guard(2, 3);
	char *text = text_of(&g, &was);

	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(chains_that_stay_are_left_alone)
{
	struct cg_nftext_guard g = guard(1, 3), was = guard(2, 2);
	char *text = text_of(&g, &was);

	lacks(text, "table");
	lacks(text, "if3");
	lacks(text, "if4");
	has(text, "add chain netdev camgate_guard if5");
	before(text, "flush set netdev camgate_guard cams",
	       "add element netdev camgate_guard cams { 02:ca:00:00:00:01 }");
	free(text);
}
END_TEST

START_TEST(ports_that_go)
{
	struct cg_nftext_guard g = guard(2, 1), was = guard(2, 2);
	char *text = text_of(&g, &was);

	/* it may be gone already: made, so that it can be deleted */
	before(text, "add chain netdev camgate_guard if4\n",
	       "delete chain netdev camgate_guard if4");
	lacks(text, "if3");
	lacks(text, "cams");
	free(text);
}
END_TEST

START_TEST(another_mode_writes_every_chain)
{
	struct cg_nftext_guard g = guard(2, 2), was = guard(2, 2);
	char *text;

	was.drop = false;
	text = text_of(&g, &was);
	before(text, "flush chain netdev camgate_guard if3", "add rule netdev camgate_guard if3");
	has(text, "add rule netdev camgate_guard if4");
	free(text);
}
END_TEST

/* A kernel takes these as names; nft would take them for more than that. */
START_TEST(names_that_are_no_names)
{
	static const char *const bad[] = { "",	   "a\"b", "x\";drop",	      "lan*", "a\\b", "a{b",
					   "a\nb", "é",	   "1234567890123456" };
	static const char *const good[] = { "lan1", "br-lan.10", "phy0-ap0", "veth@1", "eth0_1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!cg_nftext_name_ok(bad[i]), "'%s'", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(cg_nftext_name_ok(good[i]), "'%s'", good[i]);
}
END_TEST

START_TEST(such_ports_are_left_out)
{
	struct cg_nftext_port odd[] = { { 7, "x\";accept" }, { 8, "lan8" } };
	struct cg_nftext_guard g = guard(1, 2), was;
	char *text;

	g.port = odd;
	text = text_of(&g, NULL);
	lacks(text, "if7");
	has(text, "if8");
	free(text);
	was = g;
	g.nport = 0;
	text = text_of(&g, &was);
	lacks(text, "if7");
	free(text);
}
END_TEST

START_TEST(boot_denies_cameras_only)
{
	char *text = NULL;

	ck_assert_int_eq(cg_nftext_boot(macs, 2, &text), 0);
	has(text, "table inet camgate_boot");
	has(text, "elements = { 02:ca:00:00:00:01, 02:ca:00:00:00:02 }");
	has(text, "hook forward");
	has(text, "policy accept");
	has(text, "ether saddr @cams counter drop");
	has(text, "ether daddr @cams counter drop");
	lacks(text, "policy drop");
	free(text);
	ck_assert_int_eq(cg_nftext_boot_bridge(macs, 1, &text), 0);
	has(text, "table bridge camgate_boot");
	before(text, "ether daddr != @cams accept", "counter drop\n\t}\n}");
	free(text);
}
END_TEST

START_TEST(out_of_the_flow_table)
{
	static const struct cg_mark mark = { 0x01000000, 0x03000000 };
	char *text = NULL;

	ck_assert_int_eq(cg_nftext_fw4(macs, 1, &mark, true, &text), 0);
	/* inserted at the head: what is written second is asked first */
	before(text, "ct state established,related accept",
	       "ct mark set ct mark & 0xfcffffff | 0x01000000");
	has(text, "ct mark & 0x03000000 == 0x01000000 ct state");
	before(text, "ct state new ct status confirmed accept", "ct state established");
	ck_assert_int_eq(count(text, "insert rule"), CG_NFTEXT_FW4_RULES);
	before(text, "flush set inet fw4 camgate_cams", "add element inet fw4 camgate_cams");
	free(text);
	ck_assert_int_eq(cg_nftext_fw4(macs, 1, &mark, false, &text), 0);
	lacks(text, "insert rule");
	has(text, "02:ca:00:00:00:01");
	free(text);
	ck_assert_int_eq(cg_nftext_fw4(NULL, 0, &mark, false, &text), 0);
	lacks(text, "add element");
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("nftext", 10, guard_is_made_anew, guard_counts, guard_without_cameras,
			nothing_changed_is_nothing_said, chains_that_stay_are_left_alone,
			ports_that_go, another_mode_writes_every_chain, names_that_are_no_names,
			such_ports_are_left_out, boot_denies_cameras_only, out_of_the_flow_table);
}
