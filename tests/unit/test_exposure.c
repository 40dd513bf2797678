/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure: seal > close > open > config, each pair on its own; deadlines to the nanosecond; what a reader may see while it changes. */
#include <lib/exposure.h>
#include <pthread.h>
#include "unit.h"

#define MIN 60000000000ull
#define NOW (100 * MIN)

static struct cg_exposure with_config(enum cg_exposure_state config)
{
	struct cg_exposure e = { 0 };

	cg_exposure_config(&e, config);
	return e;
}

static struct cg_exposure opened(enum cg_exposure_state config)
{
	struct cg_exposure e = with_config(config);

	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + 30 * MIN, NULL, config == CG_SEALED), 0);
	ck_assert_int_eq(cg_exposure_now(&e, NOW), CG_OPEN);
	return e;
}

#define IS(e, state) ck_assert_int_eq(cg_exposure_now(e, NOW), state)

START_TEST(unset_is_sealed)
{
	const struct cg_exposure e = { 0 };

	IS(&e, CG_SEALED);
	ck_assert_int_eq(cg_exposure_base(&e), CG_SEALED);
	ck_assert(!cg_exposure_opening(&e, NOW));
}
END_TEST

START_TEST(config_alone)
{
	for (int s = CG_SEALED; s <= CG_OPEN; s++) {
		struct cg_exposure e = with_config((enum cg_exposure_state)s);

		IS(&e, s);
		ck_assert(!cg_exposure_opening(&e, NOW));
		ck_assert_uint_eq(cg_exposure_deadline(&e), 0);
	}
}
END_TEST

/* ---- pairs, the winner first ---- */

START_TEST(seal_over_close)
{
	struct cg_exposure e = with_config(CG_CLOSED);

	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	cg_exposure_seal(&e);
	IS(&e, CG_SEALED);
	/* close on a seal leaves it and says so */
	ck_assert_int_eq(cg_exposure_close(&e, false), 1);
	IS(&e, CG_SEALED);
	ck_assert_uint_eq(e.manual, CG_MANUAL_SEAL);
	ck_assert_int_eq(cg_exposure_close(&e, true), 0);
	IS(&e, CG_CLOSED);
}
END_TEST

START_TEST(seal_over_open)
{
	struct cg_exposure e = opened(CG_CLOSED);

	cg_exposure_seal(&e);
	IS(&e, CG_SEALED);
	ck_assert_uint_eq(cg_exposure_deadline(&e), 0);
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), -EPERM);
	IS(&e, CG_SEALED);
	/* forced: open for its time, then sealed again */
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, true), 0);
	IS(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_SEALED);
	ck_assert_uint_eq(e.manual, CG_MANUAL_SEAL);
}
END_TEST

START_TEST(seal_over_config)
{
	struct cg_exposure e = with_config(CG_OPEN);

	cg_exposure_seal(&e);
	IS(&e, CG_SEALED);
	cg_exposure_config(&e, CG_CLOSED);
	IS(&e, CG_SEALED);
	cg_exposure_config(&e, CG_OPEN);
	IS(&e, CG_SEALED);
	cg_exposure_auto(&e);
	IS(&e, CG_OPEN);
}
END_TEST

START_TEST(close_over_open)
{
	struct cg_exposure e = opened(CG_CLOSED);

	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	IS(&e, CG_CLOSED);
	ck_assert_uint_eq(cg_exposure_deadline(&e), 0);
	ck_assert_uint_eq(e.opened_ns, 0);
	ck_assert_uint_eq(e.manual, CG_MANUAL_CLOSE);
}
END_TEST

/* ... but one typed after it holds for its time, and falls back to closed. */
START_TEST(open_after_close)
{
	struct cg_exposure e = with_config(CG_OPEN);

	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), 0);
	IS(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_CLOSED);
	ck_assert_uint_eq(e.manual, CG_MANUAL_CLOSE);
}
END_TEST

START_TEST(close_over_config)
{
	struct cg_exposure e = with_config(CG_OPEN);

	cg_exposure_close(&e, false);
	IS(&e, CG_CLOSED);
	cg_exposure_config(&e, CG_CLOSED);
	cg_exposure_config(&e, CG_OPEN);
	IS(&e, CG_CLOSED);
	cg_exposure_auto(&e);
	IS(&e, CG_OPEN);
	/* it never loosens what the config seals */
	e = with_config(CG_SEALED);
	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	IS(&e, CG_SEALED);
	cg_exposure_config(&e, CG_OPEN);
	IS(&e, CG_CLOSED);
}
END_TEST

START_TEST(open_over_config)
{
	struct cg_exposure e = opened(CG_CLOSED);

	ck_assert_int_eq(cg_exposure_now(&e, NOW + 30 * MIN - 1), CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + 30 * MIN), CG_CLOSED);
	ck_assert(cg_exposure_opening(&e, NOW + 30 * MIN - 1));
	ck_assert(!cg_exposure_opening(&e, NOW + 30 * MIN));
	ck_assert_uint_eq(cg_exposure_deadline(&e), NOW + 30 * MIN);
	ck_assert_uint_eq(e.opened_ns, NOW);
	/* the config may change around it */
	cg_exposure_config(&e, CG_OPEN);
	cg_exposure_config(&e, CG_CLOSED);
	IS(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + 30 * MIN), CG_CLOSED);
	cg_exposure_config(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + 30 * MIN), CG_OPEN);
	/* always open is not an opening */
	ck_assert(!cg_exposure_opening(&e, NOW + 30 * MIN));
}
END_TEST

START_TEST(config_seal_ends_an_opening)
{
	struct cg_exposure e = opened(CG_CLOSED);

	cg_exposure_config(&e, CG_SEALED);
	IS(&e, CG_SEALED);
	ck_assert_uint_eq(cg_exposure_deadline(&e), 0);
	/* one that was sealed before and opened by force stays */
	e = opened(CG_SEALED);
	cg_exposure_config(&e, CG_SEALED);
	IS(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), -EPERM);
}
END_TEST

START_TEST(auto_ends_what_was_typed)
{
	struct cg_exposure e = opened(CG_CLOSED);

	cg_exposure_auto(&e);
	IS(&e, CG_CLOSED);
	ck_assert_uint_eq(e.manual, CG_MANUAL_AUTO);
	ck_assert_uint_eq(cg_exposure_deadline(&e), 0);
}
END_TEST

START_TEST(a_second_open_replaces_the_first)
{
	const uint8_t who[16] = { 0x20, 1, [15] = 9 }, nobody[16] = { 0 };
	struct cg_exposure e = opened(CG_CLOSED);

	ck_assert_int_eq(cg_exposure_open(&e, NOW + MIN, NOW + 5 * MIN, who, false), 0);
	ck_assert_uint_eq(cg_exposure_deadline(&e), NOW + 5 * MIN);
	ck_assert_uint_eq(e.opened_ns, NOW + MIN);
	ck_assert(e.word & CG_WORD_TO);
	ck_assert_mem_eq(e.viewer, who, 16);
	ck_assert_int_eq(cg_exposure_open(&e, NOW + MIN, NOW + 9 * MIN, NULL, false), 0);
	ck_assert(!(e.word & CG_WORD_TO));
	ck_assert_mem_eq(e.viewer, nobody, 16);
}
END_TEST

/* The word is what the packet path reads: bit for bit as bpf_abi.h says. */
START_TEST(the_word)
{
	const uint8_t who[16] = { 1 };
	struct cg_exposure e = with_config(CG_CLOSED);

	ck_assert_uint_eq(e.word, 1ull << 62);
	ck_assert_int_eq(cg_exposure_open(&e, 5, 1000, who, false), 0);
	ck_assert_uint_eq(e.word, 1ull << 62 | 1ull << 61 | 1000);
	ck_assert_int_eq(cg_exposure_open(&e, 5, 1000, NULL, false), 0);
	ck_assert_uint_eq(e.word, 1ull << 62 | 1000);
	cg_exposure_seal(&e);
	ck_assert_uint_eq(e.word, 0);
	e = with_config(CG_OPEN);
	ck_assert_uint_eq(e.word, 2ull << 62);
	ck_assert_int_eq(cg_exposure_open(&e, 5, UINT64_MAX, NULL, false), 0);
	ck_assert_uint_eq(e.word, 2ull << 62 | ((1ull << 61) - 1));
	/* bits nobody wrote mean the strict side */
	e.word = 3ull << 62;
	ck_assert_int_eq(cg_exposure_now(&e, 5), CG_SEALED);
	e.manual = 77;
	ck_assert_int_eq(cg_exposure_base(&e), CG_SEALED);
	e.manual = CG_MANUAL_AUTO;
	e.config = 77;
	ck_assert_int_eq(cg_exposure_base(&e), CG_SEALED);
}
END_TEST

START_TEST(store_copies_all)
{
	const uint8_t who[16] = { 7, [15] = 8 };
	struct cg_exposure slot = { 0 }, e = with_config(CG_CLOSED);

	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, who, false), 0);
	cg_exposure_store(&slot, &e);
	ck_assert_mem_eq(&slot, &e, sizeof(e));
	cg_exposure_seal(&e);
	cg_exposure_store(&slot, &e);
	ck_assert_mem_eq(&slot, &e, sizeof(e));
}
END_TEST

struct race {
	struct cg_exposure slot;
	int stop;
	unsigned long reads, opens, mixed;
};

/* As the packet path reads: the word, and if it asks for a viewer, the viewer,
 * then the word again, for the reader here can be held up between the two. */
static void *watch(void *p)
{
	struct race *r = p;

	while (!__atomic_load_n(&r->stop, __ATOMIC_SEQ_CST)) {
		uint64_t word = __atomic_load_n(&r->slot.word, __ATOMIC_SEQ_CST);
		uint8_t viewer[16];

		r->reads++;
		if (!(word & CG_WORD_TO))
			continue;
		for (int i = 0; i < 16; i++)
			viewer[i] = __atomic_load_n(&r->slot.viewer[i], __ATOMIC_SEQ_CST);
		if (word != __atomic_load_n(&r->slot.word, __ATOMIC_SEQ_CST))
			continue;
		r->opens++;
		/* each deadline belongs to one viewer, all of whose bytes are equal */
		for (int i = 0; i < 16; i++)
			if (viewer[i] != (uint8_t)(word & 0xff))
				r->mixed++;
	}
	return NULL;
}

START_TEST(no_reader_sees_half_a_viewer)
{
	struct cg_exposure e = with_config(CG_CLOSED);
	struct race r = { 0 };
	unsigned long refused = 0;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, watch, &r), 0);
	for (unsigned int i = 0;
	     i < 400000000 && __atomic_load_n(&r.opens, __ATOMIC_RELAXED) < 5000000; i++) {
		uint8_t who[16];

		memset(who, (int)(1 + i % 250), sizeof(who));
		/* every deadline is used once: the same word is the same viewer */
		refused += cg_exposure_open(&e, NOW, (NOW + i) << 8 | who[0], who, false) != 0;
		cg_exposure_store(&r.slot, &e);
	}
	__atomic_store_n(&r.stop, 1, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_uint_eq(refused, 0);
	ck_assert_uint_gt(r.opens, 100);
	ck_assert_uint_eq(r.mixed, 0);
}
END_TEST

static void *watch_halves(void *p)
{
	struct race *r = p;

	while (!__atomic_load_n(&r->stop, __ATOMIC_SEQ_CST)) {
		uint64_t word = __atomic_load_n(&r->slot.word, __ATOMIC_SEQ_CST);
		uint64_t deadline = word & CG_WORD_DEADLINE;

		r->reads++;
		r->opens += deadline > NOW;
		/* what was written, or a moment of the first seconds after boot */
		if (deadline > UINT32_MAX && deadline != NOW + 7 * MIN &&
		    deadline != 1000 * MIN + 5)
			r->mixed++;
		/* never looser than the two it goes between */
		if (word >> CG_WORD_BASE_SHIFT > CG_CLOSED)
			r->mixed++;
	}
	return NULL;
}

START_TEST(halves_never_open_by_themselves)
{
	const uint64_t closed = (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT;
	const uint64_t words[] = { closed, closed | (NOW + 7 * MIN), 0, closed | (1000 * MIN + 5) };
	struct race r = { 0 };
	unsigned long wrong = 0;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, watch_halves, &r), 0);
	for (unsigned int i = 0;
	     i < 400000000 && __atomic_load_n(&r.opens, __ATOMIC_RELAXED) < 5000000; i++) {
		cg_exposure_store_halves((uint64_t *)&r.slot.word, words[i % 4]);
		wrong += r.slot.word != words[i % 4];
	}
	__atomic_store_n(&r.stop, 1, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_gt(r.opens, 100);
	ck_assert_uint_eq(r.mixed, 0);
}
END_TEST

int main(void)
{
	return UNIT_RUN("exposure", 120, unset_is_sealed, config_alone, seal_over_close,
			seal_over_open, seal_over_config, close_over_open, open_after_close,
			close_over_config, open_over_config, config_seal_ends_an_opening,
			auto_ends_what_was_typed, a_second_open_replaces_the_first, the_word,
			store_copies_all, no_reader_sees_half_a_viewer,
			halves_never_open_by_themselves);
}
