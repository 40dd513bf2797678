/* SPDX-License-Identifier: GPL-2.0-only */
/* The record seen from the command, straight from its files. */
#ifndef CG_CLI_RECORD_H
#define CG_CLI_RECORD_H

#include "../lib/verify.h"
#include "command.h"

/* As cg_verify of what lies in dir, while an agent may be writing there. */
int cg_record_verify(const char *dir, const struct cg_anchor *anchor, size_t bytes,
		     struct cg_verify *ret_verify) __must_check;
/* camgate log WHAT …: argv[1] is there. */
int cg_record_command(const struct cg_cli *cli, int argc, char **argv);

#endif
