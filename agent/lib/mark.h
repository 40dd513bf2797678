/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits of a packet's mark that are the guard's, and who else is known to use which. Pure. */
#ifndef CG_MARK_H
#define CG_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cleanup.h"
#include "diag.h"

struct cg_mark {
	uint32_t bits; /* set in what the filters let pass */
	uint32_t mask; /* compared with bits and cleared; holds all of them */
};

/* The lowest bit that nothing of cg_mark_overlaps that a router runs uses. */
#define CG_MARK_DEFAULT 0x02000000u

bool cg_mark_same(const struct cg_mark *a, const struct cg_mark *b);

/* -EINVAL with diag: no bit at all, or one outside the mask. */
int cg_mark_check(const struct cg_mark *mark, const struct cg_pos *pos,
		  struct cg_diag *diag) __must_check;

/*
 * Bits of both can be set at once without the one being taken for missing: what
 * leads from one mark to the other while packets are under way.
 */
bool cg_mark_joins(const struct cg_mark *a, const struct cg_mark *b);

/* Somebody else's bits, as they are without further configuration. */
struct cg_mark_user {
	const char *name;
	uint32_t mask;
	const char *sign; /* a file that is there where it is installed */
};

/* The next user after *at whose bits are among mask's; NULL: no more. *at begins with 0. */
const struct cg_mark_user *cg_mark_overlaps(uint32_t mask, size_t *at);
#define CG_MARK_TEXT_LEN 128
/* One sentence; returns buf. */
const char *cg_mark_text(uint32_t mask, const struct cg_mark_user *user,
			 char buf[static CG_MARK_TEXT_LEN]);

#endif
