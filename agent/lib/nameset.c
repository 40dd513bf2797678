/* SPDX-License-Identifier: GPL-2.0-only */
/* A pattern's key is a prefix of the keys of what it fits: the longest prefix carries the rules of all shorter ones. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nameset.h"

#define MAX_FIT (CG_RULES_PER_CHUNK * CG_NAME_CHUNKS)
#define NO_RULE 0xffff

/* A key, and the rule it stands for; NO_RULE: *.example.com's own apex, which
 * needs an entry so that it is not taken for a name under itself. */
struct entry {
	struct cg_namekey key;
	const char *name;
	uint16_t id;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	/* what is behind len is 0, so that a shorter key comes first */
	int r = memcmp(x->key.name, y->key.name, sizeof(x->key.name));

	if (!r)
		r = x->key.len - y->key.len;
	return r ? r : x->id - y->id;
}

static bool same(const struct cg_namekey *a, const struct cg_namekey *b)
{
	return a->len == b->len && !memcmp(a->name, b->name, a->len);
}

static bool is_prefix(const struct cg_namekey *a, const struct cg_namekey *of)
{
	return a->len <= of->len && !memcmp(a->name, of->name, a->len);
}

static int by_id(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int room(struct cg_mapset *set)
{
	struct cg_mapset_namerule *v;

	/* doubles at every power of two */
	if (set->nnamerules & (set->nnamerules - 1))
		return 0;
	v = reallocarray(set->namerules, set->nnamerules ? 2 * set->nnamerules : 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	set->namerules = v;
	return 0;
}

/* A list may hold a pattern and names that it fits. */
static size_t unique(uint16_t *ids, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	return kept;
}

/* ids: of every pattern that is a prefix of this key, itself included. */
static int put(struct cg_mapset *set, const struct cg_policy_cam *cam, uint32_t slot,
	       const struct cg_namekey *key, uint16_t *ids, size_t n, struct cg_chunks *chunks,
	       struct cg_diag *diag)
{
	struct cg_rule rules[MAX_FIT];
	struct cg_mapset_namerule *e;
	char text[CG_NAMEPAT_LEN];
	int r;

	qsort(ids, n, sizeof(*ids), by_id);
	n = unique(ids, n);
	if (n > MAX_FIT)
		return cg_diag_set(diag, &cam->pos, -E2BIG,
				   "camera '%s': %zu rules fit names under %s, expected at most %d",
				   cam->name, n,
				   cg_namepat_text(key->name,
						   strnlen((const char *)key->name, key->len),
						   text),
				   MAX_FIT);
	if (set->nnamerules == CG_MAX_NAMERULES / 2)
		return cg_diag_set(diag, &cam->pos, -E2BIG,
				   "camera '%s': one name too many, expected at most %d in all",
				   cam->name, CG_MAX_NAMERULES / 2);
	r = room(set);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		rules[i] = cg_chunks_rule(&cam->rules[ids[i]], ids[i]);
	e = &set->namerules[set->nnamerules];
	memset(e, 0, sizeof(*e));
	e->key.prefixlen = CG_NAMEKEY_BASE + 8U * key->len;
	e->key.owner = CG_NAME_OWNER(slot, set->gen);
	memcpy(e->key.name, key->name, sizeof(e->key.name));
	set->nnamerules++;
	return cg_chunks_add(chunks, rules, n, &e->value);
}

/* A wild pattern does not fit the name right above it. */
static bool fits_apex(const struct entry *e, const struct cg_namekey *apex)
{
	struct cg_namekey own;

	return cg_namepat_apex(e->name, &own) && same(&own, apex);
}

/* Sorted, a key comes directly behind its prefixes: those open are they. */
static int put_all(struct cg_mapset *set, const struct cg_policy_cam *cam, uint32_t slot,
		   const struct entry *v, size_t n, struct cg_chunks *chunks, struct cg_diag *diag)
{
	_cleanup_free_ uint16_t *ids = calloc(n + 1, sizeof(*ids));
	_cleanup_free_ size_t *open = calloc(n + 1, sizeof(*open));
	size_t nopen = 0;

	if (!ids || !open)
		return -ENOMEM;
	for (size_t i = 0, end; i < n; i = end) {
		size_t nids = 0;
		int r;

		while (nopen && !is_prefix(&v[open[nopen - 1]].key, &v[i].key))
			nopen--;
		for (end = i; end < n && same(&v[end].key, &v[i].key); end++)
			open[nopen++] = end;
		for (size_t k = 0; k < nopen; k++)
			if (v[open[k]].id != NO_RULE && !fits_apex(&v[open[k]], &v[i].key))
				ids[nids++] = v[open[k]].id;
		r = put(set, cam, slot, &v[i].key, ids, nids, chunks, diag);
		if (r)
			return r;
	}
	return 0;
}

int cg_nameset_add(struct cg_mapset *set, const struct cg_policy_cam *cam, uint32_t slot,
		   struct cg_chunks *chunks, struct cg_diag *diag)
{
	_cleanup_free_ struct entry *v = NULL;
	size_t n = 0;

	for (size_t i = 0; i < cam->nrules; i++)
		n += cg_policy_names(&cam->rules[i]);
	v = calloc(2 * n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < cam->nrules; i++) {
		for (size_t k = 0; k < cg_policy_names(&cam->rules[i]); k++) {
			const char *name = cg_policy_name(&cam->rules[i], k);

			cg_namepat_key(name, &v[n].key);
			v[n].name = name;
			v[n++].id = (uint16_t)i;
			if (cg_namepat_apex(name, &v[n].key))
				v[n++].id = NO_RULE;
		}
	}
	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), by_key);
	return put_all(set, cam, slot, v, n, chunks, diag);
}

static int by_entry(const void *a, const void *b)
{
	const struct cg_mapset_namerule *x = a, *y = b;
	int r = (x->key.owner > y->key.owner) - (x->key.owner < y->key.owner);

	if (!r)
		r = memcmp(x->key.name, y->key.name, sizeof(x->key.name));
	return r ? r :
		   (x->key.prefixlen > y->key.prefixlen) - (x->key.prefixlen < y->key.prefixlen);
}

void cg_nameset_sort(struct cg_mapset *set)
{
	if (set->nnamerules)
		qsort(set->namerules, set->nnamerules, sizeof(*set->namerules), by_entry);
}
