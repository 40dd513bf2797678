/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of a config file as text: entries more for a list outside of any block, everything else as it was, to the byte. */
#ifndef CG_CONFLIST_H
#define CG_CONFLIST_H

#include <stddef.h>
#include "cleanup.h"
#include "diag.h"

struct cg_conflist {
	const char *key; /* "lan", "home" */
	const char *const *entry;
	size_t n;	     /* at least 1 */
	const char *comment; /* behind the line, without '#'; NULL: none */
};

/*
 * Adds one line, `key = { "entry", … }`, or `key += …` below the last line that says
 * something of key already. Where key stands only in a comment such as `#lan = …` it
 * comes below that, else at the end. text need not be terminated; ret_text is, and the
 * caller frees it, as he does ret_added: the line without LF and comment. file is for
 * the diag only. -EINVAL with diag: the text is no config, there is no place for a line
 * in it, or an entry cannot stand in one.
 */
int cg_conflist_add(const char *text, size_t len, const char *file, const struct cg_conflist *edit,
		    struct cg_diag *diag, char **ret_text, size_t *ret_len,
		    char **ret_added) __must_check;

#endif
