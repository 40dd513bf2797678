/* SPDX-License-Identifier: GPL-2.0-only */
/* Which device that is no camera of the config is held, and why; and what it is in the policy then. Pure. */
#ifndef CG_QUARANTINE_H
#define CG_QUARANTINE_H

#include "addr.h"
#include "cleanup.h"
#include "diag.h"
#include "likeness.h"
#include "policy.h"

/* Held devices at once: each is a slot of the packet path, and whoever makes MACs up on
 * the LAN must not fill it. */
#define CG_MAX_HELD	    128
/* Under `all` a device may first say that it is a user's. */
#define CG_QUARANTINE_ASK_S 3

/* The numbers are kept nowhere, the words are. */
enum cg_hold {
	CG_HOLD_NOT,
	CG_HOLD_IDENTIFIES, /* it says so, or its MAC prefix is that of cameras alone */
	CG_HOLD_LIKENESS,   /* its score */
	CG_HOLD_SHAPE,	    /* new, and it sends as if it were video */
	CG_HOLD_PROBATION,  /* the same, and the packet path saw it first */
	CG_HOLD_NEW,	    /* never seen before, and all such are held */
	CG_HOLD_KERNEL,	    /* held by an earlier agent, whose notes are lost */
	__CG_HOLD_MAX,
};

struct cg_quarantine_case {
	const struct cg_likeness *like;
	uint64_t age_s; /* since it was first seen, by any agent */
	bool known;	/* before `all` came into force */
	bool stopped;	/* the packet path shut it out */
};

/* Says what `unknown` does; -EINVAL with diag. */
int cg_quarantine_build(const struct cg_config *config, struct cg_diag *diag,
			struct cg_policy *policy) __must_check;
enum cg_hold cg_quarantine_judge(enum cg_quarantine mode, const struct cg_quarantine_case *c);
/* A device held for that stays held under mode. like: as judged now. */
bool cg_quarantine_stays(enum cg_quarantine mode, enum cg_hold why, const struct cg_likeness *like);

const char *cg_quarantine_word(enum cg_quarantine mode); /* as in the config */
const char *cg_hold_word(enum cg_hold why);		 /* "identifies"; "" for NOT */
enum cg_hold cg_hold_by_word(const char *word);		 /* NOT: none of them */
const char *cg_hold_text(enum cg_hold why);		 /* a clause: "it streams …" */

/* "held-02ca00000007", "unknown 02:ca:00:00:00:07" */
void cg_held_names(const struct cg_mac *mac, char ret_id[static CG_ID_LEN],
		   char ret_name[static CG_NAME_LEN]);
/* The MAC of such an id; -EINVAL: it is none. */
int cg_held_mac(const char *id, struct cg_mac *ret_mac) __must_check;
/*
 * The policy's cameras of the config and behind them these devices, closed and without a
 * rule; what a camera of the config has and what finds no room (CG_MAX_CAMERAS, or no LAN)
 * is left out. What the former point to stays the policy's: one of the two arrays is
 * given back by free() alone. Without memory -ENOMEM.
 */
int cg_held_cams(const struct cg_policy *policy, const struct cg_mac *mac, size_t n,
		 struct cg_policy_cam **ret_cams, size_t *ret_ncams) __must_check;
/* The same, in the policy. */
int cg_held_put(struct cg_policy *policy, const struct cg_mac *mac, size_t n) __must_check;
/* A camera of the config has it. */
bool cg_held_is_configured(const struct cg_policy *policy, const struct cg_mac *mac);

#endif
