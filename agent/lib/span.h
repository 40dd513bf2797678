/* SPDX-License-Identifier: GPL-2.0-only */
/* A stretch of bytes from outside, and what may be asked of it without leaving it. Never ends with a NUL that may be relied on. */
#ifndef CG_SPAN_H
#define CG_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_span {
	const uint8_t *p;
	size_t n;
};

#define CG_SPAN_NONE SIZE_MAX

/* Up to n bytes from at on; what lies outside is not in it. */
struct cg_span cg_span_part(struct cg_span s, size_t at, size_t n);
struct cg_span cg_span_from(struct cg_span s, size_t at);
/* Up to the first NUL. */
struct cg_span cg_span_text(struct cg_span s);
/* Without blanks at either end. */
struct cg_span cg_span_trim(struct cg_span s);
struct cg_span cg_span_of(const char *text);
/* Numbers at `at`; 0 where they are not whole in it. */
unsigned int cg_span_8(struct cg_span s, size_t at);
unsigned int cg_span_be16(struct cg_span s, size_t at);
uint32_t cg_span_be32(struct cg_span s, size_t at);
/* Letters of ASCII count alike, large or small, in all of these. */
bool cg_span_is(struct cg_span s, const char *text);
bool cg_span_begins(struct cg_span s, const char *text);
/* Where text begins in it, from `at` on, or CG_SPAN_NONE. */
size_t cg_span_find(struct cg_span s, size_t at, const char *text);
bool cg_span_holds(struct cg_span s, const char *text);
/* The whole of it by a pattern: # a digit, % a hex digit, * at the end anything, * in
 * front at any beginning of a word; another character itself. */
bool cg_span_like(struct cg_span s, const char *pattern);
/* Cuts the next piece off, up to any of these characters or the end; false: nothing is left. */
bool cg_span_next(struct cg_span *rest, const char *ends, struct cg_span *ret_piece);
/* "Key: value" of a line; false: it is none, or another's. */
bool cg_span_header(struct cg_span line, const char *key, struct cg_span *ret_value);
/* As a text of size bytes at most, NUL counted: what does not print and what is no UTF-8 is
 * left out, and blanks at either end. Its length. */
size_t cg_span_print(struct cg_span s, char *ret_text, size_t size);

/* The text of the next element of that local name, whatever its namespace, from *at on,
 * which moves behind it. XML is scanned, not validated; a text that was cut ends there. */
bool cg_span_xml(struct cg_span s, size_t *at, const char *name, struct cg_span *ret_text);
/* The value of a key of JSON, the first of that name at any depth: a text without its
 * quotes, or a number or word. */
bool cg_span_json(struct cg_span s, const char *key, struct cg_span *ret_value);

#endif
