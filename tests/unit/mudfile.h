/* SPDX-License-Identifier: GPL-2.0-only */
/* The MUD files of tests/unit/mud, and what the tests of both directions do with them. */
#ifndef CG_MUDFILE_H
#define CG_MUDFILE_H

#include <lib/mud.h>
#include <lib/wholefile.h>
#include "policies.h"

/* Given by the build; a lint compiles without it. */
#ifndef CG_TOP
#define CG_TOP	 "."
#define CG_BUILD "build"
#endif
#define FIXTURES CG_TOP "/tests/unit/mud/"

/* Those that can be read. */
static const char *const mud_good[] = {
	"plain",	"ports", "no_ports", "classes",	 "conditions", "draft_lists", "draft_mixed",
	"draft_oldest", "types", "order",    "stop_all", "any",	       "hostile",     "too_many",
};
#define NGOOD (sizeof(mud_good) / sizeof(mud_good[0]))

static inline char *fixture(const char *name, size_t *ret_n)
{
	char path[256], *text = NULL;

	snprintf(path, sizeof(path), FIXTURES "%s.json", name);
	ck_assert_msg(!cg_wholefile_read(path, CG_MUD_MAX_BYTES, &text, ret_n), "%s", path);
	return text;
}

static inline struct cg_mud *read_text(const char *text, size_t n)
{
	struct cg_diag d = { "" };
	struct cg_mud *mud = NULL;

	ck_assert_msg(!cg_mud_read(text, n, "f", &d, &mud), "%s", d.text);
	ck_assert_int_eq(cg_mud_fit(mud), 0);
	return mud;
}

static inline struct cg_mud *read_fixture(const char *name)
{
	size_t n;
	char *text = fixture(name, &n);
	struct cg_mud *mud = read_text(text, n);

	free(text);
	return mud;
}

static inline char *block(const struct cg_mud *mud, const char *name)
{
	char *text = cg_mud_block(mud, "maker.json", name, NULL, 0);

	ck_assert_ptr_nonnull(text);
	return text;
}

static inline const char *rule_text(const struct cg_mud_rule *rule,
				    char buf[static CG_RULE_STRLEN + 8])
{
	char text[CG_RULE_STRLEN];

	snprintf(buf, CG_RULE_STRLEN + 8, "%s %s", rule->kind == CG_RULE_DENY ? "deny" : "allow",
		 cg_rule_format(&rule->text, text));
	return buf;
}

#endif
