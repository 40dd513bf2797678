/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of clue kinds: how much one weighs, what it proves, how it is said. Of clue.c, for likeness.c and tests. */
#ifndef CG_CLUE_KIND_H
#define CG_CLUE_KIND_H

#include "clue.h"
#include "span.h"

enum cg_clue_proof {
	CG_CLUE_HINTS,
	CG_CLUE_IDENTIFIES, /* a camera */
	CG_CLUE_IS_USER,    /* a device that somebody uses: phone, computer, TV, printer */
	CG_CLUE_IS_OTHER,   /* no camera, but nobody's either */
};

struct cg_clue_row {
	const char *word;
	int weight; /* towards 100 */
	enum cg_clue_proof proof;
	const char *words; /* without a text */
	const char *with;  /* format of its length and a text; NULL: it has none */
};

extern const struct cg_clue_row cg_clue_rows[__CG_CLUE_MAX];

/* As cg_clue_add(), of bytes from outside. */
bool cg_clue_add_span(struct cg_clues *c, enum cg_clue_kind kind, struct cg_span text);

#endif
