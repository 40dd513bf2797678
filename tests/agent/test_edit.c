/* SPDX-License-Identifier: GPL-2.0-only */
/* allow, deny and undo: the file as it was but for one line, put back to the byte, never left broken. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "harness.h"

#define ALLOW(cam, rule) "{\"v\":1,\"cmd\":\"allow\",\"cam\":\"" cam "\",\"rule\":\"" rule "\"}"
#define DENY(cam, rule)	 "{\"v\":1,\"cmd\":\"deny\",\"cam\":\"" cam "\",\"rule\":\"" rule "\"}"
#define UNDO		 "{\"v\":1,\"cmd\":\"undo\"}"

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

static void same_file(const char *text)
{
	char *now = file_text(h.config);

	ck_assert_str_eq(now, text);
	free(now);
}

static size_t rules(const char *id)
{
	return cg_agent_find(&h.a, id)->policy->nrules;
}

START_TEST(allow_and_back)
{
	struct json_object *r;
	char *text, *made, *rest;

	ck_assert_uint_eq(rules("nursery"), 1);
	r = ASK(&h, CG_EXIT_OK, ALLOW("nursery", "203.0.113.0/24:8000-8010/udp"));
	ck_assert_str_eq(reply_text(r, "file"), h.config);
	ck_assert_str_eq(reply_text(r, "added"), "allow 203.0.113.0/24:8000-8010/udp");
	ck_assert_str_eq(reply_text(r, "undo"), "camgate undo");
	ck_assert_int_eq(reply_int(r, "line"), 5);
	json_object_put(r);
	ck_assert_uint_eq(rules("nursery"), 2);
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
	/* One line, and behind it who wrote it and when. */
	text = file_text(h.config);
	made = strstr(text, "\tallow += { \"203.0.113.0/24:8000-8010/udp\" }\t# camgate, 20");
	ck_assert_ptr_nonnull(made);
	rest = strchr(made, '\n');
	ck_assert_int_eq(made[-1], '\n');
	memmove(made, rest + 1, strlen(rest));
	ck_assert_str_eq(text, CONFIG_TWO);
	free(text);
	r = ASK(&h, CG_EXIT_OK, UNDO);
	ck_assert_str_eq(reply_text(r, "what"), "allow nursery 203.0.113.0/24:8000-8010/udp");
	json_object_put(r);
	same_file(CONFIG_TWO);
	ck_assert_uint_eq(rules("nursery"), 1);
	ck_assert_uint_eq(fake_kernel.meta.generation, 3);
	ck_assert_int_eq(house_code(&h, UNDO), CG_EXIT_FAILED);
}
END_TEST

START_TEST(deny_on_a_one_line_block)
{
	ck_assert_int_eq(house_code(&h, DENY("garden", "192.0.2.9")), 0);
	ck_assert_uint_eq(rules("garden"), 1);
	ck_assert_int_eq(cg_agent_find(&h.a, "garden")->policy->rules[0].kind, CG_RULE_DENY);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(several_are_taken_back_in_turn)
{
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
	ck_assert_int_eq(house_code(&h, ALLOW("garden", "192.0.2.2")), 0);
	ck_assert_int_eq(house_code(&h, DENY("nursery", "192.0.2.3")), 0);
	ck_assert_uint_eq(rules("nursery"), 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(ten_are_kept)
{
	int back = 0;

	for (int i = 0; i < 14; i++) {
		char text[128];

		snprintf(text, sizeof(text),
			 "{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\",\"rule\":\"192.0.2.%d\"}",
			 i + 1);
		ck_assert_int_eq(house_code(&h, text), 0);
	}
	ck_assert_uint_eq(rules("nursery"), 15);
	while (!house_code(&h, UNDO))
		back++;
	ck_assert_int_eq(back, 10);
	ck_assert_uint_eq(rules("nursery"), 5);
}
END_TEST

START_TEST(undo_survives_a_restart)
{
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(later_work_is_not_undone)
{
	char *text;

	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
	text = file_text(h.config);
	strcat(text, "# a note\n");
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, UNDO), CG_EXIT_FAILED);
	same_file(text);
	free(text);
}
END_TEST

START_TEST(no_such_camera)
{
	struct json_object *r = ASK(&h, CG_EXIT_FAILED, ALLOW("nursey", "192.0.2.1"));

	ck_assert_str_eq(reply_text(r, "near/0"), "nursery");
	json_object_put(r);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(rule_that_is_none)
{
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "nowhere")), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "1.2.3.4\\\" } }")), CG_EXIT_USAGE);
	same_file(CONFIG_TWO);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
}
END_TEST

START_TEST(kernel_refuses_the_new_policy)
{
	fake_fail("apply", 1, -ENOMEM);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), CG_EXIT_FAILED);
	same_file(CONFIG_TWO);
	ck_assert_uint_eq(rules("nursery"), 1);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
	/* There is nothing to take back. */
	ck_assert_int_eq(house_code(&h, UNDO), CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
}
END_TEST

/* The rule is one; all of them together are no policy: judged before anything is in force. */
START_TEST(checked_as_a_whole)
{
	char *text = NULL;
	struct json_object *r;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	fputs("lan = { \"br-lan\" }\ncamera \"nursery\" {\n\tmac = { \"02:ca:00:00:00:01\" }\n"
	      "\tallow = { ",
	      f);
	for (int i = 0; i < CG_MAX_RULES; i++)
		fprintf(f, "%s10.0.%d.%d", i ? ", " : "", i / 256, i % 256);
	fputs(" }\n}\n", f);
	fclose(f);
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = ASK(&h, CG_EXIT_CONFIG, ALLOW("nursery", "192.0.2.1"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "found 1025 rules"));
	ck_assert_str_eq(reply_text(r, "hint"), "nothing was changed");
	json_object_put(r);
	same_file(text);
	ck_assert_uint_eq(rules("nursery"), CG_MAX_RULES);
	ck_assert_uint_eq(fake_kernel.meta.generation, 2);
	ck_assert_int_eq(house_code(&h, UNDO), CG_EXIT_FAILED);
	free(text);
}
END_TEST

/* What `blocked` offers: names, too. */
START_TEST(rules_with_names)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, ALLOW("nursery", "Push.Acme.example:443/tcp"));

	ck_assert_str_eq(reply_text(r, "added"), "allow push.acme.example:443/tcp");
	json_object_put(r);
	ck_assert_str_eq(cg_agent_find(&h.a, "nursery")->policy->rules[1].text.name,
			 "push.acme.example");
	ck_assert_int_eq(house_code(&h, DENY("nursery", "*.acme.example")), 0);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(rules_with_budgets)
{
	struct json_object *r =
		ASK(&h, CG_EXIT_OK, ALLOW("nursery", "clips.example:443/tcp rate=64k burst=8M"));
	char *text;

	ck_assert_str_eq(reply_text(r, "added"), "allow clips.example:443/tcp rate=64k burst=8M");
	json_object_put(r);
	text = file_text(h.config);
	ck_assert_ptr_nonnull(
		strstr(text, "\tallow += { \"clips.example:443/tcp rate=64k burst=8M\" }\t#"));
	free(text);
	ck_assert_uint_eq(cg_agent_find(&h.a, "nursery")->policy->rules[1].text.budget.burst,
			  8000000);
	ck_assert_uint_eq(fake_kernel.set->budget[CG_BUDGET_OWN].grant, 16 * 1024);
	r = ASK(&h, CG_EXIT_OK, UNDO);
	ck_assert_str_eq(reply_text(r, "what"),
			 "allow nursery clips.example:443/tcp rate=64k burst=8M");
	json_object_put(r);
	same_file(CONFIG_TWO);
	r = ASK(&h, CG_EXIT_USAGE, DENY("nursery", "192.0.2.1 rate=64k"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "what is denied has no budget"));
	json_object_put(r);
	r = ASK(&h, CG_EXIT_USAGE, ALLOW("nursery", "192.0.2.1 rate=64x"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "found 'rate=64x'"));
	json_object_put(r);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(undo_that_is_refused)
{
	char *text;

	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
	text = file_text(h.config);
	fake_fail("apply", 1, -ENOMEM);
	ck_assert_int_eq(house_code(&h, UNDO), CG_EXIT_FAILED);
	same_file(text);
	free(text);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(file_that_is_broken_by_now)
{
	/* Somebody is in the middle of editing: their text is not touched. */
	const char *half = CONFIG_TWO "camera \"x\" {\n";

	house_config(&h, half);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), CG_EXIT_CONFIG);
	same_file(half);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
}
END_TEST

START_TEST(camera_in_an_included_file)
{
	char dir[128], path[160], *text;
	const char *cam = "camera \"porch\" {\n\tmac = { \"02:ca:00:00:00:03\" }\n}\n";

	snprintf(dir, sizeof(dir), "%s/cameras.d", h.dir);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(path, sizeof(path), "%s/porch.conf", dir);
	file_write(path, cam);
	house_config(&h, CONFIG_TWO "include(\"cameras.d/*.conf\")\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(house_code(&h, ALLOW("porch", "192.0.2.1")), 0);
	text = file_text(path);
	ck_assert_ptr_nonnull(strstr(text, "192.0.2.1"));
	free(text);
	same_file(CONFIG_TWO "include(\"cameras.d/*.conf\")\n");
	ck_assert_uint_eq(rules("porch"), 1);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	text = file_text(path);
	ck_assert_str_eq(text, cam);
	free(text);
}
END_TEST

START_TEST(mode_and_link_stay)
{
	char real[128];
	struct stat st;

	snprintf(real, sizeof(real), "%s/real.conf", h.dir);
	ck_assert_int_eq(rename(h.config, real), 0);
	ck_assert_int_eq(symlink("real.conf", h.config), 0);
	ck_assert_int_eq(chmod(real, 0640), 0);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
	ck_assert_int_eq(lstat(h.config, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(real, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	same_file(CONFIG_TWO);
}
END_TEST

START_TEST(no_copy_no_change)
{
	char path[160];

	/* A file where the folder of copies would be. */
	snprintf(path, sizeof(path), "%s/undo", h.state_dir);
	file_write(path, "");
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), CG_EXIT_FAILED);
	same_file(CONFIG_TWO);
	unlink(path);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), 0);
}
END_TEST

START_TEST(config_not_in_force)
{
	house_stop(&h);
	house_config(&h, "camera {");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(house_code(&h, ALLOW("nursery", "192.0.2.1")), CG_EXIT_CONFIG);
	same_file("camera {");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("edit");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, allow_and_back);
	tcase_add_test(t, deny_on_a_one_line_block);
	tcase_add_test(t, several_are_taken_back_in_turn);
	tcase_add_test(t, ten_are_kept);
	tcase_add_test(t, undo_survives_a_restart);
	tcase_add_test(t, later_work_is_not_undone);
	tcase_add_test(t, no_such_camera);
	tcase_add_test(t, rule_that_is_none);
	tcase_add_test(t, kernel_refuses_the_new_policy);
	tcase_add_test(t, checked_as_a_whole);
	tcase_add_test(t, rules_with_names);
	tcase_add_test(t, rules_with_budgets);
	tcase_add_test(t, undo_that_is_refused);
	tcase_add_test(t, file_that_is_broken_by_now);
	tcase_add_test(t, camera_in_an_included_file);
	tcase_add_test(t, mode_and_link_stay);
	tcase_add_test(t, no_copy_no_change);
	tcase_add_test(t, config_not_in_force);
	suite_add_tcase(s, t);
	return suite_run(s);
}
