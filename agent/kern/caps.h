/* SPDX-License-Identifier: GPL-2.0-only */
/* What this process, or one it is about to start, may do beyond what any program of its user may. */
#ifndef CG_CAPS_H
#define CG_CAPS_H

#include <stdint.h>

/* CAP_NET_ADMIN and so on of linux/capability.h as bits. */
#define CG_CAP(nr) (1ULL << (nr))
/* What the agent needs once its packet path is loaded: the maps, filters, both
 * ends of a flow that is over, and the group of its files. */
#define CG_CAPS_AGENT                                                                          \
	(CG_CAP(CAP_BPF) | CG_CAP(CAP_PERFMON) | CG_CAP(CAP_NET_ADMIN) | CG_CAP(CAP_NET_RAW) | \
	 CG_CAP(CAP_CHOWN))

/* This thread keeps at most these, of those it has, and no program it starts
 * gets others back, root or not. Only system calls: for a child of clone too.
 * -errno. */
int cg_caps_limit(uint64_t keep);
/* The same, and what no descendant can have is less as well, where this
 * process may say so (CAP_SETPCAP; a service manager has done it otherwise). */
int cg_caps_drop(uint64_t keep);

#endif
