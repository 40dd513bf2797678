/* SPDX-License-Identifier: GPL-2.0-only */
/* Slots: the number a camera keeps in every map of run-time state. */
#ifndef CG_SLOTS_H
#define CG_SLOTS_H

#include <stddef.h>
#include <camgate/bpf_abi.h>
#include "cleanup.h"
#include "diag.h"
#include "mapset.h"
#include "policy.h"

/*
 * Fills ret_slots, one per camera of the policy. A slot that names gives to
 * another id is never handed out, even if that camera is gone: its opening and
 * flows are still there until the new generation is in force. nnames 0: the
 * maps are not made yet, CG_MAX_CAMERAS is the only bound. -E2BIG with diag:
 * none is free.
 */
int cg_slots_assign(const struct cg_policy *policy, const struct cg_name *names, size_t nnames,
		    struct cg_diag *diag, struct cg_mapset_slot *ret_slots) __must_check;

#endif
