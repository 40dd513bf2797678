// SPDX-License-Identifier: GPL-2.0-only
/* Writes behind an object unseen by KASAN. */
#include <linux/compiler.h>
#include "redzone.h"

void planted_write(char *at)
{
	WRITE_ONCE(*at, 1);
}
