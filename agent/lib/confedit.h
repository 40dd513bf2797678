/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of a config file as text: one rule more for one camera, or one value of a block; everything else as it was, to the byte. */
#ifndef CG_CONFEDIT_H
#define CG_CONFEDIT_H

#include <stddef.h>
#include "cleanup.h"
#include "diag.h"

struct cg_confedit {
	const char *camera;  /* the block's title, or the id written in it */
	const char *key;     /* "allow", "deny", "upload" */
	const char *rule;    /* as cg_rule_parse takes it */
	const char *comment; /* behind the line, without '#'; NULL: none */
};

/*
 * Adds `key += { "rule" }` before the block's closing brace. text need not be
 * terminated; ret_text is, and the caller frees it. file is for the diag only.
 * -ENOENT: no such camera in this file (no diag: another file may have it);
 * -EINVAL with diag: the text is no config, or rule or comment cannot stand in
 * a line.
 */
int cg_confedit_add(const char *text, size_t len, const char *file, const struct cg_confedit *edit,
		    struct cg_diag *diag, char **ret_text, size_t *ret_len,
		    int *ret_line) __must_check;

/* One value of a block without a title, at the top of the file. */
struct cg_confedit_set {
	const char *block; /* "mqtt" */
	const char *key;
	const char *value; /* a word: it is written without quotes */
};

/* In place of the value that is there, or a line more before the closing brace; else as
 * cg_confedit_add. -ENOENT: this file has no such block. */
int cg_confedit_set(const char *text, size_t len, const char *file,
		    const struct cg_confedit_set *set, struct cg_diag *diag, char **ret_text,
		    size_t *ret_len, int *ret_line) __must_check;

#endif
