/* SPDX-License-Identifier: GPL-2.0-only */
/* Config text as tokens, each with its place: libconfuse's syntax, without what it silently accepts. */
#ifndef CG_LEX_H
#define CG_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include "diag.h"

enum cg_token_kind {
	CG_TOKEN_WORD,	  /* bare text */
	CG_TOKEN_STRING,  /* "…" or '…', escapes resolved */
	CG_TOKEN_OPEN,	  /* { */
	CG_TOKEN_CLOSE,	  /* } */
	CG_TOKEN_PAREN,	  /* ( */
	CG_TOKEN_UNPAREN, /* ) */
	CG_TOKEN_SET,	  /* = */
	CG_TOKEN_ADD,	  /* += */
	CG_TOKEN_COMMA,
	__CG_TOKEN_MAX,
};

struct cg_token {
	enum cg_token_kind kind;
	char *text; /* as meant; of words and strings the token's own */
	struct cg_pos pos;
	size_t start, end; /* bytes of the source text, end is behind the last */
};

struct cg_tokens {
	struct cg_token *v;
	size_t n;
};

/*
 * text need not be terminated. file must outlive the tokens. -EINVAL with diag:
 * control bytes, broken UTF-8, an unclosed brace, comment or string (named with
 * where it was opened), an unknown escape. `${NAME}` is text like any other.
 */
int cg_lex_read(const char *text, size_t len, const char *file, struct cg_diag *diag,
		struct cg_tokens *ret_tokens);
void cg_lex_free(struct cg_tokens *tokens);

/* The brace that closes what is opened at `at`, or `at` itself where it opens nothing; n: there is
 * none, which cg_lex_read() refuses. */
size_t cg_tokens_end(const struct cg_tokens *tokens, size_t at);

static inline bool cg_token_is_text(const struct cg_token *t)
{
	return t->kind == CG_TOKEN_WORD || t->kind == CG_TOKEN_STRING;
}

#endif
