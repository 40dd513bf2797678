/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's parameters. */
#ifndef CG_PARAM_H
#define CG_PARAM_H

#include <linux/types.h>

/* public=1: everybody may read. Does not change while the module is loaded. */
bool cg_param_public(void);

#endif
