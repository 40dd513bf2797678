/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of config files from before `allow`, `deny` and `setup` changed them: the last few, newest first to go back. */
#ifndef CG_UNDO_H
#define CG_UNDO_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include "cleanup.h"

#define CG_UNDO_KEEP 10
#define CG_UNDO_WHAT 512

struct cg_undo {
	char copy[PATH_MAX];	 /* the copy's own path */
	char file[PATH_MAX];	 /* what it is a copy of */
	char what[CG_UNDO_WHAT]; /* "allow nursery 198.51.100.7:443/tcp" */
	uint64_t after;		 /* cg_undo_hash of the file the edit left */
	char *text;		 /* what was there before; freed by the caller */
	size_t len;
};

uint64_t cg_undo_hash(const char *text, size_t len);
/* Keeps undo->text as file's content from before; ret_copy: as undo->copy. */
int cg_undo_save(const char *state_dir, const struct cg_undo *undo,
		 char ret_copy[static PATH_MAX]) __must_check;
/* The newest; -ENOENT: there is none. */
int cg_undo_last(const char *state_dir, struct cg_undo *ret_undo) __must_check;

#endif
