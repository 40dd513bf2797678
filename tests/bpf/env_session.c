/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions as the packet path has them, and time that passes. */
#define _GNU_SOURCE
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "env.h"

static struct cg_budget budget(uint64_t rate, uint64_t burst, uint64_t hour, uint32_t grant)
{
	return (struct cg_budget){ .ns_256 = 256000000000ULL / rate,
				   .burst_ns = burst * 1000000000ULL / rate,
				   .hour_ns_256 = 256ULL * 3600000000000ULL / (hour / 2),
				   .hour_burst_ns = 3600000000000ULL,
				   .grant = grant };
}

void env_budgets(struct env *e)
{
	struct cg_budget control =
		budget(CG_CONTROL_BYTES_S, CG_CONTROL_BURST, CG_CONTROL_HOUR, ENV_CONTROL_GRANT);
	struct cg_budget upload = budget(CG_UPLOAD_BYTES_S, CG_UPLOAD_BURST, CG_UPLOAD_HOUR, 65536);
	uint32_t gen, at;

	for (gen = 0; gen < 2; gen++) {
		at = cg_budget_at(gen, CG_BUDGET_CONTROL);
		assert(!bpf_map_update_elem(e->budgets, &at, &control, BPF_ANY));
		at = cg_budget_at(gen, CG_BUDGET_UPLOAD);
		assert(!bpf_map_update_elem(e->budgets, &at, &upload, BPF_ANY));
	}
}

/* 0 stays what it means: never, none. */
static void older(__u64 *t, uint64_t ns)
{
	if (*t)
		*t = *t > ns ? *t - ns : 1;
}

static void meter_older(struct cg_meter *m, uint64_t ns)
{
	older(&m->tat_ns, ns);
	older(&m->hour_tat_ns, ns);
	older(&m->window_ns, ns);
}

#define BATCH 1024

static struct cg_flow_key keys[BATCH];

/* Every entry of a hash at once; how many. Kernels from 5.6 on have the call. */
static uint32_t read_all(int fd, void *values)
{
	uint32_t n = BATCH, out;

	return bpf_map_lookup_batch(fd, NULL, &out, keys, values, &n, NULL) && errno != ENOENT ? 0 :
												 n;
}

static void write_all(int fd, const void *values, uint32_t n)
{
	if (n)
		assert(!bpf_map_update_batch(fd, keys, values, &n, NULL));
}

static void flows_older(struct env *e, uint32_t slot, uint64_t ns)
{
	static struct cg_flow f[BATCH];
	uint32_t n = read_all(e->flows, f);

	for (uint32_t i = 0; i < n; i++) {
		if (keys[i].slot != slot)
			continue;
		f[i].first_ns -= ns;
		f[i].last_ns -= ns;
	}
	write_all(e->flows, f, n);
}

static void sessions_older(struct env *e, uint32_t slot, uint64_t ns)
{
	static struct cg_session s[BATCH];
	uint32_t n = read_all(e->sessions, s);

	for (uint32_t i = 0; i < n; i++) {
		if (keys[i].slot != slot)
			continue;
		s[i].first_ns -= ns;
		s[i].last_ns -= ns;
		s[i].told_s -= (uint32_t)(ns / 1000000000);
		older(&s[i].block_ns, ns);
		older(&s[i].viewing_ns, ns);
		older(&s[i].ended_ns, ns);
		older(&s[i].watched_ns, ns);
		meter_older(&s[i].meter, ns);
		meter_older(&s[i].upload, ns);
		meter_older(&s[i].own, ns);
	}
	write_all(e->sessions, s, n);
}

static void fast_end(struct env *e)
{
	for (size_t i = 0; i < e->fast_size; i++) {
		e->fast4[i].last -= 1000000;
		e->fast6[i].last -= 1000000;
	}
}

void env_pass(struct env *e, uint32_t slot, uint64_t ns)
{
	struct cg_sum sum = env_sum(e, slot);
	struct cg_state state;

	if (ns >= 100000000)
		fast_end(e);
	flows_older(e, slot, ns);
	sessions_older(e, slot, ns);
	meter_older(&sum.control, ns);
	meter_older(&sum.upload, ns);
	older(&sum.block_ns, ns);
	older(&sum.stop_ns, ns);
	older(&sum.stun_ns, ns);
	for (int i = 0; i < CG_MAX_VIEWERS; i++)
		older(&sum.viewer[i].last_ns, ns);
	assert(!bpf_map_update_elem(e->sums, &slot, &sum, BPF_ANY));
	assert(!bpf_map_lookup_elem(e->state, &slot, &state));
	older(&state.news_tat_ns, ns);
	older(&state.drop_tat_ns, ns);
	older(&state.icmp_tat_ns, ns);
	state.lock = 0;
	assert(!bpf_map_update_elem(e->state, &slot, &state, BPF_ANY));
}

bool env_session_find(struct env *e, uint32_t slot, const char *peer,
		      struct cg_session *ret_session)
{
	struct cg_flow_key key = { .slot = slot };

	assert(addr_parse(peer, key.peer));
	if (!addr_is4(key.peer))
		memset(key.peer + 8, 0, 8);
	return !bpf_map_lookup_elem(e->sessions, &key, ret_session);
}

struct cg_sum env_sum(struct env *e, uint32_t slot)
{
	struct cg_sum sum;

	assert(!bpf_map_lookup_elem(e->sums, &slot, &sum));
	return sum;
}
