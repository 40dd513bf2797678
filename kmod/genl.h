/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family; its protocol is camgate/genl.h. */
#ifndef CG_KMOD_GENL_H
#define CG_KMOD_GENL_H

#include <linux/compiler.h>

int __must_check cg_genl_register(void);
void cg_genl_unregister(void);

#endif
