/* SPDX-License-Identifier: GPL-2.0-only */
/* Flow tables of nftables that are handed to hardware, where no filter sees their packets. */
#ifndef CG_OFFLOAD_H
#define CG_OFFLOAD_H

#include <stddef.h>
#include "../lib/cleanup.h"

/* How many flow tables carry `flags offload`; ret_name: one of them, as
 * "TABLE NAME". -EOPNOTSUPP: no nftables or no flow tables in this kernel. */
int cg_offload_read(char *ret_name, size_t n) __must_check;

#endif
