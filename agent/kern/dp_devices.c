/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras: who listens to them, what was heard, and which of them need no listening. */
#include "dp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "../lib/store.h"
#include "put.h"

/* ---- the tap ---- */

int cg_dp_tap_apply(struct cg_datapath *dp)
{
	static const struct {
		uint32_t place;
		enum cg_dp_prog prog;
	} taps[] = { { CG_JUDGE_DISCOVER, CG_DP_DISCOVER },
		     { CG_JUDGE_TO_DEVICE, CG_DP_TO_DEVICE } };
	bool on = __atomic_load_n(&dp->meta->flags, __ATOMIC_ACQUIRE) & CG_META_TAP;

	for (size_t i = 0; i < sizeof(taps) / sizeof(*taps); i++) {
		int judges = dp->map[CG_DP_JUDGES], fd = dp->prog[taps[i].prog];

		if (on && fd < 0) /* loaded later, and put in force then */
			continue;
		if (on ? bpf_map_update_elem(judges, &taps[i].place, &fd, BPF_ANY) :
			 bpf_map_delete_elem(judges, &taps[i].place) && errno != ENOENT)
			return cg_dp_fail(dp, -errno, "cg_judges: %s", strerror(errno));
	}
	return 0;
}

static void ports_set(struct cg_datapath *dp, const uint16_t *ports, size_t n)
{
	uint64_t words[CG_TAPPED_WORDS] = { 0 };

	for (size_t i = 0; i < n; i++)
		words[ports[i] / 64] |= 1ULL << ports[i] % 64;
	for (size_t i = 0; i < CG_TAPPED_WORDS; i++)
		if (dp->tapped[i] != words[i])
			cg_store64(&dp->tapped[i], words[i]);
}

int cg_datapath_tap_set(struct cg_datapath *dp, const struct cg_datapath_tap *tap)
{
	const uint32_t mine = CG_META_TAP | CG_META_PROBATION;
	uint32_t want = !tap->on ? 0 : tap->probation ? mine : CG_META_TAP;
	uint32_t flags = __atomic_load_n(&dp->meta->flags, __ATOMIC_ACQUIRE);

	if (tap->on)
		ports_set(dp, tap->ports, tap->nports);
	__atomic_store_n(&dp->meta->flags, (flags & ~mine) | want, __ATOMIC_RELEASE);
	return cg_dp_tap_apply(dp);
}

/* ---- what was heard ---- */

static int on_heard(void *ctx, void *data, size_t size)
{
	const struct cg_heard *h = data;
	struct cg_datapath *dp = ctx;

	dp->heard_left--;
	if (size < sizeof(*h) || h->size < sizeof(*h) || h->version != CG_BPF_ABI_VERSION ||
	    h->len > sizeof(h->data))
		cg_dp_debug(dp, "heard: %zu bytes of version %u: not read", size,
			    size > 4 ? h->version : 0);
	else if (dp->heard_cb)
		dp->heard_cb(dp->heard_ctx, h);
	/* As with events: a negative answer ends this round, the record counts as read. */
	return dp->heard_left > 0 ? 0 : -EAGAIN;
}

int cg_dp_heard_open(struct cg_datapath *dp)
{
	dp->heard = ring_buffer__new(dp->map[CG_DP_HEARD], on_heard, dp, NULL);
	return dp->heard ? 0 : cg_dp_fail(dp, -errno, "cg_heard: %s", strerror(errno));
}

void cg_dp_heard_close(struct cg_datapath *dp)
{
	ring_buffer__free(dp->heard);
	dp->heard = NULL;
}

int cg_datapath_heard_fd(struct cg_datapath *dp)
{
	return dp->heard ? ring_buffer__epoll_fd(dp->heard) : -1;
}

int cg_datapath_heard_read(struct cg_datapath *dp, int max,
			   void (*cb)(void *ctx, const struct cg_heard *heard), void *ctx)
{
	int r;

	if (max < 1)
		return -EINVAL;
	dp->heard_left = max;
	dp->heard_cb = cb;
	dp->heard_ctx = ctx;
	r = ring_buffer__consume(dp->heard);
	dp->heard_cb = NULL;
	return r < 0 && r != -EAGAIN ? r : max - dp->heard_left;
}

int cg_datapath_unheard_read(struct cg_datapath *dp, uint64_t *ret_lost)
{
	return cg_dp_counter_read(dp, CG_DP_UNHEARD, ret_lost);
}

/* ---- devices ---- */

/* A map's key is the MAC as memory has it. */
static struct cg_mac mac_of(uint64_t word)
{
	struct cg_mac mac;

	for (int i = 0; i < 6; i++)
		mac.b[i] = (uint8_t)(word >> 8 * (CG_LITTLE_ENDIAN ? i : 5 - i));
	return mac;
}

int cg_datapath_devices_read(struct cg_datapath *dp,
			     int (*cb)(void *ctx, const struct cg_mac *mac,
				       const struct cg_device *device),
			     void *ctx)
{
	/* A key deleted under us sends the walk back to the beginning: bounded. */
	uint32_t left = 2 * CG_MAX_DEVICES;
	uint64_t key, next, *prev = NULL;
	struct cg_device device;

	while (left-- && !bpf_map_get_next_key(dp->map[CG_DP_DEVICES], prev, &next)) {
		struct cg_mac mac = mac_of(next);

		key = next;
		prev = &key;
		if (bpf_map_lookup_elem(dp->map[CG_DP_DEVICES], &key, &device))
			continue;
		if (cb(ctx, &mac, &device))
			break;
	}
	return 0;
}

int cg_datapath_device_read(struct cg_datapath *dp, const struct cg_mac *mac,
			    struct cg_device *ret_device)
{
	uint64_t key = cg_mac_word(mac->b);

	return bpf_map_lookup_elem(dp->map[CG_DP_DEVICES], &key, ret_device) ? -errno : 0;
}

/* What a packet writes into the entry meanwhile is lost, but for a flag: HELD is what
 * ends here, and with FREE it comes no more. */
int cg_datapath_device_free(struct cg_datapath *dp, const struct cg_mac *mac)
{
	uint64_t key = cg_mac_word(mac->b);
	struct cg_device device = { 0 };
	int r = cg_datapath_device_read(dp, mac, &device);

	if (r && r != -ENOENT)
		return r;
	if (!r && (device.flags & (CG_DEVICE_FREE | CG_DEVICE_HELD)) == CG_DEVICE_FREE)
		return 0;
	device.flags = (device.flags | CG_DEVICE_FREE) & ~(uint32_t)CG_DEVICE_HELD;
	return cg_put(dp->map[CG_DP_DEVICES], &key, &device, BPF_ANY);
}

int cg_datapath_device_forget(struct cg_datapath *dp, const struct cg_mac *mac)
{
	uint64_t key = cg_mac_word(mac->b);

	return bpf_map_delete_elem(dp->map[CG_DP_DEVICES], &key) && errno != ENOENT ? -errno : 0;
}

int cg_datapath_device_settle(struct cg_datapath *dp, const struct cg_mac *mac, bool settled)
{
	uint64_t word = cg_mac_word(mac->b);
	__u64 *ways = dp->settled[cg_settled_set(word)].mac, *free = NULL;

	if (!word) /* it would be a place without one */
		return -EINVAL;
	for (int i = CG_SETTLED_WAYS - 1; i >= 0; i--) {
		if (ways[i] == word && settled)
			return 0;
		if (ways[i] == word)
			cg_store64((uint64_t *)&ways[i], 0);
		if (!ways[i])
			free = &ways[i];
	}
	if (!settled)
		return 0;
	if (!free)
		return -ENOSPC;
	cg_store64((uint64_t *)free, word);
	return 0;
}

int cg_dp_devices_copy(const int *from, const int *to)
{
	static const enum cg_dp_map maps[] = { CG_DP_SETTLED, CG_DP_TAPPED, CG_DP_DEVICES,
					       CG_DP_CROWD };
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(maps) / sizeof(*maps); i++)
		if (from[maps[i]] >= 0)
			r = cg_dp_copy(from[maps[i]], to[maps[i]]);
	return r;
}
