/* SPDX-License-Identifier: GPL-2.0-only */
/* How much and how steadily a camera sends: budgets (GCRA), credit, windows of two seconds. */
#ifndef CG_METER_H
#define CG_METER_H

#include "verdict.h"

INLINE __u64 later_of(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

/* Pays for bytes as charge_of() counts them; 0: they are more than there is, and nothing
 * is paid. Plain stores: two CPUs at once may both take the last place, an error of one
 * packet. */
INLINE int meter_pay(struct cg_meter *t, const struct cg_budget *b, __u64 now, __u64 bytes)
{
	__u64 tat = later_of(t->tat_ns, now) + (bytes * b->ns_256 >> 8);
	__u64 hour = later_of(t->hour_tat_ns, now) + (bytes * b->hour_ns_256 >> 8);

	if ((b->ns_256 && tat - now > b->burst_ns) ||
	    (b->hour_ns_256 && hour - now > b->hour_burst_ns))
		return 0;
	t->tat_ns = tat;
	t->hour_tat_ns = hour;
	return 1;
}

/* Would paying leave half of what there is at most? */
INLINE int meter_is_ample(const struct cg_meter *t, const struct cg_budget *b, __u64 now,
			  __u64 bytes)
{
	return later_of(t->tat_ns, now) + (bytes * b->ns_256 >> 8) - now <= b->burst_ns / 2;
}

INLINE __u64 less(__u64 a, __u64 b)
{
	return a > b ? a - b : 0;
}

/* Gives back what was granted and not used. */
INLINE void meter_refund(struct cg_meter *t, const struct cg_budget *b, __u64 bytes)
{
	t->tat_ns = less(t->tat_ns, bytes * b->ns_256 >> 8);
	t->hour_tat_ns = less(t->hour_tat_ns, bytes * b->hour_ns_256 >> 8);
}

/* Nothing is left at that moment; it fills from then on. */
INLINE void meter_empty(struct cg_meter *t, const struct cg_budget *b, __u64 at)
{
	t->tat_ns = later_of(t->tat_ns, at + b->burst_ns);
}

/* What a camera gets lets it acknowledge: adds to its credit. */
INLINE void credit_add(struct cg_sum *sum, __u64 now, __u32 got)
{
	__u32 hour = now / (3600 * SEC_NS), more = got / CG_CREDIT_PART;

	if (sum->hour != hour) {
		sum->hour = hour;
		sum->credited = 0;
	}
	if (more > CG_CREDIT_HOUR - sum->credited)
		more = CG_CREDIT_HOUR - sum->credited;
	if (more > CG_CREDIT_MAX - sum->credit)
		more = CG_CREDIT_MAX - sum->credit;
	sum->credited += more;
	sum->credit += more;
}

/* How much of bytes is free of charge. */
INLINE __u32 credit_use(struct cg_sum *sum, __u32 bytes)
{
	__u32 free = sum->credit < bytes ? sum->credit : bytes;

	sum->credit -= free;
	return free;
}

/* Moves on to the window that now lies in. */
INLINE void window_move(struct cg_meter *t, __u64 now)
{
	__u64 age = now - t->window_ns;

	if (t->window_ns && (__s64)age < (__s64)CG_WINDOW_NS)
		return; /* within it; or another CPU read a later time */
	if (!t->window_ns || age >= 4 * CG_WINDOW_NS) {
		t->window_ns = now;
		t->hits = 0;
	} else {
		__u32 n = age >= 3 * CG_WINDOW_NS ? 3 : age >= 2 * CG_WINDOW_NS ? 2 : 1;

		t->window_ns += n * CG_WINDOW_NS;
		t->hits = t->hits << n & 15;
	}
	t->window_up = 0;
	t->window_down = 0;
}

/* Counts bytes as budgets do in the window under way: 1 when three of the last four looked
 * like viewing. A window counts at the moment it holds enough, not when it ends. */
INLINE int meter_windows(struct cg_meter *t, __u64 now, __u32 sent, __u32 got)
{
	__u32 hits;

	window_move(t, now);
	t->window_up += sent;
	t->window_down += got;
	if (t->window_up >= CG_WINDOW_BYTES &&
	    t->window_up >= CG_WINDOW_RATIO * (__u64)t->window_down)
		t->hits |= 1;
	hits = t->hits;
	return (hits & 1) + (hits >> 1 & 1) + (hits >> 2 & 1) + (hits >> 3 & 1) >= 3;
}

#endif
