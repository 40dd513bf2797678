/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of BPF instructions put by their place in an instruction, all first ones first: they pack an eighth better. */
#ifndef CG_PLANES_H
#define CG_PLANES_H

#include <stddef.h>

#define CG_PLANES 8 /* bytes of an instruction */

/* n is a multiple of CG_PLANES; to and from do not overlap. */
static inline void cg_planes_split(unsigned char *to, const unsigned char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i % CG_PLANES * (n / CG_PLANES) + i / CG_PLANES] = from[i];
}

static inline void cg_planes_join(unsigned char *to, const unsigned char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i % CG_PLANES * (n / CG_PLANES) + i / CG_PLANES];
}

#endif
