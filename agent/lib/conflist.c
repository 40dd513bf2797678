/* SPDX-License-Identifier: GPL-2.0-only */
/* The place of the line is found by tokens, and the result read again: it must be the old tokens and the new ones. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conflist.h"
#include "lex.h"
#include "memtext.h"
#include "utf8.h"

/* What goes where. */
struct place {
	size_t at;
	bool before; /* an end of line is missing in front */
	bool behind; /* the rest of the line goes below */
	bool more;   /* the list is there: += */
};

/* The last statement of key outside of any block; ts->n: none. */
static size_t statement_last(const struct cg_tokens *ts, const char *key, size_t *ret_end)
{
	size_t depth = 0, found = ts->n;

	for (size_t i = 0; i + 2 < ts->n; i++) {
		const struct cg_token *t = &ts->v[i];

		depth += t->kind == CG_TOKEN_OPEN;
		depth -= t->kind == CG_TOKEN_CLOSE;
		if (depth || t->kind != CG_TOKEN_WORD || strcmp(t->text, key) ||
		    (t[1].kind != CG_TOKEN_SET && t[1].kind != CG_TOKEN_ADD))
			continue;
		found = i;
		*ret_end = cg_tokens_end(ts, i + 2);
	}
	return found;
}

/* Blanks and a comment alone stand until the end of the line: its end, else at. */
static size_t rest_of_line(const char *text, size_t len, size_t at)
{
	size_t i = at;

	while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'))
		i++;
	if (i < len && text[i] == '#')
		while (i < len && text[i] != '\n')
			i++;
	return i == len || text[i] == '\n' ? i : at;
}

static struct place below_statement(const char *text, size_t len, size_t end)
{
	struct place p = { .at = rest_of_line(text, len, end), .more = true };

	p.behind = p.at < len && text[p.at] != '\n';
	p.before = p.behind || p.at == len;
	p.at += p.at < len && !p.behind;
	return p;
}

/* A line `#key = …` that is not in a block or a longer comment; false: there is none. */
static bool below_example(const char *text, size_t len, const struct cg_tokens *ts, const char *key,
			  struct place *ret_place)
{
	size_t n = strlen(key), depth = 0, next = 0;

	for (size_t at = 0; at < len;) {
		const char *lf = memchr(text + at, '\n', len - at);
		size_t end = lf ? (size_t)(lf - text) + 1 : len, i = at;

		for (; next < ts->n && ts->v[next].start < at; next++) {
			depth += ts->v[next].kind == CG_TOKEN_OPEN;
			depth -= ts->v[next].kind == CG_TOKEN_CLOSE;
		}
		if (text[i] == '#' && !depth) {
			for (i++; i < end && text[i] == ' ';)
				i++;
			if (end - i > n && !memcmp(text + i, key, n)) {
				for (i += n; i < end && text[i] == ' ';)
					i++;
				if (i < end && text[i] == '=') {
					*ret_place = (struct place){ .at = end, .before = !lf };
					return true;
				}
			}
		}
		at = end;
	}
	return false;
}

static void quoted_put(FILE *f, const char *s)
{
	(void)fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			(void)fputc('\\', f);
		(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

static int line_make(const struct cg_conflist *edit, bool more, char **ret_line)
{
	char *line = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&line, &n);

	if (!f)
		return -ENOMEM;
	(void)fprintf(f, "%s %s { ", edit->key, more ? "+=" : "=");
	for (size_t i = 0; i < edit->n; i++) {
		(void)fputs(i ? ", " : "", f);
		quoted_put(f, edit->entry[i]);
	}
	(void)fputs(" }", f);
	if (cg_memtext_end(f, &line))
		return -ENOMEM;
	*ret_line = line;
	return 0;
}

static int text_make(const char *text, size_t len, const struct cg_conflist *edit,
		     const struct place *p, const char *line, char **ret_text, size_t *ret_len)
{
	const char *lf = memchr(text, '\n', len);
	const char *eol = lf && lf > text && lf[-1] == '\r' ? "\r\n" : "\n";
	char *made = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&made, &n);

	if (!f)
		return -ENOMEM;
	(void)fwrite(text, 1, p->at, f);
	if (p->before && p->at)
		(void)fputs(eol, f);
	(void)fputs(line, f);
	if (edit->comment)
		(void)fprintf(f, "\t# %s", edit->comment);
	(void)fputs(eol, f);
	(void)fwrite(text + p->at, 1, len - p->at, f);
	if (cg_memtext_end(f, &made))
		return -ENOMEM;
	*ret_text = made;
	*ret_len = n;
	return 0;
}

static bool same(const struct cg_token *a, const struct cg_token *b)
{
	return a->kind == b->kind && !strcmp(a->text ? a->text : "", b->text ? b->text : "");
}

/* Where a line lands in a comment or a block it says nothing, or something else. */
static bool is_added(const struct cg_tokens *was, const char *text, size_t len,
		     const struct cg_conflist *edit)
{
	struct cg_diag diag = { 0 };
	size_t more = 2 * edit->n + 3, at = 0, depth = 0;
	struct cg_tokens ts;
	bool good;

	if (cg_lex_read(text, len, "", &diag, &ts))
		return false;
	good = ts.n == was->n + more;
	for (; good && at < was->n && same(&ts.v[at], &was->v[at]); at++) {
		depth += ts.v[at].kind == CG_TOKEN_OPEN;
		depth -= ts.v[at].kind == CG_TOKEN_CLOSE;
	}
	good = good && !depth && !strcmp(ts.v[at].text, edit->key);
	for (size_t i = at; good && i < was->n; i++)
		good = same(&ts.v[i + more], &was->v[i]);
	cg_lex_free(&ts);
	return good;
}

static int entry_check(const char *s, const char *file, struct cg_diag *diag)
{
	const struct cg_pos pos = { file, 0, 0 };
	size_t len = strlen(s);
	uint32_t code;

	while (len) {
		size_t n = cg_utf8_next(s, len, &code);

		if (!n || cg_utf8_is_control(code))
			return cg_diag_set(diag, &pos, -EINVAL,
					   "found byte 0x%02x, expected one line of text",
					   (unsigned char)*s);
		s += n;
		len -= n;
	}
	return 0;
}

int cg_conflist_add(const char *text, size_t len, const char *file, const struct cg_conflist *edit,
		    struct cg_diag *diag, char **ret_text, size_t *ret_len, char **ret_added)
{
	const struct cg_pos pos = { file, 0, 0 };
	_cleanup_free_ char *line = NULL, *made = NULL;
	struct place places[2] = { { 0 } };
	size_t end = 0, nplaces = 1, n = 0;
	struct cg_tokens ts;
	bool good = false;
	int r = edit->comment ? entry_check(edit->comment, file, diag) : 0;

	for (size_t i = 0; !r && i < edit->n; i++)
		r = entry_check(edit->entry[i], file, diag);
	if (!r)
		r = cg_lex_read(text, len, file, diag, &ts);
	if (r)
		return r;
	if (statement_last(&ts, edit->key, &end) < ts.n) {
		places[0] = below_statement(text, len, ts.v[end].end);
	} else {
		struct place last = { .at = len, .before = len && text[len - 1] != '\n' };

		if (below_example(text, len, &ts, edit->key, &places[0]))
			nplaces = 2;
		places[nplaces - 1] = last;
	}
	for (size_t i = 0; !r && !good && i < nplaces; i++) {
		free(line);
		free(made);
		line = made = NULL;
		r = line_make(edit, places[i].more, &line);
		if (!r)
			r = text_make(text, len, edit, &places[i], line, &made, &n);
		good = !r && is_added(&ts, made, n, edit);
	}
	cg_lex_free(&ts);
	if (r)
		return r;
	if (!good)
		return cg_diag_set(diag, &pos, -EINVAL,
				   "there is no place for a line `%s`, add it by hand", line);
	*ret_text = TAKE_PTR(made);
	*ret_len = n;
	*ret_added = TAKE_PTR(line);
	return 0;
}
