/* SPDX-License-Identifier: GPL-2.0-only */
/* What a database in MaxMind's format says of itself, looked at before libmaxminddb believes it. */
#ifndef CG_GEO_META_H
#define CG_GEO_META_H

#include <stddef.h>
#include <stdint.h>

/* The metadata are in the last so many bytes of a file. */
#define CG_GEO_META_MAX (128 * 1024)

/*
 * tail: the last n bytes of a file of size bytes, n the lesser of size and CG_GEO_META_MAX.
 * -EINVAL: there are no metadata, they are cut off, or the tree they tell of is larger than
 * the file: libmaxminddb multiplies with 32 bits (1.7.1: MMDB_open) and would read past it.
 */
int cg_geo_meta_look(const uint8_t *tail, size_t n, uint64_t size);
/* That of a file that is open. -EINVAL as above, -errno. */
int cg_geo_meta_file(int fd);

#endif
