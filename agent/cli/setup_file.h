/* SPDX-License-Identifier: GPL-2.0-only */
/* setup's change of the config, by the agent or, where none runs, by this command; and taken back. */
#ifndef CG_SETUP_FILE_H
#define CG_SETUP_FILE_H

#include "../lib/setup.h"
#include "command.h"

struct cg_setup_file {
	struct cg_setup_plan plan;
	const char *const *lan, *const *home; /* the caller's */
	size_t nlan, nhome;
	bool online;  /* the agent writes it */
	bool written; /* and not taken back */
	char what[CG_UNDO_WHAT], copy[PATH_MAX];
};

/* What would be written to the config at path; nothing is. Both return 0 or, after having
 * said what is wrong, the exit code: the config is as it was then. */
int cg_setup_file_plan(const struct cg_cli *cli, const char *path, struct cg_setup_file *f);
int cg_setup_file_write(const struct cg_cli *cli, struct cg_setup_file *f);
/* As before cg_setup_file_write(); false after having said that it is not. */
bool cg_setup_file_back(const struct cg_cli *cli, struct cg_setup_file *f);
void cg_setup_file_clear(struct cg_setup_file *f);

#endif
