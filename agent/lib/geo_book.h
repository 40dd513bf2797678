/* SPDX-License-Identifier: GPL-2.0-only */
/* A database that stays open, to be asked where one address is. */
#ifndef CG_GEO_BOOK_H
#define CG_GEO_BOOK_H

#include <stdint.h>
#include "addr.h"
#include "diag.h"

struct cg_geo_book;

/* -EINVAL with diag: not there, or no whole database. -ENOMEM. */
int cg_geo_book_open(const char *path, struct cg_diag *diag,
		     struct cg_geo_book **ret_book) __must_check;
void cg_geo_book_free(struct cg_geo_book **book);
const char *cg_geo_book_path(const struct cg_geo_book *book);
/* The file's name without its folder, and its own date in seconds of the epoch. */
const char *cg_geo_book_name(const struct cg_geo_book *book);
uint64_t cg_geo_book_built(const struct cg_geo_book *book);

/*
 * By the address inside of one that has another in it (place.h). A country's number, or
 * CG_COUNTRY_UNKNOWN, _PRIVATE, _SHARED; 0: it cannot be asked, as its file is being
 * written over.
 */
uint16_t cg_geo_book_country(const struct cg_geo_book *book, const struct cg_addr *addr);
/* The number of an AS; 0: none, or it cannot be asked. */
uint32_t cg_geo_book_network(const struct cg_geo_book *book, const struct cg_addr *addr);

#endif
