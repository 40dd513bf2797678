// SPDX-License-Identifier: GPL-2.0-only
/* Builds the table of addresses that the guard looks cameras up in. */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "guard_policy.h"

static void add(struct cg_guard_policy *p, u64 mac)
{
	u32 i = cg_guard_policy_hash(p, mac);

	while (p->bucket[i] && p->bucket[i] != mac)
		i = (i + 1) & p->last;
	if (!p->bucket[i])
		p->nmacs++;
	p->bucket[i] = mac;
}

struct cg_guard_policy *cg_guard_policy_new(u32 mode, u32 mark, u32 mask, const u8 *macs, u32 n,
					    const struct cg_guard_policy *old)
{
	u32 i, want = macs ? n : old ? old->nmacs : 0;
	u32 buckets = roundup_pow_of_two(2 * want + 2);
	struct cg_guard_policy *p;

	p = kvzalloc(struct_size(p, bucket, buckets), GFP_KERNEL_ACCOUNT);
	if (!p)
		return NULL;
	p->mode = mode;
	p->mark = mark;
	p->mask = mask;
	p->last = buckets - 1;
	get_random_bytes(&p->seed, sizeof(p->seed));
	if (macs) {
		for (i = 0; i < n; i++)
			add(p, ether_addr_to_u64(macs + i * ETH_ALEN));
	} else if (old) {
		for (i = 0; i <= old->last; i++)
			if (old->bucket[i])
				add(p, old->bucket[i]);
	}
	return p;
}

void cg_guard_policy_free(struct cg_guard_policy *p)
{
	kvfree(p);
}

void cg_guard_policy_free_later(struct cg_guard_policy *p)
{
	if (p)
		kvfree_rcu(p, rcu);
}
