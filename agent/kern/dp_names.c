/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path has learned of names: read, told, forgotten, kept over a change of size. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include "put.h"

#define ETH_LEN 14

static int name_get(struct cg_datapath *dp, uint32_t slot, uint64_t id, struct cg_qname *ret_q)
{
	struct cg_qname_key key = { .id = id, .slot = slot };

	return bpf_map_lookup_elem(dp->map[CG_DP_QNAMES], &key, ret_q) ? -errno : 0;
}

int cg_datapath_name_find(struct cg_datapath *dp, uint32_t slot, uint64_t id,
			  struct cg_datapath_name *ret_name)
{
	struct cg_qname q;
	int r = name_get(dp, slot, id, &q);

	if (r)
		return r;
	cg_namepat_text(q.name, q.len, ret_name->text);
	ret_name->asked_ns = q.asked_ns;
	ret_name->until_ns = q.until_ns;
	return 0;
}

/* The packet path stores the address that NAT64 and 6to4 carry (bpf/rules.h). */
static void address_inside(const struct cg_addr *a, uint8_t ret[static 16])
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	bool sixtofour = a->b[0] == 0x20 && a->b[1] == 0x02;

	if (!sixtofour && memcmp(a->b, nat64, sizeof(nat64))) {
		memcpy(ret, a->b, 16);
		return;
	}
	memcpy(ret, mapped, sizeof(mapped));
	memcpy(ret + 12, a->b + (sixtofour ? 2 : 12), 4);
}

size_t cg_datapath_names_of(struct cg_datapath *dp, uint32_t slot, const struct cg_addr *addr,
			    struct cg_datapath_name ret_names[static CG_NAMES_PER_ADDR])
{
	struct cg_learned_key key = { .slot = slot };
	struct cg_learned l;
	size_t n = 0;

	address_inside(addr, key.addr);
	if (bpf_map_lookup_elem(dp->map[CG_DP_LEARNED], &key, &l))
		return 0;
	for (int i = 0; i < CG_NAMES_PER_ADDR; i++) {
		if (!l.name[i] || cg_datapath_name_find(dp, slot, l.name[i], &ret_names[n]))
			continue;
		ret_names[n++].until_ns = l.until_ns[i];
	}
	return n;
}

int cg_datapath_name_tell(struct cg_datapath *dp, uint32_t slot, const void *answer, size_t n,
			  enum cg_dns_result *ret_result)
{
	uint8_t frame[ETH_LEN + CG_DATAPATH_ANSWER_MAX] = { 0 }, out[sizeof(frame)];
	struct __sk_buff ctx = { .cb = { slot } };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_out = out,
		    .data_size_out = sizeof(out), .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));
	int r;

	if (n > CG_DATAPATH_ANSWER_MAX)
		return -E2BIG;
	r = cg_dp_told_load(dp);
	if (r)
		return r;
	/* IEEE's EtherType for experiments: the kernel looks for no header in it. */
	frame[12] = 0x88;
	frame[13] = 0xb5;
	memcpy(frame + ETH_LEN, answer, n);
	run.data_size_in = (uint32_t)(ETH_LEN + n);
	if (bpf_prog_test_run_opts(dp->prog[CG_DP_NAMES_TOLD], &run))
		return -errno;
	if (!run.retval || run.retval > __CG_DNS_MAX)
		return -EIO;
	*ret_result = (enum cg_dns_result)(run.retval - 1);
	return 0;
}

int cg_datapath_dns_read(struct cg_datapath *dp, uint32_t slot, struct cg_dns *ret_dns)
{
	return bpf_map_lookup_elem(dp->map[CG_DP_DNS], &slot, ret_dns) ? -errno : 0;
}

int cg_datapath_resolvers_apply(struct cg_datapath *dp, const struct cg_datapath_resolver *list,
				size_t n)
{
	struct cg_resolver_key key, next;
	bool more;

	for (size_t i = 0; i < n; i++) {
		struct cg_hwaddr mac = { 0 };
		int r;

		memcpy(key.addr, list[i].addr.b, sizeof(key.addr));
		memcpy(mac.mac, list[i].mac.b, sizeof(mac.mac));
		r = cg_put(dp->map[CG_DP_RESOLVERS], &key, &mac, BPF_ANY);
		if (r)
			return cg_dp_fail(dp, r, "cg_resolvers: %s", strerror(-r));
	}
	more = !bpf_map_get_next_key(dp->map[CG_DP_RESOLVERS], NULL, &next);
	while (more) {
		bool wanted = false;

		key = next;
		more = !bpf_map_get_next_key(dp->map[CG_DP_RESOLVERS], &key, &next);
		for (size_t i = 0; i < n; i++)
			wanted |= !memcmp(key.addr, list[i].addr.b, sizeof(key.addr));
		if (!wanted)
			(void)bpf_map_delete_elem(dp->map[CG_DP_RESOLVERS], &key);
	}
	return 0;
}

void cg_datapath_names_listen(struct cg_datapath *dp,
			      void (*cb)(void *ctx, const struct cg_name_event *event), void *ctx)
{
	dp->name_cb = cb;
	dp->name_ctx = ctx;
}

/* ---- a camera that is gone, maps that grow ---- */

static int map_of(enum cg_nring_kind kind)
{
	switch (kind) {
	case CG_NRING_NAME:
	case CG_NRING_HEARD_NAME:
		return CG_DP_QNAMES;
	case CG_NRING_ADDR:
	case CG_NRING_HEARD_ADDR:
		return CG_DP_LEARNED;
	case CG_NRING_QUERY:
		return CG_DP_QUERIES;
	case CG_NRING_REDIRECT:
	case __CG_NRING_MAX:
		break;
	}
	return CG_DP_REDIRECTS;
}

void cg_dp_names_forget(struct cg_datapath *dp, uint32_t slot)
{
	static const uint32_t quota[__CG_NRING_MAX] = { CG_QUOTA_NAME,	     CG_QUOTA_ADDR,
							CG_QUOTA_HEARD_NAME, CG_QUOTA_HEARD_ADDR,
							CG_QUOTA_QUERY,	     CG_QUOTA_REDIRECT };
	static const struct cg_dns zero;
	struct cg_nring ring;

	for (uint32_t kind = 0; kind < __CG_NRING_MAX; kind++)
		for (uint32_t i = 0; i < quota[kind] / CG_RING_GROUP; i++) {
			struct cg_ring_key key = { slot, kind << 16 | i };

			if (bpf_map_lookup_elem(dp->map[CG_DP_NRING], &key, &ring))
				continue;
			for (size_t k = 0; k < CG_RING_GROUP; k++)
				(void)bpf_map_delete_elem(dp->map[map_of((enum cg_nring_kind)kind)],
							  ring.at[k].key);
			(void)bpf_map_delete_elem(dp->map[CG_DP_NRING], &key);
		}
	(void)bpf_map_update_elem(dp->map[CG_DP_DNS], &slot, &zero, BPF_ANY);
}

int cg_dp_copy(int from, int to)
{
	union {
		struct cg_qname name;
		struct cg_learned learned;
		struct cg_nring ring;
		struct cg_dns dns;
		struct cg_session session;
		struct cg_sum sum;
		struct cg_device device;
		struct cg_settled settled;
	} value;
	uint8_t key[sizeof(struct cg_query_key)], next[sizeof(key)], *prev = NULL;

	while (!bpf_map_get_next_key(from, prev, next)) {
		memcpy(key, next, sizeof(key));
		prev = key;
		if (!bpf_map_lookup_elem(from, key, &value)) {
			int r = cg_put(to, key, &value, BPF_ANY);

			if (r)
				return r;
		}
	}
	return 0;
}

/* Questions under way are not worth it. */
int cg_dp_names_copy(const int *from, const int *to)
{
	static const enum cg_dp_map maps[] = { CG_DP_QNAMES, CG_DP_LEARNED, CG_DP_NRING,
					       CG_DP_DNS };
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(maps) / sizeof(maps[0]); i++)
		if (from[maps[i]] >= 0)
			r = cg_dp_copy(from[maps[i]], to[maps[i]]);
	return r;
}
