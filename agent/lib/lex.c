/* SPDX-License-Identifier: GPL-2.0-only */
/* The tokenizer: one pass over the text that refuses whatever libconfuse would let through unseen. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "cleanup.h"
#include "lex.h"
#include "utf8.h"
#include "told.h"

struct lexer {
	const char *text;
	size_t len;
	size_t at;
	size_t line_start;
	struct cg_pos pos;
	struct cg_diag *diag;
	struct cg_tokens out;
	size_t room;
	size_t *open; /* tokens of the braces not closed yet */
	size_t nopen, open_room;
};

/* Every byte is looked at once before anything else is. */
static int check_bytes(struct lexer *lx)
{
	struct cg_pos pos = { lx->pos.file, 1, 1 };
	size_t line_start = 0;
	uint32_t code;

	for (size_t i = lx->at; i < lx->len;) {
		size_t n;

		if (lx->text[i] >= ' ' && lx->text[i] < 0x7f) {
			i++;
			continue;
		}
		n = cg_utf8_next(lx->text + i, lx->len - i, &code);
		pos.column = (int)(i - line_start) + 1;
		if (!n)
			return cg_diag_set(lx->diag, &pos, -EINVAL,
					   "found byte 0x%02x, expected UTF-8 text",
					   (unsigned char)lx->text[i]);
		i += n;
		if (code == '\n') {
			pos.line++;
			line_start = i;
		} else if (code == '\r' && i < lx->len && lx->text[i] == '\n') {
			continue;
		} else if (code != '\t' && (code < 0x20 || code == 0x7f)) {
			return cg_diag_set(lx->diag, &pos, -EINVAL,
					   "found control byte 0x%02x, expected text",
					   (unsigned int)code);
		}
	}
	return 0;
}

static struct cg_pos here(struct lexer *lx)
{
	lx->pos.column = (int)(lx->at - lx->line_start) + 1;
	return lx->pos;
}

static char peek(const struct lexer *lx, size_t ahead)
{
	return lx->at + ahead < lx->len ? lx->text[lx->at + ahead] : '\0';
}

static void newline(struct lexer *lx)
{
	lx->at++;
	lx->pos.line++;
	lx->line_start = lx->at;
}

static int push(struct lexer *lx, enum cg_token_kind kind, struct cg_pos pos, size_t start,
		char *text)
{
	if (lx->out.n == lx->room) {
		size_t room = lx->room ? lx->room * 2 : 256;
		struct cg_token *v = reallocarray(lx->out.v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		lx->out.v = v;
		lx->room = room;
	}
	lx->out.v[lx->out.n++] = (struct cg_token){
		.kind = kind,
		.text = text,
		.pos = pos,
		.start = start,
		.end = lx->at,
	};
	return 0;
}

/* Takes text also where it fails. */
static int push_text(struct lexer *lx, enum cg_token_kind kind, struct cg_pos pos, size_t start,
		     char *text)
{
	int r = text ? push(lx, kind, pos, start, text) : -ENOMEM;

	if (r)
		free(text);
	return r;
}

static int skip_comment(struct lexer *lx)
{
	struct cg_pos opened = here(lx);

	for (lx->at += 2; lx->at < lx->len;) {
		if (peek(lx, 0) == '*' && peek(lx, 1) == '/') {
			lx->at += 2;
			return 0;
		}
		if (peek(lx, 0) == '\n')
			newline(lx);
		else
			lx->at++;
	}
	return cg_diag_set(lx->diag, &opened, -EINVAL,
			   "this comment is not closed, found the end of the file, expected '*/'");
}

static bool at_comment(const struct lexer *lx)
{
	return peek(lx, 0) == '#' ||
	       (peek(lx, 0) == '/' && (peek(lx, 1) == '/' || peek(lx, 1) == '*'));
}

/* Bytes that hold what is between the quotes. A string ends on its line: nothing
 * in this config needs more. */
static size_t string_room(const struct lexer *lx, char quote)
{
	size_t i = lx->at + 1;

	while (i < lx->len && lx->text[i] != quote && lx->text[i] != '\n')
		i += lx->text[i] == '\\' && i + 1 < lx->len && lx->text[i + 1] != '\n' ? 2 : 1;
	return i - lx->at + 1;
}

static int read_string(struct lexer *lx)
{
	struct cg_pos opened = here(lx);
	size_t start = lx->at, n = 0;
	char quote = peek(lx, 0);
	_cleanup_free_ char *text = malloc(string_room(lx, quote));

	if (!text)
		return -ENOMEM;
	for (lx->at++; lx->at < lx->len && peek(lx, 0) != '\n'; lx->at++) {
		char c = peek(lx, 0);

		if (c == quote) {
			text[n] = '\0';
			lx->at++;
			return push_text(lx, CG_TOKEN_STRING, opened, start, TAKE_PTR(text));
		}
		if (c == '\\') {
			char next = peek(lx, 1);

			if (next == '\\' || next == '"' || next == '\'') {
				lx->at++;
				c = next;
			} else if (quote == '"') {
				struct cg_pos pos = here(lx);

				return cg_diag_set(
					lx->diag, &pos, -EINVAL,
					"found '\\' in a string, expected \\\\ or \\\" or '…' around the string");
			}
		}
		text[n++] = c;
	}
	return cg_diag_set(lx->diag, &opened, -EINVAL,
			   "this string is not closed, found the end of the %s, expected %c",
			   lx->at < lx->len ? N_("line") : N_("file"), quote);
}

static int read_word(struct lexer *lx)
{
	struct cg_pos pos = here(lx);
	size_t start = lx->at;

	while (lx->at < lx->len && !strchr(" \t\r\n\"'={}()+,#", peek(lx, 0)) && !at_comment(lx))
		lx->at++;
	return push_text(lx, CG_TOKEN_WORD, pos, start, strndup(lx->text + start, lx->at - start));
}

static int read_mark(struct lexer *lx, enum cg_token_kind kind)
{
	static char texts[__CG_TOKEN_MAX][3] = {
		[CG_TOKEN_OPEN] = "{",	  [CG_TOKEN_CLOSE] = "}", [CG_TOKEN_PAREN] = "(",
		[CG_TOKEN_UNPAREN] = ")", [CG_TOKEN_SET] = "=",	  [CG_TOKEN_ADD] = "+=",
		[CG_TOKEN_COMMA] = ",",
	};
	struct cg_pos pos = here(lx);
	size_t start = lx->at;

	lx->at += strlen(texts[kind]);
	return push(lx, kind, pos, start, texts[kind]);
}

static int read_open(struct lexer *lx)
{
	if (lx->nopen == lx->open_room) {
		size_t room = lx->open_room ? lx->open_room * 2 : 16;
		size_t *v = reallocarray(lx->open, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		lx->open = v;
		lx->open_room = room;
	}
	lx->open[lx->nopen++] = lx->out.n;
	return read_mark(lx, CG_TOKEN_OPEN);
}

static int read_close(struct lexer *lx)
{
	struct cg_pos pos = here(lx);

	if (!lx->nopen)
		return cg_diag_set(lx->diag, &pos, -EINVAL,
				   "found '}', expected a key: no block or list is open here");
	lx->nopen--;
	return read_mark(lx, CG_TOKEN_CLOSE);
}

static int read_token(struct lexer *lx)
{
	struct cg_pos pos;

	switch (peek(lx, 0)) {
	case ' ':
	case '\t':
	case '\r':
		lx->at++;
		return 0;
	case '\n':
		newline(lx);
		return 0;
	case '"':
	case '\'':
		return read_string(lx);
	case '{':
		return read_open(lx);
	case '}':
		return read_close(lx);
	case '(':
		return read_mark(lx, CG_TOKEN_PAREN);
	case ')':
		return read_mark(lx, CG_TOKEN_UNPAREN);
	case ',':
		return read_mark(lx, CG_TOKEN_COMMA);
	case '=':
		return read_mark(lx, CG_TOKEN_SET);
	case '+':
		if (peek(lx, 1) == '=')
			return read_mark(lx, CG_TOKEN_ADD);
		pos = here(lx);
		return cg_diag_set(lx->diag, &pos, -EINVAL, "found '+', expected '+='");
	}
	if (!at_comment(lx))
		return read_word(lx);
	if (peek(lx, 1) == '*' && peek(lx, 0) == '/')
		return skip_comment(lx);
	while (lx->at < lx->len && peek(lx, 0) != '\n')
		lx->at++;
	return 0;
}

/* What stands before an open brace says what was left open. */
static int unclosed(struct lexer *lx)
{
	size_t i = lx->open[lx->nopen - 1];
	const struct cg_token *t = &lx->out.v[i];
	bool list = i > 0 && (t[-1].kind == CG_TOKEN_SET || t[-1].kind == CG_TOKEN_ADD);

	return cg_diag_set(lx->diag, &t->pos, -EINVAL,
			   "this %s is not closed, found the end of the file, expected '}'",
			   list ? "list" : "block");
}

static int lex(struct lexer *lx)
{
	int r;

	if (lx->len >= 3 && !memcmp(lx->text, "\xef\xbb\xbf", 3))
		lx->at = 3;
	r = check_bytes(lx);
	while (!r && lx->at < lx->len)
		r = read_token(lx);
	if (!r && lx->nopen)
		r = unclosed(lx);
	return r;
}

int cg_lex_read(const char *text, size_t len, const char *file, struct cg_diag *diag,
		struct cg_tokens *ret_tokens)
{
	struct lexer lx = {
		.text = text,
		.len = len,
		.pos = { file, 1, 1 },
		.diag = diag,
	};
	int r = lex(&lx);

	free(lx.open);
	if (r) {
		cg_lex_free(&lx.out);
		return cg_diag_set(diag, &lx.pos, r, "%s", strerror(-r));
	}
	*ret_tokens = lx.out;
	return 0;
}

void cg_lex_free(struct cg_tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		if (cg_token_is_text(&tokens->v[i]))
			free(tokens->v[i].text);
	free(tokens->v);
	*tokens = (struct cg_tokens){ 0 };
}

size_t cg_tokens_end(const struct cg_tokens *tokens, size_t at)
{
	size_t depth = 0, i = at;

	for (; i < tokens->n; i++) {
		depth += tokens->v[i].kind == CG_TOKEN_OPEN;
		depth -= tokens->v[i].kind == CG_TOKEN_CLOSE;
		if (!depth)
			break;
	}
	return i;
}
