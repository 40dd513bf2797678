/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions of datapath.h in memory. */
#include <errno.h>
#include <string.h>
#include "fake.h"

int cg_datapath_sessions_read(struct cg_datapath *dp, uint32_t slot,
			      int (*cb)(void *ctx, const struct cg_flow_key *key,
					const struct cg_session *session),
			      void *ctx)
{
	const struct fake_kernel *k = &fake_kernel;
	int r = fake_call("sessions_read");

	(void)dp;
	for (size_t i = 0; !r && i < k->nsessions; i++)
		if ((slot == UINT32_MAX || k->session_key[i].slot == slot) &&
		    cb(ctx, &k->session_key[i], &k->session[i]))
			break;
	return r;
}

int cg_datapath_sum_read(struct cg_datapath *dp, uint32_t slot, struct cg_sum *ret_sum)
{
	int r = fake_call("sum_read");

	(void)dp;
	if (!r && slot >= FAKE_FLOWS)
		return -ENOENT;
	if (!r)
		*ret_sum = fake_kernel.sum[slot];
	return r;
}

void cg_datapath_sessions_listen(struct cg_datapath *dp,
				 void (*cb)(void *ctx, const struct cg_session_event *event),
				 void *ctx)
{
	(void)dp;
	fake_kernel.session_cb = cb;
	fake_kernel.session_ctx = ctx;
}

void fake_session_event(const struct cg_session_event *event)
{
	if (fake_kernel.session_cb)
		fake_kernel.session_cb(fake_kernel.session_ctx, event);
}

int cg_datapath_viewers_apply(struct cg_datapath *dp, uint32_t slot,
			      const struct cg_datapath_viewer *list, size_t n)
{
	struct fake_kernel *k = &fake_kernel;
	int r = fake_call("viewers_apply");

	(void)dp;
	if (r)
		return r;
	k->viewer_slot = slot;
	k->nviewers = n < FAKE_FLOWS ? n : FAKE_FLOWS;
	memcpy(k->viewer, list, k->nviewers * sizeof(*list));
	return 0;
}

int cg_datapath_ask(struct cg_datapath *dp, const struct cg_flow_key *key, uint64_t until_ns)
{
	struct fake_kernel *k = &fake_kernel;
	int r = fake_call("ask");
	size_t i = 0;

	(void)dp;
	if (r)
		return r;
	while (i < k->nasks && memcmp(&k->ask[i], key, sizeof(*key)))
		i++;
	if (until_ns && i == CG_ASKS)
		return -E2BIG;
	if (until_ns) {
		k->ask[i] = *key;
		k->ask_until_ns[i] = until_ns;
		if (i == k->nasks)
			k->nasks++;
		k->asked++;
	} else if (i < k->nasks) {
		k->nasks--;
		k->ask[i] = k->ask[k->nasks];
		k->ask_until_ns[i] = k->ask_until_ns[k->nasks];
	}
	return 0;
}

void cg_datapath_ask_none(struct cg_datapath *dp)
{
	(void)dp;
	fake_kernel.nasks = 0;
}
