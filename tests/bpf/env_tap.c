/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras: who listens to them, and time that passes for them. */
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "env.h"

static void devices_clear(struct env *e)
{
	static const struct cg_device none;
	uint32_t zero = 0;
	uint64_t mac;

	while (!bpf_map_get_next_key(e->devices, NULL, &mac))
		assert(!bpf_map_delete_elem(e->devices, &mac));
	assert(!bpf_map_update_elem(e->crowd, &zero, &none, BPF_ANY));
}

void env_tap(struct env *e, const uint16_t *ports, bool probation)
{
	uint32_t at;

	devices_clear(e);
	memset(e->tapped, 0, CG_TAPPED_WORDS * sizeof(*e->tapped));
	memset(e->settled, 0, CG_SETTLED_SETS * sizeof(*e->settled));
	e->meta->flags &= ~(uint32_t)(CG_META_TAP | CG_META_PROBATION);
	if (ports)
		e->meta->flags |= CG_META_TAP | (probation ? CG_META_PROBATION : 0);
	for (; ports && *ports; ports++)
		e->tapped[*ports / 64] |= 1ULL << *ports % 64;
	for (at = CG_JUDGE_DISCOVER; at <= CG_JUDGE_TO_DEVICE; at++)
		if (ports)
			assert(!bpf_map_update_elem(
				e->judges, &at,
				&e->prog[at == CG_JUDGE_DISCOVER ? DISCOVER : TO_DEVICE], BPF_ANY));
		else
			assert(!bpf_map_delete_elem(e->judges, &at) || errno == ENOENT);
}

bool env_device(struct env *e, const uint8_t mac[6], struct cg_device *ret_device)
{
	uint64_t key = cg_mac_word(mac);

	return !bpf_map_lookup_elem(e->devices, &key, ret_device);
}

void env_device_put(struct env *e, const uint8_t *mac, const struct cg_device *device)
{
	uint64_t key = mac ? cg_mac_word(mac) : 0;
	uint32_t zero = 0;

	assert(!(mac ? bpf_map_update_elem(e->devices, &key, device, BPF_ANY) :
		       bpf_map_update_elem(e->crowd, &zero, device, BPF_ANY)));
}

static void older(__u64 *t, uint64_t ns)
{
	if (*t)
		*t = *t > ns ? *t - ns : 1;
}

void env_device_pass(struct env *e, const uint8_t *mac, uint64_t ns)
{
	struct cg_device d;
	uint32_t zero = 0;

	assert(mac ? env_device(e, mac, &d) : !bpf_map_lookup_elem(e->crowd, &zero, &d));
	older(&d.first_ns, ns);
	older(&d.last_ns, ns);
	older(&d.window_ns, ns);
	older(&d.remote_ns, ns);
	older(&d.probation_tat_ns, ns);
	older(&d.tell_tat_ns, ns);
	env_device_put(e, mac, &d);
}

void env_settle(struct env *e, const uint8_t mac[6])
{
	uint64_t word = cg_mac_word(mac);
	__u64 *ways = e->settled[cg_settled_set(word)].mac;

	while (*ways)
		ways++;
	*ways = word;
}

struct ears {
	unsigned int *by_type;
	struct cg_heard *last;
	unsigned int n;
};

static int on_heard(void *ctx, void *data, size_t size)
{
	struct ears *ears = ctx;

	assert(size == sizeof(*ears->last));
	memcpy(ears->last, data, size);
	ears->n++;
	ears->by_type[ears->last->type & 3]++;
	return 0;
}

unsigned int env_heard(struct env *e, struct cg_heard *ret_last)
{
	struct ears ears = { .by_type = e->told, .last = ret_last };
	struct ring_buffer *rb = ring_buffer__new(e->heard, on_heard, &ears, NULL);

	memset(e->told, 0, sizeof(e->told));
	if (!rb || ring_buffer__consume(rb) < 0)
		env_die(1, "cg_heard: %s", strerror(errno));
	ring_buffer__free(rb);
	return ears.n;
}

uint64_t env_unheard(struct env *e)
{
	uint64_t all[e->ncpu], sum = 0;
	uint32_t zero = 0;

	assert(!bpf_map_lookup_elem(e->unheard, &zero, all));
	for (int i = 0; i < e->ncpu; i++)
		sum += all[i];
	return sum;
}
