/* SPDX-License-Identifier: GPL-2.0-only */
/* Map entries: which camera a MAC is, and for every prefix the ordered rules of all prefixes that cover it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "chunks.h"
#include "cleanup.h"
#include "geoset.h"
#include "mapset.h"
#include "nameset.h"
#include "slots.h"

#define MAX_COVER (CG_RULES_PER_CHUNK * CG_MAX_CHUNKS)

struct mac_entry {
	struct cg_mapset_cam e;
	size_t order;
};

struct builder {
	const struct cg_policy *policy;
	struct cg_diag *diag;
	struct cg_mapset *set;
	size_t rules_room;
	struct mac_entry *macs;
	size_t nmacs;
	struct cg_chunks *chunks;
};

/* Rules of one prefix, as places in the camera's sorted list. */
struct group {
	size_t first, end;
};

struct sorted {
	const struct cg_prefix *dst;
	uint16_t id;
};

static int by_dst(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int r = memcmp(&x->dst->addr, &y->dst->addr, sizeof(x->dst->addr));

	if (!r)
		r = x->dst->len - y->dst->len;
	return r ? r : x->id - y->id;
}

static int by_id(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static uint16_t gen16(const struct builder *b)
{
	return (uint16_t)b->set->gen;
}

/* A viewer's addresses may lie in its own prefix. */
static size_t unique(uint16_t *ids, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	return kept;
}

static int rules_grow(struct builder *b)
{
	struct cg_mapset *set = b->set;
	size_t room = b->rules_room ? b->rules_room * 2 : 64;
	struct cg_mapset_rule *v;

	if (set->nrules < b->rules_room)
		return 0;
	v = reallocarray(set->rules, room, sizeof(*v));
	if (!v)
		return -ENOMEM;
	set->rules = v;
	b->rules_room = room;
	return 0;
}

/* ids, sorted: denies stand first in the camera's rules, so that their order by id is the
 * order of evaluation. */
static int add_rule(struct builder *b, const struct cg_policy_cam *cam,
		    const struct cg_rule_key *key, const uint16_t *ids, size_t n)
{
	struct cg_rule rules[MAX_COVER];
	struct cg_mapset *set = b->set;
	struct cg_mapset_rule *entry;
	int r;

	if (set->nrules == CG_MAX_PREFIXES / 2)
		return cg_diag_set(b->diag, &cam->pos, -E2BIG,
				   "camera '%s': one prefix too many, expected at most %d in all",
				   cam->name, CG_MAX_PREFIXES / 2);
	r = rules_grow(b);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		rules[i] = cg_chunks_rule(&cam->rules[ids[i]], ids[i]);
	entry = &set->rules[set->nrules++];
	memset(entry, 0, sizeof(*entry));
	entry->key = *key;
	return cg_chunks_add(b->chunks, rules, n, &entry->value);
}

/* ids: every rule that covers dst. */
static int add_prefix(struct builder *b, const struct cg_policy_cam *cam, uint32_t slot,
		      const struct cg_prefix *dst, uint16_t *ids, size_t n)
{
	struct cg_rule_key key = {
		.prefixlen = CG_RULE_PREFIX_BASE + dst->len,
		.gen = b->set->gen,
		.slot = slot,
	};
	char text[CG_PREFIX_STRLEN];

	qsort(ids, n, sizeof(*ids), by_id);
	n = unique(ids, n);
	if (n > MAX_COVER)
		return cg_diag_set(b->diag, &cam->pos, -E2BIG,
				   "camera '%s': %zu rules cover %s, expected at most %d",
				   cam->name, n, cg_prefix_format(dst, text), MAX_COVER);
	memcpy(key.addr, &dst->addr, sizeof(key.addr));
	return add_rule(b, cam, &key, ids, n);
}

/* Rules of countries and networks, and the countries it stays in. */
static int add_cam_places(struct builder *b, const struct cg_policy_cam *cam, uint32_t slot)
{
	struct cg_geoset_entry e = { 0 };
	uint16_t ids[MAX_COVER];
	int r = 0;

	while (!r && cg_geoset_next(cam, &e, ids)) {
		struct cg_rule_key key;

		cg_geoset_key(b->set->gen, slot, &e, &key);
		if (e.n > CG_GEO_CHUNKS * CG_RULES_PER_CHUNK)
			return cg_diag_set(
				b->diag, &cam->pos, -E2BIG,
				"camera '%s': %zu rules name one country or network, expected at most %d",
				cam->name, e.n, CG_GEO_CHUNKS * CG_RULES_PER_CHUNK);
		r = add_rule(b, cam, &key, ids, e.n);
	}
	return r;
}

static size_t count_prefixes(const struct cg_policy_cam *cam)
{
	size_t n = 0;

	for (size_t i = 0; i < cam->nrules; i++)
		n += cg_policy_prefixes(&cam->rules[i]);
	return n;
}

/*
 * Sorted by address and length, a prefix comes directly behind those that
 * cover it: the groups still open are exactly the covering ones.
 */
static int add_cam_rules(struct builder *b, const struct cg_policy_cam *cam, uint32_t slot)
{
	size_t nopen = 0, nv = 0, room = count_prefixes(cam);
	_cleanup_free_ struct sorted *v = calloc(room + 1, sizeof(*v));
	_cleanup_free_ uint16_t *ids = calloc(room + 1, sizeof(*ids));
	struct group open[129];

	if (!v || !ids)
		return -ENOMEM;
	for (size_t i = 0; i < cam->nrules; i++)
		for (size_t k = 0; k < cg_policy_prefixes(&cam->rules[i]); k++)
			v[nv++] =
				(struct sorted){ cg_policy_prefix(&cam->rules[i], k), (uint16_t)i };
	qsort(v, nv, sizeof(*v), by_dst);
	for (size_t i = 0, end; i < nv; i = end) {
		const struct cg_prefix *dst = v[i].dst;
		size_t n = 0;
		int r;

		for (end = i + 1; end < nv && !memcmp(v[end].dst, dst, sizeof(*dst)); end++)
			;
		while (nopen && !cg_prefix_contains(v[open[nopen - 1].first].dst, &dst->addr))
			nopen--;
		open[nopen++] = (struct group){ i, end };
		for (size_t g = 0; g < nopen; g++)
			for (size_t k = open[g].first; k < open[g].end; k++)
				ids[n++] = v[k].id;
		r = add_prefix(b, cam, slot, dst, ids, n);
		if (r)
			return r;
	}
	return 0;
}

static uint32_t server_flags(const struct cg_policy_cam *cam)
{
	static const uint32_t dns[__CG_SERVER_MAX] = {
		[CG_SERVER_REDIRECT] = CG_CAM_DNS_REDIRECT,
		[CG_SERVER_ANY] = CG_CAM_DNS_ANY,
	};
	static const uint32_t ntp[__CG_SERVER_MAX] = {
		[CG_SERVER_REDIRECT] = CG_CAM_NTP_REDIRECT,
		[CG_SERVER_ANY] = CG_CAM_NTP_ANY,
		[CG_SERVER_NONE] = CG_CAM_NTP_DROP,
	};

	return dns[cam->dns] | ntp[cam->ntp] | (cam->dns_allowed ? CG_CAM_DNS_ALLOWED : 0);
}

static uint32_t cam_flags(const struct cg_policy_cam *cam)
{
	uint32_t flags = 0;

	if (cam->monitor)
		flags |= CG_CAM_MONITOR;
	if (cam->lan_viewing == CG_LAN_NONE)
		flags |= CG_CAM_LAN_NONE;
	if (cam->lan_viewing == CG_LAN_VIEWERS)
		flags |= CG_CAM_LAN_VIEWERS;
	if (cam->via_gateway)
		flags |= CG_CAM_VIA_GATEWAY;
	flags |= server_flags(cam) | cam->signs_off | (uint32_t)cam->max_viewers << 24;
	for (size_t i = 0; i < cam->nrules; i++) {
		if (cg_policy_names(&cam->rules[i]))
			flags |= CG_CAM_NAMES;
		if (cg_geoset_is(&cam->rules[i]))
			flags |= CG_CAM_GEO;
	}
	return flags | (cam->stays ? CG_CAM_GEO | CG_CAM_STAY_IN : 0);
}

static void add_cam_macs(struct builder *b, const struct cg_policy_cam *cam, uint32_t slot)
{
	const struct cg_cam value = { .slot = slot, .flags = cam_flags(cam) };
	struct cg_mapset *set = b->set;

	for (size_t m = 0; m < cam->nmac; m++) {
		struct mac_entry *entry = &b->macs[b->nmacs];
		struct cg_mapset_cam *c = &entry->e;

		memcpy(c->key.mac, cam->mac[m].b, sizeof(c->key.mac));
		c->key.gen = gen16(b);
		c->value = value;
		entry->order = b->nmacs++;
		if (!cam->naddr)
			continue;
		/* of the flags only monitor speaks for addresses that are nobody's */
		c->value.flags = CG_CAM_NARROW | (value.flags & CG_CAM_MONITOR);
		for (size_t a = 0; a < cam->naddr; a++) {
			struct cg_mapset_narrow *n = &set->narrow[set->nnarrow++];

			memcpy(n->key.addr, cam->addr[a].b, sizeof(n->key.addr));
			memcpy(n->key.mac, cam->mac[m].b, sizeof(n->key.mac));
			n->key.gen = gen16(b);
			n->value = value;
		}
	}
}

static int by_mac(const void *a, const void *b)
{
	const struct mac_entry *x = a, *y = b;
	int r = memcmp(x->e.key.mac, y->e.key.mac, sizeof(x->e.key.mac));

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

static int by_narrow(const void *a, const void *b)
{
	const struct cg_mapset_narrow *x = a, *y = b;
	int r = memcmp(x->key.mac, y->key.mac, sizeof(x->key.mac));

	return r ? r : memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr));
}

static int by_rule_key(const void *a, const void *b)
{
	const struct cg_mapset_rule *x = a, *y = b;
	int r = (x->key.slot > y->key.slot) - (x->key.slot < y->key.slot);

	if (!r)
		r = memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr));
	return r ? r :
		   (x->key.prefixlen > y->key.prefixlen) - (x->key.prefixlen < y->key.prefixlen);
}

/* One entry a MAC, of the first camera in the file; a quarantined address is
 * only let pass where all who share the MAC are in monitor mode. */
static void merge_macs(struct builder *b)
{
	struct cg_mapset *set = b->set;

	qsort(b->macs, b->nmacs, sizeof(*b->macs), by_mac);
	for (size_t i = 0; i < b->nmacs; i++) {
		const struct cg_mapset_cam *e = &b->macs[i].e;
		struct cg_mapset_cam *last = set->ncams ? &set->cams[set->ncams - 1] : NULL;

		if (last && !memcmp(last->key.mac, e->key.mac, sizeof(e->key.mac)))
			last->value.flags &= e->value.flags;
		else
			set->cams[set->ncams++] = *e;
	}
}

static int build(struct builder *b, const struct cg_name *names, size_t nnames)
{
	const struct cg_policy *p = b->policy;
	struct cg_mapset *set = b->set;
	size_t nmac = 0, nnarrow = 0;
	int r;

	for (size_t i = 0; i < p->ncams; i++) {
		nmac += p->cams[i].nmac;
		nnarrow += p->cams[i].nmac * p->cams[i].naddr;
	}
	set->cams = calloc(nmac + 1, sizeof(*set->cams));
	b->macs = calloc(nmac + 1, sizeof(*b->macs));
	set->narrow = calloc(nnarrow + 1, sizeof(*set->narrow));
	set->slots = calloc(p->ncams + 1, sizeof(*set->slots));
	if (!set->cams || !b->macs || !set->narrow || !set->slots)
		return -ENOMEM;
	for (size_t i = 0; i < CG_BUDGETS; i++)
		if (i < p->nbudget || (i >= CG_BUDGET_OWN && i < CG_BUDGET_OWN + p->nown))
			set->budget[i] = cg_budget_make(&p->budget[i].text, p->budget[i].upload);
	set->nslots = p->ncams;
	r = cg_slots_assign(p, names, nnames, b->diag, set->slots);
	for (size_t i = 0; i < p->ncams && !r; i++) {
		add_cam_macs(b, &p->cams[i], set->slots[i].slot);
		r = add_cam_rules(b, &p->cams[i], set->slots[i].slot);
		if (!r)
			r = add_cam_places(b, &p->cams[i], set->slots[i].slot);
		if (!r)
			r = cg_nameset_add(set, &p->cams[i], set->slots[i].slot, b->chunks,
					   b->diag);
	}
	if (r)
		return r;
	merge_macs(b);
	qsort(set->narrow, set->nnarrow, sizeof(*set->narrow), by_narrow);
	if (set->nrules)
		qsort(set->rules, set->nrules, sizeof(*set->rules), by_rule_key);
	cg_nameset_sort(set);
	return cg_chunks_take(b->chunks, set->gen, &set->more, &set->nmore);
}

int cg_mapset_build(const struct cg_policy *policy, uint32_t gen, const struct cg_name *names,
		    size_t nnames, struct cg_diag *diag, struct cg_mapset **ret_set)
{
	struct builder b = { .policy = policy, .diag = diag };
	int r = -ENOMEM;

	b.set = calloc(1, sizeof(*b.set));
	b.chunks = cg_chunks_new();
	if (b.set && b.chunks) {
		b.set->gen = gen;
		r = build(&b, names, nnames);
	}
	cg_chunks_free(&b.chunks);
	free(b.macs);
	if (r) {
		cg_mapset_free(&b.set);
		return cg_diag_set(diag, NULL, r, "policy: %s", strerror(-r));
	}
	*ret_set = b.set;
	return 0;
}

void cg_mapset_free(struct cg_mapset **set)
{
	struct cg_mapset *s = *set;

	*set = NULL;
	if (!s)
		return;
	free(s->cams);
	free(s->narrow);
	free(s->rules);
	free(s->namerules);
	free(s->more);
	free(s->slots);
	free(s);
}
