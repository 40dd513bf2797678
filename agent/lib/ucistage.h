/* SPDX-License-Identifier: GPL-2.0-only */
/* The config that a UCI file asks for: made in a folder of its own, judged there, then put in place. */
#ifndef CG_UCISTAGE_H
#define CG_UCISTAGE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include "diag.h"
#include "ucitext.h"

#define CG_UCI_PATH "/etc/config/camgate"

struct cg_uci_stage {
	char dir[32];	       /* "": there is none */
	char config[PATH_MAX]; /* what is to be judged; what stands beside the real one is beside it */
	char of[PATH_MAX];     /* the folder it stands for */
	const char *uci;
	char *text;
	size_t len;
	char (*keep)[64]; /* files of cameras.d that stay, without .conf */
	size_t nkeep;
	bool same; /* the config in place says the same: nothing is to be done */
};

#ifdef CG_HAVE_UCI
/* Is this a file of UCI, by its first word? */
bool cg_uci_is(const char *path);
/* uci must outlive the stage. -ENOENT without a diag: there is no such file; else -errno with
 * diag, and nothing is left. On success the caller ends it. */
int cg_uci_stage(const char *uci, const char *config, struct cg_diag *diag,
		 struct cg_uci_stage *ret_stage) __must_check;
/* What was found wrong in the folder is said of the files it was made of. */
void cg_uci_stage_diag(const struct cg_uci_stage *stage, struct cg_diag *diag);
/*
 * Puts it in place as config. Files of cameras.d that UCI does not name go: where somebody
 * wrote into them, as FILE.conf.undone. A crash between the two leaves both; the next
 * stage mends it.
 */
int cg_uci_stage_commit(const struct cg_uci_stage *stage, const char *config) __must_check;
void cg_uci_stage_end(struct cg_uci_stage *stage);

#else
static inline bool cg_uci_is(const char *path)
{
	(void)path;
	return false;
}
static inline int __must_check cg_uci_stage(const char *uci, const char *config,
					    struct cg_diag *diag, struct cg_uci_stage *ret_stage)
{
	(void)uci, (void)config, (void)ret_stage;
	return cg_diag_set(diag, NULL, -ENOSYS, "built without UCI");
}
static inline void cg_uci_stage_diag(const struct cg_uci_stage *stage, struct cg_diag *diag)
{
	(void)stage, (void)diag;
}
static inline void cg_uci_stage_end(struct cg_uci_stage *stage)
{
	(void)stage;
}
#endif

#endif
