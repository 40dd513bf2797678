/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacking LZMA without a header (`xz --format=raw --lzma1=...`), as the build packs the packet path. */
#ifndef CG_LZMA_H
#define CG_LZMA_H

#include <stddef.h>

/* As the packer was told: literal context and position bits, position bits. */
struct cg_lzma_props {
	unsigned int lc, lp, pb; /* lc + lp <= 4, pb <= 4 */
};

/* from[0..n) into to[0..len), which must become full and be followed by the mark of the
 * end. -ENOMEM, or -EBADMSG: not that, whatever bytes they are. */
int cg_lzma_unpack(const struct cg_lzma_props *props, const unsigned char *from, size_t n,
		   unsigned char *to, size_t len) __attribute__((warn_unused_result));

#endif
