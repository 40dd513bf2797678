/* SPDX-License-Identifier: GPL-2.0-only */
/* The record's files as lines, the oldest first, with what links them. */
#ifndef CG_CHAINFILES_H
#define CG_CHAINFILES_H

#include <camgate/limits.h>
#include "chain.h"

struct cg_chain_line {
	const char *at; /* in its file's text; no LF, no NUL behind it */
	uint32_t len;	/* without the LF */
	uint32_t row;	/* in its file, from 1 */
	uint8_t file;	/* as cg_records_path() counts */
	bool whole;	/* an LF follows */
	bool linked;	/* link is of it */
	bool gone;	/* looks like a line of gone.h */
	struct cg_chain_link link;
};

struct cg_chain_files {
	char *text[CG_RECORD_FILES]; /* NULL: there is none */
	size_t len[CG_RECORD_FILES];
	struct cg_chain_line *v;
	size_t n, room;
};

void cg_chain_files_free(struct cg_chain_files *files);
/* Of dir; the first error, with nothing read. */
int cg_chain_files_read(const char *dir, struct cg_chain_files *ret_files) __must_check;
/* The lines of text, which stays the caller's, behind those that are there. -ENOMEM. */
int cg_chain_files_take(struct cg_chain_files *files, unsigned int file, const char *text,
			size_t n) __must_check;
/* record.head; -ENOENT: there is none, -EPROTO: it is none of ours. */
int cg_chain_head_read(const char *dir, struct cg_head *ret_head) __must_check;

#endif
