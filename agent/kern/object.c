/* SPDX-License-Identifier: GPL-2.0-only */
/* Unpacking the packet path's object file: a third of the agent on flash where it is not packed. */
#include "object.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include "../lib/cleanup.h"
#include "planes.h"

static int gunzip(unsigned char *to, size_t n)
{
	z_stream z = {
		.next_in = (unsigned char *)cg_object_packed, /* zlib only reads it */
		.avail_in = (uInt)cg_object_packed_len,
		.next_out = to,
		.avail_out = (uInt)n,
	};
	int r;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	r = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z);
	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	return r == Z_STREAM_END && !z.avail_out ? 0 : -EBADMSG;
}

int cg_object_unpack(void **ret_bytes, size_t *ret_n)
{
	_cleanup_free_ unsigned char *planes = malloc(cg_object_len);
	unsigned char *bytes;
	int r;

	if (!planes)
		return -ENOMEM;
	r = gunzip(planes, cg_object_len);
	if (r)
		return r;
	bytes = malloc(cg_object_len);
	if (!bytes)
		return -ENOMEM;
	cg_planes_join(bytes, planes, cg_object_len);
	*ret_bytes = bytes;
	*ret_n = cg_object_len;
	return 0;
}
