/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path tells: counters, state, flows, events. */
#include "dp.h"
#include "pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cg_datapath_stats_read(struct cg_datapath *dp, uint32_t slot, struct cg_stats *ret_stats)
{
	if (slot >= dp->slots)
		return -ENOENT;
	cg_pins_stats_sum(dp->counts, dp->cpus, dp->slots, slot, ret_stats);
	return 0;
}

int cg_datapath_state_read(struct cg_datapath *dp, uint32_t slot, struct cg_state *ret_state)
{
	return bpf_map_lookup_elem(dp->map[CG_DP_STATE], &slot, ret_state) ? -errno : 0;
}

int cg_dp_counter_read(struct cg_datapath *dp, enum cg_dp_map map, uint64_t *ret_sum)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *all = NULL;
	uint32_t zero = 0;
	uint64_t sum = 0;

	if (cpus < 1)
		return -EINVAL;
	all = calloc((size_t)cpus, sizeof(*all));
	if (!all)
		return -ENOMEM;
	if (bpf_map_lookup_elem(dp->map[map], &zero, all))
		return -errno;
	for (int c = 0; c < cpus; c++)
		sum += all[c];
	*ret_sum = sum;
	return 0;
}

int cg_datapath_lost_read(struct cg_datapath *dp, uint64_t *ret_lost)
{
	return cg_dp_counter_read(dp, CG_DP_LOST, ret_lost);
}

/* What packets counted that went the short way: not yet in their flow's entry. */
struct pending {
	struct cg_flow_key key;
	uint32_t packets[2]; /* from the camera, to it */
	uint64_t bytes[2];
};

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct cg_flow_key));
}

static void pending_set(struct pending *p, const struct cg_fast *f, uint64_t who, uint32_t ports)
{
	bool up = who >> 56 & 1;
	__be16 port[2];

	memcpy(port, &ports, sizeof(port));
	p->key.slot = f->slot;
	p->key.cam_port = port[!up];
	p->key.peer_port = port[up];
	p->key.proto = (uint8_t)(who >> 48);
	p->packets[!up] = f->packets;
	p->bytes[!up] = f->granted - f->left;
}

/* Every entry of slot that has counted something, sorted by key. */
static int pending_read(const struct cg_datapath *dp, uint32_t slot, struct pending **ret_list,
			size_t *ret_n)
{
	_cleanup_free_ struct pending *list = NULL;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < 2 * dp->fast_entries; i++) {
		size_t at = i / 2;
		struct cg_fast4 e4 = dp->fast4[at];
		struct cg_fast6 e6 = dp->fast6[at];
		const struct cg_fast *f = i % 2 ? &e6.f : &e4.f;

		if (!f->packets || (slot != UINT32_MAX && f->slot != slot))
			continue;
		if (n == room) {
			struct pending *more;

			room = room ? 2 * room : 64;
			more = realloc(list, room * sizeof(*list));
			if (!more)
				return -ENOMEM;
			list = more;
		}
		memset(&list[n], 0, sizeof(*list));
		pending_set(&list[n], f, i % 2 ? e6.who : e4.who, i % 2 ? e6.ports : e4.ports);
		if (i % 2) {
			memcpy(list[n].key.peer, e6.peer, 16);
		} else {
			memset(list[n].key.peer + 10, 0xff, 2);
			memcpy(list[n].key.peer + 12, &e4.peer, 4);
		}
		n++;
	}
	if (n)
		qsort(list, n, sizeof(*list), by_key);
	*ret_list = TAKE_PTR(list);
	*ret_n = n;
	return 0;
}

static void pending_add(const struct pending *list, size_t n, const struct cg_flow_key *key,
			struct cg_flow *f)
{
	const struct pending *p = n ? bsearch(key, list, n, sizeof(*list), by_key) : NULL;

	if (!p)
		return;
	while (p > list && !by_key(p - 1, key))
		p--;
	for (; p < list + n && !by_key(p, key); p++) {
		f->up_packets += p->packets[0];
		f->up_bytes += p->bytes[0];
		f->down_packets += p->packets[1];
		f->down_bytes += p->bytes[1];
	}
}

int cg_datapath_flows_read(struct cg_datapath *dp, uint32_t slot,
			   int (*cb)(void *ctx, const struct cg_flow_key *key,
				     const struct cg_flow *flow),
			   void *ctx)
{
	struct cg_flow_key key, next, *prev = NULL;
	/* A key deleted under us sends the walk back to the beginning: bounded. */
	uint32_t left = 2 * dp->slots * (CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY);
	_cleanup_free_ struct pending *pending = NULL;
	struct cg_flow flow;
	size_t n;
	int r = pending_read(dp, slot, &pending, &n);

	if (r)
		return r;
	while (left-- && !bpf_map_get_next_key(dp->map[CG_DP_FLOWS], prev, &next)) {
		key = next;
		prev = &key;
		if (slot != UINT32_MAX && key.slot != slot)
			continue;
		if (bpf_map_lookup_elem(dp->map[CG_DP_FLOWS], &key, &flow))
			continue;
		pending_add(pending, n, &key, &flow);
		if (cb(ctx, &key, &flow))
			break;
	}
	return 0;
}

/* ---- events ---- */

int cg_dp_events_open(struct cg_datapath *dp)
{
	dp->events = ring_buffer__new(dp->map[CG_DP_EVENTS], cg_dp_sample, dp, NULL);
	return dp->events ? 0 : cg_dp_fail(dp, -errno, "cg_events: %s", strerror(errno));
}

void cg_dp_events_close(struct cg_datapath *dp)
{
	ring_buffer__free(dp->events);
	dp->events = NULL;
}

int cg_datapath_events_fd(struct cg_datapath *dp)
{
	return dp->events ? ring_buffer__epoll_fd(dp->events) : -1;
}

int cg_datapath_events_read(struct cg_datapath *dp, int max,
			    void (*cb)(void *ctx, const struct cg_event *event), void *ctx)
{
	int r;

	if (max < 1)
		return -EINVAL;
	dp->events_left = max;
	dp->event_cb = cb;
	dp->event_ctx = ctx;
	r = ring_buffer__consume(dp->events);
	dp->event_cb = NULL;
	return r < 0 && r != -EAGAIN ? r : max - dp->events_left;
}
