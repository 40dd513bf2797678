/* SPDX-License-Identifier: GPL-2.0-only */
/* What state.json holds: closed and sealed by hand, openings for some only, LAN and home of the last good config, files written elsewhere. Pure. */
#ifndef CG_SAVED_H
#define CG_SAVED_H

#include <stddef.h>
#include <camgate/bpf_abi.h>
#include "cleanup.h"
#include "policy.h"
#include "viewset.h"

#define CG_SAVED_FILE	   "state.json"
#define CG_SAVED_MAX_BYTES (1024 * 1024)

struct cg_saved_manual {
	char id[CG_ID_LEN];
	enum cg_manual manual; /* AUTO is not written */
};

/* An opening for some only, which the agent follows. */
struct cg_saved_opening {
	char id[CG_ID_LEN];
	char to[CG_NAME_LEN]; /* as typed; "": the camera's `viewers` */
	uint64_t until_ns;    /* boot clock: which opening it is */
	struct cg_viewset set;
};

struct cg_saved {
	struct cg_saved_manual *manual;
	size_t nmanual;
	struct cg_saved_opening *opening;
	size_t nopening;
	char (*lan)[16];
	size_t nlan;
	struct cg_policy_home *home;
	size_t nhome;
	char *fw4_dir; /* where the fw4 include was put; NULL: nowhere */
};

/* 1: of a later version, of which is taken what is known; -EPROTO: not one of ours;
 * -E2BIG: more cameras than there can be. Members that are not known are passed over,
 * and so is a value that makes no sense. */
int cg_saved_parse(const char *text, struct cg_saved *ret_saved) __must_check;
/* With an end of line; freed by the caller. */
int cg_saved_print(const struct cg_saved *s, char **ret_text) __must_check;
void cg_saved_free(struct cg_saved *s);

/* AUTO takes the camera out. -E2BIG: no room for one more. */
int cg_saved_set(struct cg_saved *s, const char *id, enum cg_manual manual) __must_check;

#endif
