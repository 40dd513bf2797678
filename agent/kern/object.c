/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacking the packet path's object file: a third of the agent on flash where it is not packed. */
#include "object.h"

#include <errno.h>
#include <stdlib.h>

int cg_object_unpack(struct cg_object *o)
{
	int r;

	if (o->bytes)
		return 0;
	o->bytes = malloc(cg_object_len);
	if (!o->bytes)
		return -ENOMEM;
	r = cg_lzma_unpack(&cg_object_props, cg_object_packed, cg_object_packed_len, o->bytes,
			   cg_object_len);
	if (r)
		cg_object_free(o);
	return r;
}

void cg_object_free(struct cg_object *o)
{
	free(o->bytes);
	o->bytes = NULL;
}
