/* SPDX-License-Identifier: GPL-2.0-only */
/* What distinguishes two generations, camera by camera; generation numbers, chunk ids and numbers of budgets do not count. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "cleanup.h"
#include "mapset.h"

/* One set with every array in the order of slots. */
struct view {
	const struct cg_mapset_slot **slots; /* by id */
	const struct cg_mapset_cam **cams;
	const struct cg_mapset_narrow **narrow;
	const struct cg_mapset_rule **rules;
	const struct cg_mapset_more **more; /* by chunk id */
	const struct cg_budget *budget;
	size_t nslots, ncams, nnarrow, nrules, nmore;
};

static int by_id(const void *a, const void *b)
{
	const struct cg_mapset_slot *x = *(const struct cg_mapset_slot *const *)a;
	const struct cg_mapset_slot *y = *(const struct cg_mapset_slot *const *)b;

	return strncmp(x->name.id, y->name.id, sizeof(x->name.id));
}

static int cmp_u32(uint32_t x, uint32_t y)
{
	return (x > y) - (x < y);
}

static int by_cam(const void *a, const void *b)
{
	const struct cg_mapset_cam *x = *(const struct cg_mapset_cam *const *)a;
	const struct cg_mapset_cam *y = *(const struct cg_mapset_cam *const *)b;
	int r = cmp_u32(x->value.slot, y->value.slot);

	return r ? r : memcmp(x->key.mac, y->key.mac, sizeof(x->key.mac));
}

static int by_narrow(const void *a, const void *b)
{
	const struct cg_mapset_narrow *x = *(const struct cg_mapset_narrow *const *)a;
	const struct cg_mapset_narrow *y = *(const struct cg_mapset_narrow *const *)b;
	int r = cmp_u32(x->value.slot, y->value.slot);

	if (!r)
		r = memcmp(x->key.mac, y->key.mac, sizeof(x->key.mac));
	return r ? r : memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr));
}

static int by_rule(const void *a, const void *b)
{
	const struct cg_mapset_rule *x = *(const struct cg_mapset_rule *const *)a;
	const struct cg_mapset_rule *y = *(const struct cg_mapset_rule *const *)b;
	int r = cmp_u32(x->key.slot, y->key.slot);

	if (!r)
		r = memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr));
	return r ? r : cmp_u32(x->key.prefixlen, y->key.prefixlen);
}

static int by_more(const void *a, const void *b)
{
	const struct cg_mapset_more *x = *(const struct cg_mapset_more *const *)a;
	const struct cg_mapset_more *y = *(const struct cg_mapset_more *const *)b;

	return cmp_u32(x->key.id, y->key.id);
}

/* Pointers to the elements, sorted; NULL without memory. */
static void *sorted(const void *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	const void **p = calloc(n + 1, sizeof(*p));

	if (!p)
		return NULL;
	for (size_t i = 0; i < n; i++)
		p[i] = (const char *)v + i * size;
	qsort(p, n, sizeof(*p), cmp);
	return p;
}

static void view_exit(struct view *v)
{
	free(v->slots);
	free(v->cams);
	free(v->narrow);
	free(v->rules);
	free(v->more);
}

static bool view_init(struct view *v, const struct cg_mapset *s)
{
	static struct cg_mapset none; /* a constant would lie in the file */

	if (!s)
		s = &none;
	*v = (struct view){
		.slots = sorted(s->slots, s->nslots, sizeof(*s->slots), by_id),
		.cams = sorted(s->cams, s->ncams, sizeof(*s->cams), by_cam),
		.narrow = sorted(s->narrow, s->nnarrow, sizeof(*s->narrow), by_narrow),
		.rules = sorted(s->rules, s->nrules, sizeof(*s->rules), by_rule),
		.more = sorted(s->more, s->nmore, sizeof(*s->more), by_more),
		.budget = s->budget,
		.nslots = s->nslots,
		.ncams = s->ncams,
		.nnarrow = s->nnarrow,
		.nrules = s->nrules,
		.nmore = s->nmore,
	};
	return v->slots && v->cams && v->narrow && v->rules && v->more;
}

/* The first place in v[0..n) whose slot is not below; slot_of reads it. */
#define LOWER_BOUND(v, n, slot_of, slot)                     \
	({                                                   \
		size_t _lo = 0, _hi = (n);                   \
		while (_lo < _hi) {                          \
			size_t _mid = _lo + (_hi - _lo) / 2; \
			if ((v)[_mid]->slot_of < (slot))     \
				_lo = _mid + 1;              \
			else                                 \
				_hi = _mid;                  \
		}                                            \
		_lo;                                         \
	})

static const struct cg_rulevec *find_more(const struct view *v, uint32_t id)
{
	size_t i = LOWER_BOUND(v->more, v->nmore, key.id, id);

	return i < v->nmore && v->more[i]->key.id == id ? &v->more[i]->value : NULL;
}

static bool same_budget(const struct view *a, size_t i, const struct view *b, size_t j)
{
	return (i >= CG_BUDGET_OWN) == (j >= CG_BUDGET_OWN) &&
	       !memcmp(&a->budget[i % CG_BUDGETS], &b->budget[j % CG_BUDGETS], sizeof(*a->budget));
}

static bool same_rule(const struct view *a, struct cg_rule x, const struct view *b,
		      struct cg_rule y)
{
	if (!same_budget(a, x.kind >> CG_RULE_KIND_BITS, b, y.kind >> CG_RULE_KIND_BITS))
		return false;
	x.kind &= (1 << CG_RULE_KIND_BITS) - 1;
	y.kind &= (1 << CG_RULE_KIND_BITS) - 1;
	return !memcmp(&x, &y, sizeof(x));
}

static bool same_list(const struct view *a, const struct cg_rulevec *x, const struct view *b,
		      const struct cg_rulevec *y)
{
	while (x && y) {
		if (x->n != y->n || !x->more != !y->more)
			return false;
		for (uint32_t i = 0; i < x->n && i < CG_RULES_PER_CHUNK; i++)
			if (!same_rule(a, x->rule[i], b, y->rule[i]))
				return false;
		if (!x->more)
			return true;
		x = find_more(a, x->more);
		y = find_more(b, y->more);
	}
	return x == y;
}

static bool same_rules(const struct view *a, const struct view *b, uint32_t sa, uint32_t sb)
{
	size_t i = LOWER_BOUND(a->rules, a->nrules, key.slot, sa);
	size_t j = LOWER_BOUND(b->rules, b->nrules, key.slot, sb);

	for (;; i++, j++) {
		bool more_a = i < a->nrules && a->rules[i]->key.slot == sa;
		bool more_b = j < b->nrules && b->rules[j]->key.slot == sb;

		if (!more_a || !more_b)
			return more_a == more_b;
		if (a->rules[i]->key.prefixlen != b->rules[j]->key.prefixlen ||
		    memcmp(a->rules[i]->key.addr, b->rules[j]->key.addr, 16) ||
		    !same_list(a, &a->rules[i]->value, b, &b->rules[j]->value))
			return false;
	}
}

static bool same_macs(const struct view *a, const struct view *b, uint32_t sa, uint32_t sb)
{
	size_t i = LOWER_BOUND(a->cams, a->ncams, value.slot, sa);
	size_t j = LOWER_BOUND(b->cams, b->ncams, value.slot, sb);

	for (;; i++, j++) {
		bool more_a = i < a->ncams && a->cams[i]->value.slot == sa;
		bool more_b = j < b->ncams && b->cams[j]->value.slot == sb;

		if (!more_a || !more_b)
			return more_a == more_b;
		if (a->cams[i]->value.flags != b->cams[j]->value.flags ||
		    memcmp(a->cams[i]->key.mac, b->cams[j]->key.mac, 6))
			return false;
	}
}

static bool same_narrow(const struct view *a, const struct view *b, uint32_t sa, uint32_t sb)
{
	size_t i = LOWER_BOUND(a->narrow, a->nnarrow, value.slot, sa);
	size_t j = LOWER_BOUND(b->narrow, b->nnarrow, value.slot, sb);

	for (;; i++, j++) {
		bool more_a = i < a->nnarrow && a->narrow[i]->value.slot == sa;
		bool more_b = j < b->nnarrow && b->narrow[j]->value.slot == sb;

		if (!more_a || !more_b)
			return more_a == more_b;
		if (a->narrow[i]->value.flags != b->narrow[j]->value.flags ||
		    memcmp(a->narrow[i]->key.mac, b->narrow[j]->key.mac, 6) ||
		    memcmp(a->narrow[i]->key.addr, b->narrow[j]->key.addr, 16))
			return false;
	}
}

static bool same_cam(const struct view *a, const struct cg_mapset_slot *x, const struct view *b,
		     const struct cg_mapset_slot *y)
{
	/* The first budget holds for what no rule names. */
	return x->config == y->config && same_budget(a, CG_BUDGET_CONTROL, b, CG_BUDGET_CONTROL) &&
	       !strncmp(x->name.name, y->name.name, sizeof(x->name.name)) &&
	       same_macs(a, b, x->slot, y->slot) && same_narrow(a, b, x->slot, y->slot) &&
	       same_rules(a, b, x->slot, y->slot) &&
	       same_rules(a, b, x->slot | CG_GEO_SLOT, y->slot | CG_GEO_SLOT);
}

static struct cg_mapdiff compare(const struct view *a, const struct view *b)
{
	struct cg_mapdiff d = { 0 };
	size_t i = 0, j = 0;

	while (i < a->nslots || j < b->nslots) {
		int r = i == a->nslots ? 1 :
			j == b->nslots ? -1 :
					 by_id(&a->slots[i], &b->slots[j]);

		d.removed += r < 0;
		d.added += r > 0;
		d.changed += r == 0 && !same_cam(a, a->slots[i], b, b->slots[j]);
		i += r <= 0;
		j += r >= 0;
	}
	return d;
}

void cg_mapset_diff(const struct cg_mapset *old, const struct cg_mapset *new,
		    struct cg_mapdiff *ret_diff)
{
	struct view a, b;
	bool ok_a = view_init(&a, old), ok_b = view_init(&b, new);

	/* without memory nothing may look unchanged */
	if (ok_a && ok_b)
		*ret_diff = compare(&a, &b);
	else
		*ret_diff = (struct cg_mapdiff){
			.removed = old ? old->nslots : 0,
			.added = new ? new->nslots : 0,
		};
	view_exit(&a);
	view_exit(&b);
}
