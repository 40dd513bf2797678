/* SPDX-License-Identifier: GPL-2.0-only */
/* What was dropped lately, put together from drop events: bounded per camera, so that a noisy one hides no other. */
#ifndef CG_BLOCKED_H
#define CG_BLOCKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "cleanup.h"

/* Different things dropped of one camera that are remembered; the one not seen
 * for longest gives way. */
#define CG_BLOCKED_PER_CAM 64
#define CG_BLOCKED_KEEP_S  3600

struct cg_blocked_entry {
	char *name;	    /* the peer was asked for by it; NULL: not known */
	uint8_t peer[16];   /* of a name: the last one */
	uint16_t port;	    /* host order: the peer's going up, the camera's coming down */
	uint16_t ethertype; /* of what is not IP; else 0 */
	uint8_t proto;
	uint8_t plane;	  /* enum cg_plane */
	uint8_t reason;	  /* enum cg_reason */
	uint8_t scope;	  /* enum cg_net_kind */
	uint32_t packets; /* that had an event: the rate limit hides some */
	uint64_t first_ns;
	uint64_t last_ns;
};

struct cg_blocked;

int cg_blocked_new(struct cg_blocked **ret_blocked) __must_check;
void cg_blocked_free(struct cg_blocked **blocked);
/* Has an entry of this very peer: its name, if it has one, is known. */
bool cg_blocked_has(const struct cg_blocked *b, const struct cg_event *event);
/* A drop event; name: NULL or the peer's. Peers of one name are one thing. Returns 1 if nothing like it (camera, reason) was added within
 * quiet_ns before, 0 if it was, -ENOMEM. */
int cg_blocked_add(struct cg_blocked *b, const struct cg_event *event, const char *name,
		   uint64_t quiet_ns);
/* The name of an entry that had none; i as cg_blocked_read counts. */
void cg_blocked_name(struct cg_blocked *b, uint32_t slot, size_t i, const char *name);
/* The slot has another camera now. */
void cg_blocked_forget(struct cg_blocked *b, uint32_t slot);
/* Drops what is older than CG_BLOCKED_KEEP_S. */
void cg_blocked_expire(struct cg_blocked *b, uint64_t now_ns);
/* Valid until the next call that changes b; newest last_ns first is not promised. */
const struct cg_blocked_entry *cg_blocked_read(const struct cg_blocked *b, uint32_t slot,
					       size_t *ret_n);

#endif
