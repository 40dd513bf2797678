// SPDX-License-Identifier: GPL-2.0-only
/* Counters checked against a deliberately naive second way, when the module is loaded. */
#include <linux/init.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define ROUNDS	32
#define SLOTS	3

struct bench {
	struct cg_stats fast;
	struct cg_stats slow;
};

/* One cell at a time, CPUs from the last to the first. */
static __init void naive_sum(const struct cg_count *from, u32 slot, struct cg_stats *to)
{
	int i, cpu;

	for (i = CG_PLACES - 1; i >= 0; i--) {
		struct cg_count *sum = &to->c[i / CG_REASONS][i % CG_REASONS];

		sum->packets = 0;
		sum->bytes = 0;
		for (cpu = nr_cpu_ids - 1; cpu >= 0; cpu--) {
			const struct cg_count *one = from + cpu * CG_PLACES * SLOTS;

			if (!cpu_possible(cpu))
				continue;
			sum->packets += one[i * SLOTS + slot].packets;
			sum->bytes += one[i * SLOTS + slot].bytes;
		}
	}
}

/* Every place in turn is asked for by itself. */
static __init bool walk_is_right(const struct cg_stats *sum)
{
	u32 i, next = cg_counters_next(sum, 0);

	for (i = 0; i < CG_PLACES; i++) {
		const struct cg_count *c = &sum->c[i / CG_REASONS][i % CG_REASONS];

		if (c->packets || c->bytes) {
			if (next != i)
				return false;
			next = cg_counters_next(sum, i + 1);
		}
	}
	return next == CG_PLACES && cg_counters_next(sum, CG_PLACES) == CG_PLACES;
}

static __init void fill(struct cg_count *to, size_t n, unsigned int round)
{
	size_t i;

	/* The first rounds are the edges: nothing, everything at its most. */
	memset(to, round == 1 ? 0xff : 0, n * sizeof(*to));
	for (i = 0; round > 1 && i < n; i++) {
		u32 dice;

		get_random_bytes(&dice, sizeof(dice));
		if (!(dice & 3))
			get_random_bytes(&to[i], sizeof(*to));
	}
}

bool __init cg_counters_selftest(void)
{
	size_t n = (size_t)nr_cpu_ids * CG_PLACES * SLOTS;
	struct cg_count *counts = vzalloc(n * sizeof(*counts));
	struct bench *b = kzalloc(sizeof(*b), GFP_KERNEL);
	bool ok = counts && b && cg_counters_slots_of(n) == SLOTS && !cg_counters_slots_of(n + 1);
	unsigned int round;

	for (round = 0; ok && round < ROUNDS; round++) {
		u32 slot = round % SLOTS;

		fill(counts, n, round);
		sum_cpus(counts, SLOTS, slot, &b->fast);
		naive_sum(counts, slot, &b->slow);
		ok = !memcmp(&b->fast, &b->slow, sizeof(b->fast)) && walk_is_right(&b->fast);
	}
	kfree(b);
	vfree(counts);
	if (ok)
		pr_info("counters self-test: pass\n");
	else
		pr_err("counters self-test: FAIL in round %u\n", round);
	return ok;
}
