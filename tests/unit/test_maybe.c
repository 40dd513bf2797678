/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits that spare look-ups: whatever policy follows whatever other, none of a rule in force is missing, at any moment. */
#include <endian.h>
#include <kern/dp.h>
#include "unit.h"

#define SLOTS  4
#define RULES  40
#define ROUNDS 3000
#define CAMS   512

static uint64_t macs[CG_MAC_WORDS], lens[SLOTS], reach[SLOTS * CG_REACH_BITS / 64];
static struct cg_datapath dp = { .slots = SLOTS, .macs = macs, .lens = lens, .reach = reach };

/* What the packet path asks, of the longest address the prefix covers. */
static bool maybe(const struct cg_rule_key *key)
{
	const uint8_t *has = (const uint8_t *)&lens[key->slot];
	uint64_t half[2];

	memcpy(half, key->addr, 16);
	for (int i = 0; i < CG_LENS; i++) {
		uint32_t len = has[i] - 1U, bit;

		if (!has[i])
			continue;
		if (has[i] == CG_LEN_MANY)
			return true;
		bit = cg_reach_bit(SLOTS, key->slot, len, be64toh(half[0]) & cg_high_mask(len),
				   be64toh(half[1]) & cg_low_mask(len));
		if (reach[bit / 64] >> bit % 64 & 1)
			return true;
	}
	return false;
}

/* The packet path's question; bpf/fast.h, maybe_camera(). */
static bool maybe_camera(const uint8_t mac[6])
{
	uint32_t bit = cg_mac_bit(cg_mac_word(mac));

	ck_assert_uint_lt(bit / 64, CG_MAC_WORDS);
	return macs[bit / 64] >> bit % 64 & 1;
}

/* Every other of them by one maker: what is alike. */
static void mac_made(uint8_t mac[6], unsigned int *seed)
{
	for (int b = 0; b < 6; b++)
		mac[b] = (uint8_t)(rand_r(seed) >> 7);
	if (mac[5] & 1)
		memcpy(mac, (uint8_t[]){ 0x02, 0xcb, 0 }, 3);
}

static void prefix_cut(uint8_t *addr, uint32_t len)
{
	for (uint32_t i = 0; i < 16; i++)
		addr[i] &= len >= 8 * i + 8 ? 0xff : len <= 8 * i ? 0 : 0xff00 >> (len - 8 * i);
}

/* As many lengths as a die says: more than there is room for, or fewer. */
static struct cg_mapset *made(unsigned int *seed)
{
	struct cg_mapset *s = calloc(1, sizeof(*s));
	unsigned int kinds = 1 + rand_r(seed) % 12;

	ck_assert_ptr_nonnull(s);
	s->ncams = rand_r(seed) % RULES;
	s->cams = calloc(RULES, sizeof(*s->cams));
	ck_assert_ptr_nonnull(s->cams);
	for (size_t i = 0; i < s->ncams; i++)
		mac_made(s->cams[i].key.mac, seed);
	s->nrules = rand_r(seed) % RULES;
	s->rules = calloc(RULES, sizeof(*s->rules));
	ck_assert_ptr_nonnull(s->rules);
	for (size_t i = 0; i < s->nrules; i++) {
		struct cg_rule_key *key = &s->rules[i].key;
		uint32_t len = rand_r(seed) % kinds * 128 / (kinds > 1 ? kinds - 1 : 1);

		key->slot = rand_r(seed) % SLOTS;
		key->prefixlen = CG_RULE_PREFIX_BASE + len;
		for (int b = 0; b < 16; b++)
			key->addr[b] = (uint8_t)rand_r(seed);
		prefix_cut(key->addr, len);
	}
	return s;
}

static void all_found(const struct cg_mapset *s, unsigned int *seed)
{
	for (size_t i = 0; s && i < s->nrules; i++) {
		struct cg_rule_key inside = s->rules[i].key;
		uint32_t len = inside.prefixlen - CG_RULE_PREFIX_BASE;

		ck_assert(maybe(&inside));
		for (uint32_t bit = len; bit < 128; bit++)
			if (rand_r(seed) & 1)
				inside.addr[bit / 8] |= 0x80 >> bit % 8;
		ck_assert(maybe(&inside));
	}
	for (size_t i = 0; s && i < s->ncams; i++)
		ck_assert(maybe_camera(s->cams[i].key.mac));
}

START_TEST(none_is_missing)
{
	unsigned int seed = 7;

	for (int round = 0; round < ROUNDS; round++) {
		struct cg_mapset *next = made(&seed);

		/* Written beside the one in force; then it is alone. */
		cg_dp_maybe_add(&dp, next);
		all_found(dp.set, &seed);
		all_found(next, &seed);
		cg_mapset_free(&dp.set);
		dp.set = next;
		ck_assert_int_eq(cg_dp_maybe_settle(&dp), 0);
		all_found(dp.set, &seed);
	}
	cg_mapset_free(&dp.set);
}
END_TEST

START_TEST(nothing_is_left)
{
	struct cg_mapset *empty = calloc(1, sizeof(*empty));
	unsigned int seed = 9, found = 0;

	ck_assert_ptr_nonnull(empty);
	for (int round = 0; round < 20; round++) {
		struct cg_mapset *s = made(&seed);

		cg_dp_maybe_add(&dp, s);
		for (size_t i = 0; i < s->nrules; i++)
			found += maybe(&s->rules[i].key);
		dp.set = empty;
		ck_assert_int_eq(cg_dp_maybe_settle(&dp), 0);
		for (size_t i = 0; i < s->nrules; i++)
			ck_assert(!maybe(&s->rules[i].key));
		for (size_t i = 0; i < s->ncams; i++)
			ck_assert(!maybe_camera(s->cams[i].key.mac));
		cg_mapset_free(&s);
	}
	ck_assert_uint_gt(found, 20);
	cg_mapset_free(&dp.set);
}
END_TEST

/* Other devices of 10,000 that are looked up for nothing, with n cameras. */
static unsigned int others(size_t n)
{
	struct cg_mapset *s = calloc(1, sizeof(*s));
	unsigned int seed = 11, found = 0;
	uint8_t mac[6];

	ck_assert_ptr_nonnull(s);
	s->ncams = n;
	s->cams = calloc(n, sizeof(*s->cams));
	ck_assert_ptr_nonnull(s->cams);
	for (size_t i = 0; i < n; i++)
		mac_made(s->cams[i].key.mac, &seed);
	dp.set = s;
	ck_assert_int_eq(cg_dp_maybe_settle(&dp), 0);
	for (int i = 0; i < 10000; i++) {
		mac_made(mac, &seed);
		found += maybe_camera(mac);
	}
	cg_mapset_free(&dp.set);
	return found;
}

START_TEST(few_others)
{
	/* As bpf_abi.h says. */
	ck_assert_uint_lt(others(CAMS), 10000 / 200);
	ck_assert_uint_lt(others(CG_MAX_CAMERAS), 10000 / 30);
	ck_assert_uint_gt(others(CG_MAX_CAMERAS), 10000 / 60);
	ck_assert_uint_eq(others(1), 0);
}
END_TEST

int main(void)
{
	return UNIT_RUN("maybe", 60, none_is_missing, nothing_is_left, few_others);
}
