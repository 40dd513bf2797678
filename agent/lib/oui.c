/* SPDX-License-Identifier: GPL-2.0-only */
/* A search by halves for each length of prefix, the longest first. */
#include "oui.h"

bool cg_mac_is_local(const struct cg_mac *mac)
{
	return mac->b[0] & 0x02;
}

/* -1, 0, 1: how row stands to the prefix. */
static int order(const struct cg_oui *row, unsigned int bits, uint64_t prefix)
{
	if (row->bits != bits)
		return row->bits < bits ? -1 : 1;
	return row->prefix < prefix ? -1 : row->prefix > prefix;
}

static const struct cg_oui *find(unsigned int bits, uint64_t prefix)
{
	size_t from = 0, to = cg_oui_count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int o = order(&cg_oui_rows[mid], bits, prefix);

		if (!o)
			return &cg_oui_rows[mid];
		if (o < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

const struct cg_oui *cg_oui_find(const struct cg_mac *mac)
{
	static const unsigned int lengths[] = { 36, 28, 24 };
	uint64_t word = 0;

	if (mac->b[0] & 0x03)
		return NULL;
	for (size_t i = 0; i < sizeof(mac->b); i++)
		word = word << 8 | mac->b[i];
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const struct cg_oui *row = find(lengths[i], word >> (48 - lengths[i]));

		if (row)
			return row;
	}
	return NULL;
}
