/* SPDX-License-Identifier: GPL-2.0-only */
/* Names in rules: example.com, *.example.com, p2p*.example.com; as text, as keys of the packet path, and what fits what. */
#ifndef CG_NAMEPAT_H
#define CG_NAMEPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/names_abi.h>
#include "cleanup.h"

/* 253 letters, the terminator, and room for the star. */
#define CG_NAMEPAT_LEN 256

/* The beginning of a key, as the packet path's trie compares it. */
struct cg_namekey {
	uint8_t name[CG_NAMEKEY_LEN];
	uint16_t len; /* bytes of name that count */
};

/*
 * s[0..n) in small letters, without a dot at the end. -EINVAL: no pattern, and
 * *ret_expected says what was. International names are taken in their ASCII
 * form only (xn--…).
 */
int cg_namepat_parse(const char *s, size_t n, char ret_pattern[static CG_NAMEPAT_LEN],
		     const char **ret_expected) __must_check;
/* Holds a star. */
bool cg_namepat_is_wild(const char *pattern);
/* The obvious comparison, both in small letters: *.example.com is every name
 * under example.com, itself not; p2p*.example.com is every name whose label
 * there begins with p2p, and every name under such a one. */
bool cg_namepat_fits(const char *pattern, const char *name);

/* Of a parsed pattern; a whole name ends in a NUL where there is room for it. */
void cg_namepat_key(const char *pattern, struct cg_namekey *ret_key);
/* *.example.com: the key of example.com itself, which it must not fit. False
 * for other patterns. */
bool cg_namepat_apex(const char *pattern, struct cg_namekey *ret_key);
/* The id of a whole name in small letters (names_abi.h). */
uint64_t cg_namepat_id(const char *name);
/* "com.example.www." of len bytes as www.example.com. */
const char *cg_namepat_text(const uint8_t *key, size_t len, char buf[static CG_NAMEPAT_LEN]);

#endif
