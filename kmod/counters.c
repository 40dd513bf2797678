// SPDX-License-Identifier: GPL-2.0-only
/* Reads a slot of the packet path's map and sums it over the CPUs. */
#include <linux/bpf.h>
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "counters.h"

/*
 * The packet path writes these with plain stores while we read. On a 32-bit
 * machine such a store is two, and two equal readings are one value.
 */
static u64 read_u64(const __u64 *p)
{
	u64 v = READ_ONCE(*p);

#if BITS_PER_LONG == 32
	u64 again;

	while ((again = READ_ONCE(*p)) != v)
		v = again;
#endif
	return v;
}

static void sum_cpus(const struct cg_count *from, u32 slots, u32 slot, struct cg_stats *ret_sum)
{
	struct cg_count *to = &ret_sum->c[0][0];
	unsigned int place, cpu;

	memset(ret_sum, 0, sizeof(*ret_sum));
	for_each_possible_cpu(cpu) {
		for (place = 0; place < CG_PLACES; place++) {
			const struct cg_count *c = from + cg_stats_at(cpu, place, slots, slot);

			to[place].packets += read_u64(&c->packets);
			to[place].bytes += read_u64(&c->bytes);
		}
	}
}

void cg_counters_init(struct cg_counters *c)
{
	mutex_init(&c->lock);
	c->map = NULL;
	c->serial = 1;
}

u32 cg_counters_slots_of(u32 entries)
{
	u32 slots = entries / CG_PLACES / nr_cpu_ids;

	return slots * nr_cpu_ids * CG_PLACES == entries ? slots : 0;
}

u32 cg_counters_slots(const struct cg_counters *c)
{
	lockdep_assert_held(&c->lock);
	return c->map ? cg_counters_slots_of(c->map->max_entries) : 0;
}

u32 cg_counters_map_id(const struct cg_counters *c)
{
	lockdep_assert_held(&c->lock);
	return c->map ? c->map->id : 0;
}

int cg_counters_read(struct cg_counters *c, u32 slot)
{
	const struct bpf_array *array;

	lockdep_assert_held(&c->lock);
	if (!c->map)
		return -ENODATA;
	if (slot >= cg_counters_slots(c))
		return -ENOENT;
	/* A reader of every slot, on many CPUs, has much to add up. */
	cond_resched();
	/* cg_source_set() has made sure that it is an array of ours. */
	array = container_of(c->map, struct bpf_array, map);
	sum_cpus((const struct cg_count *)array->value, cg_counters_slots(c), slot, &c->sum);
	return 0;
}

u32 cg_counters_next(const struct cg_stats *sum, u32 at)
{
	const struct cg_count *c = &sum->c[0][0];

	while (at < CG_PLACES && !c[at].packets && !c[at].bytes)
		at++;
	return at;
}

#ifdef DEBUG
#include "selftest/counters.c"
#endif
