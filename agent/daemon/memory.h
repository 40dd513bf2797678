/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the start and of reloads goes back to the kernel; other C libraries than glibc do so by themselves. */
#ifndef CG_MEMORY_H
#define CG_MEMORY_H

/* Before anything is allocated, and before there is a thread. */
void cg_memory_begin(void);
/* After much was freed. Walks the heap: not for every packet. */
void cg_memory_settle(void);

#endif
