/* SPDX-License-Identifier: GPL-2.0-only */
/* MAC prefixes of the IEEE's registry that say something of cameras; the rows are made from packaging/data/oui-*.tsv at build. */
#ifndef CG_OUI_H
#define CG_OUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"

enum cg_oui_class {
	CG_OUI_CAMERA, /* nothing but cameras */
	CG_OUI_MOSTLY,
	CG_OUI_MIXED,
	CG_OUI_MODULE, /* chips and radio modules, that cameras have, too */
	CG_OUI_NONE,   /* a maker of other things, and of no cameras */
	__CG_OUI_MAX,
};

/* Sorted by bits, then prefix. */
struct cg_oui {
	uint64_t prefix; /* in the low `bits` bits */
	uint8_t bits;	 /* 24, 28, 36 */
	uint8_t class;	 /* enum cg_oui_class */
	uint16_t maker;	 /* in cg_oui_makers */
};

extern const struct cg_oui cg_oui_rows[];
extern const size_t cg_oui_count;
extern const char *const cg_oui_makers[];
extern const size_t cg_oui_maker_count;

/* The longest prefix that fits; NULL: none, or the MAC is locally administered or a group. */
const struct cg_oui *cg_oui_find(const struct cg_mac *mac);
/* Made up by the device itself (IEEE 802 c, bit 0x02 of the first byte), not its maker's. */
bool cg_mac_is_local(const struct cg_mac *mac);

#endif
