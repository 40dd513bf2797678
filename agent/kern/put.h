/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing into maps whose entries get their memory one by one. */
#ifndef CG_PUT_H
#define CG_PUT_H

#include <stdint.h>
#include "../lib/cleanup.h"

/*
 * bpf_map_update_elem(), or -errno. From 6.1 on entries come from a small store
 * that is filled by an interrupt the kernel sends itself; machines that know
 * none (MIPS, user-mode Linux) fill it at their next tick (kernel/bpf/memalloc.c,
 * kernel/irq_work.c). Where it is empty this waits for that, 0.4 s at most.
 */
int cg_put(int fd, const void *key, const void *value, uint64_t flags) __must_check;

#endif
