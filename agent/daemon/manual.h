/* SPDX-License-Identifier: GPL-2.0-only */
/* Exposure by hand: open, close, seal, auto, off, on; and the state file that carries close and seal over a reboot. */
#ifndef CG_MANUAL_H
#define CG_MANUAL_H

#include "agent.h"

struct cg_manual_open {
	uint64_t until_ns;     /* boot clock */
	const uint8_t *viewer; /* 16 bytes: this one alone */
	const char *to;	       /* as cg_viewers_begin; without both: anyone */
	bool force;
};

/* -EPERM: sealed and not forced; else viewers could not be written. ret_old_ns: the deadline it replaces; 0 = none. */
int cg_manual_open(struct cg_agent *a, const struct cg_agent_cam *cam,
		   const struct cg_manual_open *how, uint64_t *ret_old_ns) __must_check;
/* 1: a seal by hand stays. 0: closed. */
int cg_manual_close(struct cg_agent *a, const struct cg_agent_cam *cam, bool force);
void cg_manual_seal(struct cg_agent *a, const struct cg_agent_cam *cam);
void cg_manual_auto(struct cg_agent *a, const struct cg_agent_cam *cam);
void cg_manual_off(struct cg_agent *a, uint64_t until_ns);

/* The state file into memory, with the LAN and home of the last good config. A
 * missing one is a first start; a broken one is said and taken as missing. */
void cg_manual_load(struct cg_agent *a);
/* What was done by hand, into the packet path; where that already knows (the
 * agent was away, `close` was typed meanwhile) it is the truth. */
void cg_manual_restore(struct cg_agent *a);
/* Writes the state file if it would say something else. A failure is said once
 * and tried again by the tick: enforcement does not wait for a disk. */
void cg_manual_save(struct cg_agent *a);
/* Says which openings have ended. */
void cg_manual_tick(struct cg_agent *a, uint64_t now_ns);

#endif
