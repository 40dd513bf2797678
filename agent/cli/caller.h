/* SPDX-License-Identifier: GPL-2.0-only */
/* From which address somebody is logged in who types a command. */
#ifndef CG_CALLER_H
#define CG_CALLER_H

#include "../lib/addr.h"

/* -ENOENT: at the machine itself, or by something that does not say. */
int cg_caller_address(struct cg_addr *ret_addr) __must_check;

#endif
