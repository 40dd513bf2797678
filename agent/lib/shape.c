/* SPDX-License-Identifier: GPL-2.0-only */
/* Shape: walks the tokens once and refuses what libconfuse would accept, merge or report without a place. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "near.h"
#include "shape.h"
#include "told.h"

struct walk {
	struct cg_diag *diag;
	const struct cg_tokens *ts;
	size_t at;
	size_t *titles;
	size_t ntitles;
};

/* A block being walked. */
struct scope {
	const struct cg_shape_key *keys;
	const struct cg_shape_key *outer; /* NULL: the top level */
	const struct cg_token *opened;
	const struct cg_token *seen[CG_SHAPE_MAX_KEYS];
};

static bool is_text(const struct cg_token *t)
{
	return t && (t->kind == CG_TOKEN_WORD || t->kind == CG_TOKEN_STRING);
}

static bool is(const struct cg_token *t, enum cg_token_kind kind)
{
	return t && t->kind == kind;
}

/* The token at hand, or NULL at the end. */
static const struct cg_token *token(const struct walk *w)
{
	return w->at < w->ts->n ? &w->ts->v[w->at] : NULL;
}

static int unexpected(const struct walk *w, const char *expected)
{
	const struct cg_token *t = token(w), *last = &w->ts->v[w->ts->n - 1];

	if (t)
		return cg_diag_set(w->diag, &t->pos, -EINVAL, "found '%s', expected %s", t->text,
				   expected);
	return cg_diag_set(w->diag, &last->pos, -EINVAL, "found the end behind '%s', expected %s",
			   last->text, expected);
}

static const struct cg_shape_key *find_key(const struct cg_shape_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return NULL;
}

static int unknown_key(const struct walk *w, const struct scope *sc)
{
	const char *names[CG_SHAPE_MAX_KEYS], *near[CG_NEAR_MAX];
	const struct cg_token *t = token(w);
	char text[400];
	size_t n = 0, found;

	if (sc->outer && find_key(sc->outer, t->text))
		return cg_diag_set(
			w->diag, &t->pos, -EINVAL,
			"found '%s' inside a block, expected '}' of the block opened at %s:%d:%d first",
			t->text, sc->opened->pos.file, sc->opened->pos.line,
			sc->opened->pos.column);
	for (const struct cg_shape_key *k = sc->keys; k->name; k++)
		names[n++] = k->name;
	found = cg_near_find(t->text, names, n, near);
	return cg_diag_set(w->diag, &t->pos, -EINVAL, "unknown key '%s', expected %s%s", t->text,
			   found ? "" : N_("one of "),
			   found ? cg_near_format(near, found, text, sizeof(text)) :
				   cg_near_format(names, n, text, sizeof(text)));
}

static int repeated(const struct walk *w, const struct cg_token *again,
		    const struct cg_token *first, bool list)
{
	return cg_diag_set(w->diag, &again->pos, -EINVAL,
			   "key '%s' is repeated, first at %s:%d:%d, expected it once%s",
			   again->text, first->pos.file, first->pos.line, first->pos.column,
			   list ? N_(" (or '+=' to add to it)") : "");
}

/* Behind the '{'. */
static int walk_list(struct walk *w)
{
	while (!is(token(w), CG_TOKEN_CLOSE)) {
		if (!is_text(token(w)))
			return unexpected(w, N_("a value or '}'"));
		w->at++;
		if (is(token(w), CG_TOKEN_COMMA))
			w->at++;
		else if (!is(token(w), CG_TOKEN_CLOSE))
			return unexpected(w, "',' or '}'");
	}
	w->at++;
	return 0;
}

static int walk_value(struct walk *w, bool list)
{
	if (is(token(w), CG_TOKEN_ADD) && !list)
		return unexpected(w, N_("'=': this key has one value"));
	if (!is(token(w), CG_TOKEN_SET) && !is(token(w), CG_TOKEN_ADD))
		return unexpected(w, list ? "'=' or '+='" : "'='");
	w->at++;
	if (list && is(token(w), CG_TOKEN_OPEN)) {
		w->at++;
		return walk_list(w);
	}
	if (!is_text(token(w)))
		return unexpected(w, list ? N_("a value or '{'") : N_("a value"));
	w->at++;
	return 0;
}

/* One key with its value, or up to a block's '{'. */
static int walk_key(struct walk *w, struct scope *sc, const struct cg_shape_key **ret_key)
{
	const struct cg_token *t = token(w);
	const struct cg_shape_key *key;
	const struct cg_token **seen;

	if (!is_text(t))
		return unexpected(w, sc->outer ? N_("a key or '}'") : N_("a key"));
	key = find_key(sc->keys, t->text);
	if (!key)
		return unknown_key(w, sc);
	w->at++;
	seen = &sc->seen[key - sc->keys];
	if (*seen && key->kind != CG_SHAPE_TITLED && key->kind != CG_SHAPE_BLOCKS &&
	    !is(token(w), CG_TOKEN_ADD))
		return repeated(w, t, *seen, key->kind == CG_SHAPE_LIST);
	if (!*seen)
		*seen = t;
	*ret_key = key;
	switch (key->kind) {
	case CG_SHAPE_TEXT:
	case CG_SHAPE_LIST:
		return walk_value(w, key->kind == CG_SHAPE_LIST);
	case CG_SHAPE_TITLED:
		if (!is_text(token(w)))
			return unexpected(w, N_("a name in quotes"));
		w->titles[w->ntitles++] = w->at++;
		break;
	case CG_SHAPE_BLOCK:
	case CG_SHAPE_BLOCKS:
	case __CG_SHAPE_MAX:
		break;
	}
	return is(token(w), CG_TOKEN_OPEN) ? 0 : unexpected(w, "'{'");
}

static int walk_all(struct walk *w, const struct cg_shape_key *keys)
{
	struct scope scopes[CG_SHAPE_MAX_DEPTH] = { { .keys = keys } }, *sc = scopes;

	while (token(w)) {
		const struct cg_shape_key *key = NULL;
		int r;

		if (sc->outer && is(token(w), CG_TOKEN_CLOSE)) {
			sc--;
			w->at++;
			continue;
		}
		r = walk_key(w, sc, &key);
		if (r)
			return r;
		if (key->inner) {
			if (++sc == scopes + CG_SHAPE_MAX_DEPTH)
				return -E2BIG;
			*sc = (struct scope){ .keys = key->inner,
					      .outer = sc[-1].keys,
					      .opened = token(w) };
			w->at++;
		}
	}
	return sc->outer ? unexpected(w, "'}'") : 0;
}

static int by_title(const void *a, const void *b)
{
	const struct cg_token *x = *(const struct cg_token *const *)a;
	const struct cg_token *y = *(const struct cg_token *const *)b;
	int r = strcmp(x->text, y->text);

	return r ? r : (x > y) - (x < y);
}

/* libconfuse would merge two blocks of one title. */
static int check_titles(const struct walk *w)
{
	_cleanup_free_ const struct cg_token **v = calloc(w->ntitles + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < w->ntitles; i++)
		v[i] = &w->ts->v[w->titles[i]];
	qsort(v, w->ntitles, sizeof(*v), by_title);
	for (size_t i = 1; i < w->ntitles; i++)
		if (!strcmp(v[i - 1]->text, v[i]->text))
			return cg_diag_set(
				w->diag, &v[i]->pos, -EEXIST,
				"name '%s' is used twice, first at %s:%d:%d, expected another name",
				v[i]->text, v[i - 1]->pos.file, v[i - 1]->pos.line,
				v[i - 1]->pos.column);
	return 0;
}

int cg_shape_check(const struct cg_tokens *ts, const struct cg_shape_key *keys,
		   struct cg_diag *diag, size_t **ret_titles, size_t *ret_ntitles)
{
	_cleanup_free_ size_t *titles = calloc(ts->n + 1, sizeof(*titles));
	struct walk w = { .diag = diag, .ts = ts, .titles = titles };
	int r;

	if (!titles)
		return -ENOMEM;
	r = walk_all(&w, keys);
	if (!r)
		r = check_titles(&w);
	if (r)
		return r;
	*ret_titles = TAKE_PTR(titles);
	*ret_ntitles = w.ntitles;
	return 0;
}
