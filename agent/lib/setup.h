/* SPDX-License-Identifier: GPL-2.0-only */
/* What `camgate setup` writes into the config: which interfaces are LAN and home, as far as it does not say so yet. */
#ifndef CG_SETUP_H
#define CG_SETUP_H

#include <limits.h>
#include <stddef.h>
#include "cleanup.h"
#include "diag.h"
#include "undo.h"

struct cg_setup {
	const char *const *lan, *const *home;
	size_t nlan, nhome;
	const char *when; /* one line for the comments */
};

struct cg_setup_plan {
	char file[PATH_MAX]; /* the config's own, links followed */
	char *was, *text;    /* before and after */
	size_t was_len, len;
	char *added[2]; /* the lines that are new; NULL: none */
};

/*
 * Reads the config at path and its includes. What it says already is not said again:
 * both lines NULL then, and text as it was. Nothing is written. -EINVAL with diag: the config is not valid, or
 * has the list in another file; else the file's errno. Cleared by the caller.
 */
int cg_setup_plan(const char *path, const struct cg_setup *setup, struct cg_diag *diag,
		  struct cg_setup_plan *ret_plan) __must_check;
/* How `camgate undo` names it. */
void cg_setup_plan_what(const struct cg_setup_plan *plan, char ret_what[static CG_UNDO_WHAT]);
void cg_setup_plan_clear(struct cg_setup_plan *plan);

#endif
