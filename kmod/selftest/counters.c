// SPDX-License-Identifier: GPL-2.0-only
/* Counters checked against a deliberately naive second way, when the module is loaded. */
#include <linux/init.h>
#include <linux/random.h>
#include <linux/slab.h>

#define ROUNDS	32

struct bench {
	struct cg_stats fast;
	struct cg_stats slow;
};

/* One cell at a time, CPUs from the last to the first. */
static __init void naive_sum(const struct cg_stats __percpu *from, struct cg_stats *to)
{
	int i, cpu;

	for (i = CG_PLACES - 1; i >= 0; i--) {
		struct cg_count *sum = &to->c[i / CG_REASONS][i % CG_REASONS];

		sum->packets = 0;
		sum->bytes = 0;
		for (cpu = nr_cpu_ids - 1; cpu >= 0; cpu--) {
			const struct cg_stats *one;

			if (!cpu_possible(cpu))
				continue;
			one = per_cpu_ptr(from, cpu);
			sum->packets += one->c[i / CG_REASONS][i % CG_REASONS].packets;
			sum->bytes += one->c[i / CG_REASONS][i % CG_REASONS].bytes;
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

static __init void fill(struct cg_stats __percpu *to, unsigned int round)
{
	unsigned int i, cpu;

	for_each_possible_cpu(cpu) {
		struct cg_stats *one = per_cpu_ptr(to, cpu);

		memset(one, 0, sizeof(*one));
		/* The first rounds are the edges: nothing, everything at its most. */
		if (round == 1)
			memset(one, 0xff, sizeof(*one));
		for (i = 0; round > 1 && i < CG_PLACES; i++) {
			u32 dice;

			get_random_bytes(&dice, sizeof(dice));
			if (dice & 3)
				continue;
			get_random_bytes(&one->c[i / CG_REASONS][i % CG_REASONS],
					 sizeof(struct cg_count));
		}
	}
}

bool __init cg_counters_selftest(void)
{
	struct cg_stats __percpu *stats = alloc_percpu(struct cg_stats);
	struct bench *b = kzalloc(sizeof(*b), GFP_KERNEL);
	bool ok = stats && b;
	unsigned int round;

	for (round = 0; ok && round < ROUNDS; round++) {
		fill(stats, round);
		sum_cpus(stats, &b->fast);
		naive_sum(stats, &b->slow);
		ok = !memcmp(&b->fast, &b->slow, sizeof(b->fast)) && walk_is_right(&b->fast);
	}
	kfree(b);
	free_percpu(stats);
	if (ok)
		pr_info("counters self-test: pass\n");
	else
		pr_err("counters self-test: FAIL in round %u\n", round);
	return ok;
}
