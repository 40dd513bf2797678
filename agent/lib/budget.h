/* SPDX-License-Identifier: GPL-2.0-only */
/* Budgets as people write them, "rate=64k burst=8M hour=200M", and as the packet path counts them. Pure. */
#ifndef CG_BUDGET_H
#define CG_BUDGET_H

#include <stdbool.h>
#include <stdint.h>
#include <camgate/session_abi.h>
#include "cleanup.h"
#include "diag.h"

/* Payload bytes of both directions: a second, at once, an hour. 0: not written. */
struct cg_budget_text {
	uint64_t rate, burst, hour;
};

#define CG_BUDGET_STRLEN 80

/* k, M and G are thousands. what begins the diag: "control_budget", "rule '…'". -EINVAL. */
int cg_budget_parse(const char *s, const char *what, const struct cg_pos *pos, struct cg_diag *diag,
		    struct cg_budget_text *ret_text) __must_check;
bool cg_budget_is_set(const struct cg_budget_text *t);
/* What is not written is taken from under. */
void cg_budget_under(struct cg_budget_text *t, const struct cg_budget_text *under);
/* What holds where nothing is written. */
struct cg_budget_text cg_budget_default(bool upload);
bool cg_budget_same(const struct cg_budget_text *a, const struct cg_budget_text *b);
/* Every field of t is written. */
struct cg_budget cg_budget_make(const struct cg_budget_text *t, bool upload);
const char *cg_budget_format(const struct cg_budget_text *t, char buf[static CG_BUDGET_STRLEN]);

#endif
