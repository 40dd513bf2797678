/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of one namespace: where they are read from, and how. */
#ifndef CG_COUNTERS_H
#define CG_COUNTERS_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <camgate/bpf_abi.h>

struct bpf_map;

struct cg_counters {
	struct mutex lock;	/* guards all below, and that map stays while it is read */
	struct bpf_map *map;	/* our reference; NULL: none set */
	u32 serial;		/* grows with every change of map; never 0 */
	struct cg_stats sum;	/* what cg_counters_read() filled in last */
};

void cg_counters_init(struct cg_counters *c);

/* Slots a map of so many entries has; 0: it is no map of the packet path. */
u32 cg_counters_slots_of(u32 entries);

/* Slots the map has; 0 without a map. Under c->lock, as all below. */
u32 cg_counters_slots(const struct cg_counters *c);
u32 cg_counters_map_id(const struct cg_counters *c);

/* Sums a slot over all CPUs into c->sum. -ENODATA: no map, -ENOENT: no slot. */
int __must_check cg_counters_read(struct cg_counters *c, u32 slot);

/* The first place from `at` on that counted anything; CG_PLACES: none. */
u32 cg_counters_next(const struct cg_stats *sum, u32 at);

#ifdef DEBUG
bool __init cg_counters_selftest(void);
#else
static inline bool cg_counters_selftest(void)
{
	return true;
}
#endif

#endif
