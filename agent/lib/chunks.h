/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule lists cut into pieces of eight; equal tails are stored once. */
#ifndef CG_CHUNKS_H
#define CG_CHUNKS_H

#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "cleanup.h"
#include "mapset.h"

struct cg_chunks;

struct cg_chunks *cg_chunks_new(void);
void cg_chunks_free(struct cg_chunks **chunks);
/* A rule as the packet path has it. */
struct cg_rule cg_chunks_rule(const struct cg_policy_rule *r, uint16_t id);
/* The first eight rules and the link to the rest. */
int cg_chunks_add(struct cg_chunks *chunks, const struct cg_rule *rules, size_t n,
		  struct cg_rulevec *ret_vec) __must_check;
/* Everything linked to, by id from 1; the caller frees it. */
int cg_chunks_take(struct cg_chunks *chunks, uint32_t gen, struct cg_mapset_more **ret_more,
		   size_t *ret_n) __must_check;

#endif
