/* SPDX-License-Identifier: GPL-2.0-only */
/* What is LAN, home and gateway in the maps, and our filters on the ports. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include "put.h"
#include "tcx.h"

static struct cg_net_key net_key(const struct cg_prefix *p)
{
	struct cg_net_key key = { .prefixlen = p->len };

	memcpy(key.addr, p->addr.b, sizeof(key.addr));
	return key;
}

static bool same_prefix(const struct cg_prefix *a, const struct cg_prefix *b)
{
	return a->len == b->len && !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static const struct cg_datapath_net *net_find(const struct cg_datapath_net *nets, size_t n,
					      const struct cg_prefix *prefix)
{
	for (size_t i = 0; i < n; i++)
		if (same_prefix(&nets[i].prefix, prefix))
			return &nets[i];
	return NULL;
}

static const struct cg_datapath_if *if_find(const struct cg_datapath_if *ifs, size_t n,
					    uint32_t ifindex)
{
	for (size_t i = 0; i < n; i++)
		if (ifs[i].ifindex == ifindex)
			return &ifs[i];
	return NULL;
}

static int nets_change(struct cg_datapath *dp, const struct cg_datapath_net *nets, size_t n,
		       bool *changed)
{
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct cg_datapath_net *was = net_find(dp->nets, dp->nnets, &nets[i].prefix);
		struct cg_net_key key = net_key(&nets[i].prefix);

		if (was && !memcmp(&was->net, &nets[i].net, sizeof(was->net)))
			continue;
		r = cg_put(dp->map[CG_DP_NETS], &key, &nets[i].net, BPF_ANY);
		if (r)
			return cg_dp_fail(dp, r, "cg_nets: %s", strerror(-r));
		*changed = true;
	}
	for (size_t i = 0; i < dp->nnets; i++) {
		struct cg_net_key key = net_key(&dp->nets[i].prefix);

		if (net_find(nets, n, &dp->nets[i].prefix))
			continue;
		if (bpf_map_delete_elem(dp->map[CG_DP_NETS], &key) && errno != ENOENT)
			return cg_dp_fail(dp, -errno, "cg_nets: %s", strerror(errno));
		*changed = true;
	}
	return 0;
}

static int ifs_change(struct cg_datapath *dp, const struct cg_datapath_if *ifs, size_t n,
		      bool *changed)
{
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct cg_datapath_if *was = if_find(dp->ifs, dp->nifs, ifs[i].ifindex);

		if (was && !memcmp(&was->type, &ifs[i].type, sizeof(was->type)))
			continue;
		r = cg_put(dp->map[CG_DP_IFS], &ifs[i].ifindex, &ifs[i].type, BPF_ANY);
		if (r)
			return cg_dp_fail(dp, r, "cg_ifs: %s", strerror(-r));
		*changed = true;
	}
	/* No verdict depends on these: no flow looks again for them. */
	for (size_t i = 0; i < n; i++) {
		r = cg_put(dp->map[CG_DP_LANS], &ifs[i].ifindex, &ifs[i].lan, BPF_ANY);
		if (r)
			return cg_dp_fail(dp, r, "cg_lans: %s", strerror(-r));
	}
	for (size_t i = 0; i < dp->nifs; i++) {
		if (if_find(ifs, n, dp->ifs[i].ifindex))
			continue;
		(void)bpf_map_delete_elem(dp->map[CG_DP_LANS], &dp->ifs[i].ifindex);
		if (bpf_map_delete_elem(dp->map[CG_DP_IFS], &dp->ifs[i].ifindex) && errno != ENOENT)
			return cg_dp_fail(dp, -errno, "cg_ifs: %s", strerror(errno));
		*changed = true;
	}
	return 0;
}

static int remember(void **list, size_t *n, const void *from, size_t count, size_t size)
{
	void *copy = malloc(count * size + 1);

	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, from, count * size);
	free(*list);
	*list = copy;
	*n = count;
	return 0;
}

int cg_datapath_nets_apply(struct cg_datapath *dp, const struct cg_datapath_net *nets, size_t nnets,
			   const struct cg_datapath_if *ifs, size_t nifs)
{
	bool changed = false;
	int r, e;

	r = nets_change(dp, nets, nnets, &changed);
	if (!r)
		r = ifs_change(dp, ifs, nifs, &changed);
	if (r) {
		/* Half done: what the maps hold is what counts. */
		e = cg_dp_nets_load(dp);
	} else {
		e = remember((void **)&dp->nets, &dp->nnets, nets, nnets, sizeof(*nets));
		if (!e)
			e = remember((void **)&dp->ifs, &dp->nifs, ifs, nifs, sizeof(*ifs));
	}
	if (changed)
		__atomic_add_fetch(&dp->meta->epoch, 1, __ATOMIC_RELEASE);
	return r ? r : e;
}

int cg_dp_nets_load(struct cg_datapath *dp)
{
	_cleanup_free_ struct cg_datapath_net *nets = calloc(CG_MAX_NETS, sizeof(*nets));
	_cleanup_free_ struct cg_datapath_if *ifs = calloc(CG_MAX_IFS, sizeof(*ifs));
	struct cg_net_key key, *prev = NULL, next;
	uint32_t index, *prev_if = NULL, next_if;
	size_t nnets = 0, nifs = 0;
	int r;

	if (!nets || !ifs)
		return -ENOMEM;
	while (nnets < CG_MAX_NETS && !bpf_map_get_next_key(dp->map[CG_DP_NETS], prev, &next)) {
		key = next;
		prev = &key;
		memcpy(nets[nnets].prefix.addr.b, key.addr, sizeof(key.addr));
		nets[nnets].prefix.len = (uint8_t)key.prefixlen;
		if (!bpf_map_lookup_elem(dp->map[CG_DP_NETS], &key, &nets[nnets].net))
			nnets++;
	}
	while (nifs < CG_MAX_IFS && !bpf_map_get_next_key(dp->map[CG_DP_IFS], prev_if, &next_if)) {
		index = next_if;
		prev_if = &index;
		ifs[nifs].ifindex = index;
		if (!bpf_map_lookup_elem(dp->map[CG_DP_IFS], &index, &ifs[nifs].type))
			nifs++;
	}
	r = remember((void **)&dp->nets, &dp->nnets, nets, nnets, sizeof(*nets));
	return r ? r : remember((void **)&dp->ifs, &dp->nifs, ifs, nifs, sizeof(*ifs));
}

/* ---- ports ---- */

bool cg_datapath_tcx(struct cg_datapath *dp, bool on)
{
	bool news = dp->tcx != on && !(on && dp->no_tcx);

	dp->tcx = on && !dp->no_tcx;
	return news;
}

bool cg_datapath_is_silent(const struct cg_datapath *dp)
{
	return dp->tcx;
}

/* Filters of ours, whatever their number. */
static int filters_remove(struct cg_datapath *dp, int ifindex, uint32_t from_id, uint32_t to_id)
{
	struct cg_port port = { 0 };
	int r;

	(void)bpf_map_lookup_elem(dp->map[CG_DP_PORTS], &ifindex, &port); /* absent: not made */
	r = cg_tc_detach(ifindex, from_id, to_id, port.made_clsact);
	if (r >= 0)
		(void)bpf_map_delete_elem(dp->map[CG_DP_PORTS], &ifindex);
	return r < 0 ? r : 0;
}

int cg_datapath_attach(struct cg_datapath *dp, int ifindex)
{
	const int from = dp->prog[CG_DP_FROM_CAM], to = dp->prog[CG_DP_TO_CAM];
	struct cg_port port = { .made_clsact = 1 };
	int made, r;

	if (dp->tcx) {
		r = cg_tcx_attach(dp->pin_dir, ifindex, from, to);
		if (!r)
			return filters_remove(dp, ifindex, 0, 0);
		if (r == -ENODEV)
			return r;
		if (r == -EINVAL)
			dp->no_tcx = true;
		dp->tcx &= !dp->no_tcx;
		cg_dp_debug(dp, "interface %d: no TCX: %s", ifindex, strerror(-r));
	}
	made = cg_tc_attach(ifindex, from, to);
	if (made < 0)
		return made;
	/* A clsact that was there is not ours; one we made stays ours. */
	if (made && cg_put(dp->map[CG_DP_PORTS], &ifindex, &port, BPF_ANY))
		return cg_dp_fail(dp, -errno, "cg_ports: %s", strerror(errno));
	r = cg_tcx_detach(dp->pin_dir, ifindex);
	return r < 0 ? r : 0;
}

int cg_datapath_attached(struct cg_datapath *dp, int ifindex)
{
	struct cg_tc_state state;
	int r;

	r = cg_tcx_read(dp->pin_dir, ifindex, dp->prog_id[0], dp->prog_id[1], &state);
	if (!r && state.ingress && state.egress)
		return CG_ATTACHED_TCX;
	r = cg_tc_read(ifindex, dp->prog_id[0], dp->prog_id[1], &state);
	return r ? r : state.ingress && state.egress ? CG_ATTACHED_TC : 0;
}

int cg_datapath_before(struct cg_datapath *dp, int ifindex)
{
	int in = cg_tcx_before(ifindex, false, dp->prog_id[0]);
	int out = cg_tcx_before(ifindex, true, dp->prog_id[1]);

	return (in > 0 ? in : 0) + (out > 0 ? out : 0);
}

int cg_datapath_detach(struct cg_datapath *dp, int ifindex)
{
	int r = cg_tcx_detach(dp->pin_dir, ifindex);

	return r < 0 ? r : filters_remove(dp, ifindex, dp->prog_id[0], dp->prog_id[1]);
}
