/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure: who wins. Turns what config, schedule and hand say into the word the packet path reads, and back. */
#ifndef CG_EXPOSURE_H
#define CG_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>

/* What holds at now_ns (boot clock). */
enum cg_exposure_state cg_exposure_now(const struct cg_exposure *e, uint64_t now_ns);
/* Is an opening, by hand or schedule, in force? Each has a deadline. */
bool cg_exposure_opening(const struct cg_exposure *e, uint64_t now_ns);
uint64_t cg_exposure_deadline(const struct cg_exposure *e); /* 0 = none */
/* What holds without an opening: manual seal > manual close > config; a close
 * never loosens what the config seals. */
enum cg_exposure_state cg_exposure_base(const struct cg_exposure *e);

/* Each changes *e to the new state, word included. */
/* -EPERM: sealed (by hand or config) and not forced. viewer NULL: anyone. */
int cg_exposure_open(struct cg_exposure *e, uint64_t now_ns, uint64_t until_ns,
		     const uint8_t *viewer, bool force);
/* Ends an opening. A manual seal stays unless forced: returns 1 then, else 0. */
int cg_exposure_close(struct cg_exposure *e, bool force);
void cg_exposure_seal(struct cg_exposure *e);
void cg_exposure_auto(struct cg_exposure *e);
/* Config changed: an opening stays, but not where the camera is newly sealed by
 * config. */
void cg_exposure_config(struct cg_exposure *e, enum cg_exposure_state config);

/* What the schedule, or a config that is open within quotas, wants now. */
struct cg_exposure_plan {
	enum cg_exposure_state state;
	uint64_t until_ns;	     /* of OPEN: its end, boot clock; 0: none */
	enum cg_exposure_state then; /* of OPEN: what holds behind it, CLOSED at most */
	bool to;		     /* of OPEN: for those in cg_viewers only */
};
/*
 * Below all that was typed: an opening by hand, a close and a seal stay as they are,
 * and an opening of the schedule falls to p->then by itself. One that it made before
 * and does not want any more ends.
 */
void cg_exposure_schedule(struct cg_exposure *e, uint64_t now_ns, const struct cg_exposure_plan *p);
/* Is an opening of the schedule in force? */
bool cg_exposure_timed(const struct cg_exposure *e, uint64_t now_ns);
/* Ends an opening, whosever it is, by until_ns; returns whether that was earlier. */
bool cg_exposure_cut(struct cg_exposure *e, uint64_t now_ns, uint64_t until_ns);
/* What upload rules name passes no more, or again. */
void cg_exposure_full(struct cg_exposure *e, bool on);

/* Stores *e at *slot (mapped memory the packet path reads) in the order the
 * ABI asks for: a stricter state first, viewer before word, meta's mark behind it. */
void cg_exposure_store(struct cg_meta *meta, struct cg_exposure *slot, const struct cg_exposure *e);
/* How hosts without 64-bit stores write the word. */
void cg_exposure_store_halves(uint64_t *word, uint64_t value);

#endif
