/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy put in force as one step: written beside the running one, read back, flipped, the old one deleted. */
#include "dp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "put.h"
#include "../lib/exposure.h"

/* One of the five maps whose keys hold the generation, and a set's part of it. */
struct part {
	enum cg_dp_map map;
	size_t key_size, value_size;
	const char *entries; /* key and value side by side */
	size_t n, stride, value_at;
};

#define PART(id, set, list, count)                                                               \
	{                                                                                        \
		.map = (id), .key_size = sizeof((set)->list->key),                               \
		.value_size = sizeof((set)->list->value), .entries = (const char *)(set)->list,  \
		.n = (set)->count, .stride = sizeof(*(set)->list),                               \
		.value_at =                                                                      \
			(size_t)((const char *)&(set)->list->value - (const char *)(set)->list), \
	}

#define PARTS(set)                                                                             \
	{                                                                                      \
		PART(CG_DP_RULEMORE, set, more, nmore), PART(CG_DP_RULES, set, rules, nrules), \
			PART(CG_DP_NAMERULES, set, namerules, nnamerules),                     \
			PART(CG_DP_NARROW, set, narrow, nnarrow),                              \
			PART(CG_DP_CAMS, set, cams, ncams),                                    \
	}
#define NPARTS 5

/* Entries one system call carries, so that the call itself costs nothing. */
#define BATCH  512

/* How many entries went from first on; none where batches are not known (before 5.6). */
static size_t write_batch(struct cg_datapath *dp, const struct part *p, size_t first, char *keys,
			  char *values)
{
	size_t n = p->n - first < BATCH ? p->n - first : BATCH;
	uint32_t count = (uint32_t)n;

	for (size_t i = 0; i < n; i++) {
		const char *e = p->entries + (first + i) * p->stride;

		memcpy(keys + i * p->key_size, e, p->key_size);
		memcpy(values + i * p->value_size, e + p->value_at, p->value_size);
	}
	return bpf_map_update_batch(dp->map[p->map], keys, values, &count, NULL) ? 0 : n;
}

static int write_part(struct cg_datapath *dp, const struct part *p)
{
	_cleanup_free_ char *keys = malloc(BATCH * p->key_size);
	_cleanup_free_ char *values = malloc(BATCH * p->value_size);
	size_t done = 0, n = 1;

	if (!keys || !values)
		return -ENOMEM;
	while (n && done < p->n) {
		n = write_batch(dp, p, done, keys, values);
		done += n;
	}
	/* What a batch did not take, one by one: it says what is wrong. */
	for (; done < p->n; done++) {
		const char *e = p->entries + done * p->stride;
		int r = cg_put(dp->map[p->map], e, e + p->value_at, BPF_ANY);

		if (r)
			return cg_dp_fail(dp, r, "%s: entry %zu of %zu: %s",
					  cg_dp_map_names[p->map], done + 1, p->n, strerror(-r));
	}
	return 0;
}

/* The kernel said of every entry that it took it. Of a long list each sixteenth
 * is read back: what would be wrong is the list's form, not one of its lines. */
static int check_part(struct cg_datapath *dp, const struct part *p)
{
	size_t step = p->n > BATCH ? 16 : 1;
	char value[sizeof(struct cg_rulevec)];

	for (size_t i = 0; i < p->n; i += step) {
		const char *e = p->entries + i * p->stride;

		if (bpf_map_lookup_elem(dp->map[p->map], e, value) ||
		    memcmp(value, e + p->value_at, p->value_size))
			return cg_dp_fail(dp, -EIO, "%s: entry %zu of %zu reads back different",
					  cg_dp_map_names[p->map], i + 1, p->n);
	}
	return 0;
}

/* All of the generation's half: what the one before the last left there is gone. */
static int budgets_write(struct cg_datapath *dp, const struct cg_mapset *set)
{
	for (uint32_t i = 0; i < CG_BUDGETS; i++) {
		uint32_t at = cg_budget_at(set->gen, i);
		struct cg_budget back;
		int r = cg_put(dp->map[CG_DP_BUDGETS], &at, &set->budget[i], BPF_ANY);

		if (r)
			return cg_dp_fail(dp, r, "%s: budget %u: %s",
					  cg_dp_map_names[CG_DP_BUDGETS], i, strerror(-r));
		if (bpf_map_lookup_elem(dp->map[CG_DP_BUDGETS], &at, &back) ||
		    memcmp(&back, &set->budget[i], sizeof(back)))
			return cg_dp_fail(dp, -EIO, "%s: budget %u reads back different",
					  cg_dp_map_names[CG_DP_BUDGETS], i);
	}
	return 0;
}

static void delete_part(struct cg_datapath *dp, const struct part *p)
{
	_cleanup_free_ char *keys = malloc(BATCH * p->key_size);
	bool batches = keys;

	for (size_t first = 0; first < p->n; first += BATCH) {
		size_t n = p->n - first < BATCH ? p->n - first : BATCH;
		uint32_t count = (uint32_t)n;

		for (size_t i = 0; batches && i < n; i++)
			memcpy(keys + i * p->key_size, p->entries + (first + i) * p->stride,
			       p->key_size);
		batches = batches && !bpf_map_delete_batch(dp->map[p->map], keys, &count, NULL);
		/* Not there: a write that failed half way, or a batch that began. */
		for (size_t i = 0; !batches && i < n; i++)
			(void)bpf_map_delete_elem(dp->map[p->map],
						  p->entries + (first + i) * p->stride);
	}
}

static void delete_set(struct cg_datapath *dp, const struct cg_mapset *set)
{
	struct part parts[NPARTS] = PARTS(set);

	for (size_t k = 0; k < NPARTS; k++)
		delete_part(dp, &parts[k]);
}

/* A copy of the keys, to delete them by when their time has passed. */
static int set_copy(const struct cg_mapset *set, struct cg_mapset **ret_set)
{
	_cleanup_(cg_mapset_free) struct cg_mapset *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->gen = set->gen;
#define COPY(list, count)                                                          \
	do {                                                                       \
		s->list = malloc((set->count + 1) * sizeof(*s->list));             \
		if (!s->list)                                                      \
			return -ENOMEM;                                            \
		if (set->count)                                                    \
			memcpy(s->list, set->list, set->count * sizeof(*s->list)); \
		s->count = set->count;                                             \
	} while (0)
	COPY(cams, ncams);
	COPY(narrow, nnarrow);
	COPY(rules, nrules);
	COPY(namerules, nnamerules);
	COPY(more, nmore);
	COPY(slots, nslots);
#undef COPY
	memcpy(s->budget, set->budget, sizeof(s->budget));
	*ret_set = TAKE_PTR(s);
	return 0;
}

/* Before the flip: a camera that is new starts as configured, and one that the
 * config makes stricter is stricter from now on. */
static void slot_prepare(struct cg_datapath *dp, const struct cg_mapset_slot *s)
{
	const struct cg_name *was = &dp->names[s->slot];
	struct cg_exposure e = { 0 };

	if (!strncmp(was->id, s->name.id, sizeof(was->id))) {
		e = dp->exposure[s->slot];
		if (s->config >= e.config)
			return;
	}
	cg_exposure_config(&e, s->config);
	cg_exposure_store(dp->meta, &dp->exposure[s->slot], &e);
}

static void slot_finish(struct cg_datapath *dp, const struct cg_mapset_slot *s)
{
	struct cg_exposure e = dp->exposure[s->slot];

	cg_exposure_config(&e, s->config);
	cg_exposure_store(dp->meta, &dp->exposure[s->slot], &e);
	if (memcmp(&dp->names[s->slot], &s->name, sizeof(s->name)))
		dp->names[s->slot] = s->name;
}

static void forget_flows(struct cg_datapath *dp, uint32_t slot)
{
	static const struct {
		uint32_t quota;
		enum cg_dp_map map;
	} rings[__CG_RING_MAX] = {
		[CG_RING_REMOTE] = { CG_QUOTA_REMOTE, CG_DP_FLOWS },
		[CG_RING_LAN] = { CG_QUOTA_LAN, CG_DP_FLOWS },
		[CG_RING_GATEWAY] = { CG_QUOTA_GATEWAY, CG_DP_FLOWS },
		[CG_RING_FRAG] = { CG_QUOTA_FRAG, CG_DP_FRAGS },
		[CG_RING_SESSION] = { CG_QUOTA_SESSION, CG_DP_SESSIONS },
	};
	struct cg_ring ring;

	for (uint32_t kind = 0; kind < __CG_RING_MAX; kind++)
		for (uint32_t i = 0; i < rings[kind].quota / CG_RING_GROUP; i++) {
			struct cg_ring_key key = { slot, kind << 16 | i };

			if (bpf_map_lookup_elem(dp->map[CG_DP_RING], &key, &ring))
				continue;
			for (size_t k = 0; k < CG_RING_GROUP; k++)
				(void)bpf_map_delete_elem(dp->map[rings[kind].map], &ring.at[k]);
			(void)bpf_map_delete_elem(dp->map[CG_DP_RING], &key);
		}
}

static void stats_clear(struct cg_datapath *dp, uint32_t slot)
{
	for (uint32_t cpu = 0; cpu < dp->cpus; cpu++)
		for (uint32_t place = 0; place < CG_PLACES; place++)
			dp->counts[cg_stats_at(cpu, place, dp->slots, slot)] =
				(struct cg_count){ 0 };
}

/* After the flip no packet knows the slot any more. */
static int slot_forget(struct cg_datapath *dp, uint32_t slot)
{
	static const struct cg_exposure sealed;
	static const struct cg_state state;
	static const struct cg_sum sum;

	cg_exposure_store(dp->meta, &dp->exposure[slot], &sealed);
	forget_flows(dp, slot);
	cg_dp_names_forget(dp, slot);
	if (bpf_map_update_elem(dp->map[CG_DP_STATE], &slot, &state, BPF_ANY) ||
	    bpf_map_update_elem(dp->map[CG_DP_SUMS], &slot, &sum, BPF_ANY) ||
	    cg_datapath_viewers_apply(dp, slot, NULL, 0))
		return -errno;
	memset(&dp->names[slot], 0, sizeof(dp->names[slot]));
	stats_clear(dp, slot);
	return 0;
}

static bool uses_slot(const struct cg_mapset *set, uint32_t slot)
{
	for (size_t i = 0; i < set->nslots; i++)
		if (set->slots[i].slot == slot)
			return true;
	return false;
}

static int forget_unused(struct cg_datapath *dp, const struct cg_mapset *set)
{
	int first = 0;

	for (uint32_t slot = 0; slot < dp->slots; slot++) {
		int r = 0;

		if (*dp->names[slot].id && !uses_slot(set, slot))
			r = slot_forget(dp, slot);
		if (r && !first)
			first = r;
	}
	return first;
}

int cg_datapath_apply(struct cg_datapath *dp, const struct cg_mapset *set)
{
	_cleanup_(cg_mapset_free) struct cg_mapset *kept = NULL;
	struct part parts[NPARTS] = PARTS(set);
	int r = 0;

	if (set->gen != cg_datapath_generation(dp) + 1 || !set->gen)
		return cg_dp_fail(dp, -ESTALE, "policy: generation %u does not follow %u", set->gen,
				  cg_datapath_generation(dp));
	for (size_t i = 0; i < set->nslots; i++)
		if (set->slots[i].slot >= dp->slots)
			return cg_dp_fail(dp, -E2BIG,
					  "policy: %zu cameras, the maps have room for %u",
					  set->nslots, dp->slots);
	r = set_copy(set, &kept);
	for (size_t k = 0; !r && k < NPARTS; k++)
		r = write_part(dp, &parts[k]);
	for (size_t k = 0; !r && k < NPARTS; k++)
		r = check_part(dp, &parts[k]);
	if (!r)
		r = budgets_write(dp, set);
	if (!r)
		cg_dp_maybe_add(dp, set);
	for (size_t i = 0; !r && i < set->nslots; i++)
		slot_prepare(dp, &set->slots[i]);
	if (!r && dp->pins_wait)
		r = cg_dp_pin(dp);
	if (r) {
		delete_set(dp, set);
		return r;
	}

	__atomic_store_n(&dp->meta->generation, set->gen, __ATOMIC_RELEASE);

	/* In force from here: what follows may fail but is not taken back. */
	for (size_t i = 0; i < set->nslots; i++)
		slot_finish(dp, &set->slots[i]);
	if (dp->set) {
		int e = cg_dp_grace(dp);

		/* Without the wait a packet could look for what is deleted: keep it. */
		if (!e)
			delete_set(dp, dp->set);
		else
			r = cg_dp_fail(dp, e, "cg_grace: %s", strerror(-e));
	}
	cg_mapset_free(&dp->set);
	dp->set = TAKE_PTR(kept);
	/* What is left of an old generation only costs look-ups. */
	if (cg_dp_maybe_settle(dp))
		cg_dp_debug(dp, "policy: bits of an older generation stay");
	if (forget_unused(dp, set) && !r)
		r = cg_dp_fail(dp, -EIO, "policy: a removed camera's state could not be cleared");
	if (r)
		cg_dp_debug(dp, "policy: generation %u is in force all the same", set->gen);
	return 0;
}

int cg_datapath_names_read(struct cg_datapath *dp, struct cg_name **ret_names, size_t *ret_n)
{
	_cleanup_free_ struct cg_name *names = calloc(dp->slots, sizeof(*names));

	if (!names)
		return -ENOMEM;
	memcpy(names, dp->names, dp->slots * sizeof(*names));
	*ret_names = TAKE_PTR(names);
	*ret_n = dp->slots;
	return 0;
}

/* ---- taking over ---- */

static uint32_t key_gen(enum cg_dp_map map, const void *key)
{
	switch (map) {
	case CG_DP_CAMS:
		return ((const struct cg_cam_key *)key)->gen;
	case CG_DP_NARROW:
		return ((const struct cg_narrow_key *)key)->gen;
	case CG_DP_NAMERULES:
		return ((const struct cg_namerule_key *)key)->owner & 0xf;
	case CG_DP_RULES:
		return ((const struct cg_rule_key *)key)->gen;
	default:
		return ((const struct cg_more_key *)key)->gen;
	}
}

/* Where a part's entries go, key and value side by side. */
struct sink {
	size_t key_size, value_size, stride, value_at;
	char *entries;
	size_t n, room;
};

/* A place for one more, with its key; NULL without memory. */
static char *sink_place(struct sink *s, const char *key)
{
	char *e;

	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		char *entries = realloc(s->entries, room * s->stride);

		if (!entries)
			return NULL;
		s->entries = entries;
		s->room = room;
	}
	e = s->entries + s->n * s->stride;
	memset(e, 0, s->stride);
	memcpy(e, key, s->key_size);
	return e;
}

/* -EAGAIN: this kernel has no batches for it. */
static int read_batches(int fd, struct sink *s)
{
	_cleanup_free_ char *keys = malloc(BATCH * s->key_size);
	_cleanup_free_ char *values = malloc(BATCH * s->value_size);
	char at[sizeof(struct cg_namerule_key)], next[sizeof(at)];
	bool begun = false, more = true;

	if (!keys || !values)
		return -ENOMEM;
	while (more) {
		uint32_t count = BATCH;

		more = !bpf_map_lookup_batch(fd, begun ? at : NULL, next, keys, values, &count,
					     NULL);
		if (!more && errno != ENOENT)
			return -EAGAIN;
		for (uint32_t i = 0; i < count; i++) {
			char *e = sink_place(s, keys + i * s->key_size);

			if (!e)
				return -ENOMEM;
			memcpy(e + s->value_at, values + i * s->value_size, s->value_size);
			s->n++;
		}
		memcpy(at, next, sizeof(at));
		begun = true;
	}
	return 0;
}

static int read_singly(int fd, struct sink *s)
{
	char key[sizeof(struct cg_namerule_key)], next[sizeof(key)], *prev = NULL;

	while (!bpf_map_get_next_key(fd, prev, next)) {
		char *e = sink_place(s, next);

		if (!e)
			return -ENOMEM;
		if (bpf_map_lookup_elem(fd, next, e + s->value_at))
			return -errno;
		s->n++;
		memcpy(key, next, sizeof(key));
		prev = key;
	}
	return 0;
}

/* Collects the entries of gen; others, left by an agent that was killed half
 * way through a reload, are deleted, or the next generation would inherit them. */
static int part_load(struct cg_datapath *dp, enum cg_dp_map map, struct sink *s, uint32_t gen)
{
	uint32_t want = map == CG_DP_CAMS || map == CG_DP_NARROW ? gen & 0xffff :
			map == CG_DP_NAMERULES			 ? gen & 0xf :
								   gen;
	size_t kept = 0;
	int r = read_batches(dp->map[map], s);

	if (r == -EAGAIN) {
		s->n = 0;
		r = read_singly(dp->map[map], s);
	}
	if (r)
		return r;
	for (size_t i = 0; i < s->n; i++) {
		char *e = s->entries + i * s->stride;

		if (key_gen(map, e) != want || !gen)
			(void)bpf_map_delete_elem(dp->map[map], e);
		else
			memmove(s->entries + kept++ * s->stride, e, s->stride);
	}
	s->n = kept;
	return 0;
}

static int slots_load(struct cg_datapath *dp, struct cg_mapset *set)
{
	set->slots = calloc(dp->slots, sizeof(*set->slots));
	if (!set->slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < dp->slots; i++) {
		struct cg_mapset_slot *s = &set->slots[set->nslots];

		s->name = dp->names[i];
		if (!*s->name.id)
			continue;
		s->slot = i;
		s->config = dp->exposure[i].config;
		set->nslots++;
	}
	return 0;
}

static int budgets_load(struct cg_datapath *dp, struct cg_mapset *set)
{
	for (uint32_t i = 0; i < CG_BUDGETS; i++) {
		uint32_t at = cg_budget_at(set->gen, i);

		if (bpf_map_lookup_elem(dp->map[CG_DP_BUDGETS], &at, &set->budget[i]))
			return -errno;
	}
	return 0;
}

#define LOAD(r, id, list, count)                                                         \
	do {                                                                             \
		struct sink sink = {                                                     \
			.key_size = sizeof(s->list->key),                                \
			.value_size = sizeof(s->list->value),                            \
			.stride = sizeof(*s->list),                                      \
			.value_at = (size_t)((char *)&s->list->value - (char *)s->list), \
		};                                                                       \
		r = part_load(dp, (id), &sink, s->gen);                                  \
		s->list = (void *)sink.entries;                                          \
		s->count = sink.n;                                                       \
	} while (0)

static int set_load(struct cg_datapath *dp, struct cg_mapset **ret_set)
{
	_cleanup_(cg_mapset_free) struct cg_mapset *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->gen = cg_datapath_generation(dp);
	LOAD(r, CG_DP_CAMS, cams, ncams);
	if (!r)
		LOAD(r, CG_DP_NARROW, narrow, nnarrow);
	if (!r)
		LOAD(r, CG_DP_RULES, rules, nrules);
	if (!r)
		LOAD(r, CG_DP_NAMERULES, namerules, nnamerules);
	if (!r)
		LOAD(r, CG_DP_RULEMORE, more, nmore);
	if (!r)
		r = budgets_load(dp, s);
	if (!r)
		r = slots_load(dp, s);
	if (!r)
		*ret_set = TAKE_PTR(s);
	return r;
}

int cg_dp_policy_load(struct cg_datapath *dp)
{
	int r = set_load(dp, &dp->set);

	if (!r && !cg_datapath_generation(dp))
		cg_mapset_free(&dp->set);
	return r ? cg_dp_fail(dp, r, "reading the running policy: %s", strerror(-r)) : 0;
}

int cg_datapath_mapset_read(struct cg_datapath *dp, struct cg_mapset **ret_set)
{
	*ret_set = NULL;
	return dp->set ? set_copy(dp->set, ret_set) : 0;
}
