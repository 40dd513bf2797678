/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate help: every command and option from the table itself. */
#ifndef CG_HELP_H
#define CG_HELP_H

#include <stddef.h>
#include "command.h"

void cg_help_all(const struct cg_command *commands, size_t n);
void cg_help_one(const struct cg_command *command);
#define CG_HELP_OPTION_LEN 24
/* The name of one of which (CG_OPTION_*), as it is typed. Returns buf. */
const char *cg_help_option(unsigned int which, char buf[static CG_HELP_OPTION_LEN]);

#endif
