/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure: who wins. Turns what config, schedule and hand say into the word the packet path reads, and back. */
#ifndef CG_EXPOSURE_H
#define CG_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>

/* What holds at now_ns (boot clock). */
enum cg_exposure_state cg_exposure_now(const struct cg_exposure *e, uint64_t now_ns);
/* Is an opening (by hand, with a deadline) in force? */
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
/* Config or schedule changed: an opening stays, but not where the camera is
 * newly sealed by config. */
void cg_exposure_config(struct cg_exposure *e, enum cg_exposure_state config);

/* Stores *e at *slot (mapped memory the packet path reads) in the order the
 * ABI asks for: a stricter state first, viewer before word, meta's mark behind it. */
void cg_exposure_store(struct cg_meta *meta, struct cg_exposure *slot, const struct cg_exposure *e);
/* How hosts without 64-bit stores write the word. */
void cg_exposure_store_halves(uint64_t *word, uint64_t value);

#endif
