/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacking the packet path's object file: a third of the agent on flash where it is not packed. */
#include "object.h"

#include <errno.h>
#include <stdlib.h>

int cg_object_unpack(void **ret_bytes, size_t *ret_n)
{
	unsigned char *bytes = malloc(cg_object_len);
	int r;

	if (!bytes)
		return -ENOMEM;
	r = cg_lzma_unpack(&cg_object_props, cg_object_packed, cg_object_packed_len, bytes,
			   cg_object_len);
	if (r) {
		free(bytes);
		return r;
	}
	*ret_bytes = bytes;
	*ret_n = cg_object_len;
	return 0;
}
