/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files, read whole and replaced whole: a reader sees the old or the new. */
#ifndef CG_WHOLEFILE_H
#define CG_WHOLEFILE_H

#include <stddef.h>
#include "cleanup.h"

/* Reads a regular file of at most max bytes; NUL-terminated, freed by the
 * caller. ret_n may be NULL. */
int cg_wholefile_read(const char *path, size_t max, char **ret_text, size_t *ret_n) __must_check;
/* All of it, whatever interrupts. */
int cg_wholefile_write(int fd, const char *text, size_t n) __must_check;
/* Beside, synced, renamed. */
int cg_wholefile_replace(const char *path, const char *text, size_t n, unsigned int mode,
			 unsigned int uid, unsigned int gid) __must_check;
/* What cannot be read, and would be replaced, stays beside as PATH.kept; an older one of that
 * name goes. */
int cg_wholefile_keep(const char *path) __must_check;
/* A new or another name is only safe once its folder is on the disk; the file was synced. */
int cg_wholefile_sync_name(const char *path) __must_check;

#endif
