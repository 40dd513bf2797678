/* SPDX-License-Identifier: GPL-2.0-only */
/* What usage.json holds: what cameras have used of their quotas, and what was known of the clock. Pure. */
#ifndef CG_USAGE_H
#define CG_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "account.h"
#include "cleanup.h"

#define CG_USAGE_FILE	   "usage.json"
#define CG_USAGE_MAX_BYTES (2 * 1024 * 1024)
#define CG_BOOT_ID_LEN	   40

struct cg_usage {
	char boot[CG_BOOT_ID_LEN]; /* of the boot it was written in; "": not known */
	int64_t wall_s;		   /* the clock when it was written; 0: not known to be right */
	int64_t offset_ns;	   /* wall clock less boot clock */
	bool synced;		   /* the clock was known to be right in that boot */
	struct cg_account *v;
	size_t n;
};

/*
 * {"v":1,"boot":ID,"wall_s":N,"offset_ns":N,"synced":B,"cams":{ID:{"day":N,"passed":N,
 * "open_ns":N,"up_bytes":N,"seen_ns":N,"seen_bytes":N,
 * "ends_ns":N}}}
 * 1: of a later version, of which is taken what is known; -EPROTO: not one of ours;
 * -E2BIG: more cameras than there can be. A camera that makes no sense is passed over.
 */
int cg_usage_parse(const char *text, struct cg_usage *ret_usage) __must_check;
/* With an end of line; freed by the caller. */
int cg_usage_print(const struct cg_usage *u, char **ret_text) __must_check;
void cg_usage_free(struct cg_usage *u);

struct cg_account *cg_usage_find(const struct cg_usage *u, const char *id);
/* NULL: no memory, or no room. */
struct cg_account *cg_usage_add(struct cg_usage *u, const struct cg_account *account);
void cg_usage_drop(struct cg_usage *u, struct cg_account *account);

#endif
