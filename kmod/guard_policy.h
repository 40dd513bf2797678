/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guard looks for: mode, mark, and the cameras' addresses, read by packets under RCU. */
#ifndef CG_GUARD_POLICY_H
#define CG_GUARD_POLICY_H

#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/* Never changed once packets see it: a change is a new one. */
struct cg_guard_policy {
	struct rcu_head rcu;
	u32 mode;		/* enum camgate_guard_mode */
	u32 mark;
	u32 mask;
	u32 nmacs;
	u32 seed;
	u32 last;		/* buckets - 1; the number of buckets is a power of 2 */
	u64 bucket[];		/* an address, 0 = free; looked for upwards from its hash */
};

/*
 * A policy with the n addresses of `macs` (6 bytes each, checked), or, where
 * macs is NULL, with those of `old`, which may be NULL as well. NULL: no memory.
 */
struct cg_guard_policy *cg_guard_policy_new(u32 mode, u32 mark, u32 mask, const u8 *macs, u32 n,
					    const struct cg_guard_policy *old);
/* At once, respectively when no packet can be looking at it any more. */
void cg_guard_policy_free(struct cg_guard_policy *p);
void cg_guard_policy_free_later(struct cg_guard_policy *p);

static inline u32 cg_guard_policy_hash(const struct cg_guard_policy *p, u64 mac)
{
	return jhash_2words((u32)mac, (u32)(mac >> 32), p->seed) & p->last;
}

static inline bool cg_guard_policy_has(const struct cg_guard_policy *p, const u8 *addr)
{
	u64 mac = ether_addr_to_u64(addr);
	u32 i;

	/* At least half of the buckets are free, so that this ends. */
	for (i = cg_guard_policy_hash(p, mac); p->bucket[i]; i = (i + 1) & p->last)
		if (p->bucket[i] == mac)
			return true;
	return false;
}

#endif
