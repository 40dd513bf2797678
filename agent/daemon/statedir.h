/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the state folder have in common: where they are, how they are read, what becomes of one that is not understood. */
#ifndef CG_STATEDIR_H
#define CG_STATEDIR_H

#include <limits.h>
#include "agent.h"

int cg_statedir_path(const struct cg_agent *a, const char *file,
		     char buf[static PATH_MAX]) __must_check;
/* All of it, at most max bytes; freed by the caller. Errors as of cg_wholefile_read(). */
int cg_statedir_read(const struct cg_agent *a, const char *file, size_t max,
		     char **ret_text) __must_check;
/* Says that file was not read whole (r > 0: it is of a later version; -errno: and what
 * follows from that, `lost`), and keeps a copy, for it is replaced soon. */
void cg_statedir_unread(const struct cg_agent *a, const char *file, int r, const char *lost);

#endif
