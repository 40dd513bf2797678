/* SPDX-License-Identifier: GPL-2.0-only */
/* A write that KASAN is not told of. */
#ifndef PLANTED_REDZONE_H
#define PLANTED_REDZONE_H

void planted_write(char *at);

#endif
