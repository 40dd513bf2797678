/* SPDX-License-Identifier: GPL-2.0-only */
/* The sentences that LuCI's pages tell in the reader's language are those that the agent says: each stands in their template. */
#include <lib/audit.h>
#include <lib/clue.h>
#include <lib/profile.h>
#include <lib/quarantine.h>
#include <lib/signature.h>
#include <stdio.h>
#include <string.h>
#include "unit.h"

#define POT CG_TOP "/packaging/openwrt/luci-app-camgate/po/templates/camgate.pot"

static char pot[1 << 18];

static void read_pot(void)
{
	FILE *f = fopen(POT, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(pot, 1, sizeof(pot) - 1, f);
	ck_assert(n > 1000 && n < sizeof(pot) - 1);
	pot[n] = '\0';
	fclose(f);
}

static bool stands(const char *text)
{
	char line[600];

	if (!*pot)
		read_pot();
	ck_assert(!strpbrk(text, "\"\\"));
	ck_assert_int_lt(snprintf(line, sizeof(line), "\nmsgid \"%s\"\n", text), (int)sizeof(line));
	return strstr(pot, line);
}

static void known(const char *text)
{
	ck_assert_msg(stands(text), "not told by LuCI's pages (sentences.js): %s", text);
}

START_TEST(findings)
{
	size_t n;
	const struct cg_audit_row *rows = cg_audit_rows(&n);

	ck_assert_uint_gt(n, 10);
	for (size_t i = 0; i < n; i++) {
		char words[400];
		const char *at = strstr(rows[i].words, "%s");

		/* one of them puts nothing in */
		snprintf(words, sizeof(words), "%.*s%s", at ? (int)(at - rows[i].words) : 0,
			 rows[i].words, at ? at + 2 : "");
		if (!stands(words))
			known(rows[i].words);
		known(rows[i].advice);
		known(rows[i].requires);
	}
}
END_TEST

START_TEST(clues)
{
	for (int i = CG_CLUE_NONE + 1; i < __CG_CLUE_MAX; i++) {
		struct cg_clue clue = { .kind = (uint8_t)i };
		char text[CG_CLUE_SENTENCE];

		known(cg_clue_sentence(&clue, text));
		strcpy(clue.text, "%s");
		known(cg_clue_sentence(&clue, text));
	}
}
END_TEST

START_TEST(words)
{
	for (int i = CG_HOLD_NOT + 1; i < __CG_HOLD_MAX; i++)
		known(cg_hold_text((enum cg_hold)i));
	for (unsigned int i = 1; i < __CG_SIGN_MAX; i++)
		known(cg_sign_text(i));
	for (unsigned int i = 1; i < __CG_SIG_MAX; i++)
		known(cg_signature_text(i));
	for (int i = 0; i < __CG_PROTECTION_MAX; i++)
		known(cg_profile_protection_text((enum cg_protection)i));
	for (int i = 0; i < __CG_LOCAL_VIEW_MAX; i++)
		known(cg_profile_local_view_text((enum cg_local_view)i));
}
END_TEST

/* That it looks at all. */
START_TEST(unknown)
{
	ck_assert(stands("answers RTSP"));
	ck_assert(!stands("answers RTS"));
	ck_assert(!stands("answers RTSP, and more"));
}
END_TEST

int main(void)
{
	return UNIT_RUN("luci", 10, findings, clues, words, unknown);
}
