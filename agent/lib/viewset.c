/* SPDX-License-Identifier: GPL-2.0-only */
/* The set of an opening's viewers, moved from what it was to what is wanted now. */
#include <string.h>
#include "viewset.h"

static bool same(const struct cg_prefix *a, const struct cg_prefix *b)
{
	return a->len == b->len && !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static bool listed(const struct cg_prefix *list, size_t n, const struct cg_prefix *p)
{
	for (size_t i = 0; i < n; i++)
		if (same(&list[i], p))
			return true;
	return false;
}

static void drop(struct cg_viewset *set, size_t i)
{
	memmove(&set->v[i], &set->v[i + 1], (--set->n - i) * sizeof(*set->v));
}

/* The packet path asks the longest prefix alone: one that ends must not hide a wider
 * one that stays. */
static bool hides(const struct cg_viewset *set, size_t i)
{
	for (size_t k = 0; k < set->n; k++)
		if (!set->v[k].until_ns && set->v[k].prefix.len < set->v[i].prefix.len &&
		    cg_prefix_contains(&set->v[k].prefix, &set->v[i].prefix.addr))
			return true;
	return false;
}

/* A place for what is new: the one that ends first gives way; -1: there is none. */
static int place(struct cg_viewset *set)
{
	size_t first = set->n;

	if (set->n < CG_VIEWERS_PER_SLOT)
		return (int)set->n++;
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].until_ns &&
		    (first == set->n || set->v[i].until_ns < set->v[first].until_ns))
			first = i;
	return first < set->n ? (int)first : -1;
}

static bool add(struct cg_viewset *set, const struct cg_prefix *p, size_t *left_out)
{
	int at;

	for (size_t i = 0; i < set->n; i++) {
		bool back = set->v[i].until_ns;

		if (!same(&set->v[i].prefix, p))
			continue;
		set->v[i].until_ns = 0;
		return back;
	}
	at = place(set);
	if (at < 0) {
		(*left_out)++;
		return false;
	}
	set->v[at] = (struct cg_viewset_one){ .prefix = *p };
	return true;
}

bool cg_viewset_want(struct cg_viewset *set, const struct cg_prefix *want, size_t n,
		     uint64_t now_ns, size_t *ret_left_out)
{
	bool changed = false;

	*ret_left_out = 0;
	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].until_ns && !listed(want, n, &set->v[i].prefix)) {
			set->v[i].until_ns = now_ns + CG_VIEWSET_GRACE_NS;
			changed = true;
		}
	for (size_t i = 0; i < n; i++)
		changed |= add(set, &want[i], ret_left_out);
	for (size_t i = set->n; i-- > 0;)
		if (set->v[i].until_ns && (set->v[i].until_ns <= now_ns || hides(set, i))) {
			drop(set, i);
			changed = true;
		}
	return changed;
}

bool cg_viewset_holds(const struct cg_viewset *set, const struct cg_addr *addr, uint64_t now_ns)
{
	for (size_t i = 0; i < set->n; i++)
		if ((!set->v[i].until_ns || now_ns < set->v[i].until_ns) &&
		    cg_prefix_contains(&set->v[i].prefix, addr))
			return true;
	return false;
}
