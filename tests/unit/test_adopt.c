/* SPDX-License-Identifier: GPL-2.0-only */
/* Camera files of `camgate adopt`: where they go, that the config takes them, and that a changed one is known. */
#include <lib/adopt.h>
#include <lib/wholefile.h>
#include "policy_text.h"

static int dir_of(const char *config, const char *path, char ret_dir[static PATH_MAX])
{
	struct cg_diag diag = { "" };

	return cg_adopt_dir(config, strlen(config), path, &diag, ret_dir);
}

START_TEST(folder)
{
	static const struct {
		const char *config, *path, *dir;
	} rows[] = {
		{ "include(\"cameras.d/*.conf\")", "/etc/camgate/camgate.conf",
		  "/etc/camgate/cameras.d" },
		{ "include('/mnt/cams/*.conf')", "/etc/camgate/camgate.conf", "/mnt/cams" },
		{ "include(\"*.conf\")", "/etc/camgate/camgate.conf", "/etc/camgate" },
		{ "include(\"/*.conf\")", "/etc/camgate.conf", "/" },
		{ "include(\"a/b/*.conf\")", "camgate.conf", "a/b" },
		{ "include(\"*.conf\")", "camgate.conf", "." },
		/* the first that fits, not a file, not a pattern of another kind */
		{ "include(\"one.conf\") include(\"x*/*.conf\") include(\"y/c*.conf\")\n"
		  "include(\"first/*.conf\") include(\"second/*.conf\")",
		  "/c", "/first" },
		{ "lan = { br-lan } # include(\"no/*.conf\")\ninclude(\"yes/*.conf\")", "/c",
		  "/yes" },
		/* none: in a block it is a key that is refused anyway */
		{ "camera a { include(\"no/*.conf\") }", "/c", NULL },
		{ "readers = \"include(no/*.conf)\"", "/c", NULL },
		{ "include(\"cameras.d/*\")", "/c", NULL },
		{ "include(\"cameras.d/a.conf\")", "/c", NULL },
		{ "", "/c", NULL },
	};
	char dir[PATH_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(dir_of(rows[i].config, rows[i].path, dir) ==
				      (rows[i].dir ? 0 : -ENOENT),
			      "%s", rows[i].config);
		if (rows[i].dir)
			ck_assert_str_eq(dir, rows[i].dir);
	}
	ck_assert_int_eq(dir_of("camera a {", "/c", dir), -EINVAL);
}
END_TEST

static char *text_of(const char *name, const char *profile, const struct cg_clues *clues,
		     size_t *ret_len)
{
	const struct cg_adopt a = {
		.name = name,
		.id = "x",
		.mac = { { 0x02, 0xca, 0, 0, 0, 7 } },
		.profile = profile,
		.clues = clues,
		.when = "Written by camgate on 2026-11-27 03:00",
	};
	char *text = NULL;

	ck_assert_int_eq(cg_adopt_text(&a, &text, ret_len), 0);
	ck_assert_uint_eq(strlen(text), *ret_len);
	return text;
}

/* Whatever a device says of itself, the file is a config with one camera. */
START_TEST(is_config)
{
	static const char *const names[] = { "attic", "a \"quoted\" \\ name", "婴儿房",
					     "# no comment", "}" };
	struct cg_clues clues = { 0 };
	size_t len;

	ck_assert(cg_clue_add(&clues, CG_CLUE_RTSP, "x\n}\ncamera evil { }"));
	/* as if it had come past that function */
	memcpy(clues.clue[0].text, "a\n}\tcamera \xff\xfe evil",
	       sizeof("a\n}\tcamera \xff\xfe evil"));
	ck_assert(cg_clue_add(&clues, CG_CLUE_MODEL, "${HOME} '\"\\"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = text_of(names[i], "", &clues, &len), *config = NULL;
		struct cg_policy *p;

		ck_assert_int_ge(asprintf(&config, "lan = { br-lan }\n%s", text), 0);
		p = built(config);
		ck_assert_uint_eq(p->ncams, 1);
		ck_assert_str_eq(p->cams[0].name, names[i]);
		ck_assert_uint_eq(p->cams[0].nrules, 0);
		ck_assert_int_eq(p->cams[0].exposure, CG_CLOSED);
		cg_policy_free(&p);
		free(text);
		free(config);
	}
}
END_TEST

START_TEST(says_why)
{
	struct cg_clues clues = { 0 };
	size_t len;
	char *text;

	ck_assert(cg_clue_add(&clues, CG_CLUE_RTSP, "Rtsp Server/3.0"));
	text = text_of("attic", "reolink", &clues, &len);
	UNIT_HOLDS(text, "2026-11-27", "camgate forget x", "#   answers RTSP (Rtsp Server/3.0)\n",
		   "camera \"attic\" {\n\tmac = { \"02:ca:00:00:00:07\" }\n",
		   "profile = \"reolink\"");
	free(text);
	text = text_of("attic", "", NULL, &len);
	UNIT_HOLDS(text, "camgate learn");
	ck_assert_ptr_null(strstr(text, "found by"));
	ck_assert_ptr_null(strstr(text, "profile"));
	free(text);
}
END_TEST

START_TEST(known_again)
{
	struct cg_mac mac = { 0 };
	size_t len;
	char *text = text_of("attic", "", NULL, &len);

	ck_assert_int_eq(cg_adopt_judge(text, len, &mac), CG_ADOPT_WRITTEN);
	ck_assert_int_eq(mac.b[5], 7);
	/* each byte of it counts */
	for (size_t i = 0; i < len; i++) {
		enum cg_adopt_file f;

		text[i] ^= 1;
		f = cg_adopt_judge(text, len, &mac);
		/* of the mark's MAC alone another one may be made, of no other byte */
		ck_assert_msg(f != CG_ADOPT_WRITTEN || (i >= 18 && i < 35), "byte %zu", i);
		text[i] ^= 1;
	}
	ck_assert_int_eq(cg_adopt_judge(text, len - 1, &mac), CG_ADOPT_CHANGED);
	for (size_t n = 0; n < 53; n++)
		ck_assert_int_eq(cg_adopt_judge(text, n, &mac), CG_ADOPT_FOREIGN);
	ck_assert_int_eq(cg_adopt_judge("camera a { }", 12, &mac), CG_ADOPT_FOREIGN);
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("adopt", 30, folder, is_config, says_why, known_again);
}
