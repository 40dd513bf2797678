/* SPDX-License-Identifier: GPL-2.0-only */
/* UTF-8 text on a terminal: how wide it is, where it may be cut, what must not be sent. */
#ifndef CG_TEXT_H
#define CG_TEXT_H

#include <stddef.h>

/* Columns s takes on a terminal; LC_CTYPE must be a UTF-8 locale. */
size_t cg_text_width(const char *s);
/* Bytes of s that fit in `columns`, cut after a word where there is one; at
 * least one character, 0 only for "". */
size_t cg_text_fit(const char *s, size_t columns);
/* Replaces in place what could steer a terminal or is not UTF-8 by '?'; keeps
 * newlines. Returns s. */
char *cg_text_clean(char *s);

#endif
