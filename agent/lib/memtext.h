/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a text that open_memstream() gathered. Pure. */
#ifndef CG_MEMTEXT_H
#define CG_MEMTEXT_H

#include <stdio.h>
#include "cleanup.h"

/* Closes f, whose buffer is *text. -ENOMEM: something of it is missing, and *text is freed and
 * NULL: fclose() alone does not say so, and may leave no text at all. */
int cg_memtext_end(FILE *f, char **text) __must_check;

#endif
