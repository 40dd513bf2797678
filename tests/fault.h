/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a fault of tests/faults.tsv, in the words that tests/faults.sh reads. */
#ifndef CG_FAULT_H
#define CG_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Given by the build. */
#ifndef CG_BUILD
#define CG_BUILD "build"
#endif

/* Returns kept; what was measured follows as a format. */
__attribute__((format(printf, 3, 4))) static inline bool fault_say(const char *id, bool kept,
								   const char *fmt, ...)
{
	va_list ap;

	printf("# fault %s %s: ", id, kept ? "kept" : "broken");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	return kept;
}

/* A figure that must be 0 of n, and how often it was not where it could be otherwise. */
static inline void fault_figure(const char *name, const char *unit, unsigned int value,
				unsigned int n, unsigned int control, const char *raw)
{
	const char *file = getenv("CG_FIGURES");
	FILE *f = fopen(file && *file ? file : CG_BUILD "/figures.jsonl", "a");

	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"%s\",\"value\":%u,\"op\":\"==\",\"limit\":0,\"unit\":\"%s\",\"n\":%u,"
		"\"control\":%u,\"raw\":\"%s\"}\n",
		name, value, unit, n, control, raw);
	fclose(f);
}

#endif
