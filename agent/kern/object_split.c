/* SPDX-License-Identifier: GPL-2.0-only */
/* Of the build, run where it runs: standard input filled up to whole instructions, its planes to standard output. */
#include <stdio.h>
#include <stdlib.h>
#include "planes.h"

#define SIZE_MAX_IN (16U << 20)

int main(void)
{
	unsigned char *in = calloc(2, SIZE_MAX_IN), *out = in ? in + SIZE_MAX_IN : NULL;
	size_t n = in ? fread(in, 1, SIZE_MAX_IN, stdin) : 0;
	int ok = n && n < SIZE_MAX_IN && !ferror(stdin);

	n = (n + CG_PLANES - 1) / CG_PLANES * CG_PLANES;
	if (ok)
		cg_planes_split(out, in, n);
	ok = ok && fwrite(out, 1, n, stdout) == n && !fflush(stdout);
	free(in);
	return !ok;
}
