/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an address is said to be: a country and a network (AS) by numbers, and what of both a config names. */
#ifndef CG_PLACE_H
#define CG_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/geo_abi.h>
#include "cleanup.h"

#define CG_COUNTRY_STRLEN 3
/* "CN" as the packet path has it, 0: not two capital letters. s need not end there. */
uint16_t cg_country_number(const char *s, size_t n);
const char *cg_country_format(uint16_t country, char buf[static CG_COUNTRY_STRLEN]);
/* A code that ISO 3166-1 gives to a country, or XK, which databases use for Kosovo. */
bool cg_country_is_known(uint16_t country);
/* What people write instead of a code: UK; NULL: nothing near. */
const char *cg_country_meant(const char *s);

/* What cameras name. Zeroed: nothing. */
struct cg_places {
	uint8_t country[(CG_COUNTRIES + 7) / 8];
	uint32_t network[CG_MAX_NETWORKS]; /* sorted */
	size_t nnetwork;
};

void cg_places_country(struct cg_places *p, uint16_t country);
bool cg_places_has_country(const struct cg_places *p, uint16_t country);
/* -E2BIG: CG_MAX_NETWORKS are there. */
int cg_places_network(struct cg_places *p, uint32_t network) __must_check;
bool cg_places_has_network(const struct cg_places *p, uint32_t network);
bool cg_places_any(const struct cg_places *p);
bool cg_places_any_country(const struct cg_places *p);
/* Everything of part is in p. */
bool cg_places_hold(const struct cg_places *p, const struct cg_places *part);
/* Adds what is in more; -E2BIG as above, p then holds a part of it. */
int cg_places_join(struct cg_places *p, const struct cg_places *more) __must_check;

#endif
