/* SPDX-License-Identifier: GPL-2.0-only */
/* glibc keeps a heap for each thread, and raises what it keeps with what was freed. */
#include <limits.h>
#include <malloc.h>
#include "memory.h"

#define LARGE (64 * 1024)

void cg_memory_begin(void)
{
#ifdef __GLIBC__
	/* The threads of a start end with it, their heaps would stay; with one alone they
	 * wait for each other. */
	(void)mallopt(M_ARENA_MAX, 2);
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	/* Given back by cg_memory_settle(): reading a config frees and asks for the same
	 * megabyte again and again. */
	(void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void cg_memory_settle(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}
