/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions as the packet path has them, and who may watch. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cg_datapath_sessions_read(struct cg_datapath *dp, uint32_t slot,
			      int (*cb)(void *ctx, const struct cg_flow_key *key,
					const struct cg_session *session),
			      void *ctx)
{
	struct cg_flow_key key, next, *prev = NULL;
	/* A key deleted under us sends the walk back to the beginning: bounded. */
	uint32_t left = 2 * dp->slots * CG_QUOTA_SESSION;
	struct cg_session session;

	while (left-- && !bpf_map_get_next_key(dp->map[CG_DP_SESSIONS], prev, &next)) {
		key = next;
		prev = &key;
		if (slot != UINT32_MAX && key.slot != slot)
			continue;
		if (bpf_map_lookup_elem(dp->map[CG_DP_SESSIONS], &key, &session))
			continue;
		if (cb(ctx, &key, &session))
			break;
	}
	return 0;
}

/* Flows are found anew by their next packets; places of theirs would be lost. */
static int places_copy(int from, int to)
{
	struct cg_ring_key key, *prev = NULL;
	struct cg_ring ring;

	while (!bpf_map_get_next_key(from, prev, &key)) {
		prev = &key;
		if (key.group >> 16 == CG_RING_SESSION && !bpf_map_lookup_elem(from, &key, &ring) &&
		    bpf_map_update_elem(to, &key, &ring, BPF_ANY))
			return -errno;
	}
	return 0;
}

int cg_dp_sessions_copy(const int *from, const int *to)
{
	int r;

	if (from[CG_DP_SESSIONS] < 0)
		return 0;
	r = cg_dp_copy(from[CG_DP_SESSIONS], to[CG_DP_SESSIONS]);
	if (!r)
		r = places_copy(from[CG_DP_RING], to[CG_DP_RING]);
	if (!r)
		r = cg_dp_copy(from[CG_DP_SUMS], to[CG_DP_SUMS]);
	return r ? r : cg_dp_copy(from[CG_DP_VIEWERS], to[CG_DP_VIEWERS]);
}

int cg_datapath_sum_read(struct cg_datapath *dp, uint32_t slot, struct cg_sum *ret_sum)
{
	return bpf_map_lookup_elem(dp->map[CG_DP_SUMS], &slot, ret_sum) ? -errno : 0;
}

void cg_datapath_sessions_listen(struct cg_datapath *dp,
				 void (*cb)(void *ctx, const struct cg_session_event *event),
				 void *ctx)
{
	dp->session_cb = cb;
	dp->session_ctx = ctx;
}

static void viewer_key(uint32_t slot, const struct cg_datapath_viewer *v,
		       struct cg_viewer_key *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->prefixlen = CG_VIEWER_PREFIX_BASE + v->prefix.len;
	ret_key->slot = slot;
	memcpy(ret_key->addr, v->prefix.addr.b, sizeof(ret_key->addr));
}

static bool is_listed(uint32_t slot, const struct cg_datapath_viewer *list, size_t n,
		      const struct cg_viewer_key *key)
{
	struct cg_viewer_key one;

	for (size_t i = 0; i < n; i++) {
		viewer_key(slot, &list[i], &one);
		if (!memcmp(&one, key, sizeof(one)))
			return true;
	}
	return false;
}

/* What of slot is there and not listed; the keys are freed by the caller. */
static int unlisted(struct cg_datapath *dp, uint32_t slot, const struct cg_datapath_viewer *list,
		    size_t n, struct cg_viewer_key **ret_keys, size_t *ret_n)
{
	uint32_t room = dp->slots * CG_VIEWERS_PER_SLOT, left = 2 * room;
	struct cg_viewer_key key, next, *prev = NULL;
	_cleanup_free_ struct cg_viewer_key *keys = calloc(room, sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	*ret_n = 0;
	while (left-- && *ret_n < room &&
	       !bpf_map_get_next_key(dp->map[CG_DP_VIEWERS], prev, &next)) {
		key = next;
		prev = &key;
		if (key.slot == slot && !is_listed(slot, list, n, &key))
			keys[(*ret_n)++] = key;
	}
	*ret_keys = TAKE_PTR(keys);
	return 0;
}

int cg_datapath_viewers_apply(struct cg_datapath *dp, uint32_t slot,
			      const struct cg_datapath_viewer *list, size_t n)
{
	_cleanup_free_ struct cg_viewer_key *gone = NULL;
	struct cg_viewer_key key;
	size_t ngone = 0;
	int r = 0;

	if (slot >= dp->slots)
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		viewer_key(slot, &list[i], &key);
		if (bpf_map_update_elem(dp->map[CG_DP_VIEWERS], &key, &list[i].until_ns, BPF_ANY))
			r = -errno;
	}
	if (!r)
		r = unlisted(dp, slot, list, n, &gone, &ngone);
	for (size_t i = 0; i < ngone; i++)
		if (bpf_map_delete_elem(dp->map[CG_DP_VIEWERS], &gone[i]) && errno != ENOENT)
			r = -errno;
	/* Verdicts kept are given up: who is no viewer any more is judged anew. */
	__atomic_add_fetch((uint32_t *)&dp->meta->exposed, 1, __ATOMIC_SEQ_CST);
	return r;
}
