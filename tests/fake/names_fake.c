/* SPDX-License-Identifier: GPL-2.0-only */
/* What the packet path would know of names: what a test says, and what the agent told it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "fake.h"

size_t cg_datapath_names_of(struct cg_datapath *dp, uint32_t slot, const struct cg_addr *addr,
			    struct cg_datapath_name ret_names[static CG_NAMES_PER_ADDR])
{
	(void)dp;
	(void)slot;
	if (memcmp(addr, &fake_kernel.named.addr, sizeof(*addr)))
		return 0;
	ret_names[0] = fake_kernel.named.name;
	return 1;
}

int cg_datapath_name_find(struct cg_datapath *dp, uint32_t slot, uint64_t id,
			  struct cg_datapath_name *ret_name)
{
	(void)dp;
	(void)slot;
	for (size_t i = 0; i < fake_kernel.nknown; i++)
		if (fake_kernel.known_id[i] == id) {
			*ret_name = fake_kernel.named.name;
			ret_name->until_ns = UINT64_MAX;
			return 0;
		}
	return -ENOENT;
}

int cg_datapath_name_tell(struct cg_datapath *dp, uint32_t slot, const void *answer, size_t n,
			  enum cg_dns_result *ret_result)
{
	struct fake_told *t = &fake_kernel.told[fake_kernel.ntold % FAKE_TOLD];
	int err = fake_call("name_tell");

	(void)dp;
	if (err < 0)
		return err;
	t->slot = slot;
	t->n = n;
	memcpy(t->answer, answer, n);
	fake_kernel.ntold++;
	*ret_result = CG_DNS_LEARNED;
	return 0;
}

int cg_datapath_dns_read(struct cg_datapath *dp, uint32_t slot, struct cg_dns *ret_dns)
{
	(void)dp;
	(void)slot;
	memset(ret_dns, 0, sizeof(*ret_dns));
	return 0;
}

int cg_datapath_resolvers_apply(struct cg_datapath *dp, const struct cg_datapath_resolver *list,
				size_t n)
{
	int err = fake_call("resolvers_apply");

	(void)dp;
	if (err < 0)
		return err;
	if (n)
		memcpy(fake_kernel.resolver, list, n * sizeof(*list));
	fake_kernel.nresolver = n;
	return 0;
}

void cg_datapath_names_listen(struct cg_datapath *dp,
			      void (*cb)(void *ctx, const struct cg_name_event *event), void *ctx)
{
	(void)dp;
	fake_kernel.name_cb = cb;
	fake_kernel.name_ctx = ctx;
}

void fake_name_event(const struct cg_name_event *event)
{
	fake_kernel.name_cb(fake_kernel.name_ctx, event);
}
