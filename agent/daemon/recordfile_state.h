/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the record's file share. */
#ifndef CG_RECORDFILE_STATE_H
#define CG_RECORDFILE_STATE_H

#include <stdio.h>
#include "../lib/cleanup.h"
#include "peer.h"
#include "recordfile.h"

/* As a file of the record. */
int cg_recordfile_replace(const char *path, const char *text, size_t n) __must_check;
int cg_recordfile_head_write(struct cg_recordfile *f, const struct cg_head *head) __must_check;
/* With the file's size as it is. */
int cg_recordfile_head_size(struct cg_recordfile *f, struct cg_head *head) __must_check;
/* As the files have it; where they are not as it knows them, lines that say so go to out. */
int cg_recordfile_head_read(struct cg_recordfile *f, FILE *out,
			    struct cg_head *ret_head) __must_check;
/* Adds n lines. */
int cg_recordfile_say(struct cg_recordfile *f, struct cg_gone *gone, size_t n) __must_check;

#endif
