/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera file carries a hash of itself, so that nothing a person wrote into it goes unasked. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "adopt.h"
#include "lex.h"
#include "memtext.h"
#include "utf8.h"

#define PATTERN	 "*.conf"
#define MARK	 "# camgate adopt 1 "
#define MARK_LEN (sizeof(MARK) - 1 + CG_MAC_STRLEN - 1 + 1 + 16 + 1) /* MAC, hash, LF */

/* ---- where it belongs ---- */

/* The folder in front of the pattern; false: the include names something else. */
static bool dir_of(const char *pattern, const char *config, char ret_dir[static PATH_MAX])
{
	const char *slash = strrchr(pattern, '/'), *base = strrchr(config, '/');
	int dir = slash ? (int)(slash - pattern) : 0, of = base ? (int)(base - config) : 0;
	int n;

	if (strcmp(slash ? slash + 1 : pattern, PATTERN) != 0 ||
	    strcspn(pattern, "*?[") != strlen(pattern) - strlen(PATTERN))
		return false;
	if (slash == pattern)
		n = snprintf(ret_dir, PATH_MAX, "/");
	else if (*pattern == '/')
		n = snprintf(ret_dir, PATH_MAX, "%.*s", dir, pattern);
	else
		n = snprintf(ret_dir, PATH_MAX, "%.*s%s%.*s", of, config,
			     base && dir ? "/" : (!base && !dir ? "." : ""), dir, pattern);
	return n > 0 && n < PATH_MAX;
}

int cg_adopt_dir(const char *text, size_t len, const char *path, struct cg_diag *diag,
		 char ret_dir[static PATH_MAX])
{
	struct cg_tokens ts;
	size_t depth = 0;
	int r = cg_lex_read(text, len, path, diag, &ts);

	if (r)
		return r;
	r = -ENOENT;
	for (size_t i = 0; i + 3 < ts.n && r; i++) {
		const struct cg_token *t = &ts.v[i];

		depth += t->kind == CG_TOKEN_OPEN;
		depth -= t->kind == CG_TOKEN_CLOSE;
		if (!depth && t->kind == CG_TOKEN_WORD && !strcmp(t->text, "include") &&
		    t[1].kind == CG_TOKEN_PAREN && cg_token_is_text(&t[2]) &&
		    dir_of(t[2].text, path, ret_dir))
			r = 0;
	}
	cg_lex_free(&ts);
	return r;
}

/* ---- what it says ---- */

/* FNV-1a: tells an edited file from an untouched one, nothing more. */
static uint64_t hash(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3ULL;
	return h;
}

/* What a device said of itself must not end the comment. */
static void comment_put(FILE *f, const char *text)
{
	size_t len = strlen(text), n;
	uint32_t code;

	(void)fputs("#   ", f);
	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = cg_utf8_next(text + i, len - i, &code);
		if (!n || cg_utf8_is_control(code))
			(void)fputc('?', f);
		else
			(void)fwrite(text + i, 1, n, f);
	}
	(void)fputc('\n', f);
}

static void title_put(FILE *f, const char *name)
{
	(void)fputs("camera \"", f);
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			(void)fputc('\\', f);
		(void)fputc(*name, f);
	}
	(void)fputs("\" {\n", f);
}

static void body_put(FILE *f, const struct cg_adopt *a)
{
	char mac[CG_MAC_STRLEN], sentence[CG_CLUE_SENTENCE];

	(void)fprintf(f,
		      "# %s. `camgate forget %s` takes this file out again\n"
		      "# as long as nobody has changed it; what you write into it is yours.\n",
		      a->when, a->id);
	if (a->clues && a->clues->n)
		(void)fputs("# The device was found by this:\n", f);
	for (size_t i = 0; a->clues && i < a->clues->n; i++)
		comment_put(f, cg_clue_sentence(&a->clues->clue[i], sentence));
	title_put(f, a->name);
	(void)fprintf(f, "\tmac = { \"%s\" }\n", cg_mac_format(&a->mac, mac));
	if (*a->profile)
		(void)fprintf(f, "\tprofile = \"%s\"\t# what this make needs; nobody can watch\n",
			      a->profile);
	else
		(void)fputs(
			"\t# No rule: nothing of it leaves the house. `camgate blocked` shows what it\n"
			"\t# tries and what to type, `camgate learn` writes rules.\n",
			f);
	(void)fputs(
		"\t#exposure = closed\t# open: always to be watched from outside; sealed: never\n"
		"\t#lan_viewing = all\t# who at home may watch: all, viewers or none\n"
		"}\n",
		f);
}

int cg_adopt_text(const struct cg_adopt *a, char **ret_text, size_t *ret_len)
{
	_cleanup_free_ char *body = NULL;
	char mac[CG_MAC_STRLEN], *text;
	size_t n = 0;
	FILE *f = open_memstream(&body, &n);
	int len;

	if (!f)
		return -ENOMEM;
	body_put(f, a);
	if (cg_memtext_end(f, &body))
		return -ENOMEM;
	len = asprintf(&text, MARK "%s %016" PRIx64 "\n%s", cg_mac_format(&a->mac, mac),
		       hash(body, n), body);
	if (len < 0)
		return -ENOMEM;
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}

enum cg_adopt_file cg_adopt_judge(const char *text, size_t len, struct cg_mac *ret_mac)
{
	char mac[CG_MAC_STRLEN], digits[17];
	uint64_t is;
	char rest;

	if (len < MARK_LEN || memcmp(text, MARK, strlen(MARK)) != 0)
		return CG_ADOPT_FOREIGN;
	memcpy(mac, text + strlen(MARK), sizeof(mac) - 1);
	mac[sizeof(mac) - 1] = '\0';
	memcpy(digits, text + MARK_LEN - 17, 16);
	digits[16] = '\0';
	if (text[MARK_LEN - 1] != '\n' || text[MARK_LEN - 18] != ' ' ||
	    cg_mac_parse(mac, ret_mac) || sscanf(digits, "%16" SCNx64 "%c", &is, &rest) != 1)
		return CG_ADOPT_FOREIGN;
	return is == hash(text + MARK_LEN, len - MARK_LEN) ? CG_ADOPT_WRITTEN : CG_ADOPT_CHANGED;
}
