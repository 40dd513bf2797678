/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure: manual seal > manual close > manual open > schedule > config, and never less strict than asked. */
#include <errno.h>
#include <string.h>
#include "exposure.h"
#include "store.h"

static uint64_t word_base(enum cg_exposure_state base)
{
	return (uint64_t)base << CG_WORD_BASE_SHIFT;
}

static enum cg_exposure_state base_of(uint64_t word)
{
	uint64_t base = word >> CG_WORD_BASE_SHIFT;

	return base <= CG_OPEN ? (enum cg_exposure_state)base : CG_SEALED;
}

/* Not the opening's: it stays whatever becomes of one. */
static uint64_t full(const struct cg_exposure *e)
{
	return e->word & CG_WORD_FULL;
}

static void end_opening(struct cg_exposure *e)
{
	e->word = word_base(cg_exposure_base(e)) | full(e);
	memset(e->viewer, 0, sizeof(e->viewer));
	e->opened_ns = 0;
}

/* What held without an opening changed, the opening goes on. */
static void rebase(struct cg_exposure *e)
{
	e->word = word_base(cg_exposure_base(e)) |
		  (e->word & (CG_WORD_TO | CG_WORD_FULL | CG_WORD_DEADLINE));
}

enum cg_exposure_state cg_exposure_base(const struct cg_exposure *e)
{
	enum cg_exposure_state config = e->config <= CG_OPEN ? (enum cg_exposure_state)e->config :
							       CG_SEALED;

	switch ((enum cg_manual)e->manual) {
	case CG_MANUAL_AUTO:
		return config;
	case CG_MANUAL_CLOSE:
		/* `close all` must not loosen what the config seals */
		return config < CG_CLOSED ? config : CG_CLOSED;
	case CG_MANUAL_SEAL:
		return CG_SEALED;
	}
	return CG_SEALED;
}

uint64_t cg_exposure_deadline(const struct cg_exposure *e)
{
	return e->word & CG_WORD_DEADLINE;
}

bool cg_exposure_opening(const struct cg_exposure *e, uint64_t now_ns)
{
	return now_ns < cg_exposure_deadline(e);
}

enum cg_exposure_state cg_exposure_now(const struct cg_exposure *e, uint64_t now_ns)
{
	return cg_exposure_opening(e, now_ns) ? CG_OPEN : base_of(e->word);
}

int cg_exposure_open(struct cg_exposure *e, uint64_t now_ns, uint64_t until_ns,
		     const uint8_t *viewer, bool force)
{
	if (cg_exposure_base(e) == CG_SEALED && !force)
		return -EPERM;
	if (until_ns > CG_WORD_DEADLINE)
		until_ns = CG_WORD_DEADLINE;
	memset(e->viewer, 0, sizeof(e->viewer));
	if (viewer)
		memcpy(e->viewer, viewer, sizeof(e->viewer));
	e->word = word_base(cg_exposure_base(e)) | (viewer ? CG_WORD_TO : 0) | full(e) | until_ns;
	e->opened_ns = now_ns;
	return 0;
}

int cg_exposure_close(struct cg_exposure *e, bool force)
{
	bool stays = e->manual == CG_MANUAL_SEAL && !force;

	if (!stays)
		e->manual = CG_MANUAL_CLOSE;
	end_opening(e);
	return stays;
}

void cg_exposure_seal(struct cg_exposure *e)
{
	e->manual = CG_MANUAL_SEAL;
	end_opening(e);
}

void cg_exposure_auto(struct cg_exposure *e)
{
	e->manual = CG_MANUAL_AUTO;
	end_opening(e);
}

void cg_exposure_config(struct cg_exposure *e, enum cg_exposure_state config)
{
	bool sealed_now = config == CG_SEALED && e->config != CG_SEALED;

	e->config = config;
	if (sealed_now)
		end_opening(e);
	else
		rebase(e);
}

bool cg_exposure_timed(const struct cg_exposure *e, uint64_t now_ns)
{
	return e->opened_ns & CG_OPENED_TIMED && cg_exposure_opening(e, now_ns);
}

void cg_exposure_schedule(struct cg_exposure *e, uint64_t now_ns, const struct cg_exposure_plan *p)
{
	bool typed = cg_exposure_opening(e, now_ns) && !cg_exposure_timed(e, now_ns);
	uint64_t began = cg_exposure_timed(e, now_ns) ? e->opened_ns : now_ns | CG_OPENED_TIMED;

	/* What a window opens has an end, and that is no state of the config. */
	e->config = p->state == CG_OPEN && p->until_ns ? CG_CLOSED : p->state;
	if (typed) {
		rebase(e);
		return;
	}
	end_opening(e);
	if (p->state != CG_OPEN || e->manual != CG_MANUAL_AUTO || p->until_ns <= now_ns)
		return;
	e->word = word_base(p->then < CG_CLOSED ? p->then : CG_CLOSED) | full(e) |
		  (p->to ? CG_WORD_TO : 0) |
		  (p->until_ns < CG_WORD_DEADLINE ? p->until_ns : CG_WORD_DEADLINE);
	e->opened_ns = began;
}

bool cg_exposure_cut(struct cg_exposure *e, uint64_t now_ns, uint64_t until_ns)
{
	if (!cg_exposure_opening(e, now_ns) || cg_exposure_deadline(e) <= until_ns)
		return false;
	if (until_ns <= now_ns)
		end_opening(e);
	else
		e->word = (e->word & ~CG_WORD_DEADLINE) | until_ns;
	return true;
}

void cg_exposure_full(struct cg_exposure *e, bool on)
{
	e->word = (e->word & ~CG_WORD_FULL) | (on ? CG_WORD_FULL : 0);
}

static uint64_t strictest(uint64_t a, uint64_t b)
{
	enum cg_exposure_state x = base_of(a), y = base_of(b), base = x < y ? x : y;

	return word_base(base < CG_CLOSED ? base : CG_CLOSED) | ((a | b) & CG_WORD_FULL);
}

/*
 * Without 64-bit stores: the high half without its deadline, then the low
 * half, then the high half. Between them no deadline but one of the first
 * seconds after boot can be read.
 */
void cg_exposure_store_halves(uint64_t *word, uint64_t value)
{
	cg_half *half = (cg_half *)word;
	const unsigned int high = CG_HIGH_HALF;
	uint64_t between = strictest(*word, value);

	__atomic_store_n(&half[high], (uint32_t)(between >> 32), __ATOMIC_SEQ_CST);
	__atomic_store_n(&half[!high], (uint32_t)value, __ATOMIC_SEQ_CST);
	__atomic_store_n(&half[high], (uint32_t)(value >> 32), __ATOMIC_SEQ_CST);
}

static void store_word(uint64_t *word, uint64_t value)
{
	if (CG_STORES_WHOLE)
		__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	else
		cg_exposure_store_halves(word, value);
}

/* From now on no verdict holds that was kept before. */
static void tell(struct cg_meta *meta)
{
	__atomic_add_fetch((uint32_t *)&meta->exposed, 1, __ATOMIC_SEQ_CST);
}

void cg_exposure_store(struct cg_meta *meta, struct cg_exposure *slot, const struct cg_exposure *e)
{
	uint64_t *word = (uint64_t *)&slot->word, old = *word;
	bool opening = e->word & CG_WORD_DEADLINE;

	/*
	 * Ending an opening comes first of all, so that nothing that stops us
	 * here leaves it running. A viewer is never changed under a word that
	 * asks for it: half an address might be somebody's.
	 */
	if (!opening)
		store_word(word, e->word);
	else if ((old & CG_WORD_TO) && memcmp(slot->viewer, e->viewer, sizeof(slot->viewer)))
		store_word(word, strictest(old, e->word));
	tell(meta);
	for (unsigned int i = 0; i < sizeof(slot->viewer); i++)
		__atomic_store_n(&slot->viewer[i], e->viewer[i], __ATOMIC_RELAXED);
	__atomic_store_n(&slot->manual, e->manual, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->config, e->config, __ATOMIC_RELAXED);
	slot->opened_ns = e->opened_ns;
	store_word(word, e->word);
	if (opening)
		tell(meta);
}
