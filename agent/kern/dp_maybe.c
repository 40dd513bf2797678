/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits that tell most packets that no table need be asked: never one too few for what is in force. */
#include "dp.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include "../lib/store.h"

struct bits {
	uint64_t *macs, *lens, *reach;
	uint32_t slots;
};

static void len_add(uint64_t *lens, uint32_t len)
{
	/* Bytes, so that no store is seen by half. */
	uint8_t *has = (uint8_t *)lens;

	uint8_t *room = memchr(has, 0, CG_LENS);

	if (has[0] == CG_LEN_MANY || memchr(has, (int)len + 1, CG_LENS))
		return;
	if (room)
		__atomic_store_n(room, (uint8_t)(len + 1), __ATOMIC_RELAXED);
	else
		__atomic_store_n(&has[0], CG_LEN_MANY, __ATOMIC_RELAXED);
}

static void bits_of(const struct cg_mapset *set, const struct bits *to)
{
	for (size_t i = 0; i < set->ncams; i++) {
		uint32_t bit = cg_mac_bit(cg_mac_word(set->cams[i].key.mac));

		to->macs[bit / 64] |= 1ULL << bit % 64;
	}
	for (size_t i = 0; i < set->nrules; i++) {
		const struct cg_rule_key *key = &set->rules[i].key;
		uint32_t len = key->prefixlen - CG_RULE_PREFIX_BASE, bit;
		uint64_t half[2];

		/* Those of places are looked for by what a table says, not here. */
		if (key->slot & CG_GEO_SLOT)
			continue;
		memcpy(half, key->addr, sizeof(half));
		bit = cg_reach_bit(to->slots, key->slot, len, be64toh(half[0]) & cg_high_mask(len),
				   be64toh(half[1]) & cg_low_mask(len));
		to->reach[bit / 64] |= 1ULL << bit % 64;
		len_add(&to->lens[key->slot], len);
	}
}

void cg_dp_maybe_add(struct cg_datapath *dp, const struct cg_mapset *set)
{
	bits_of(set, &(struct bits){ dp->macs, dp->lens, dp->reach, dp->slots });
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void words_take(uint64_t *to, const uint64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (to[i] != from[i])
			cg_store64(&to[i], from[i]);
}

/* Each byte goes on naming a length that is in force, or names none. */
static void lens_take(uint64_t *to, const uint64_t *from)
{
	uint8_t *has = (uint8_t *)to;
	const uint8_t *want = (const uint8_t *)from;

	if (want[0] == CG_LEN_MANY) {
		__atomic_store_n(&has[0], CG_LEN_MANY, __ATOMIC_RELAXED);
		return;
	}
	for (int i = 0; i < CG_LENS; i++) {
		int at = CG_LENS - 1;

		if (!want[i] || memchr(has, want[i], CG_LENS))
			continue;
		/* The first byte last: it may say that there are many. */
		while (has[at] && memchr(want, has[at], CG_LENS))
			at--;
		__atomic_store_n(&has[at], want[i], __ATOMIC_RELAXED);
	}
	for (int i = 0; i < CG_LENS; i++)
		if (has[i] && !memchr(want, has[i], CG_LENS))
			__atomic_store_n(&has[i], 0, __ATOMIC_RELAXED);
}

int cg_dp_maybe_settle(struct cg_datapath *dp)
{
	size_t nreach = (size_t)dp->slots * CG_REACH_BITS / 64;
	_cleanup_free_ uint64_t *words = NULL;
	struct bits now = { .slots = dp->slots };

	if (!dp->set)
		return 0;
	words = calloc(CG_MAC_WORDS + nreach + dp->slots, sizeof(*words));
	if (!words)
		return -ENOMEM;
	now.macs = words;
	now.reach = words + CG_MAC_WORDS;
	now.lens = now.reach + nreach;
	bits_of(dp->set, &now);
	words_take(dp->macs, now.macs, CG_MAC_WORDS);
	words_take(dp->reach, now.reach, nreach);
	for (uint32_t i = 0; i < dp->slots; i++)
		lens_take(&dp->lens[i], &now.lens[i]);
	return 0;
}
