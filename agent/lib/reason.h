/* SPDX-License-Identifier: GPL-2.0-only */
/* The reasons of the packet path in words: a key that never changes and a sentence for people. */
#ifndef CG_REASON_H
#define CG_REASON_H

#include <stdbool.h>
#include <camgate/bpf_abi.h>

/* "unruled"; "unknown" for the number of a later version. */
const char *cg_reason_name(unsigned int reason);
const char *cg_reason_text(unsigned int reason);
static inline bool cg_reason_is_drop(unsigned int reason)
{
	return reason >= CG_REASON_DROP;
}

#endif
