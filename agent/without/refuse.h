/* SPDX-License-Identifier: GPL-2.0-only */
/* What a build without a feature says of a config that relies on it. */
#ifndef CG_WITHOUT_REFUSE_H
#define CG_WITHOUT_REFUSE_H

#include <errno.h>
#include "../lib/diag.h"

static inline int refuse(const struct cg_pos *pos, const char *key, struct cg_diag *diag)
{
	return cg_diag_set(
		diag, pos, -EINVAL,
		"%s: found in a config of a camgate that is built without it, expected none", key);
}

#endif
