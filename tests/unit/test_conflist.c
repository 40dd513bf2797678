/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of lists outside of blocks, and the plan of `camgate setup`: what is added and where, that nothing else changes, read back as a config. */
#include <lib/config.h>
#include <lib/conflist.h>
#include <lib/setup.h>
#include "unit.h"

#define WHEN "camgate setup, 2026-11-25 18:30"

static const char *const LAN[] = { "br-lan", "wlan0" };
static const struct cg_conflist EDIT = { "lan", LAN, 2, WHEN };

/* The text after the edit, read back: the list ends with what was added. */
static void edits(const char *before, const char *after, size_t entries)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *c = NULL;
	struct cg_diag d = { "" };
	char *text = NULL, *added = NULL, path[128];
	size_t len = 0;

	ck_assert_msg(!cg_conflist_add(before, strlen(before), "f", &EDIT, &d, &text, &len, &added),
		      "%s", d.text);
	ck_assert_str_eq(text, after);
	ck_assert_uint_eq(len, strlen(after));
	ck_assert_ptr_nonnull(strstr(text, added));
	unit_write(&dir, "e.conf", text, len);
	ck_assert_msg(!cg_config_read(unit_path(&dir, "e.conf", path), &d, &c), "%s in '%s'",
		      d.text, text);
	ck_assert_uint_eq(c->lan.n, entries);
	ck_assert_str_eq(c->lan.v[entries - 2].s, "br-lan");
	ck_assert_str_eq(c->lan.v[entries - 1].s, "wlan0");
	cg_config_free(&c);
	free(text);
	free(added);
	unit_dir_free(&dir);
}

#define NEW  "lan = { \"br-lan\", \"wlan0\" }\t# " WHEN
#define MORE "lan += { \"br-lan\", \"wlan0\" }\t# " WHEN

START_TEST(below_the_example)
{
	edits("# mine\n#lan = { \"br-lan\" }\n\nguard = off\n",
	      "# mine\n#lan = { \"br-lan\" }\n" NEW "\n\nguard = off\n", 2);
	edits("# lan= x", "# lan= x\n" NEW "\n", 2);
	edits("#lan = x\r\nguard = off\r\n", "#lan = x\r\n" NEW "\r\nguard = off\r\n", 2);
	/* not what only looks like one */
	edits("#lane = x\nguard = off\n", "#lane = x\nguard = off\n" NEW "\n", 2);
	edits("camera \"x\" {\n#lan = y\nmac = a\n}\n",
	      "camera \"x\" {\n#lan = y\nmac = a\n}\n" NEW "\n", 2);
	edits("/*\n#lan = y\n*/\nguard = off\n", "/*\n#lan = y\n*/\nguard = off\n" NEW "\n", 2);
}
END_TEST

START_TEST(at_the_end)
{
	edits("", NEW "\n", 2);
	edits("guard = off", "guard = off\n" NEW "\n", 2);
	edits("camera \"x\" { mac = a }\n# end\n", "camera \"x\" { mac = a }\n# end\n" NEW "\n", 2);
}
END_TEST

START_TEST(below_what_is_there)
{
	edits("lan = eth1\nguard = off\n", "lan = eth1\n" MORE "\nguard = off\n", 3);
	edits("lan = { a,\n  b } # two\n#lan = x\n",
	      "lan = { a,\n  b } # two\n" MORE "\n#lan = x\n", 4);
	edits("lan = a\nlan += b\nhome = c\n", "lan = a\nlan += b\n" MORE "\nhome = c\n", 4);
	edits("lan = { }", "lan = { }\n" MORE "\n", 2);
	edits("lan = a guard = off\n", "lan = a\n" MORE "\n guard = off\n", 3);
	edits("lan = a camera \"x\" {\n\tmac = b\n}\n",
	      "lan = a\n" MORE "\n camera \"x\" {\n\tmac = b\n}\n", 3);
	edits("lan = a /* so\nit is */\n", "lan = a\n" MORE "\n /* so\nit is */\n", 3);
}
END_TEST

START_TEST(refused)
{
	const char *const bad[] = { "br\nlan" };
	const struct cg_conflist edit = { "lan", bad, 1, NULL }, two = { "lan home", LAN, 2, WHEN };
	static const char *const ends[] = { "a*/b" };
	const struct cg_conflist ending = { "lan", ends, 1, NULL };
	const char *in_comment = "/*\n#lan = y\n*/\n";
	struct cg_diag d = { "" };
	char *text = NULL, *added = NULL;
	size_t len;

	ck_assert_int_eq(cg_conflist_add("", 0, "f", &edit, &d, &text, &len, &added), -EINVAL);
	ck_assert_ptr_nonnull(strstr(d.text, "one line of text"));
	d = (struct cg_diag){ "" };
	ck_assert_int_eq(cg_conflist_add("lan = {", 7, "f", &EDIT, &d, &text, &len, &added),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(d.text, "not closed"));
	d = (struct cg_diag){ "" };
	/* A line at the end of an open comment would say nothing. */
	ck_assert_int_eq(cg_conflist_add("/* x", 4, "f", &EDIT, &d, &text, &len, &added), -EINVAL);
	ck_assert_ptr_null(text);
	ck_assert_ptr_null(added);
	/* A name of two words is no name, wherever it lands. */
	d = (struct cg_diag){ "" };
	ck_assert_int_eq(cg_conflist_add("a = b\n", 6, "f", &two, &d, &text, &len, &added),
			 -EINVAL);
	UNIT_HOLDS(d.text, "f: there is no place for a line `lan home = { \"br-lan\"");
	ck_assert_ptr_null(text);
	/* The example stands in a comment, which the line would end: it goes to the end. */
	d = (struct cg_diag){ "" };
	ck_assert_int_eq(cg_conflist_add(in_comment, strlen(in_comment), "f", &ending, &d, &text,
					 &len, &added),
			 0);
	ck_assert_str_eq(text, "/*\n#lan = y\n*/\nlan = { \"a*/b\" }\n");
	free(text);
	free(added);
}
END_TEST

/* ---- the plan ---- */

static int plan(struct unit_dir *dir, const char *text, const struct cg_setup *setup,
		struct cg_setup_plan *ret_plan, struct cg_diag *diag)
{
	char path[128];

	*diag = (struct cg_diag){ "" };
	unit_write(dir, "camgate.conf", text, strlen(text));
	return cg_setup_plan(unit_path(dir, "camgate.conf", path), setup, diag, ret_plan);
}

START_TEST(what_is_said_is_not_said_again)
{
	static const char *const lan[] = { "br-lan", "wlan0", "br-lan" }, *const home[] = { "wg0" };
	const struct cg_setup setup = { lan, home, 3, 1, "now" };
	struct unit_dir dir = unit_dir_new();
	struct cg_setup_plan p;
	struct cg_diag d = { "" };

	ck_assert_int_eq(plan(&dir, "guard = off\n", &setup, &p, &d), 0);
	ck_assert_str_eq(p.text, "guard = off\nlan = { \"br-lan\", \"wlan0\" }\t# now\n"
				 "home = { \"wg0\" }\t# now\n");
	ck_assert_str_eq(p.was, "guard = off\n");
	ck_assert_str_eq(p.added[0], "lan = { \"br-lan\", \"wlan0\" }");
	ck_assert_str_eq(p.added[1], "home = { \"wg0\" }");
	cg_setup_plan_clear(&p);
	ck_assert_int_eq(plan(&dir, "lan = wlan0\nhome = wg0\n", &setup, &p, &d), 0);
	ck_assert_str_eq(p.text, "lan = wlan0\nlan += { \"br-lan\" }\t# now\nhome = wg0\n");
	ck_assert_ptr_null(p.added[1]);
	cg_setup_plan_clear(&p);
	ck_assert_int_eq(plan(&dir, "lan = { br-lan, wlan0 }\nhome = wg0", &setup, &p, &d), 0);
	ck_assert_ptr_null(p.added[0]);
	ck_assert_ptr_null(p.added[1]);
	ck_assert_str_eq(p.text, p.was);
	cg_setup_plan_clear(&p);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(what_is_not_understood_stays)
{
	static const char *const lan[] = { "br-lan" };
	static const char *const bad[] = { "br\nlan" };
	const struct cg_setup setup = { lan, NULL, 1, 0, "now" },
			      two_lines = { bad, NULL, 1, 0, "now" };
	struct unit_dir dir = unit_dir_new();
	struct cg_setup_plan p = { 0 };
	struct cg_diag d = { "" };

	ck_assert_int_eq(plan(&dir, "lan = {\n", &setup, &p, &d), -EINVAL);
	ck_assert_int_eq(plan(&dir, "lna = br-lan\n", &setup, &p, &d), -EINVAL);
	ck_assert_ptr_nonnull(strstr(d.text, "lna"));
	ck_assert_int_eq(plan(&dir, "guard = off\n", &two_lines, &p, &d), -EINVAL);
	UNIT_HOLDS(d.text, "camgate.conf: found byte 0x0a");
	ck_assert_ptr_null(p.text);
	/* another file has the list, and already that entry */
	unit_write(&dir, "lan.conf", "lan = eth1\n", 11);
	ck_assert_int_eq(plan(&dir, "include(\"lan.conf\")\n", &setup, &p, &d), -EINVAL);
	UNIT_HOLDS(d.text, "lan.conf:1:", "lan stands in this file, add 'br-lan' to it by hand");
	unit_write(&dir, "lan.conf", "lan = br-lan\n", 13);
	ck_assert_int_eq(plan(&dir, "include(\"lan.conf\")\n", &setup, &p, &d), 0);
	ck_assert_ptr_null(p.added[0]);
	cg_setup_plan_clear(&p);
	unit_dir_free(&dir);
}
END_TEST

int main(void)
{
	return UNIT_RUN("conflist", 30, below_the_example, at_the_end, below_what_is_there, refused,
			what_is_said_is_not_said_again, what_is_not_understood_stays);
}
