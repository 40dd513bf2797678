/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of a config: what is added and where, and that nothing else changes; the result is read back as a config. */
#include <lib/confedit.h>
#include <lib/config.h>
#include "unit.h"

#define RULE  "198.51.100.7:443/tcp"
#define WHEN  "camgate allow, 2026-11-25 18:30"
#define ADDED "allow += { \"" RULE "\" }\t# " WHEN

static const struct cg_confedit ALLOW = { "x", "allow", RULE, WHEN };

/* The text after the edit, read back as a config that holds the rule once. */
static void edits(const char *before, const char *after, int line)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *c = NULL;
	struct cg_diag d = { "" };
	char *text = NULL, path[128];
	size_t len = 0, found = 0;
	int at = 0;

	ck_assert_msg(!cg_confedit_add(before, strlen(before), "f", &ALLOW, &d, &text, &len, &at),
		      "%s", d.text);
	ck_assert_str_eq(text, after);
	ck_assert_uint_eq(len, strlen(after));
	ck_assert_int_eq(at, line);
	unit_write(&dir, "e.conf", text, len);
	ck_assert_msg(!cg_config_read(unit_path(&dir, "e.conf", path), &d, &c), "%s in '%s'",
		      d.text, text);
	for (size_t i = 0; i < c->ncams; i++) {
		const struct cg_texts *t = &c->cams[i].allow;

		for (size_t k = 0; k < t->n; k++) {
			if (strcmp(t->v[k].s, RULE))
				continue;
			found++;
			/* the last of its camera's, where the caller says it is */
			ck_assert_uint_eq(k, t->n - 1);
			ck_assert_int_eq(t->v[k].pos.line, line);
			ck_assert(!strcmp(c->cams[i].name.s, "x") || !strcmp(c->cams[i].id.s, "x"));
		}
	}
	ck_assert_uint_eq(found, 1);
	cg_config_free(&c);
	free(text);
	unit_dir_free(&dir);
}

START_TEST(before_the_brace)
{
	edits("camera \"x\" {\n\tschedule {\n\t\tfrom = a\n\t}\n}\n",
	      "camera \"x\" {\n\tschedule {\n\t\tfrom = a\n\t}\n\t" ADDED "\n}\n", 5);
	edits("# mine\ncamera \"x\" {\n\tmac = { a }\n\tallow = { b }\n}\nlan = c\n",
	      "# mine\ncamera \"x\" {\n\tmac = { a }\n\tallow = { b }\n\t" ADDED "\n}\nlan = c\n",
	      5);
	edits("camera \"y\" {\n}\n  camera \"x\" {\n    mac = a   # why\n  } # end\ncamera z { }",
	      "camera \"y\" {\n}\n  camera \"x\" {\n    mac = a   # why\n  \t" ADDED
	      "\n  } # end\ncamera z { }",
	      5);
}
END_TEST

START_TEST(one_line_blocks)
{
	edits("camera \"x\" { mac = { a } }\nlan = b\n",
	      "camera \"x\" { mac = { a }\n\t" ADDED "\n}\nlan = b\n", 2);
	edits("camera \"x\" { }", "camera \"x\" {\n\t" ADDED "\n}", 2);
	edits("camera x {}", "camera x {\n\t" ADDED "\n}", 2);
	edits("camera \"x\" {\n\tmac = { a } }\n",
	      "camera \"x\" {\n\tmac = { a }\n\t" ADDED "\n}\n", 3);
	edits("camera y {} camera x {} camera z {}",
	      "camera y {} camera x {\n\t" ADDED "\n} camera z {}", 2);
}
END_TEST

START_TEST(found_by_id)
{
	edits("camera \"y\" {\n\tid = \"x\"\n}\n", "camera \"y\" {\n\tid = \"x\"\n\t" ADDED "\n}\n",
	      3);
	edits("camera \"y\" { mac = { id, x } allow = { \"id\" } id = x mode = m }\n",
	      "camera \"y\" { mac = { id, x } allow = { \"id\" } id = x mode = m\n\t" ADDED "\n}\n",
	      2);
}
END_TEST

START_TEST(not_fooled)
{
	edits("# camera \"x\" { }\n/* camera \"x\" { } */\ncamera \"x\" {\n\tmac = \"}\" # }\n\t/* } */\n}\n",
	      "# camera \"x\" { }\n/* camera \"x\" { } */\ncamera \"x\" {\n\tmac = \"}\" # }\n\t/* } */\n\t" ADDED
	      "\n}\n",
	      6);
	edits("defaults { allow = { \"x\" } }\nlan = { camera, x }\ncamera 'x' {\n}\n",
	      "defaults { allow = { \"x\" } }\nlan = { camera, x }\ncamera 'x' {\n\t" ADDED "\n}\n",
	      4);
}
END_TEST

START_TEST(windows_lines)
{
	edits("camera \"x\" {\r\n\tmac = a\r\n}\r\n",
	      "camera \"x\" {\r\n\tmac = a\r\n\t" ADDED "\r\n}\r\n", 3);
}
END_TEST

START_TEST(again_and_again)
{
	char *text = strdup("camera \"x\" { mac = { a } }\n"), *next;
	struct cg_diag d = { "" };
	size_t len = strlen(text);
	int line;

	for (int i = 0; i < 50; i++) {
		char rule[32];
		const struct cg_confedit e = { "x", i % 2 ? "allow" : "deny", rule, NULL };

		snprintf(rule, sizeof(rule), "192.0.2.%d", i);
		ck_assert_int_eq(cg_confedit_add(text, len, "f", &e, &d, &next, &len, &line), 0);
		ck_assert_int_eq(line, 2 + i);
		free(text);
		text = next;
	}
	UNIT_HOLDS(text, "\n\tdeny += { \"192.0.2.0\" }\n\tallow += { \"192.0.2.1\" }\n",
		   "192.0.2.49\" }\n}\n");
	free(text);
}
END_TEST

static int refused(const char *text, const struct cg_confedit *e, struct cg_diag *ret_diag)
{
	char *made = (char *)"untouched";
	size_t len = 77;
	int line = 77, r;

	*ret_diag = (struct cg_diag){ "" };
	r = cg_confedit_add(text, strlen(text), "f", e, ret_diag, &made, &len, &line);
	ck_assert_str_eq(made, "untouched");
	ck_assert_uint_eq(len, 77);
	ck_assert_int_eq(line, 77);
	return r;
}

START_TEST(refusals)
{
	const struct cg_confedit_set set = { "mqtt", "enabled", "no" };
	struct cg_confedit e = ALLOW;
	struct cg_diag d;
	char *text = NULL;
	size_t len;
	int line;

	ck_assert_int_eq(refused("camera \"y\" { }\n", &ALLOW, &d), -ENOENT);
	ck_assert_str_eq(d.text, "");
	ck_assert_int_eq(refused("", &ALLOW, &d), -ENOENT);
	ck_assert_int_eq(refused("camera \"x\"", &ALLOW, &d), -ENOENT);
	ck_assert_int_eq(refused("camera \"x\" {\n", &ALLOW, &d), -EINVAL);
	UNIT_HOLDS(d.text, "f:1:12: this block is not closed");
	e.rule = "1.2.3.4\n} camera \"evil\" {";
	ck_assert_int_eq(refused("camera \"x\" { }\n", &e, &d), -EINVAL);
	UNIT_HOLDS(d.text, "rule: found byte 0x0a");
	e.rule = "\xff";
	ck_assert_int_eq(refused("camera \"x\" { }\n", &e, &d), -EINVAL);
	e = ALLOW;
	e.comment = "a\nlan = b";
	ck_assert_int_eq(refused("camera \"x\" { }\n", &e, &d), -EINVAL);
	UNIT_HOLDS(d.text, "comment: found byte 0x0a");
	d = (struct cg_diag){ "" };
	ck_assert_int_eq(cg_confedit_set("mqtt {\n", 7, "f", &set, &d, &text, &len, &line),
			 -EINVAL);
	UNIT_HOLDS(d.text, "f:1:6: this block is not closed");
	ck_assert_ptr_null(text);
}
END_TEST

/* Quotes in the rule stay inside the string. */
START_TEST(quotes)
{
	const struct cg_confedit e = { "x", "allow", "a\"b\\c' }", NULL };
	struct cg_diag d = { "" };
	char *text;
	size_t len;
	int line;

	ck_assert_int_eq(cg_confedit_add("camera x {\n}\n", 13, "f", &e, &d, &text, &len, &line),
			 0);
	ck_assert_str_eq(text, "camera x {\n\tallow += { \"a\\\"b\\\\c' }\" }\n}\n");
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("confedit", 20, before_the_brace, one_line_blocks, found_by_id, not_fooled,
			windows_lines, again_and_again, refusals, quotes);
}
