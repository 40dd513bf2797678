/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path's object file, which the agent carries compressed. */
#ifndef CG_OBJECT_H
#define CG_OBJECT_H

#include <stddef.h>
#include "../lib/lzma.h"

/* Unpacked, of cg_object_len bytes; NULL while it is not. */
struct cg_object {
	unsigned char *bytes;
};

/* Nothing to do where it is unpacked. -ENOMEM, or -EBADMSG where the build made no good one. */
int cg_object_unpack(struct cg_object *o) __attribute__((warn_unused_result));
void cg_object_free(struct cg_object *o);

/* What it is packed: made by the build (object.sh) of build/camgate.bpf.o. */
extern const struct cg_lzma_props cg_object_props;
extern const unsigned char cg_object_packed[];
extern const size_t cg_object_packed_len, cg_object_len;

#endif
