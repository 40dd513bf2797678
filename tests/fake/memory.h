/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A memory that runs out: stands before libc's allocator, for every library of
 * the program, and lets the Nth call of the first thread fail. Linked in where
 * wanted.
 */
#ifndef CG_FAKE_MEMORY_H
#define CG_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* The library that holds this function does not look: memory_fail() spares it. */
void memory_spare(const void *function);
/* From now on the nth call (1 = the next; 0 = none) fails. Calls are counted anew. */
void memory_fail(int nth);
/* From now on so many bytes more can be got; what is freed can be got again. */
void memory_budget(long bytes);
/* No more of that. Calls since; *ret_failed of them failed. */
int memory_end(int *ret_failed);
/* Pieces of memory that are not freed. */
long memory_live(void);
/* Those that were got since memory_live() was n, at most max: who asked for them. */
void memory_tell(long since_call, int max);
/* A number that grows with each call. */
long memory_calls(void);

#endif
