/* SPDX-License-Identifier: GPL-2.0-only */
/* glibc cuts the buffer to size when it is closed, and says nothing where that fails; musl forgets earlier errors. */
#include <errno.h>
#include "memtext.h"

int cg_memtext_end(FILE *f, char **text)
{
	int bad = ferror(f);

	if (!fclose(f) && !bad && *text)
		return 0;
	free(*text);
	*text = NULL;
	return -ENOMEM;
}
