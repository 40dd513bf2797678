/* SPDX-License-Identifier: GPL-2.0-only */
/* A config file and all it includes, read into one row of tokens. */
#ifndef CG_SOURCE_H
#define CG_SOURCE_H

#include <stddef.h>
#include "diag.h"
#include "lex.h"

struct cg_source {
	struct cg_tokens tokens; /* includes replaced by what they name */
	char **files;		 /* positions point here; the caller may take it */
	size_t nfiles;
};

/*
 * Reads path and, at top level, include("FILE"): relative to the file that
 * names it, with `*?[` as a sorted glob that may match nothing. Regular files
 * only, CG_MAX_CONFIG_BYTES each and together, CG_MAX_INCLUDES files, none
 * twice. -EINVAL or the file's errno, with diag.
 */
int cg_source_read(const char *path, struct cg_diag *diag, struct cg_source *ret_source);
void cg_source_free(struct cg_source *source);

#endif
