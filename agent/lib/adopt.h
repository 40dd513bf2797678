/* SPDX-License-Identifier: GPL-2.0-only */
/* The camera file that `camgate adopt` writes: where it belongs, what it says, and whether a file is one. Pure. */
#ifndef CG_ADOPT_H
#define CG_ADOPT_H

#include <limits.h>
#include <stddef.h>
#include "addr.h"
#include "cleanup.h"
#include "clue.h"
#include "diag.h"

/*
 * The folder that include("DIR/" "*.conf") of the config's own file names, the first of
 * them; relative to the file, as includes are. -ENOENT: it has none; -EINVAL with diag:
 * the text is no config.
 */
int cg_adopt_dir(const char *text, size_t len, const char *path, struct cg_diag *diag,
		 char ret_dir[static PATH_MAX]) __must_check;

struct cg_adopt {
	const char *name; /* as cg_ident_name_fault lets it */
	const char *id;	  /* made from it */
	struct cg_mac mac;
	const char *profile;	      /* "" = none */
	const struct cg_clues *clues; /* by which it was found; NULL: none */
	const char *when;	      /* one line for the comment */
};
/* Freed by the caller. */
int cg_adopt_text(const struct cg_adopt *a, char **ret_text, size_t *ret_len) __must_check;

enum cg_adopt_file {
	CG_ADOPT_FOREIGN,
	CG_ADOPT_WRITTEN, /* as it was written */
	CG_ADOPT_CHANGED, /* by somebody, since */
};
/* ret_mac: of whom; set unless FOREIGN. */
enum cg_adopt_file cg_adopt_judge(const char *text, size_t len, struct cg_mac *ret_mac);

#endif
