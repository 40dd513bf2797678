/* SPDX-License-Identifier: GPL-2.0-only */
/* UTF-8, judged strictly: shortest form, no surrogates, nothing past U+10FFFF. */
#ifndef CG_UTF8_H
#define CG_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the code point at s (1..4), or 0 where there is none. */
size_t cg_utf8_next(const char *s, size_t len, uint32_t *ret_code);
/* Does this code point move the cursor, change direction or end a line? */
bool cg_utf8_is_control(uint32_t code);
/* As many whole code points of from as room bytes have place for beside the 0 that ends them;
 * what is none ends them too. */
void cg_utf8_cut(char *to, size_t room, const char *from);

#endif
