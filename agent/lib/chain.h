/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that each carry the hash (SHA-256, FIPS 180-4) of the one before, their head, and
 * anchors: what somebody who noted one down can hold the lines against later. Pure.
 *
 * A line ends with  ,"n":N,"salt":"16 digits","prev":"64 digits"}  and LF. n counts from 1;
 * prev is of the line n - 1 without its LF, of the first line zeros. Without the salt what
 * was erased could be guessed from the hash that stays.
 */
#ifndef CG_CHAIN_H
#define CG_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cleanup.h"

#define CG_HASH_LEN	 32
#define CG_SALT_LEN	 8
/* "18446744073709551615:" and 64 digits */
#define CG_ANCHOR_STRLEN (21 + 2 * CG_HASH_LEN + 1)
/* As much of the hash as somebody may type. */
#define CG_ANCHOR_DIGITS 16

/* n lines, and the hash of the last one; of none zeros. */
struct cg_anchor {
	uint64_t n;
	uint8_t hash[CG_HASH_LEN];
};

struct cg_chain_link {
	uint64_t n;
	uint8_t prev[CG_HASH_LEN];
};

/* What record.head holds: written behind the lines, so that it never knows of more. */
struct cg_head {
	struct cg_anchor at;
	uint64_t bytes; /* of the file that is written to */
	int64_t time_s; /* when; 0 = not known */
	bool open;	/* somebody writes, and has not ended */
};

void cg_chain_hash(const char *line, size_t n, uint8_t ret_hash[static CG_HASH_LEN]);
/* false: line, without its LF, does not end like one. */
bool cg_chain_read(const char *line, size_t n, struct cg_chain_link *ret_link);
/* Writes the JSON object line (LF or not) to f as the next one, and moves *at on. -EINVAL: it
 * is none. What f says of failures is the caller's to ask. */
int cg_chain_add(FILE *f, const char *line, const uint8_t salt[static CG_SALT_LEN],
		 struct cg_anchor *at) __must_check;

/* 64 digits; returns buf. */
char *cg_hash_format(const uint8_t hash[static CG_HASH_LEN], char buf[static 2 * CG_HASH_LEN + 1]);
/* digits of them, an even number; false: other characters. */
bool cg_hash_parse(const char *text, size_t digits, uint8_t *ret_bytes);

/* "COUNT:HASH"; returns buf. */
char *cg_anchor_format(const struct cg_anchor *at, char buf[static CG_ANCHOR_STRLEN]);
/* Of the hash at least the first CG_ANCHOR_DIGITS; *ret_bytes: how many bytes there are. -EINVAL. */
int cg_anchor_parse(const char *text, struct cg_anchor *ret_at, size_t *ret_bytes) __must_check;

/* -EPROTO: none of ours, or of a later version. */
int cg_head_parse(const char *text, struct cg_head *ret_head) __must_check;
/* A line, freed by the caller. */
int cg_head_print(const struct cg_head *head, char **ret_text) __must_check;

#endif
