/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an address is said to be: a country and a network (AS) by numbers, and what of both a config names. */
#ifndef CG_PLACE_H
#define CG_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/geo_abi.h>
#include "addr.h"
#include "cleanup.h"

#define CG_COUNTRY_STRLEN 8
/* "CN" as the packet path has it, 0: not two capital letters. s need not end there. */
uint16_t cg_country_number(const char *s, size_t n);
/* "CN", "unknown", "private", "shared". */
const char *cg_country_format(uint16_t country, char buf[static CG_COUNTRY_STRLEN]);
/* A code that ISO 3166-1 gives to a country, or XK, which databases use for Kosovo. */
bool cg_country_is_known(uint16_t country);
/* As a rule names it: a known code, or one of those words; 0: none. */
uint16_t cg_country_of(const char *s);
/* What people write instead of a code: UK; NULL: nothing near. */
const char *cg_country_meant(const char *s);

/* Addresses that are in no country whatever a database says. */
struct cg_place_range {
	uint8_t addr[16]; /* IPv4 as ::ffff:0:0/96 has it, len too */
	uint8_t len;
	uint16_t country; /* CG_COUNTRY_PRIVATE or _SHARED */
};
const struct cg_place_range *cg_place_ranges(size_t *ret_n);
/* That of addr; 0: it is in none of them. */
uint16_t cg_place_special(const struct cg_addr *addr);
/* The IPv4 address that is looked up for an IPv6 one of NAT64 (64:ff9b::/96) or 6to4
 * (2002::/16), as the packet path has it; others as they are. */
struct cg_addr cg_place_inside(const struct cg_addr *addr);
/* Teredo and ::/96: whatever a database says there, it is not known where it is. */
bool cg_place_nowhere(const struct cg_addr *addr);

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
