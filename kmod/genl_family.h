/* SPDX-License-Identifier: GPL-2.0-only */
/* The family itself, for those who write its messages. */
#ifndef CG_GENL_FAMILY_H
#define CG_GENL_FAMILY_H

struct genl_family;

extern struct genl_family cg_genl_family;

#endif
