/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces that are no mapping of their own, which free() would give back to the kernel. */
#include <stdlib.h>
#include "room.h"

#define PIECE ((size_t)16 * 1024)

struct piece {
	struct piece *next;
	char rest[PIECE - sizeof(struct piece *)];
};

bool cg_room(size_t n)
{
	struct piece *all = NULL;
	bool there = true;

	for (size_t got = 0; got < n && there; got += PIECE) {
		struct piece *p = malloc(sizeof(*p));

		there = p;
		if (p) {
			p->next = all;
			all = p;
		}
	}
	while (all) {
		struct piece *next = all->next;

		free(all);
		all = next;
	}
	return there;
}
