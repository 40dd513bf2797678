/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/state.json: what was closed or sealed by hand, and the LAN and home of the last good config. */
#ifndef CG_STATEFILE_H
#define CG_STATEFILE_H

#include "agent.h"

#define CG_STATEFILE_NAME "state.json"

/* Into a->run.manual and, where no policy is known, a->policy.lan and home.
 * -ENOENT: none; -EPROTO: not one of ours. Nothing is changed on failure. */
int cg_statefile_read(struct cg_agent *a) __must_check;
/* Beside, synced, renamed: a reader sees the old or the new. */
int cg_statefile_write(const struct cg_agent *a) __must_check;
/* The same for any file: mode and owner as given. */
int cg_statefile_replace(const char *path, const char *text, size_t n, unsigned int mode,
			 unsigned int uid, unsigned int gid) __must_check;
/* Reads a regular file of at most max bytes; NUL-terminated, freed by the caller. */
int cg_statefile_slurp(const char *path, size_t max, char **ret_text, size_t *ret_n) __must_check;

#endif
