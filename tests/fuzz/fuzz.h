/* SPDX-License-Identifier: GPL-2.0-only */
/* What every target is made of: libFuzzer's entry points, a promise that is checked, and the fault that is planted to see that one would be found. */
#ifndef CG_FUZZ_H
#define CG_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns 0; whatever is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Only where a target has something to set up once. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What a parser promises of any bytes at all. */
#define FUZZ_PROMISE(cond)                                                            \
	do {                                                                          \
		if (!(cond)) {                                                        \
			dprintf(2, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                      \
		}                                                                     \
	} while (0)

/* A copy that ends where its memory ends: a byte read behind it is seen. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static inline uint8_t *fuzz_bytes(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	return bytes;
}

/* A folder in memory where there is one, below CG_FUZZ_TMP where that is set: whoever set
 * it removes what a process that was ended could not. */
static inline void fuzz_dir(char dir[static 64])
{
	const char *in = getenv("CG_FUZZ_TMP");

	snprintf(dir, 64, "%s/cg-fuzz-XXXXXX",
		 in			  ? in :
		 access("/dev/shm", W_OK) ? "/tmp" :
					    "/dev/shm");
	FUZZ_PROMISE(mkdtemp(dir));
}

/* Cuts a number off the front: 0 where there is none. */
static inline uint32_t fuzz_number(const uint8_t **data, size_t *size, size_t bytes)
{
	uint32_t v = 0;

	for (; bytes && *size; bytes--, ++*data, --*size)
		v = v << 8 | **data;
	return v;
}

/*
 * The planted fault, in a second build of each target only: n things that were
 * read go into room for `room` of them, without a look at n. room is as many as
 * any file of the corpus has.
 */
static inline void fuzz_plant(size_t n, size_t room)
{
#ifdef CG_FUZZ_PLANT
	volatile uint8_t *things = malloc(room);

	for (size_t i = 0; things && i < n; i++)
		things[i] = 1;
	free((void *)things);
#else
	(void)n;
	(void)room;
#endif
}

#endif
