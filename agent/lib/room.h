/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there memory for a library that does not look whether there is? Pure. */
#ifndef CG_ROOM_H
#define CG_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Takes n bytes in small pieces and gives them back, for whoever asks next: in a process
 * of one thread they are still there then. */
bool cg_room(size_t n);

#endif
