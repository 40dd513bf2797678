/* SPDX-License-Identifier: GPL-2.0-only */
/* A changed config file tried: in force, or as it was before. */
#ifndef CG_EDIT_H
#define CG_EDIT_H

#include "../lib/undo.h"
#include "command.h"

/* Puts text in place of the file u describes and reloads; the file is put back, to `was`,
 * if that is refused. 0, or after having failed the call 1: as before, -EIO: it is not. */
int cg_edit_try(struct cg_command_call *c, const struct cg_undo *u, const char *text, size_t len,
		const char *was, size_t was_len);

#endif
