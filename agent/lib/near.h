/* SPDX-License-Identifier: GPL-2.0-only */
/* Did you mean: the few names that look most like a word. */
#ifndef CG_NEAR_H
#define CG_NEAR_H

#include <stddef.h>

#define CG_NEAR_MAX 3

/* Nearest first; letter case does not count, a name that begins with word or
 * holds it is near. Returns how many; the pointers are those in names. */
size_t cg_near_find(const char *word, const char *const *names, size_t n,
		    const char *ret_near[static CG_NEAR_MAX]);
/* "'a', 'b' or 'c'"; returns buf, which is "" for none. */
const char *cg_near_format(const char *const *near, size_t n, char *buf, size_t size);

#endif
