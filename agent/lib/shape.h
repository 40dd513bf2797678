/* SPDX-License-Identifier: GPL-2.0-only */
/* The config's keys and its shape: which key may stand where, once, with what behind it. */
#ifndef CG_SHAPE_H
#define CG_SHAPE_H

#include <stddef.h>
#include "cleanup.h"
#include "diag.h"
#include "lex.h"

enum cg_shape_kind {
	CG_SHAPE_TEXT,	 /* key = value */
	CG_SHAPE_LIST,	 /* key = { value, … }, key = value, key += … */
	CG_SHAPE_BLOCK,	 /* key { … }, once */
	CG_SHAPE_TITLED, /* key "title" { … }, any number */
	CG_SHAPE_BLOCKS, /* key { … }, any number */
	__CG_SHAPE_MAX,
};

struct cg_shape_key {
	const char *name;
	enum cg_shape_kind kind;
	const struct cg_shape_key *inner; /* of blocks; ends with a NULL name */
};

#define CG_SHAPE_MAX_KEYS  32
#define CG_SHAPE_MAX_DEPTH 3 /* the top level, a block, a block in it */

/*
 * ret_titles: the tokens that are titles, in order; the caller frees it.
 * -EINVAL, -EEXIST (a title used twice) with diag: unknown keys with those that
 * look like them, repeated keys and titles with both places.
 */
int cg_shape_check(const struct cg_tokens *ts, const struct cg_shape_key *keys,
		   struct cg_diag *diag, size_t **ret_titles, size_t *ret_ntitles) __must_check;

#endif
