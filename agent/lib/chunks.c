/* SPDX-License-Identifier: GPL-2.0-only */
/* Chunks: built from the last backwards, so that an equal rest has an equal link and is found again. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "chunks.h"

struct cg_chunks {
	struct cg_rulevec *v; /* id - 1 is the index */
	size_t n, room;
	uint32_t *table; /* ids by hash, 0 = empty */
	size_t slots;	 /* a power of two */
};

static size_t hash(const struct cg_rulevec *vec)
{
	const unsigned char *p = (const unsigned char *)vec;
	uint64_t h = 1469598103934665603ull;

	for (size_t i = 0; i < sizeof(*vec); i++)
		h = (h ^ p[i]) * 1099511628211ull;
	return (size_t)(h ^ h >> 32);
}

static uint32_t *place(const struct cg_chunks *c, const struct cg_rulevec *vec)
{
	size_t i = hash(vec) & (c->slots - 1);

	while (c->table[i] && memcmp(&c->v[c->table[i] - 1], vec, sizeof(*vec)))
		i = (i + 1) & (c->slots - 1);
	return &c->table[i];
}

static int grow(struct cg_chunks *c)
{
	size_t room = c->room ? c->room * 2 : 64;
	struct cg_rulevec *v = reallocarray(c->v, room, sizeof(*v));
	uint32_t *table;

	if (!v)
		return -ENOMEM;
	c->v = v;
	table = calloc(room * 2, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(c->table);
	c->table = table;
	c->slots = room * 2;
	c->room = room;
	for (size_t i = 0; i < c->n; i++)
		*place(c, &c->v[i]) = (uint32_t)i + 1;
	return 0;
}

static int intern(struct cg_chunks *c, const struct cg_rulevec *vec, uint32_t *ret_id)
{
	uint32_t *id;

	if (c->n == c->room) {
		int r = grow(c);

		if (r)
			return r;
	}
	id = place(c, vec);
	if (!*id) {
		c->v[c->n++] = *vec;
		*id = (uint32_t)c->n;
	}
	*ret_id = *id;
	return 0;
}

struct cg_chunks *cg_chunks_new(void)
{
	return calloc(1, sizeof(struct cg_chunks));
}

void cg_chunks_free(struct cg_chunks **chunks)
{
	struct cg_chunks *c = *chunks;

	*chunks = NULL;
	if (!c)
		return;
	free(c->v);
	free(c->table);
	free(c);
}

static unsigned int kind_of(const struct cg_policy_rule *r)
{
	if (!r->text.anywhere)
		return (unsigned int)r->kind;
	return r->kind == CG_RULE_UPLOAD ? CG_RULE_UPLOAD_ANYWHERE : CG_RULE_ALLOW_ANYWHERE;
}

struct cg_rule cg_chunks_rule(const struct cg_policy_rule *r, uint16_t id)
{
	return (struct cg_rule){
		.port_lo = r->text.port_lo,
		.port_hi = r->text.port_hi,
		.id = id,
		.proto = r->text.proto,
		.kind = (uint8_t)(kind_of(r) | (unsigned int)r->budget << CG_RULE_KIND_BITS),
	};
}

int cg_chunks_add(struct cg_chunks *chunks, const struct cg_rule *rules, size_t n,
		  struct cg_rulevec *ret_vec)
{
	size_t first = n ? (n - 1) / CG_RULES_PER_CHUNK * CG_RULES_PER_CHUNK : 0;
	uint32_t more = 0;

	for (;; first -= CG_RULES_PER_CHUNK) {
		size_t count = n - first < CG_RULES_PER_CHUNK ? n - first : CG_RULES_PER_CHUNK;
		struct cg_rulevec vec = { .more = more, .n = (uint32_t)count };
		int r;

		memcpy(vec.rule, rules + first, count * sizeof(*rules));
		if (!first) {
			*ret_vec = vec;
			return 0;
		}
		r = intern(chunks, &vec, &more);
		if (r)
			return r;
	}
}

int cg_chunks_take(struct cg_chunks *chunks, uint32_t gen, struct cg_mapset_more **ret_more,
		   size_t *ret_n)
{
	struct cg_mapset_more *more = calloc(chunks->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	for (size_t i = 0; i < chunks->n; i++) {
		more[i].key.gen = gen;
		more[i].key.id = (uint32_t)i + 1;
		more[i].value = chunks->v[i];
	}
	*ret_more = more;
	*ret_n = chunks->n;
	return 0;
}
