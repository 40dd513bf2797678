/* SPDX-License-Identifier: GPL-2.0-only */
/* Config edits: finds the block by the tokens' places and writes between them. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "confedit.h"
#include "lex.h"
#include "memtext.h"
#include "utf8.h"

struct block {
	const struct cg_token *open;
	const struct cg_token *close;
};

static bool has_id(const struct cg_tokens *ts, size_t open, size_t close, const char *id)
{
	for (size_t i = open + 1; i + 2 < close; i++) {
		const struct cg_token *t = &ts->v[i];

		if (cg_token_is_text(t) && !strcmp(t->text, "id") && t[1].kind == CG_TOKEN_SET &&
		    cg_token_is_text(&t[2]) && !strcmp(t[2].text, id))
			return true;
	}
	return false;
}

static int find_block(const struct cg_tokens *ts, const char *camera, struct block *ret_block)
{
	for (size_t i = 0; i + 2 < ts->n; i++) {
		const struct cg_token *t = &ts->v[i];
		size_t close;

		if (!cg_token_is_text(t) || strcmp(t->text, "camera") || !cg_token_is_text(&t[1]) ||
		    t[2].kind != CG_TOKEN_OPEN)
			continue;
		close = cg_tokens_end(ts, i + 2);
		if (close < ts->n &&
		    (!strcmp(t[1].text, camera) || has_id(ts, i + 2, close, camera))) {
			*ret_block = (struct block){ &t[2], &ts->v[close] };
			return 0;
		}
		i = close;
	}
	return -ENOENT;
}

static size_t line_start(const char *text, size_t at)
{
	while (at > 0 && text[at - 1] != '\n')
		at--;
	return at;
}

static bool is_blank(const char *text, size_t from, size_t to)
{
	for (; from < to; from++)
		if (text[from] != ' ' && text[from] != '\t')
			return false;
	return true;
}

static void put_quoted(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', f);
		putc(*s, f);
	}
	putc('"', f);
}

/* Broken bytes in what is added would spoil a good file. */
static int check_line(const char *s, const char *what, const char *file, struct cg_diag *diag)
{
	const struct cg_pos pos = { file, 0, 0 };
	size_t len = strlen(s);
	uint32_t code;

	while (len) {
		size_t n = cg_utf8_next(s, len, &code);

		if (!n || cg_utf8_is_control(code))
			return cg_diag_set(diag, &pos, -EINVAL,
					   "%s: found byte 0x%02x, expected one line of text", what,
					   (unsigned char)*s);
		s += n;
		len -= n;
	}
	return 0;
}

static void put_rule(FILE *f, const struct cg_confedit *edit)
{
	fprintf(f, "%s += { ", edit->key);
	put_quoted(f, edit->rule);
	fputs(" }", f);
	if (edit->comment)
		fprintf(f, "\t# %s", edit->comment);
}

/*
 * A brace on a line of its own keeps it, and the new line goes above, one tab
 * deeper. One that shares its line is moved to the next.
 */
static void write_line(FILE *f, const char *text, size_t len, const struct block *b,
		       const struct cg_confedit *edit, int *ret_line)
{
	const char *lf = memchr(text, '\n', len);
	const char *eol = lf && lf > text && lf[-1] == '\r' ? "\r\n" : "\n";
	size_t brace = b->close->start, start = line_start(text, brace), cut = start;
	size_t indent_at = start, indent_end;
	bool own_line = is_blank(text, start, brace);

	if (!own_line) {
		cut = brace;
		while (cut > b->open->end && (text[cut - 1] == ' ' || text[cut - 1] == '\t'))
			cut--;
		indent_at = line_start(text, b->open->start);
	}
	for (indent_end = indent_at;
	     indent_end < len && (text[indent_end] == ' ' || text[indent_end] == '\t');)
		indent_end++;
	fwrite(text, 1, cut, f);
	if (!own_line)
		fputs(eol, f);
	fwrite(text + indent_at, 1, indent_end - indent_at, f);
	putc('\t', f);
	if (edit->camera)
		put_rule(f, edit);
	else
		fprintf(f, "%s = %s", edit->key, edit->rule);
	fputs(eol, f);
	if (!own_line)
		fwrite(text + indent_at, 1, indent_end - indent_at, f);
	fwrite(text + (own_line ? start : brace), 1, len - (own_line ? start : brace), f);
	*ret_line = b->close->pos.line + !own_line;
}

static int edit_tokens(const char *text, size_t len, const struct cg_tokens *ts,
		       const struct cg_confedit *edit, char **ret_text, size_t *ret_len,
		       int *ret_line)
{
	struct block block;
	char *made = NULL;
	size_t n = 0;
	int line, r;
	FILE *f;

	r = find_block(ts, edit->camera, &block);
	if (r)
		return r;
	f = open_memstream(&made, &n);
	if (!f)
		return -ENOMEM;
	write_line(f, text, len, &block, edit, &line);
	if (cg_memtext_end(f, &made))
		return -ENOMEM;
	*ret_text = made;
	*ret_len = n;
	*ret_line = line;
	return 0;
}

int cg_confedit_add(const char *text, size_t len, const char *file, const struct cg_confedit *edit,
		    struct cg_diag *diag, char **ret_text, size_t *ret_len, int *ret_line)
{
	struct cg_tokens ts;
	int r;

	r = check_line(edit->rule, "rule", file, diag);
	if (!r && edit->comment)
		r = check_line(edit->comment, "comment", file, diag);
	if (!r)
		r = cg_lex_read(text, len, file, diag, &ts);
	if (r)
		return r;
	r = edit_tokens(text, len, &ts, edit, ret_text, ret_len, ret_line);
	cg_lex_free(&ts);
	return r;
}

/* camera "mqtt" { … } is none called mqtt. */
static bool is_title(const struct cg_tokens *ts, size_t i)
{
	const struct cg_token *key = i ? &ts->v[i - 1] : NULL;

	return key && cg_token_is_text(key) &&
	       (!strcmp(key->text, "camera") || !strcmp(key->text, "viewer")) &&
	       (i < 2 || ts->v[i - 2].kind != CG_TOKEN_SET);
}

/* A block without a title. */
static int find_plain(const struct cg_tokens *ts, const char *name, size_t *ret_open,
		      size_t *ret_close)
{
	size_t depth = 0;

	for (size_t i = 0; i + 1 < ts->n; i++) {
		const struct cg_token *t = &ts->v[i];

		depth += t->kind == CG_TOKEN_OPEN;
		depth -= t->kind == CG_TOKEN_CLOSE;
		if (depth || !cg_token_is_text(t) || strcmp(t->text, name) ||
		    t[1].kind != CG_TOKEN_OPEN || is_title(ts, i))
			continue;
		*ret_open = i + 1;
		*ret_close = cg_tokens_end(ts, i + 1);
		return *ret_close < ts->n ? 0 : -ENOENT;
	}
	return -ENOENT;
}

/* The value that key has between two braces, not in a block within; NULL: none. */
static const struct cg_token *value_of(const struct cg_tokens *ts, size_t open, size_t close,
				       const char *key)
{
	for (size_t i = open + 1; i + 2 < close; i++) {
		const struct cg_token *t = &ts->v[i];

		if (t->kind == CG_TOKEN_OPEN)
			i = cg_tokens_end(ts, i);
		else if (cg_token_is_text(t) && !strcmp(t->text, key) &&
			 t[1].kind == CG_TOKEN_SET && cg_token_is_text(&t[2]))
			return &t[2];
	}
	return NULL;
}

static int set_tokens(const char *text, size_t len, const struct cg_tokens *ts,
		      const struct cg_confedit_set *set, char **ret_text, size_t *ret_len,
		      int *ret_line)
{
	const struct cg_confedit edit = { .key = set->key, .rule = set->value };
	const struct cg_token *old;
	size_t open, close, n = 0;
	char *made = NULL;
	int line, r;
	FILE *f;

	r = find_plain(ts, set->block, &open, &close);
	if (r)
		return r;
	f = open_memstream(&made, &n);
	if (!f)
		return -ENOMEM;
	old = value_of(ts, open, close, set->key);
	if (old) {
		fwrite(text, 1, old->start, f);
		fputs(set->value, f);
		fwrite(text + old->end, 1, len - old->end, f);
		line = old->pos.line;
	} else {
		write_line(f, text, len, &(struct block){ &ts->v[open], &ts->v[close] }, &edit,
			   &line);
	}
	if (cg_memtext_end(f, &made))
		return -ENOMEM;
	*ret_text = made;
	*ret_len = n;
	*ret_line = line;
	return 0;
}

int cg_confedit_set(const char *text, size_t len, const char *file,
		    const struct cg_confedit_set *set, struct cg_diag *diag, char **ret_text,
		    size_t *ret_len, int *ret_line)
{
	struct cg_tokens ts;
	int r = cg_lex_read(text, len, file, diag, &ts);

	if (r)
		return r;
	r = set_tokens(text, len, &ts, set, ret_text, ret_len, ret_line);
	cg_lex_free(&ts);
	return r;
}
