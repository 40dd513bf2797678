/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure: seal > close > open > config, each pair on its own; deadlines to the nanosecond; what a reader may see while it changes. */
#include <lib/exposure.h>
#include <lib/store.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
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
	ck_assert_uint_eq(e.word, 2ull << 62 | ((1ull << 60) - 1));
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
	struct cg_meta meta = { 0 }, was;

	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, who, false), 0);
	cg_exposure_store(&meta, &slot, &e);
	ck_assert_mem_eq(&slot, &e, sizeof(e));
	was = meta;
	ck_assert_uint_ne(was.exposed, 0);
	cg_exposure_seal(&e);
	cg_exposure_store(&meta, &slot, &e);
	ck_assert_mem_eq(&slot, &e, sizeof(e));
	/* Verdicts kept are given up, and nothing else of the packet path's is touched. */
	ck_assert_uint_ne(meta.exposed, was.exposed);
	meta.exposed = was.exposed;
	ck_assert_mem_eq(&meta, &was, sizeof(meta));
}
END_TEST

/*
 * What a packet may see while a slot changes: a child makes the change one
 * instruction at a time, and between any two the slot is looked at from here.
 */
static struct cg_exposure slot;
static struct cg_meta meta;
static volatile long doing; /* which change is under way; -1: none */

static uint64_t peek(pid_t pid, const void *at)
{
	uint64_t v = 0;

	for (size_t i = 0; i < sizeof(v); i += sizeof(long)) {
		long part;

		errno = 0;
		part = ptrace(PTRACE_PEEKDATA, pid, (const char *)at + i, NULL);
		ck_assert_int_eq(errno, 0);
		memcpy((char *)&v + i, &part, sizeof(part));
	}
	return v;
}

/* Returns the number of different words seen; check judges each state. */
static size_t step_through(void (*change)(void),
			   void (*check)(pid_t pid, long doing, uint64_t word))
{
	uint64_t last = 0;
	size_t states = 0;
	int status;
	pid_t pid;

	doing = -1;
	memset(&slot, 0, sizeof(slot));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		change();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSTOPPED(status));
	for (;;) {
		ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status))
			break;
		ck_assert_int_eq(WSTOPSIG(status), SIGTRAP);

		long now = (long)peek(pid, (const void *)&doing);
		uint64_t word = peek(pid, &slot.word);

		states += word != last;
		last = word;
		if (now >= 0)
			check(pid, now, word);
	}
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	return states;
}

#define BASE(state) ((uint64_t)(state) << CG_WORD_BASE_SHIFT)

static const uint64_t WORDS[] = {
	BASE(CG_CLOSED),
	BASE(CG_CLOSED) | (NOW + 7 * MIN),
	BASE(CG_SEALED),
	BASE(CG_CLOSED) | (1000 * MIN + 5),
	BASE(CG_OPEN),
	BASE(CG_SEALED) | CG_WORD_TO | (3000 * MIN + 0xfffffff0),
	BASE(CG_OPEN) | (NOW + 7 * MIN),
};
#define NWORDS (long)(sizeof(WORDS) / sizeof(WORDS[0]))

static void change_halves(void)
{
	for (long i = 0; i < NWORDS * NWORDS; i++) {
		slot.word = WORDS[i / NWORDS];
		doing = i;
		cg_exposure_store_halves((uint64_t *)&slot.word, WORDS[i % NWORDS]);
		if (slot.word != WORDS[i % NWORDS])
			_exit(1);
		doing = -1;
	}
}

static void check_halves(pid_t pid, long now, uint64_t word)
{
	uint64_t from = WORDS[now / NWORDS], to = WORDS[now % NWORDS];
	uint64_t stricter = from >> CG_WORD_BASE_SHIFT < to >> CG_WORD_BASE_SHIFT ? from : to;

	(void)pid;
	if (word == from || word == to)
		return;
	/* a deadline of the first seconds after boot, and closed or stricter */
	ck_assert_msg((word & CG_WORD_DEADLINE) <= UINT32_MAX, "%llx on the way from %llx to %llx",
		      (unsigned long long)word, (unsigned long long)from, (unsigned long long)to);
	ck_assert_uint_le(word >> CG_WORD_BASE_SHIFT, CG_CLOSED);
	ck_assert_uint_le(word >> CG_WORD_BASE_SHIFT, stricter >> CG_WORD_BASE_SHIFT);
}

/* What is left in the end, on machines of either byte order. */
START_TEST(halves_make_the_word)
{
	for (long i = 0; i < NWORDS * NWORDS; i++) {
		uint64_t word = WORDS[i / NWORDS];

		cg_exposure_store_halves(&word, WORDS[i % NWORDS]);
		ck_assert_uint_eq(word, WORDS[i % NWORDS]);
		cg_store64(&word, WORDS[i / NWORDS]);
		ck_assert_uint_eq(word, WORDS[i / NWORDS]);
	}
}
END_TEST

START_TEST(halves_never_open_by_themselves)
{
	UNIT_KERNEL_HAS("ptrace");
	/* there was something between two whole words to look at */
	ck_assert_uint_gt(step_through(change_halves, check_halves), NWORDS * NWORDS + 20);
}
END_TEST

static const uint8_t VIEWERS[3][16] = {
	{ 0x20, 1, [15] = 0x11 },
	{ [10] = 0xff, 0xff, 203, 0, 113, 9 },
	{ 0 },
};

/* Deadline n minutes after NOW means viewer n; 2 is anybody. */
static void change_viewers(void)
{
	struct cg_exposure e = { .manual = CG_MANUAL_AUTO };

	cg_exposure_config(&e, CG_CLOSED);
	for (int i = 0; i < 9; i++) {
		int to[] = { i / 3, i % 3 };

		for (int k = 0; k < 2; k++) {
			doing = i * 2 + k;
			if (cg_exposure_open(&e, NOW, NOW + (uint64_t)(to[k] + 1) * MIN,
					     to[k] < 2 ? VIEWERS[to[k]] : NULL, false))
				_exit(1);
			cg_exposure_store(&meta, &slot, &e);
		}
	}
	doing = 100;
	cg_exposure_seal(&e);
	cg_exposure_store(&meta, &slot, &e);
}

static void check_viewers(pid_t pid, long now, uint64_t word)
{
	uint64_t deadline = word & CG_WORD_DEADLINE, viewer[2];

	(void)now;
	if (!deadline)
		return;
	ck_assert_uint_eq((deadline - NOW) % MIN, 0);
	ck_assert_int_eq(!!(word & CG_WORD_TO), (deadline - NOW) / MIN < 3);
	if (!(word & CG_WORD_TO))
		return;
	viewer[0] = peek(pid, slot.viewer);
	viewer[1] = peek(pid, slot.viewer + 8);
	ck_assert_mem_eq(viewer, VIEWERS[(deadline - NOW) / MIN - 1], 16);
}

START_TEST(no_packet_sees_half_a_viewer)
{
	UNIT_KERNEL_HAS("ptrace");
	ck_assert_uint_gt(step_through(change_viewers, check_viewers), 12);
}
END_TEST

/* ---- the schedule ---- */

static struct cg_exposure planned(struct cg_exposure e, enum cg_exposure_state state,
				  uint64_t until, enum cg_exposure_state then)
{
	cg_exposure_schedule(
		&e, NOW,
		&(struct cg_exposure_plan){ .state = state, .until_ns = until, .then = then });
	return e;
}

START_TEST(a_scheduled_opening_ends_by_itself)
{
	struct cg_exposure e = planned(with_config(CG_CLOSED), CG_OPEN, NOW + MIN, CG_CLOSED);

	IS(&e, CG_OPEN);
	ck_assert(cg_exposure_timed(&e, NOW));
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_CLOSED);
	ck_assert_int_eq(e.config, CG_CLOSED);
	/* what it falls to is what follows, and never open */
	e = planned(e, CG_OPEN, NOW + MIN, CG_SEALED);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_SEALED);
	e = planned(e, CG_OPEN, NOW + MIN, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_CLOSED);
	e = planned(e, CG_CLOSED, 0, CG_CLOSED);
	IS(&e, CG_CLOSED);
	ck_assert_uint_eq(e.opened_ns, 0);
	e = planned(e, CG_SEALED, 0, CG_CLOSED);
	IS(&e, CG_SEALED);
	/* for some only */
	cg_exposure_schedule(
		&e, NOW,
		&(struct cg_exposure_plan){ .state = CG_OPEN, .until_ns = NOW + MIN, .to = true });
	ck_assert(e.word & CG_WORD_TO);
	e = planned(e, CG_OPEN, NOW + MIN, CG_CLOSED);
	ck_assert(!(e.word & CG_WORD_TO));
	/* an end that is past opens nothing */
	e = planned(e, CG_OPEN, NOW, CG_CLOSED);
	IS(&e, CG_CLOSED);
}
END_TEST

START_TEST(what_is_typed_over_the_schedule)
{
	struct cg_exposure e = planned(with_config(CG_CLOSED), CG_OPEN, NOW + 2 * MIN, CG_CLOSED);

	/* an opening by hand is another, shorter or not, and the schedule's comes back */
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), 0);
	e = planned(e, CG_OPEN, NOW + 2 * MIN, CG_CLOSED);
	ck_assert_uint_eq(cg_exposure_deadline(&e), NOW + MIN);
	ck_assert(!cg_exposure_timed(&e, NOW));
	e = planned(e, CG_SEALED, 0, CG_CLOSED);
	IS(&e, CG_OPEN);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_SEALED);
	cg_exposure_schedule(&e, NOW + MIN,
			     &(struct cg_exposure_plan){ .state = CG_OPEN,
							 .until_ns = NOW + 2 * MIN,
							 .then = CG_CLOSED });
	ck_assert(cg_exposure_timed(&e, NOW + MIN));
	/* close and seal */
	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	e = planned(e, CG_OPEN, NOW + 2 * MIN, CG_CLOSED);
	IS(&e, CG_CLOSED);
	cg_exposure_seal(&e);
	e = planned(e, CG_OPEN, NOW + 2 * MIN, CG_CLOSED);
	IS(&e, CG_SEALED);
	/* an opening over a close */
	cg_exposure_auto(&e);
	ck_assert_int_eq(cg_exposure_close(&e, false), 0);
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), 0);
	e = planned(e, CG_OPEN, NOW + 2 * MIN, CG_CLOSED);
	ck_assert_int_eq(cg_exposure_now(&e, NOW + MIN), CG_CLOSED);
}
END_TEST

START_TEST(cut_and_full)
{
	struct cg_exposure e = opened(CG_CLOSED);

	ck_assert(!cg_exposure_cut(&e, NOW, NOW + 30 * MIN));
	ck_assert(cg_exposure_cut(&e, NOW, NOW + MIN));
	ck_assert_uint_eq(cg_exposure_deadline(&e), NOW + MIN);
	/* it stays whatever is typed or scheduled */
	cg_exposure_full(&e, true);
	ck_assert(e.word & CG_WORD_FULL);
	ck_assert_uint_eq(cg_exposure_deadline(&e), NOW + MIN);
	ck_assert(cg_exposure_cut(&e, NOW, 0));
	IS(&e, CG_CLOSED);
	ck_assert(!cg_exposure_cut(&e, NOW, 0));
	ck_assert_int_eq(cg_exposure_open(&e, NOW, NOW + MIN, NULL, false), 0);
	ck_assert(e.word & CG_WORD_FULL);
	cg_exposure_config(&e, CG_OPEN);
	ck_assert(e.word & CG_WORD_FULL);
	cg_exposure_seal(&e);
	ck_assert(e.word & CG_WORD_FULL);
	e = planned(e, CG_OPEN, NOW + MIN, CG_CLOSED);
	ck_assert(e.word & CG_WORD_FULL);
	cg_exposure_full(&e, false);
	ck_assert(!(e.word & CG_WORD_FULL));
}
END_TEST

int main(void)
{
	return UNIT_RUN("exposure", 120, a_scheduled_opening_ends_by_itself,
			what_is_typed_over_the_schedule, cut_and_full, unset_is_sealed,
			config_alone, seal_over_close, seal_over_open, seal_over_config,
			close_over_open, open_after_close, close_over_config, open_over_config,
			config_seal_ends_an_opening, auto_ends_what_was_typed,
			a_second_open_replaces_the_first, the_word, store_copies_all,
			no_packet_sees_half_a_viewer, halves_make_the_word,
			halves_never_open_by_themselves);
}
